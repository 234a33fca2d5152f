"""The scout within a run: what it keeps of requests that got no answer."""

from __future__ import annotations

import pytest
from scrapy.http import Request
from twisted.python.failure import Failure

from nianbao.archive.records import Capture
from nianbao.spiders.capture import FailedBefore
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.run_scout import RunScout
from nianbao.spiders.discovery.steps import PageStep

HOME = "http://www.example.gov.cn/"


@pytest.mark.parametrize(
    ("error", "visits"),
    [(TimeoutError("no answer"), 1), (FailedBefore("it failed in this run"), 0)],
    ids=["now", "before the run was resumed"],
)
def test_a_failure_is_one_visit_of_the_run(error: Exception, visits: int) -> None:
    discovery = Discovery(HOME)
    scout = RunScout(discovery, make_provisional_site("generic", HOME, "?"))
    failure = Failure(error)
    failure.request = Request(
        HOME, cb_kwargs={"step": PageStep(HOME)}, meta={"role": "list"}
    )
    outputs = list(scout.parse_failure(failure))
    captures = [output for output in outputs if isinstance(output, Capture)]
    assert [capture.outcome for capture in captures] == ["network_error"] * visits
    # the search goes on in either case: by the other scheme of the address
    assert [one.url for one in outputs if isinstance(one, Request)] == [
        "https://www.example.gov.cn/"
    ]
    (trouble,) = discovery.troubles
    assert trouble.startswith(HOME)
