"""An archive of report-like pages of the whole country, made through the archive's own writing
path.

    python -m bench.nation /tmp/nation.db --documents 100000

Every division of 2024 has a government and some departments, each with reports for six years:
the readings of the sample's reports, whose figures go together over the years, under other
names, with words of their own. One page in a hundred names no agency, one in fifty is a copy on
another site, some have findings, are late or missing. A second and a third crawl find some
changed and some gone. Equal seeds give equal archives, but for the runs' own times.
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

from bench.reports import BODIES, _words
from nianbao.archive import Archive
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
from nianbao.crawler.runs import name_cells
from nianbao.pipelines import reader
from nianbao.pipelines.reader.regions.table import Division, load_division_table
from nianbao.sample.province import DEFAULT_SEED, Province

YEARS = range(2019, 2025)
OWN = 320  # words that each page has of its own, about 1,000 characters
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
    like: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A page of a site; what a reader makes of it is made when it is wanted."""

    url: str
    original: str  # the address whose content it has: its own, or for a copy that of the other
    body: Body
    year: int

    @property
    def reading(self) -> Reading:
        """What a reader makes of it."""
        return _reading(random.Random(self.original), self.body, self.year)


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    wanted = parser.parse_args()
    make(wanted.path, wanted.documents)


def make(path: Path, documents: int, seed: int = DEFAULT_SEED) -> None:
    """Write the archive; say how far it is."""
    began, written = time.perf_counter(), 0
    with Archive.create(path) as archive:
        name_cells(archive)
        sites = list(_sites(documents, seed))
        for number in (1, 2, 3):
            run_id = archive.begin_run("bench", {"crawl": number})
            archive.begin_sites(run_id, [site for site, _ in sites])
            for site, bodies in sites:
                with archive.transaction():
                    written += _crawl(
                        archive, run_id, number, site, _pages(site, bodies, seed)
                    )
                    archive.end_site(run_id, site.id, "finished", 1, lists_whole=True)
                print(
                    f"\r{written:,} visits, {time.perf_counter() - began:.0f} s",
                    end="",
                    file=sys.stderr,
                )
            archive.end_run(run_id, "finished", {"visits": written})
        archive.finalize()
    print(f"\n{path}: {path.stat().st_size / 1e6:,.0f} MB", file=sys.stderr)


def _crawl(
    archive: Archive,
    run_id: int,
    number: int,
    site: ArchivedSite,
    pages: Iterable[Posted],
) -> int:
    """Play one crawl of a site; the later ones look only at what changed or went."""
    visits = 0
    for place, page in enumerate(pages):
        fate = random.Random(f"{page.url}/{number}").random()
        if number > 1 and fate > 0.06:
            continue
        gone = number > 1 and fate < 0.01
        reading = page.reading if number == 1 else _changed(page.reading, number)
        at = f"202{5 + number // 3}-0{number}-{1 + place % 28:02}T0{place % 10}:{place % 60:02}:00.000Z"
        visit_id, unread = archive.store_capture(
            run_id, _capture(site, page.url, at, None if gone else reading.text)
        )
        if unread:
            archive.store_reading(visit_id, reading)
        visits += 1
    if number == 2 and site.id.endswith("7"):
        archive.store_capture(
            run_id,
            replace(
                _capture(site, f"http://{site.id}.example/list", at, None),
                outcome="blocked",
            ),
        )
        archive.store_note(run_id, _blocked(site))
    return visits


def _blocked(site: ArchivedSite) -> Note:
    url = f"http://{site.id}.example/list"
    return Note(
        site.id, url, Finding("blocked.challenge", "error", f"{url} is kept from us")
    )


def _capture(site: ArchivedSite, url: str, at: str, text: str | None) -> Capture:
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


def _changed(reading: Reading, number: int) -> Reading:
    """Return a later state of a page: other words, and in one figure another number."""
    text = f"{reading.text}\n本报告第{number}次更正。"
    first, *others = reading.figures or (None,)
    figures = reading.figures
    if first is not None and first.value is not None:
        figures = (
            replace(first, value=first.value + number, text=str(first.value + number)),
            *others,
        )
    return replace(reading, text=text, figures=figures, content_sha256=_digest(text))


# --- who reports ----------------------------------------------------------------------------


def _sites(documents: int, seed: int) -> Iterator[tuple[ArchivedSite, list[Body]]]:
    """Yield a site for each prefecture with the agencies of its divisions, as many as make so
    many documents.
    """
    dice = random.Random(f"{seed}/nation")
    groups: dict[str, list[Division]] = {}
    for division in _divisions():
        prefecture, province = load_division_table().find_parents(division, YEARS[-1])
        groups.setdefault((prefecture or province).code, []).append(division)
    divisions = sum(map(len, groups.values()))
    each = documents / len(YEARS) / divisions / 0.97  # agencies of a division
    left = documents
    for code, members in groups.items():
        bodies = [
            body for division in members for body in _bodies(dice, division, each)
        ]
        first = members[0]
        name = load_division_table().get_full_name(first, YEARS[-1])
        yield (
            ArchivedSite(
                f"s{code}", f"{first.name}人民政府", "trs", name, first.code, 1, 1
            ),
            bodies,
        )
        left -= len(bodies) * len(YEARS)
        if left <= 0:
            return


@cache
def _divisions() -> tuple[Division, ...]:
    found = {
        d.unit: d
        for units in load_division_table().units.values()
        for d in units
        if d.covers(YEARS[-1])
    }
    order = {"province": 0, "prefecture": 1, "county": 2}
    return tuple(
        sorted(found.values(), key=lambda d: (d.code[:4], order[d.level], d.code))
    )


def _bodies(dice: random.Random, division: Division, how_many: float) -> Iterator[Body]:
    count = int(how_many) + (dice.random() < how_many % 1)
    kinds = (
        BODIES[0],
        *dice.sample(BODIES[1:], min(max(count - 1, 0), len(BODIES) - 1)),
    )
    for kind in kinds[: max(count, 1)]:
        level = division.level if kind == BODIES[0] else "department"
        yield Body(
            division, division.name + kind, level, dice.randrange(len(_series()))
        )


# --- what they report -----------------------------------------------------------------------


@cache
def _series() -> tuple[dict[int, Reading], ...]:
    """Return the readings of the sample's agencies with four years or more, by year."""
    province = Province(DEFAULT_SEED)
    pages = province.pages(1)
    found: dict[str, dict[int, Reading]] = {}
    for truth in province.truths(1):
        if truth.form in ("g2019", "g2021"):
            read = reader.read(pages[truth.url].body, url=truth.url)
            found.setdefault(truth.agency, {})[truth.report_year] = replace(
                read, findings=(), sections=()
            )
    return tuple(series for series in found.values() if len(series) >= 4)


@cache
def _lexicon() -> tuple[list[str], list[float]]:
    words = _words(random.Random("nation/words"))
    return words, list(accumulate(1 / rank for rank in range(1, len(words) + 1)))


def _pages(site: ArchivedSite, bodies: list[Body], seed: int) -> Iterator[Posted]:
    for body in bodies:
        for year in YEARS:
            dice = random.Random(f"{seed}/{body.division.code}/{body.name}/{year}")
            if dice.random() < 0.05:
                continue  # no report
            url = f"http://{site.id}.example/{year}/{dice.getrandbits(40):010x}.html"
            yield Posted(url, url, body, year)
            if dice.random() < 0.02:
                yield Posted(url.replace("/20", "/copy/20"), url, body, year)


def _reading(dice: random.Random, body: Body, year: int) -> Reading:
    series = _series()[body.like]
    like = series.get(year) or series[max(series)]
    region = load_division_table().get_full_name(body.division, year)
    words, weights = _lexicon()
    text, title = (
        like.text.replace(like.agency.printed or "", body.name),
        f"{body.name}{year}年政府信息公开工作年度报告",
    )
    parts = [title, text]
    said = dice.choices(words, cum_weights=weights, k=OWN)
    parts += ["，".join(said[at : at + 8]) + "。" for at in range(0, OWN, 8)]
    day = int(dice.triangular(1, 150, 25))
    published = f"{year + 1}-{1 + day // 31:02}-{1 + day % 28:02}"
    agency = Agency(body.name, body.name, body.division.code, region, body.level)
    text = "\n".join(parts)
    return replace(
        like,
        title=title,
        report_year=year,
        agency=Agency() if dice.random() < 0.01 else agency,
        published_on=published,
        published_at=None,
        date_candidates=(),
        text=text,
        findings=tuple(_findings(dice, like.form or "g2021")),
        content_sha256=_digest(text),
    )


def _findings(dice: random.Random, form: str) -> Iterator[Finding]:
    for rule, severity, part, row, column in RULES:
        if dice.random() < 0.03:
            expected, found = str(dice.randint(1, 99)), str(dice.randint(100, 199))
            message = f"{row}: {expected} expected, {found} found"
            yield Finding(
                rule, severity, message, f"{form}.{part}", row, column, expected, found
            )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main()
