"""The rules of health: each decides its examples so, names what to do, and stands on whole runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.raw import runs
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.read_model.crawls import run_measures, site_health, site_season
from nianbao.archive.read_model.crawls.health_rules import (
    find_advice,
    load_health_rules,
)
from nianbao.archive.read_model.crawls.run_measures import Share
from nianbao.archive.read_model.crawls.site_health import LinkExpectation
from nianbao.archive.read_model.crawls.site_status import (
    SiteStatus,
    select_site_statuses,
)
from nianbao.archive.records import Capture, Outcome
from tests.conftest import Crawl

Example = dict[str, Any]


def few_links(example: Example) -> bool:
    expectation = LinkExpectation(1, None, tuple(example["healthy_runs"]))
    return bool(site_health.explain_few_links(example["links"], expectation))


def many_links(example: Example) -> bool:
    expectation = LinkExpectation(1, None, tuple(example["healthy_runs"]))
    return bool(site_health.explain_many_links(example["links"], expectation))


def many_blocked(example: Example) -> bool:
    return run_measures.are_many_blocked(example["blocked"], example["answers"])


def fields_lost(example: Example) -> bool:
    return run_measures.is_field_lost(Share(*example["before"]), Share(*example["now"]))


def year_missing(example: Example) -> bool:
    due = site_season.find_due_year(example["today"], example.get("published"))
    return site_season.is_year_missing(example["newest"], due, example["watched_since"])


def nothing_new(example: Example) -> bool:
    return site_season.is_nothing_new(
        example["last_new"], example["watched_since"], example["today"]
    )


def no_report(example: Example) -> bool:
    return run_measures.has_no_report(example["fetched"], example["shown"])


JUDGES: dict[str, Callable[[Example], bool]] = {
    "site.few_links": few_links,
    "site.many_links": many_links,
    "site.many_blocked": many_blocked,
    "site.fields_lost": fields_lost,
    "site.no_report": no_report,
    "site.year_missing": year_missing,
    "site.nothing_new": nothing_new,
}
EXAMPLES = [
    (rule, example)
    for rule, entry in load_health_rules().items()
    for example in entry.get("examples", [])
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=str)
def test_a_rule_decides_its_examples(rule: str, example: Example) -> None:
    assert JUDGES[rule](example) is example["is_found"]


def test_every_rule_with_limits_has_examples_of_both_kinds_and_every_rule_advice() -> (
    None
):
    for rule, entry in load_health_rules().items():
        verdicts = {example["is_found"] for example in entry.get("examples", [])}
        assert verdicts == ({True, False} if "limits" in entry else set()), rule
        assert find_advice(rule), rule
        assert find_advice(rule, "zh"), rule
    assert find_advice("blocked.captcha") == find_advice("blocked.login") is not None
    assert find_advice("no.such_rule") is None


@pytest.mark.parametrize(
    ("today", "published", "year"),
    [
        (date(2028, 2, 29), None, 2026),
        (date(2028, 3, 1), None, 2027),
        (date(2025, 3, 13), date(2024, 2, 29), 2023),
        (date(2025, 3, 14), date(2024, 2, 29), 2024),
        (date(2026, 1, 1), None, 2024),
    ],
)
def test_which_year_is_due(today: date, published: date | None, year: int) -> None:
    assert site_season.find_due_year(today, published).year == year


class Season:
    """Runs on one site at days that are set."""

    def __init__(self, archive: Archive, crawl: Crawl) -> None:
        self.archive, self.make = archive, crawl.make
        self.today = "2025-09-01"
        self.pages: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, Outcome] = {}

    def now(self) -> str:
        return f"{self.today}T09:00:00.000Z"

    def publish(self, *years: int, **fields: Any) -> None:
        for year in years:
            self.pages[f"http://s.localhost/{year}.html"] = {
                "report_year": year,
                "title": f"{year}年",
                **fields,
            }

    def run(self, today: str, **stated: Any) -> SiteStatus:
        """Visit all pages on a day; return how the site does."""
        self.today = today
        run_id = self.archive.begin_run("0.3.0", {"day": today})
        site = ArchivedSite("s", "青石县", "trs", None, None, 3, 1, **stated)
        self.archive.begin_sites(run_id, [site])
        for url, fields in self.pages.items():
            text = f"{url} {fields}"
            capture = self._capture(url, "fetched", text.encode())
            visit_id, is_unread = self.archive.store_capture(run_id, capture)
            if is_unread:
                self.archive.store_reading(visit_id, self.make(text, **fields))
        for url, outcome in self.answers.items():
            self.archive.store_capture(run_id, self._capture(url, outcome, None))
        links = len(self.pages) + len(self.answers)
        self.archive.end_site(run_id, "s", "finished", links, lists_whole=True)
        self.archive.end_run(run_id, "finished", {})
        (status,) = select_site_statuses(self.archive.db)
        return status

    def _capture(self, url: str, outcome: Outcome, payload: bytes | None) -> Capture:
        at = self.now()
        return Capture("s", url, "report", outcome, at, 200, payload=payload)


@pytest.fixture
def season(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> Season:
    played = Season(crawl.archive, crawl)
    monkeypatch.setattr(runs, "utc_now", played.now)
    return played


def rules_of(status: SiteStatus) -> list[str]:
    return [reason.rule for reason in status.reasons]


def test_a_year_that_was_due_while_it_was_watched(season: Season) -> None:
    season.publish(2022, 2023, 2024, published_on="2025-01-20")
    assert rules_of(season.run("2025-09-01")) == []
    assert rules_of(season.run("2026-02-27")) == []
    status = season.run("2026-03-02")
    assert rules_of(status) == ["site.year_missing"]
    assert (status.healthy, status.newest_year, status.failures) == (True, 2024, ())
    (reason,) = status.reasons
    assert reason.message == (
        "the newest report of the site is on 2024; one on 2025 was due by 2026-03-01"
    )
    assert reason.advice is not None
    # whose body is late with it, or has stopped: a person has said so
    assert rules_of(season.run("2026-03-03", learn_since="2026-03-03")) == []
    season.publish(2025)
    assert rules_of(season.run("2026-03-20")) == []


def test_a_site_that_is_new_to_us_owes_nothing(season: Season) -> None:
    season.publish(2015)
    assert rules_of(season.run("2026-05-01")) == []
    assert rules_of(season.run("2027-02-01")) == []
    assert rules_of(season.run("2027-03-01")) == ["site.year_missing"]


def test_nothing_new_for_more_than_a_season(season: Season) -> None:
    """Of reports whose year is not known."""
    season.publish(1, 2, report_year=None)
    assert rules_of(season.run("2025-01-20")) == []
    assert rules_of(season.run("2026-02-01")) == []
    assert rules_of(season.run("2026-03-10")) == ["site.nothing_new"]


def test_new_pages_lack_what_the_earlier_ones_had(season: Season) -> None:
    season.publish(*range(2010, 2020), published_on="2020-01-20")
    assert season.run("2025-09-01").healthy
    season.publish(*range(2020, 2026), published_on=None)
    status = season.run("2025-09-02")
    assert (status.healthy, rules_of(status)) == (False, ["site.fields_lost"])
    assert (
        "0 of 6 new or changed pages have a publication date, 10 of 10 had before"
        in status.failures[0]
    )
    assert season.run("2025-09-03").healthy, "it is told once"


def test_many_blocked_answers(season: Season) -> None:
    season.publish(2021, 2022, 2023)
    season.answers = {f"http://s.localhost/x{n}.html": "blocked" for n in range(2)}
    status = season.run("2025-09-01")
    assert (status.healthy, rules_of(status)) == (False, ["site.many_blocked"])
    (reason,) = status.reasons
    assert reason.message.startswith("2 of 5 report addresses")
    assert reason.advice == find_advice("site.many_blocked")
    assert status.failures == ()
    for day in range(2, 9):
        season.run(f"2025-09-{day:02}")
    assert season.run("2025-09-09").healthy, "something else stands there to stay"


def test_the_last_run_that_read_every_list_counts(season: Season) -> None:
    """A run of single pages after a bad one makes nothing well."""
    season.publish(*range(2001, 2025))
    season.run("2025-09-01")
    season.pages = dict(list(season.pages.items())[:2])
    assert rules_of(season.run("2025-09-02")) == ["site.few_links"]
    run_id = season.archive.begin_run("0.3.0", {"due": True})
    site = ArchivedSite("s", "青石县", "trs", None, None, 3, 1)
    season.archive.begin_sites(run_id, [site])
    season.archive.end_site(run_id, "s", "finished", None, lists_whole=True)
    (status,) = select_site_statuses(season.archive.db)
    assert (status.healthy, rules_of(status)) == (False, ["site.few_links"])
