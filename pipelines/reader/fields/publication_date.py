"""The publication date: every candidate with its basis, and the one that is to be believed.

Order of trust: a label printed in the header or metadata table (发布时间, 发布日期, then 时间,
日期), a bare date in the header line below the title, meta PubDate, the date of the list row,
the date in the address. On 63 real pages the meta tag named another day than the printed label
14 times; where it equals the stamp of page generation to the second it is no publication date
at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from nianbao.archive.records import DateCandidate, Finding
from nianbao.pipelines.reader.fields import agencies, dates, labels
from nianbao.pipelines.reader.fields.labels import Labelled
from nianbao.pipelines.reader.page import boilerplate
from nianbao.pipelines.reader.payload.normal_form import fold_forms, squeeze

_METAS = (
    "pubdate",
    "publishdate",
    "publish_date",
    "article:published_time",
    "firstpublishedtime",
)
_GENERATED = ("others", "maketime", "htmlgeneratetime", "createdate", "generatetime")
_META_NAMES = {"pubdate": "PubDate", "publishdate": "PublishDate"}
_BESIDE_DATE = re.compile(
    r"来\s*源|作\s*者|字\s*[体号]|浏\s*览|点\s*击|访\s*问|阅\s*读|编\s*辑|打\s*印|分\s*享|发\s*布|大\s*中\s*小|供\s*稿|记\s*者|通\s*讯\s*员|撰\s*稿|审\s*核|摄\s*影|责\s*编"
)
_CLOCK = re.compile(r"今天|今日|星期|现在|农历|欢迎")
_RANGE = re.compile(r"\s*(?:至|到|—|~|－|起|止)")
_NAMED = re.compile(r"([^\s:：|]*)[:：]$")
_NEAR = 6  # lines below the title in which a bare date is its publication date


@dataclass(frozen=True, slots=True)
class Published:
    """The publication date, its instant when a time was printed, its basis, and all candidates."""

    on: str | None
    at: str | None
    basis: str | None
    candidates: tuple[DateCandidate, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    basis: str
    stamp: dates.Stamp
    trusted: bool = True


def read(
    header: Sequence[str],
    hits: Sequence[Labelled],
    tail: Sequence[str],
    metas: Mapping[str, str],
    *,
    title: str | None,
    listed: str | None,
    url: str | None,
    report_year: int | None,
    today: date,
) -> Published:
    """Choose the publication date among all that the page, its list row and its address name."""
    found = [
        *_labelled(
            _without_events(hits, header),
            (*labels.PUBLISHED, *labels.PLAIN),
            _title_line(header, title),
        ),
        *_bare(header, title),
        *_labelled(labels.find(_own(tail[:_NEAR])), labels.PUBLISHED, None),
        *_from_metas(metas),
        *_single("list", listed),
        *_from_url(url, report_year),
    ]
    found = _once(found)
    refused = [item for item in found if not _possible(item.stamp.day, today)]
    possible = [item for item in found if item not in refused]
    chosen = next((item for item in possible if item.trusted), None)
    return Published(
        on=chosen.stamp.day.isoformat() if chosen else None,
        at=chosen.stamp.instant if chosen else None,
        basis=chosen.basis if chosen else None,
        candidates=tuple(
            DateCandidate(i.basis, i.stamp.day.isoformat(), i.stamp.text)
            for i in possible
        ),
        findings=(*map(_refusal, refused), *_disagreement(possible, chosen)),
    )


def _labelled(
    found: Iterable[Labelled], names: Sequence[str], title_line: int | None
) -> Iterator[_Found]:
    """Yield the dates behind labels: those below the title first, then by label, then nearest
    to the body.
    """
    hits = [hit for hit in found if hit.label in names]
    hits.sort(
        key=lambda hit: (
            hit.line < (title_line or 0),
            names.index(hit.label),
            -hit.line,
        )
    )
    for hit in hits:
        value = fold_forms(hit.value)
        stamp = dates.find_leading_date(value)
        behind = value[stamp.end :].strip(" |\t)】]") if stamp else ""
        row = (
            hit.line < (title_line or 0)
            and behind
            and not _BESIDE_DATE.search(behind)
            and not boilerplate.is_chrome(behind)
        )
        if stamp and not row and not _RANGE.match(value[stamp.end :]):
            yield _Found(f"label:{hit.label}", stamp)


def _without_events(hits: Sequence[Labelled], header: Sequence[str]) -> list[Labelled]:
    """Return the labels without those that say when something takes place."""
    lines = [*map(fold_forms, header), ""]
    return [
        hit
        for hit in hits
        if hit.label not in labels.PLAIN
        or not labels.is_event(lines[hit.line], lines[hit.line + 1])
    ]


def _own(tail: Sequence[str]) -> list[str]:
    """Return the lines behind the body that are still the page's own: labels and chrome, up to
    the first other.
    """
    return list(
        takewhile(
            lambda line: (
                boilerplate.is_chrome(line) or labels.has_label(fold_forms(line))
            ),
            tail,
        )
    )


def _title_line(header: Sequence[str], title: str | None) -> int | None:
    """Return the number of the last header line that holds the title."""
    return max(_title_lines(header, title), default=None)


def _title_lines(header: Sequence[str], title: str | None) -> list[int]:
    wanted = squeeze(title or "")
    return [number for number, line in enumerate(header) if _holds(line, wanted)]


def _bare(header: Sequence[str], title: str | None) -> Iterator[_Found]:
    """Yield a date that stands in the header below the title without a label.

    The title can stand above the date and again below it; the lowest that a date follows counts.
    """
    starts = _title_lines(header, title) if title else [0]
    for start in reversed(starts):
        hits = list(_below(header, start))
        if hits:
            if (
                len({stamp.day for stamp in hits}) == 1
            ):  # several days are a list of rows
                yield _Found("header", hits[0])
            return


def _below(header: Sequence[str], start: int) -> Iterator[dates.Stamp]:
    for number in range(start, min(len(header), start + _NEAR + 1)):
        line = fold_forms(header[number])
        if number == start:
            line = _behind_title(line)
        stamps = (
            []
            if _CLOCK.search(line) or len(line) > 200
            else list(dates.find_dates(line))
        )
        if len(stamps) == 1 and _is_publication(
            line, stamps[0], header[number - 1] if number else ""
        ):
            yield stamps[0]


def _holds(line: str, wanted: str) -> bool:
    plain = squeeze(line)
    return (
        bool(wanted)
        and len(plain) > 3
        and (wanted in plain or (plain in wanted and len(plain) * 2 > len(wanted)))
    )


def _behind_title(line: str) -> str:
    """Return the date in brackets that ends a title line: 标题 ( 2024-05-11)."""
    match = re.search(r"[(\[【]\s*([\d/.:年月日\s-]{8,})[)\]】]\s*$", line)
    return match[1] if match else ""


def _is_publication(line: str, stamp: dates.Stamp, above: str) -> bool:
    """Tell a header date from a signature, an event or a labelled date of another kind."""
    before = line[: stamp.start].strip(" \t|([【•·")
    rest = (line[: stamp.start] + line[stamp.end :]).strip(" \t|()[]【】•·")
    if not rest:
        if above.rstrip()[-1:] in (":", "："):
            return False
        signed = (
            "年" in stamp.text and not stamp.time and agencies.is_agency(squeeze(above))
        )
        return not signed
    if _RANGE.match(line[stamp.end :]) or (
        (named := _NAMED.search(before)) and named[1] not in ("发布", "发表")
    ):
        return False
    if any(hit.label in labels.OTHER_DATES for hit in labels.find([line])):
        return False
    return bool(_BESIDE_DATE.search(rest) or boilerplate.is_chrome(rest))


def _from_metas(metas: Mapping[str, str]) -> Iterator[_Found]:
    generated = {
        stamp.instant
        for name in _GENERATED
        if name in metas
        for stamp in dates.find_dates(metas[name])
        if stamp.instant
    }
    for name in _METAS:
        stamp = dates.find_first_date(
            fold_forms(metas.get(name, ""))
        ) or dates.parse_machine_date(metas.get(name, ""))
        if stamp:
            exact = stamp.instant is not None and stamp.instant.count(":") > 2
            yield _Found(
                f"meta:{_META_NAMES.get(name, name)}",
                stamp,
                not (exact and stamp.instant in generated),
            )


def _single(basis: str, printed: str | None) -> Iterator[_Found]:
    stamp = dates.find_first_date(fold_forms(printed or ""))
    if stamp:
        yield _Found(basis, stamp)


def _from_url(url: str | None, report_year: int | None) -> Iterator[_Found]:
    """Yield the day in the address; it is the day of filing, so it has to fit the report's year."""
    day = dates.find_url_date(url or "")
    if day:
        fits = report_year is None or day.year in (report_year, report_year + 1)
        yield _Found("url", dates.Stamp(day, None, str(url), 0, 0), fits)


def _possible(day: date, today: date) -> bool:
    return day.year >= dates.FIRST_YEAR and day <= today


def _once(found: Sequence[_Found]) -> list[_Found]:
    """Keep each candidate once; a header line whose date stands behind a label is told by its
    label.
    """
    labelled = {item.stamp.text for item in found if item.basis.startswith("label:")}
    kept: dict[tuple[str, str], _Found] = {}
    for item in found:
        if item.basis != "header" or item.stamp.text not in labelled:
            kept.setdefault((item.basis, item.stamp.text), item)
    return list(kept.values())


def _refusal(item: _Found) -> Finding:
    return Finding(
        "published_on.refused",
        "warning",
        f"{item.basis} says {item.stamp.text}: before {dates.FIRST_YEAR} or in the future",
        found=item.stamp.day.isoformat(),
    )


def _disagreement(found: Sequence[_Found], chosen: _Found | None) -> Iterator[Finding]:
    if chosen is None:
        return
    others = {
        item.basis: item.stamp.day.isoformat()
        for item in found
        if item.stamp.day != chosen.stamp.day
    }
    if others:
        told = ", ".join(f"{basis} {day}" for basis, day in others.items())
        day = chosen.stamp.day.isoformat()
        message = f"{chosen.basis} says {day}, but {told}"
        yield Finding(
            "published_on.disagreement", "warning", message, expected=day, found=told
        )
