"""The names of bodies on a page, each with the place that gives it (its basis)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from nianbao.pipelines.reader.fields import agency_phrases, dates, labels
from nianbao.pipelines.reader.fields.agency_names import extract_title_agency, is_agency
from nianbao.pipelines.reader.fields.agency_phrases import Opening
from nianbao.pipelines.reader.fields.compilers import (
    AMBIGUOUS,
    Speaker,
    choose_body_of_office,
)
from nianbao.pipelines.reader.fields.labels import LabelField
from nianbao.pipelines.reader.fields.title_lines import find_report_title
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_space,
    squeeze,
)
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("agencies")

LAST_HEADER_LINES = 20  # in which the report's own heading can stand
_LINES_BELOW_TITLE = 4
_MAX_LINE_LENGTH = 40
_MAX_SOURCE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class AgencyPlaces:
    """The places of a page that can name its issuer.

    `title` is the page's own, `shown_title` can be that of a list row. `fields` are the labels of
    the header and below the body, `opening` is the beginning of the body, `signature` the agency
    that signed, `metas` the meta tags by name.
    """

    title: str | None
    shown_title: str | None
    header: Sequence[str]
    fields: Sequence[LabelField]
    opening: Opening
    signature: str | None
    metas: Mapping[str, str]


class AgencyCandidate(NamedTuple):
    """A name and the place that gives it."""

    basis: str
    name: str


def iterate_sources(places: AgencyPlaces) -> Iterator[AgencyCandidate]:
    """Yield what stands behind 发布机构 or 来源, whatever it is: 海南日报, 本网, two names."""
    for field in places.fields:
        is_publisher = field.label in labels.PUBLISHERS
        if not is_publisher and field.label not in labels.SOURCES:
            continue
        name = _extract_source(field.value)
        if not _is_source(name):
            continue
        can_be_person = field.label in labels.PERSONS
        if can_be_person and not is_agency(remove_space(name)):
            continue
        basis = "metadata" if is_publisher else "source"
        yield AgencyCandidate(basis, name)
    name = fold_forms(places.metas.get("contentsource", ""))
    if _is_source(name):
        yield AgencyCandidate("meta:ContentSource", name)


def _extract_source(value: str) -> str:
    """Return the value of a source without the buttons and the date behind it."""
    name = fold_forms(value)
    name = _RULES.tools_behind_source.remove_from(name).strip()
    stamp = dates.find_first_date(name)
    if stamp:
        before = name[: stamp.start]
        return before.strip(" \t|([【")
    return name


def _is_source(name: str) -> bool:
    if not 0 < len(name) <= _MAX_SOURCE_LENGTH:
        return False
    return not _RULES.no_source.find(name)


def iterate_names(places: AgencyPlaces) -> Iterator[tuple[str, str]]:
    """Yield every text that can be the name of the issuer, with its basis."""
    if places.title:
        yield "title", extract_title_agency(places.title)
    heading = find_report_title(places.header[-LAST_HEADER_LINES:])
    if heading:
        yield "title", extract_title_agency(heading)
    yield from _iter_names_in_opening(places.opening)
    for name in _iter_names_in_header(places):
        yield "header", name
    for field in places.fields:
        if field.label in labels.PUBLISHERS:
            yield "metadata", _extract_first_word(field.value)
        elif field.label in labels.SOURCES:
            yield "source", _extract_first_word(field.value)
    if places.signature:
        yield "signature", places.signature
    yield "meta:ContentSource", places.metas.get("contentsource", "")
    yield "meta:Author", places.metas.get("author", "")


def _iter_names_in_header(places: AgencyPlaces) -> Iterator[str]:
    """Yield the lines below the title, and the body in the head of a paper: 柳河县教育局文件."""
    for line in _find_lines_below_title(places.shown_title, places.header):
        if len(line) < _MAX_LINE_LENGTH:
            name = _remove_day(line)
            yield name.strip("()（）") if name[:1] in "(（" else name
    for line in places.header[-LAST_HEADER_LINES:]:
        if "文" not in line[-4:]:
            continue  # all but a few, and cheaper than the pattern
        letterhead = _RULES.letterhead.find(squeeze(line))
        if letterhead:
            yield letterhead[1]


def _remove_day(line: str) -> str:
    """Return a line below the title without the day in front: 2012-3-30 柳河县教育局."""
    stamp = dates.find_leading_date(line)
    if stamp is None:
        return line
    return line[stamp.end :]


def _iter_names_in_opening(opening: Opening) -> Iterator[tuple[str, str]]:
    """Yield the names in the phrases of the text, and of an office that wrote it its body."""
    for basis, name in agency_phrases.iterate_phrases(opening):
        if basis != "compiler":
            yield basis, name
            continue
        body = choose_body_of_office(name, opening.prose)
        if body == AMBIGUOUS:
            yield "compiler", name
        else:
            yield "preamble", body


def iterate_speakers(opening: Opening) -> Iterator[AgencyCandidate]:
    """Yield the bodies that sentences speak of, where no other place names one."""
    for name in agency_phrases.iterate_subjects(opening):
        yield AgencyCandidate("sentence", opening.long_names.get(name, name))
    speaker = Speaker.listen(opening.prose)
    website = speaker.find_own_body(agency_phrases.iterate_websites(opening))
    if website:
        yield AgencyCandidate("website", website)


def _find_lines_below_title(title: str | None, header: Sequence[str]) -> Sequence[str]:
    """Return the header lines below the title.

    Covers print the agency there, on a line of its own. A line below a label is its value.
    """
    squeezed_title = squeeze(title or "")
    if not squeezed_title:
        return ()
    title_line = None
    for number, line in enumerate(header):
        if len(line) > 3 and squeeze(line) in squeezed_title:
            title_line = number
    if title_line is None:
        return ()
    last_line = title_line + _LINES_BELOW_TITLE
    lines: list[str] = []
    for line_above, line in pairwise(header[title_line : last_line + 1]):
        if line_above[-1:] not in ":：":
            lines.append(line)
    return lines


def _extract_first_word(value: str) -> str:
    words = value.split(maxsplit=1)
    if not words:
        return ""
    name, _, _ = words[0].partition("|")
    return name
