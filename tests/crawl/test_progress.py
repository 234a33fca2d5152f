"""What is shown while a crawl runs is what its summary says in the end."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from nianbao.archive.records import Finding, Note
from nianbao.crawler.commands.terminal.address_lines import print_address_lines
from nianbao.crawler.progress import Progress, SiteFollower
from nianbao.spiders.catalogue import make_provisional_site
from tests.crawl.commands import nianbao
from tests.crawl.small_site import Page, small

SITE = make_provisional_site("trs", "http://small.localhost/nb/", "年报")
PROGRESS = re.compile(r"(?m)^small \(小站\): (\d+) pages, (\w+)$")
TABLE = re.compile(r"(?m)^small +小站 +\S+ +(\d+) +(\w+) *$")
ROWS = [
    ("西霞县", "990101", "http://xixia.localhost/zwgk/zfxxgk/zfxxgknb/index.html"),
    ("样例省北原市东川县", "–", "http://dongchuan.localhost/"),
]


def test_progress_and_summary_agree_under_a_limit(tmp_path: Path) -> None:
    pages = [Page(year, f"{year + 1}-01-20") for year in range(2012, 2020)]
    ends = []
    with small(tmp_path, pages) as site:
        for limit in (4, 3, 100):
            printed = nianbao("crawl", *site.options(), "--limit", limit)
            assert PROGRESS.findall(printed) == TABLE.findall(printed)
            ends += PROGRESS.findall(printed)
    assert ends == [("4", "waits"), ("7", "waits"), ("9", "healthy")]


@pytest.mark.parametrize(
    ("state", "bar"), [("waits", (4, 6)), ("healthy", (4, 4)), ("blocked", (4, 4))]
)
def test_a_bar_is_full_when_its_site_is_done_and_not_before(
    state: str, bar: tuple[int, int]
) -> None:
    progress = Progress(Console(file=StringIO(), force_terminal=True))
    task = progress.bars.add_task("小站", total=None)
    follower = SiteFollower(progress, SITE, task, page_count=1)
    for _ in range(5):
        follower.count_request()
    finding = Finding("list.failed", "error", "the server answered 500")
    for item in (object(), Note("small", SITE.entries[0].url, finding), object()):
        follower.count_page(item)
    (shown,) = progress.bars.tasks
    assert (shown.completed, shown.total) == (3, 6)
    follower.finish(4, state)
    assert (shown.completed, shown.total) == bar


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("terminal", [True, False])
def test_no_address_is_broken(width: int, terminal: bool) -> None:
    written = StringIO()
    console = Console(
        file=written, width=width, force_terminal=terminal, color_system=None
    )
    print_address_lines(console, ("government", "code", "home page"), ROWS)
    lines = written.getvalue().splitlines()
    has_own_lines = terminal and width < 200
    assert len(lines) == (6 if has_own_lines else 3)
    for name, code, address in ROWS:
        (place,) = [n for n, line in enumerate(lines) if line.endswith(address)]
        assert re.search(rf"{name} +{code}", lines[place - has_own_lines])
