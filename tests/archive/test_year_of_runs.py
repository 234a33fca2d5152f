"""A year of weekly runs over sites that change by themselves, move, are redesigned, go down and come
back: the feed tells what happened, and nothing else.

`YEAR=52 SITES=20` sets the size; `make year` has the whole one.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nianbao.archive import Archive, clock
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Hints
from nianbao.pipelines.reader import read
from tests.reader import pages
from tests.reader.test_volatile_lines import VOLATILE

WEEKS = int(os.environ.get("YEAR", "10"))
SITES = int(os.environ.get("SITES", "8"))
REPORTS = 3  # of a site
VANISH_AFTER = 2
FIRST_WEEK = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEMPLATES: tuple[Callable[..., str], ...] = (pages.trs, pages.vsb)
# what stands for all pages of a site that is down
TROUBLES = (
    "<html><body>网站升级维护中</body></html>",
    "<html><div id=app></div><script src=/app.js></script></html>",
    "",
    f"<html><title>首页</title><body>{'<p>本县要闻</p>' * 30}</body></html>",
)
Line = tuple[str, str]  # kind of a line of the feed, and the page that it names


@dataclass
class Report:
    """A report of a site: its address, its edit, and the weeks for which it is gone."""

    title: str
    path: str
    edit: int = 0
    gone_for: int = 0  # weeks to come
    missed: int = 0
    last_url: str = ""


@dataclass
class Site:
    """A site that changes, and the lines that must tell it."""

    id: str
    chance: random.Random
    template: int = 0
    down_for: int = 0  # weeks to come
    is_stamped: bool = False  # its addresses have another `t` at every visit
    trouble: str = ""
    design: int = 0
    reports: list[Report] = field(default_factory=list)
    # addresses at which reports stood, as they were last asked for
    left: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the address by which a page is known."""
        return f"http://{self.id}.localhost{path}"

    def begin(self) -> None:
        """Publish the first reports."""
        for number in range(REPORTS):
            title = f"青石县{self.id}镇{2023 - number}年政府信息公开工作年度报告"
            report = Report(title, f"/nb/{number}.html")
            self.reports.append(report)
            self.lines.append(("new", self.url(report.path)))

    def change(self) -> None:
        """Let at most one thing happen, and none while the site is down."""
        if self.down_for:
            self.down_for -= 1
            if self.down_for:
                return
        was_gone = any(report.gone_for for report in self.reports)
        for report in self.reports:
            self._pass_week(report)
        if was_gone:
            return
        kind = self.chance.choice(
            ["nothing"] * 3 + ["edit", "move", "redesign", "down", "gone"]
        )
        getattr(self, f"_{kind}")(self.chance.choice(self.reports))

    def _pass_week(self, report: Report) -> None:
        """Bring back a report that was gone, and tell it where that was told."""
        if not report.gone_for:
            return
        report.gone_for -= 1
        if not report.gone_for:
            if report.missed >= VANISH_AFTER:
                self.lines.append(("returned", self.url(report.path)))
            report.missed = 0

    def _nothing(self, _report: Report) -> None:
        """Let only the lines change that do so by themselves."""

    def _edit(self, report: Report) -> None:
        report.edit += 1
        self.lines.append(("changed", self.url(report.path)))

    def _move(self, report: Report) -> None:
        self.design += 1
        self.lines.append(("moved", self.url(report.path)))
        self.left.append(report.last_url)
        report.path = f"/d{self.design}{report.path[report.path.rindex('/') :]}"

    def _redesign(self, _report: Report) -> None:
        for report in self.reports:
            self._move(report)
        self.template += 1

    def _down(self, _report: Report) -> None:
        self.down_for = self.chance.randint(1, 4)
        self.trouble = self.chance.choice(TROUBLES)

    def _gone(self, report: Report) -> None:
        report.gone_for = self.chance.randint(1, 4)

    def visits(self, week: int) -> list[tuple[str, str, bytes | None]]:
        """Return address, title and answer of each visit of a run; None for 404."""
        answers: list[tuple[str, str, bytes | None]] = []
        for report in self.reports:
            url = self.url(report.path)
            if self.is_stamped:
                url = f"{url}?t={1767600000 + week * 604800 + self.chance.randrange(9)}"
            report.last_url = url
            answers.append((url, report.title, self._answer(report)))
        answers += [(url, "", None) for url in self.left]
        return answers

    def _answer(self, report: Report) -> bytes | None:
        if self.down_for:
            return self.trouble.encode()
        if report.gone_for:
            report.missed += 1
            if report.missed == VANISH_AFTER:
                self.lines.append(("vanished", self.url(report.path)))
            return None
        signed = "<p>青石县柳河镇人民政府</p><p>2023年1月10日</p>"
        body = pages.body(signed=signed)
        body = body.replace("四百余条", f"四百余条，其中网上{report.edit}条")
        line = self.chance.choice(self.chance.choice(list(VOLATILE.values())))
        markup = f"<p>{line}</p>"
        body = self.chance.choice([markup + body, body + markup])
        template = TEMPLATES[self.template % len(TEMPLATES)]
        return template(body, title=report.title).encode()


def crawl(archive: Archive, sites: list[Site], week: int) -> None:
    """Visit all sites, and read what is new."""
    at = FIRST_WEEK + timedelta(weeks=week)
    run_id = archive.begin_run("0.3.0", {"week": week})
    rows = [
        ArchivedSite(site.id, site.id, "generic", None, None, VANISH_AFTER, 1)
        for site in sites
    ]
    archive.begin_sites(run_id, rows)
    for site in sites:
        visits = site.visits(week)
        for number, (url, title, payload) in enumerate(visits):
            visited_at = clock.utc_text(at + timedelta(seconds=number))
            outcome = "not_found" if payload is None else "fetched"
            capture = Capture(
                site.id,
                url,
                "report",
                outcome,  # type: ignore[arg-type]
                visited_at,
                404 if payload is None else 200,
                payload=payload,
                hints=Hints(
                    list_title=title or None, content_type="text/html; charset=utf-8"
                ),
            )
            visit_id, is_unread = archive.store_capture(run_id, capture)
            if is_unread and payload is not None:
                reading = read(payload, url=url, hints=capture.hints, today=at.date())
                archive.store_reading(visit_id, reading)
        archive.end_site(run_id, site.id, "finished", len(visits), lists_whole=True)
    archive.end_run(run_id, "finished", {})


def test_the_feed_tells_what_happened_and_nothing_else(tmp_path: Path) -> None:
    chance = random.Random(2026)
    sites = [
        Site(f"s{number}", random.Random(chance.random()), is_stamped=number % 4 == 3)
        for number in range(SITES)
    ]
    for site in sites:
        site.begin()
    with Archive.create(tmp_path / "a.db") as archive:
        archive.db.execute("PRAGMA synchronous = OFF")
        for week in range(WEEKS):
            if week:
                for site in sites:
                    site.change()
            crawl(archive, sites, week)
        told: Counter[Line] = Counter()
        report_kinds: Counter[str] = Counter()
        for change in archive.changes():
            if change.kind.startswith("report_"):
                report_kinds[change.kind.removeprefix("report_")] += 1
            elif not change.kind.startswith("finding_"):
                told[change.kind, (change.url or "").partition("?")[0]] += 1
    happened = Counter(line for site in sites for line in site.lines)
    assert told - happened == Counter(), "told, and did not happen"
    assert happened - told == Counter(), "happened, and was not told"
    assert report_kinds == Counter(kind for kind, _ in happened.elements())
