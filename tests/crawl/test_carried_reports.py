"""Reports carried in every way, crawled at once: each is had whole, or a warning says what it has.

`CARRIED_REPORTS` is how many, `CARRIED_SEED` the seed that orders the ways.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.crawl.carried_reports import CarriedReport, make_reports, serve_reports
from tests.crawl.commands import start

REPORTS = int(os.environ.get("CARRIED_REPORTS", "40"))
SEED = int(os.environ.get("CARRIED_SEED", "1"))
LEAST_SHARE = 0.98  # of the reports that can be had are had whole
SITE = """\
id: {id}
name: 西霞县人民政府
region: null
platform: generic
entries:
  - {{url: "http://{id}.localhost:{port}/nb/", column: 政府信息公开年报}}
expect: {{links: 1}}
delay: 0
official: true
verified: never
"""
CONTENTS = """
SELECT documents.url, readings.text,
       (SELECT json_group_array(json_array("table", "row", "column", value))
        FROM figures WHERE figures.version_id = readings.version_id)
FROM documents
JOIN readings ON readings.version_id = documents.current_version_id
"""
WARNINGS = """
SELECT coalesce(findings.url, documents.url), rule
FROM findings
LEFT JOIN documents ON documents.id = findings.document_id
WHERE severity <> 'info' AND rule <> 'tables.missing'
"""
Key = tuple[str, str]  # host and path


@dataclass(frozen=True)
class Outcome:
    """What a crawl made of a report."""

    report: CarriedReport
    is_whole: bool
    rules: tuple[str, ...]  # of warnings on its listed address

    @property
    def word(self) -> str:
        if self.is_whole:
            return "had"
        return "said" if self.rules else "SILENT"

    def describe(self) -> str:
        rules = ", ".join(self.rules) or "no warning"
        return f"{self.word}: {self.report.way} ({self.report.path}): {rules}"


@pytest.mark.crawl
def test_each_report_is_had_or_a_warning_says_what_carries_it(tmp_path: Path) -> None:
    reports = make_reports(REPORTS, SEED)
    archive = tmp_path / "a.db"
    with serve_reports(reports) as server:
        folder = tmp_path / "sites"
        folder.mkdir()
        for name in {report.host.partition(".")[0] for report in reports}:
            site = SITE.format(id=name, port=server.server_port)
            (folder / f"{name}.yml").write_text(site, "utf-8")
        with start(
            *("crawl", "--sites", folder, "--archive", archive),
            *("--allow-address", "127.0.0.0/8"),
            into=tmp_path / "out.txt",
        ) as crawl:
            crawl.wait(timeout=300)
    outcomes = _judge(archive, reports)
    summary = _describe(outcomes)
    print(summary)
    possible = [outcome for outcome in outcomes if not outcome.report.is_unreadable]
    whole = [outcome for outcome in possible if outcome.is_whole]
    assert [o for o in outcomes if o.word == "SILENT"] == [], summary
    assert [o for o in outcomes if o.is_whole and o.rules] == [], summary
    assert len(whole) >= LEAST_SHARE * len(possible), summary


def _judge(archive: Path, reports: Sequence[CarriedReport]) -> list[Outcome]:
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
        contents = {
            _key(url): (text, cells) for url, text, cells in db.execute(CONTENTS)
        }
        warnings: dict[Key, set[str]] = {}
        for url, rule in db.execute(WARNINGS):
            if url is not None:
                warnings.setdefault(_key(url), set()).add(rule)
    outcomes = []
    for report in reports:
        whole = any(
            _is_expected(report, *contents[report.host, path])
            for path in report.answers
            if (report.host, path) in contents
        )
        rules = warnings.get((report.host, report.path), set())
        outcomes.append(Outcome(report, whole, tuple(sorted(rules))))
    return outcomes


def _key(url: str) -> Key:
    parts = urlsplit(url)
    return parts.netloc, parts.path + (f"?{parts.query}" if parts.query else "")


def _is_expected(report: CarriedReport, text: str, cells: str) -> bool:
    """Tell whether a text and its figures are all that the report has, white space aside."""
    expected = report.expected
    figures = sorted((f.table, f.row, f.column, f.value) for f in expected.figures)
    if sorted(map(tuple, json.loads(cells))) != figures:
        return False
    return "".join(text.split()) == "".join(expected.text.split())


def _describe(outcomes: Sequence[Outcome]) -> str:
    """Return the shares, then a line for each report that is not had or is had with a warning."""
    counts = Counter(outcome.word for outcome in outcomes)
    shares = ", ".join(
        f"{word} {count / len(outcomes):.1%}" for word, count in counts.items()
    )
    possible = [outcome for outcome in outcomes if not outcome.report.is_unreadable]
    whole = sum(outcome.is_whole for outcome in possible)
    alarms = [outcome for outcome in outcomes if outcome.is_whole and outcome.rules]
    lines = [
        outcome.describe()
        for outcome in outcomes
        if not outcome.is_whole or outcome.rules
    ]
    head = (
        f"{len(outcomes)} reports of seed {SEED}: {shares}; of those that can be had"
        f" {whole}/{len(possible)}; {len(alarms)} had with a warning on the address"
    )
    return "\n".join([head, *sorted(lines)])
