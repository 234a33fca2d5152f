"""An archive of report-like pages of the whole country, written through the archive's own API.

    python -m bench.nation /tmp/nation.db --documents 100000

Every division of 2024 has a government and some departments, each with reports for six years:
the readings of the sample's reports, whose figures go together over the years, under other
names, with words of their own. One page in a hundred names no agency, one in fifty is a copy on
another site, some have findings, are late or missing. A second and a third crawl meet some
changed pages and some that are gone. Equal seeds give equal archives, but for the runs' own
times.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path

from bench.pages import read_truths
from bench.reports import BODIES, make_words
from nianbao.archive import Archive
from nianbao.archive.divisions.table import Division, load_division_table
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import (
    Agency,
    Capture,
    Finding,
    Hints,
    Level,
    Note,
    Reading,
)
from nianbao.crawler.archives import name_cells
from nianbao.pipelines import reader
from nianbao.sample.province import DEFAULT_SEED, Province

YEARS = range(2019, 2025)
OWN_WORDS = 320  # words that each page has of its own, about 1,000 characters
RULES = (
    ("req.row_total", "error", "requests", "new_received", "total"),
    ("req.balance", "error", "requests", "carried_out", "total"),
    ("rev.direct_row", "warning", "review_litigation", "litigation_direct", "total"),
)


@dataclass(frozen=True, slots=True)
class Body:
    """An agency and the series of the sample whose figures it has."""

    division: Division
    name: str
    level: Level
    series_number: int


@dataclass(frozen=True, slots=True)
class PostedPage:
    """A page of a site; its reading is made when somebody asks for it."""

    url: str
    content_url: (
        str  # the address whose content it has: its own, or that of the page it copies
    )
    body: Body
    year: int

    @property
    def reading(self) -> Reading:
        """What a reader makes of it."""
        return _make_reading(random.Random(self.content_url), self.body, self.year)


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    options = parser.parse_args()
    make_archive(options.path, options.documents)


def make_archive(path: Path, documents: int, seed: int = DEFAULT_SEED) -> None:
    """Write the archive; print how far it is."""
    start = time.perf_counter()
    visit_count = 0
    with Archive.create(path) as archive:
        name_cells(archive)
        sites = list(_make_sites(documents, seed))
        for number in (1, 2, 3):
            run_id = archive.begin_run("bench", {"crawl": number})
            archive.begin_sites(run_id, [site for site, _ in sites])
            for site, bodies in sites:
                pages = _make_pages(site, bodies, seed)
                with archive.transaction():
                    visit_count += _store_crawl(archive, run_id, number, site, pages)
                    archive.end_site(run_id, site.id, "finished", 1, lists_whole=True)
                seconds = time.perf_counter() - start
                print(
                    f"\r{visit_count:,} visits, {seconds:.0f} s",
                    end="",
                    file=sys.stderr,
                )
            archive.end_run(run_id, "finished", {"visits": visit_count})
        archive.finalize()
    megabytes = path.stat().st_size / 1e6
    print(f"\n{path}: {megabytes:,.0f} MB", file=sys.stderr)


def _store_crawl(
    archive: Archive,
    run_id: int,
    number: int,
    site: ArchivedSite,
    pages: Iterable[PostedPage],
) -> int:
    """Store one crawl of a site; the later ones look only at what changed or vanished."""
    visits = 0
    visited_at = ""
    for index, page in enumerate(pages):
        chance = random.Random(f"{page.url}/{number}").random()
        if number > 1 and chance > 0.06:
            continue
        reading = page.reading
        text: str | None = reading.text
        if number > 1:
            reading = _revise_reading(reading, number)
            text = reading.text
            if chance < 0.01:
                text = None
        visited_at = _make_time(number, index)
        capture = _make_capture(site, page.url, visited_at, text)
        visit_id, needs_reading = archive.store_capture(run_id, capture)
        if needs_reading:
            archive.store_reading(visit_id, reading)
        visits += 1
    if number == 2 and site.id.endswith("7"):
        list_url = f"http://{site.id}.example/list"
        capture = _make_capture(site, list_url, visited_at, None)
        archive.store_capture(run_id, replace(capture, outcome="blocked"))
        archive.store_note(run_id, _make_block_note(site))
    return visits


def _make_time(number: int, index: int) -> str:
    """Return the time of a visit to a page in the first, second or third crawl."""
    year = 2025 + number // 3
    day = 1 + index % 28
    return f"{year}-0{number}-{day:02}T0{index % 10}:{index % 60:02}:00.000Z"


def _make_block_note(site: ArchivedSite) -> Note:
    url = f"http://{site.id}.example/list"
    return Note(
        site.id, url, Finding("blocked.challenge", "error", f"{url} is kept from us")
    )


def _make_capture(site: ArchivedSite, url: str, at: str, text: str | None) -> Capture:
    return Capture(
        site=site.id,
        url=url,
        role="report",
        outcome="not_found" if text is None else "fetched",
        visited_at=at,
        status=404 if text is None else 200,
        headers=(("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx")),
        payload=None
        if text is None
        else f"<!DOCTYPE html><html><body>{text}</body></html>".encode(),
        hints=Hints(column="政府信息公开年报", region=site.region),
    )


def _revise_reading(reading: Reading, number: int) -> Reading:
    """Return a later state of a page: other words, and in one figure another number."""
    text = f"{reading.text}\n本报告第{number}次更正。"
    figures = reading.figures
    if figures and figures[0].value is not None:
        value = figures[0].value + number
        figures = (replace(figures[0], value=value, text=str(value)), *figures[1:])
    return replace(
        reading, text=text, figures=figures, content_sha256=_compute_digest(text)
    )


# --- who reports ----------------------------------------------------------------------------


def _make_sites(documents: int, seed: int) -> Iterator[tuple[ArchivedSite, list[Body]]]:
    """Yield a site for each prefecture with the agencies of its divisions.

    They are as many as make so many documents.
    """
    table = load_division_table()
    dice = random.Random(f"{seed}/nation")
    groups: dict[str, list[Division]] = {}
    for division in _list_divisions():
        prefecture, province = table.find_parents(division, YEARS[-1])
        parent = prefecture or province
        groups.setdefault(parent.code, []).append(division)
    division_count = sum(map(len, groups.values()))
    agencies_of_division = documents / len(YEARS) / division_count / 0.97
    missing_documents = documents
    for code, divisions in groups.items():
        bodies: list[Body] = []
        for division in divisions:
            bodies.extend(_make_bodies(dice, division, agencies_of_division))
        first = divisions[0]
        site_name = f"{first.name}人民政府"
        region = table.get_full_name(first, YEARS[-1])
        site = ArchivedSite(f"s{code}", site_name, "trs", region, first.code, 1, 1)
        yield site, bodies
        missing_documents -= len(bodies) * len(YEARS)
        if missing_documents <= 0:
            return


@cache
def _list_divisions() -> tuple[Division, ...]:
    """Return the divisions of the last year, each prefecture before its counties."""
    divisions: list[Division] = []
    for spans in load_division_table().units.values():
        divisions += [span for span in spans if span.covers(YEARS[-1])]
    order = {"province": 0, "prefecture": 1, "county": 2}
    divisions.sort(
        key=lambda division: (division.code[:4], order[division.level], division.code)
    )
    return tuple(divisions)


def _make_bodies(
    dice: random.Random, division: Division, mean_count: float
) -> Iterator[Body]:
    """Yield the government of a division, and some departments."""
    count = int(mean_count)
    if dice.random() < mean_count % 1:
        count += 1
    department_count = min(max(count - 1, 0), len(BODIES) - 1)
    kinds = [BODIES[0], *dice.sample(BODIES[1:], department_count)]
    for kind in kinds:
        level: Level = "department"
        if kind == BODIES[0]:
            level = division.level
        series_number = dice.randrange(len(_read_series()))
        yield Body(division, division.name + kind, level, series_number)


# --- what they report -----------------------------------------------------------------------


@cache
def _read_series() -> tuple[dict[int, Reading], ...]:
    """Return the readings of the sample's agencies with four years or more, by year."""
    province = Province(DEFAULT_SEED)
    pages = province.pages(1)
    readings: dict[str, dict[int, Reading]] = {}
    for truth in read_truths(province):
        if truth.form not in ("g2019", "g2021"):
            continue
        reading = reader.read(pages[truth.url].body, url=truth.url)
        reading = replace(reading, findings=(), sections=())
        if truth.agency and truth.report_year:
            readings.setdefault(truth.agency, {})[truth.report_year] = reading
    return tuple(series for series in readings.values() if len(series) >= 4)


@cache
def _make_lexicon() -> tuple[list[str], list[float]]:
    words = make_words(random.Random("nation/words"))
    return words, list(accumulate(1 / rank for rank in range(1, len(words) + 1)))


def _make_pages(
    site: ArchivedSite, bodies: list[Body], seed: int
) -> Iterator[PostedPage]:
    for body in bodies:
        for year in YEARS:
            dice = random.Random(f"{seed}/{body.division.code}/{body.name}/{year}")
            if dice.random() < 0.05:
                continue  # no report
            url = f"http://{site.id}.example/{year}/{dice.getrandbits(40):010x}.html"
            yield PostedPage(url, url, body, year)
            if dice.random() < 0.02:
                yield PostedPage(url.replace("/20", "/copy/20"), url, body, year)


def _make_reading(dice: random.Random, body: Body, year: int) -> Reading:
    """Return a reading of the body's series under the body's name, with words of its own."""
    series = _read_series()[body.series_number]
    original = series.get(year) or series[max(series)]
    region = load_division_table().get_full_name(body.division, year)
    words, weights = _make_lexicon()
    title = f"{body.name}{year}年政府信息公开工作年度报告"
    parts = [title, original.text.replace(original.agency.printed or "", body.name)]
    own_words = dice.choices(words, cum_weights=weights, k=OWN_WORDS)
    for start in range(0, OWN_WORDS, 8):
        parts.append("，".join(own_words[start : start + 8]) + "。")
    text = "\n".join(parts)
    day = int(dice.triangular(1, 150, 25))
    agency = Agency(body.name, body.name, body.division.code, region, body.level)
    if dice.random() < 0.01:
        agency = Agency()
    return replace(
        original,
        title=title,
        report_year=year,
        agency=agency,
        published_on=f"{year + 1}-{1 + day // 31:02}-{1 + day % 28:02}",
        published_at=None,
        date_candidates=(),
        text=text,
        findings=tuple(_make_findings(dice, original.form or "g2021")),
        content_sha256=_compute_digest(text),
    )


def _make_findings(dice: random.Random, form: str) -> Iterator[Finding]:
    for rule, severity, part, row, column in RULES:
        if dice.random() >= 0.03:
            continue
        expected = str(dice.randint(1, 99))
        actual = str(dice.randint(100, 199))
        yield Finding(
            rule=rule,
            severity=severity,
            message=f"{row}: {expected} expected, {actual} found",
            table=f"{form}.{part}",
            row=row,
            column=column,
            expected=expected,
            found=actual,
        )


def _compute_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main()
