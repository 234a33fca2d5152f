"""The issuing agency as the page prints it, chosen among all places that name one.

Title, preamble (由…编制), metadata table (发布机构), signature, first sentence, header 来源,
meta ContentSource and Author. The source field is often 本站原创, empty, or the same wrong body
on the whole site, so it names the agency only when nothing else does. But whatever prints the
fuller form of the chosen name gives the name (高桥镇 in the title, 沙县高桥镇人民政府 in the
signature). Only the report itself can say that its issuer is the body's office: 来源 is the
office that put it online, unless the report speaks of itself as one (我办). What stands behind
来源 or 发布机构 is a candidate as it is printed, a newspaper too; the issuer is a body. The
patterns are rules, in rules/agencies.yaml; what is the name of a body stands in agency_names.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from nianbao.archive.records import Agency
from nianbao.pipelines.reader.fields import dates, labels
from nianbao.pipelines.reader.fields.agency_names import (
    clean_name,
    extract_title_agency,
    is_agency,
    is_media_centre,
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

_COVER_LENGTH = 150  # squeezed characters of a body in which a cover stands
_LAST_HEADER_LINES = 20  # in which the report's own heading can stand
_LINES_BELOW_TITLE = 4
_MAX_LINE_LENGTH = 40
_MAX_SOURCE_LENGTH = 60
_MAX_CUT_LENGTH = 4  # characters that a name can have lost at its beginning
_META_BASES = ("meta:ContentSource", "meta:Author")
# Who put the page online, or answers the telephone.
_OFFICE_BASES = ("header", "source", *_META_BASES, "contact", "metadata")
# A name and nothing else stands there, but a name that has lost its beginning can.
_WHOLE_NAME_BASES = ("metadata", "signature", "source", *_META_BASES, "contact")
# Count only where nothing else names a body.
_LAST_RESORTS = ("contact", "rules")
_TRUST = (
    "title",
    "cover",
    "preamble",
    "metadata",
    "signature",
    "body",
    "header",
    "source",
    *_META_BASES,
    *_LAST_RESORTS,
)


@dataclass(frozen=True, slots=True)
class AgencyPlaces:
    """The places of a page that can name its issuer.

    `title` is the page's own, `shown_title` can be that of a list row. `fields` are the labels of
    the header and below the body, `opening` is the squeezed beginning of the body, `signature`
    the agency that signed, `metas` the meta tags by name.
    """

    title: str | None
    shown_title: str | None
    header: Sequence[str]
    fields: Sequence[LabelField]
    opening: str
    signature: str | None
    metas: Mapping[str, str]


class AgencyCandidate(NamedTuple):
    """A name and the place that gives it."""

    basis: str
    name: str


def choose_agency(places: AgencyPlaces, *, traditional: bool) -> Agency:
    """Return the issuing agency with every candidate for it.

    `traditional` says that the page is in traditional characters.
    """
    candidates = _collect_agencies(places, traditional)
    agency_names = {candidate.name for candidate in candidates}
    every_candidate = list(candidates)
    for source in dict.fromkeys(_iter_sources(places)):
        if remove_space(source.name) not in agency_names:
            every_candidate.append(source)
    every_candidate.sort(key=_rank_trust)
    name = _choose_name(candidates, places.opening)
    return Agency(
        printed=name,
        basis="page" if name else None,
        candidates=tuple(
            {"basis": candidate.basis, "text": candidate.name}
            for candidate in every_candidate
        ),
    )


def _collect_agencies(places: AgencyPlaces, traditional: bool) -> list[AgencyCandidate]:
    """Return the names of bodies, each once for each basis, the most trusted first."""
    candidates: dict[AgencyCandidate, None] = {}
    for basis, text in _iter_names(places):
        name = clean_name(text, traditional=traditional)
        is_issuer = is_agency(name)
        if basis == "title" and is_media_centre(name):
            is_issuer = True
        if is_issuer:
            candidates[AgencyCandidate(basis, name)] = None
    return sorted(candidates, key=_rank_trust)


def _rank_trust(candidate: AgencyCandidate) -> int:
    return _TRUST.index(candidate.basis)


def _iter_sources(places: AgencyPlaces) -> Iterator[AgencyCandidate]:
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


def _iter_names(places: AgencyPlaces) -> Iterator[tuple[str, str]]:
    """Yield every text that can be the name of the issuer, with its basis."""
    if places.title:
        yield "title", extract_title_agency(places.title)
    heading = find_report_title(places.header[-_LAST_HEADER_LINES:])
    if heading:
        yield "title", extract_title_agency(heading)
    yield from _iter_names_in_opening(places.opening)
    for line in _find_lines_below_title(places.shown_title, places.header):
        if len(line) < _MAX_LINE_LENGTH:
            yield "header", line
    for field in places.fields:
        if field.label in labels.PUBLISHERS:
            yield "metadata", _extract_first_word(field.value)
        elif field.label in labels.SOURCES:
            yield "source", _extract_first_word(field.value)
    if places.signature:
        yield "signature", places.signature
    yield "meta:ContentSource", places.metas.get("contentsource", "")
    yield "meta:Author", places.metas.get("author", "")


def _iter_names_in_opening(opening: str) -> Iterator[tuple[str, str]]:
    for rule in (_RULES.compiler, _RULES.compiled, _RULES.publisher_in_preamble):
        for match in rule.find_all(opening):
            yield "preamble", match[1]
    for match in _RULES.cover.find_all(opening[:_COVER_LENGTH]):
        yield "cover", match[1]
    for match in _RULES.subject.find_all(opening):
        yield "body", match[1]
    for match in _RULES.contact.find_all(opening):
        name = match[1] or match[2]
        yield "contact", _RULES.inner_office.remove_from(name)
    for match in _RULES.own_rules.find_all(opening):
        yield "rules", match[1]


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


def _choose_name(candidates: Sequence[AgencyCandidate], opening: str) -> str | None:
    """Return the most trusted name in the fullest form that any candidate gives it."""
    fitting = [item for item in candidates if not _is_contradicted(item, opening)]
    usable = [item for item in fitting if item.basis not in _LAST_RESORTS]
    if not usable:
        usable = fitting
    if not usable:
        return None
    speaks_as_office = _RULES.speaks_as_office.find(opening) is not None
    name = usable[0].name
    fuller_name = _find_fuller_name(candidates, name, speaks_as_office)
    while fuller_name:
        name = fuller_name
        fuller_name = _find_fuller_name(candidates, name, speaks_as_office)
    return name


def _find_fuller_name(
    candidates: Sequence[AgencyCandidate],
    name: str,
    speaks_as_office: bool,
) -> str | None:
    for candidate in candidates:
        if _is_fuller(candidate, name, speaks_as_office):
            return candidate.name
    return None


def _is_fuller(candidate: AgencyCandidate, name: str, speaks_as_office: bool) -> bool:
    """Tell whether a candidate has the name with its region in front or its kind behind.

    `speaks_as_office` says that the report speaks of its issuer as an office.
    """
    _, _, behind = candidate.name.partition(name)
    is_office = _RULES.office_end.find(behind) is not None
    if is_office and candidate.basis in _OFFICE_BASES and not speaks_as_office:
        return False
    is_whole_name = candidate.basis in _WHOLE_NAME_BASES
    return is_fuller_name(candidate.name, name, is_whole=is_whole_name)


def is_fuller_name(fuller_name: str, name: str, *, is_whole: bool = True) -> bool:
    """Tell whether a name is another with its region in front or its kind behind.

    `is_whole` says that it can give back the beginning that the other has lost.
    """
    if len(fuller_name) <= len(name):
        return False
    before, same, behind = fuller_name.partition(name)
    if not same:
        return False
    if before and not _can_stand_before(before, name, is_whole=is_whole):
        return False
    if _RULES.fuller_end.find(behind):
        return True
    return _RULES.side_name.find(behind) is not None


def _can_stand_before(before: str, name: str, *, is_whole: bool) -> bool:
    """Tell whether words are a region, or the beginning that a name has lost.

    柳河 before 县审计局.
    """
    if _RULES.region_end.find(before):
        return True
    if not is_whole or len(before) > _MAX_CUT_LENGTH:
        return False
    return _RULES.cut_name.find(name) is not None


def _is_contradicted(candidate: AgencyCandidate, opening: str) -> bool:
    """Tell whether a source is another kind of body than the one that speaks.

    我镇 contradicts 县人民政府.
    """
    if candidate.basis not in ("source", "rules", *_META_BASES):
        return False
    own_kind = _RULES.own_kind.find(opening)
    if own_kind is None:
        return False
    kind = own_kind[1] or own_kind[2]
    return kind not in candidate.name
