"""The issuing agency as the page prints it, chosen among all places that name one.

It is the body whose report it is: the one that the title names, else the one that speaks. Who
wrote the report is another field (compilers.py): the office of a body is its issuer only where
the title says so, or the report speaks of itself as one (我办).

Title, preamble, metadata table (发布机构), signature, first sentence, header 来源, meta
ContentSource and Author. The source field is often 本站原创, empty, or the same wrong body on the
whole site, so it names the agency only when nothing else does. But whatever prints the fuller
form of the chosen name gives the name (高桥镇 in the title, 沙县高桥镇人民政府 in the signature).
What stands behind 来源 or 发布机构 is a candidate as it is printed, a newspaper too; the issuer is
a body. Where two bodies could be meant, none is taken. The patterns are rules, in
rules/agencies.yaml; what is the name of a body stands in agency_names.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from nianbao.archive.records import Agency
from nianbao.pipelines.reader.fields.agency_names import (
    clean_name,
    is_agency,
    is_title_agency,
    names_specimen,
)
from nianbao.pipelines.reader.fields.agency_phrases import Opening
from nianbao.pipelines.reader.fields.agency_sources import (
    LAST_HEADER_LINES,
    AgencyCandidate,
    AgencyPlaces,
    iterate_names,
    iterate_sources,
    iterate_speakers,
)
from nianbao.pipelines.reader.fields.compilers import (
    AMBIGUOUS,
    Speaker,
    choose_body_of_office,
)
from nianbao.pipelines.reader.payload.normal_form import (
    remove_space,
)
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("agencies")

_MAX_CUT_LENGTH = 4  # characters that a name can have lost at its beginning
_META_BASES = ("meta:ContentSource", "meta:Author")
# A name and nothing else stands there, but a name that has lost its beginning can.
_WHOLE_NAME_BASES = ("metadata", "signature", "source", *_META_BASES, "contact")
# Count only where nothing else names a body.
_LAST_RESORTS = ("sentence", "contact", "rules", "website")
# A name that stands there can be an office that only put the page online.
_OFFICE_BASES = (
    "cover",
    "compiler",
    "metadata",
    "signature",
    "header",
    "source",
    *_META_BASES,
)
_TRUST = (
    "title",
    "cover",
    "preamble",
    "compiler",
    "metadata",
    "signature",
    "body",
    "header",
    "source",
    *_META_BASES,
    *_LAST_RESORTS,
)


_PLACE_KINDS = ("省", "市", "县", "区", "州", "盟", "旗")


CandidateVerdict: TypeAlias = Literal["strong", "last_resort", "contradicted"]


class NameChoice(NamedTuple):
    """The name of a body, the rules that led to it, and the candidate that it rests on."""

    name: str | None
    rules: tuple[str, ...]
    first: AgencyCandidate | None = None


class AgencyChoice(NamedTuple):
    """The issuing agency, how its name was chosen, and among which names of bodies.

    It is ambiguous where it is none because two bodies could be meant.
    """

    agency: Agency
    is_ambiguous: bool
    choice: NameChoice
    bodies: Sequence[AgencyCandidate]


def choose_agency(places: AgencyPlaces, *, traditional: bool) -> AgencyChoice:
    """Return the issuing agency with every candidate for it.

    `traditional` says that the page is in traditional characters.
    """
    candidates = _collect_agencies(places, traditional)
    agency_names = {candidate.name for candidate in candidates}
    every_candidate = list(candidates)
    for source in dict.fromkeys(iterate_sources(places)):
        if remove_space(source.name) not in agency_names:
            every_candidate.append(source)
    every_candidate.sort(key=_rank_trust)
    choice = NameChoice(None, ("specimen",))
    if not _is_specimen(places):
        choice = _choose_name(candidates, places.opening)
    name = choice.name
    is_ambiguous = name == AMBIGUOUS
    if is_ambiguous:
        name = None
    agency = Agency(
        printed=name,
        basis="page" if name else None,
        candidates=tuple(
            {"basis": candidate.basis, "text": candidate.name}
            for candidate in every_candidate
        ),
    )
    return AgencyChoice(agency, is_ambiguous, choice, candidates)


def _is_specimen(places: AgencyPlaces) -> bool:
    """Tell whether the title has a placeholder for a body: 某县粮食局, **市粮食局."""
    lines = [line for line in places.header[-LAST_HEADER_LINES:] if "报" in line]
    return any(names_specimen(line) for line in (places.title or "", *lines))


def _collect_agencies(places: AgencyPlaces, traditional: bool) -> list[AgencyCandidate]:
    """Return the names of bodies, each once for each basis, the most trusted first."""
    candidates: dict[AgencyCandidate, None] = {}
    long_names = places.opening.long_names
    for basis, text in iterate_names(places):
        name = clean_name(text, traditional=traditional)
        name = long_names.get(name, name)
        is_issuer = is_title_agency(name) if basis == "title" else is_agency(name)
        if is_issuer:
            candidates[AgencyCandidate(basis, name)] = None
    prose = places.opening.prose
    if not any(judge_candidate(item, prose) == "strong" for item in candidates):
        for candidate in iterate_speakers(places.opening):
            candidates[candidate] = None
    return sorted(candidates, key=_rank_trust)


def judge_candidate(candidate: AgencyCandidate, prose: str) -> CandidateVerdict:
    """Tell whether a candidate can be the issuer: by itself, where nothing else can, or not."""
    if _is_contradicted(candidate, prose):
        return "contradicted"
    if candidate.basis in _LAST_RESORTS:
        return "last_resort"
    return "strong"


def _rank_trust(candidate: AgencyCandidate) -> int:
    return _TRUST.index(candidate.basis)


def _choose_name(candidates: Sequence[AgencyCandidate], opening: Opening) -> NameChoice:
    """Choose the most trusted name in the fullest form that any candidate gives it.

    AMBIGUOUS where it is an office and not said whether the report is its own.
    """
    prose = opening.prose
    for verdict in ("strong", "last_resort"):
        usable = [
            item for item in candidates if judge_candidate(item, prose) == verdict
        ]
        if usable:
            return _complete_name(verdict, usable, candidates, prose)
    return NameChoice(None, ("contradicted" if candidates else "no_body",))


def _complete_name(
    rule: str,
    usable: Sequence[AgencyCandidate],
    candidates: Sequence[AgencyCandidate],
    prose: str,
) -> NameChoice:
    """Return the first usable name as the body whose report it is, in its fullest form."""
    first = usable[0]
    name = first.name
    rules = [rule]
    if first.basis in _OFFICE_BASES:
        name = choose_body_of_office(name, prose)
        if name != first.name:
            rules.append("body_of_office")
    if name == AMBIGUOUS:
        return NameChoice(AMBIGUOUS, (rule, "office_or_body"), first)
    if _is_disputed(first, usable, prose) or _writes_for_other(
        first, name, candidates, prose
    ):
        return NameChoice(AMBIGUOUS, (rule, "place_or_body"), first)
    can_be_office = first.basis != "title" and _speaks_as_office(prose)
    fuller_name = _find_fuller_name(candidates, name, can_be_office)
    if fuller_name:
        rules.append("fuller_name")
    while fuller_name:
        name = fuller_name
        fuller_name = _find_fuller_name(candidates, name, can_be_office)
    return NameChoice(name, tuple(rules), first)


def _speaks_as_office(prose: str) -> bool:
    return _RULES.speaks_as_office.find(prose) is not None


def _is_disputed(
    title: AgencyCandidate, candidates: Sequence[AgencyCandidate], prose: str
) -> bool:
    """Tell whether a title has a place and no more, and the text another body of it.

    北京市政府信息公开工作年度报告, written by 北京市统计局, which does not speak of 本市.
    """
    if title.basis != "title" or not _RULES.bare_place.find(title.name):
        return False
    if Speaker.listen(prose).place_kind:
        return False
    for candidate in candidates:
        if candidate.basis not in ("cover", "preamble"):
            continue
        behind = candidate.name.removeprefix(title.name)
        if behind in (candidate.name, "") or _RULES.fuller_end.find(behind):
            continue
        if not _RULES.disclosure_body.find(behind):
            return True
    return False


def _writes_for_other(
    first: AgencyCandidate,
    name: str,
    candidates: Sequence[AgencyCandidate],
    prose: str,
) -> bool:
    """Tell whether a body whose task is disclosure wrote a report that speaks of a county.

    由柳河县政务服务中心编制, and 我县 or 柳河县人民政府 in the text: it can be either's.
    """
    if first.basis not in ("preamble", "compiler", "contact"):
        return False
    is_body = _RULES.government_or_place.find(name) is None
    if not is_body or not _RULES.service_body.find(name):
        return False
    speaker = Speaker.listen(prose)
    if speaker.body_kind or speaker.is_office:
        return False
    return bool(speaker.place_kind) or any(
        candidate.basis == "body" and _RULES.government_or_place.find(candidate.name)
        for candidate in candidates
    )


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
    if is_office and candidate.basis != "title" and not speaks_as_office:
        return False
    if candidate.basis == "sentence":
        return False
    is_whole_name = candidate.basis in _WHOLE_NAME_BASES
    return is_fuller_name(candidate.name, name, is_whole=is_whole_name)


def is_fuller_name(fuller_name: str, name: str, *, is_whole: bool = True) -> bool:
    """Tell whether a name is another with its region in front or its kind behind.

    `is_whole` says that it can give back the beginning that the other has lost.
    """
    if len(fuller_name) <= len(name):
        return False
    if _RULES.bureaus_government.find(fuller_name):
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


def _is_contradicted(candidate: AgencyCandidate, prose: str) -> bool:
    """Tell whether a source is another kind of body than the one that speaks.

    我镇 contradicts 县人民政府. A sentence about another body, behind the first word about
    the own one, contradicts too: 我市… 2018年,市政府新闻办….
    """
    if candidate.basis in ("body", "sentence"):
        return _is_other_body(candidate.name, prose)
    if candidate.basis not in ("source", "rules", *_META_BASES):
        return False
    own_kind = _RULES.own_kind.find(prose)
    if own_kind is None:
        return False
    kind = own_kind[1] or own_kind[2]
    return kind not in candidate.name


def _is_other_body(name: str, prose: str) -> bool:
    own_kind = _RULES.own_kind.find(prose, 0, max(prose.find(name), 0))
    if own_kind is None:
        return False
    kind = own_kind[1] or own_kind[2]
    place_end = _RULES.government_or_place.find(name)
    if kind in _PLACE_KINDS:
        return place_end is None
    return kind not in name
