"""Which findings stand is one thing: pages, commands, exports and the feed count the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from nianbao.archive import Archive
from nianbao.archive.events.finding_events import compare_findings
from nianbao.archive.read_model.findings import (
    count_standing_findings,
    select_report_findings,
    select_rule_findings,
    select_version_findings,
)
from tests.crawl.commands import nianbao
from tests.kept_samples import crawled_states

EVERY = 100_000


@pytest.fixture(scope="module", params=[(1,), (1, 2), (1, 2, 1)], ids=str)
def archive(request: pytest.FixtureRequest) -> Iterator[Archive]:
    """The sample province after one, two and three crawls."""
    with Archive(crawled_states(*request.param).archive) as opened:
        yield opened


def test_every_rule_counts_the_same_everywhere(archive: Archive) -> None:
    counted: Counter[str] = Counter()
    for count in count_standing_findings(archive.db):
        counted[count.rule] += count.findings
    listed = {
        rule: len(select_rule_findings(archive.db, rule, EVERY, 0)) for rule in counted
    }
    exported = Counter(finding.rule for finding in archive.findings())
    status = json.loads(nianbao("status", "--archive", archive.path, "--json"))
    printed: Counter[str] = Counter()
    for row in status["findings"]:
        printed[row["rule"]] += row["count"]
    assert len(counted) > 10
    assert counted == listed == exported == printed


def test_the_feed_has_opened_what_stands(archive: Archive) -> None:
    exported = Counter(
        (finding.rule, finding.site, finding.url, finding.message)
        for finding in archive.findings()
    )
    told: Counter[tuple[str | None, ...]] = Counter()
    for change in archive.changes():
        finding = change.finding
        if finding is None:
            continue
        key = (finding.rule, change.site, change.url, finding.message)
        told[key] += 1 if change.kind == "finding_opened" else -1
    assert set(+told) == set(exported)
    sites = archive.db.execute("SELECT id FROM sites").fetchall()
    for (site_id,) in sites:
        comparison = compare_findings(archive.db, site_id)
        assert comparison.open == comparison.standing.keys()


def test_a_report_shows_what_stands_of_it(archive: Archive) -> None:
    exported = {(finding.rule, finding.message) for finding in archive.findings()}
    query = "SELECT agency_id, report_year, version_id FROM reports WHERE document_id IS NULL"
    shown = set()
    for agency_id, year, version_id in archive.db.execute(query).fetchall():
        of_version = select_version_findings(archive.db, version_id)
        of_report = select_report_findings(archive.db, agency_id, year)
        for finding in of_version + of_report:
            shown.add((finding.rule, finding.message))
    assert shown
    assert shown <= exported
