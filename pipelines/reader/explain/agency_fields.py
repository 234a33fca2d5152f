"""Explain whose report it is, which place that body is of, and who wrote it."""

from __future__ import annotations

from collections.abc import Mapping

from nianbao.archive.records import Reading
from nianbao.pipelines.reader.choices import Choices
from nianbao.pipelines.reader.explain.locator import PageLocator
from nianbao.pipelines.reader.explain.records import (
    FieldCandidate,
    FieldExplanation,
    PagePart,
    PagePlace,
)
from nianbao.pipelines.reader.explain.words import describe_rule, describe_rules
from nianbao.pipelines.reader.fields.agencies import judge_candidate
from nianbao.pipelines.reader.fields.agency_names import is_agency
from nianbao.pipelines.reader.fields.agency_sources import AgencyCandidate
from nianbao.pipelines.reader.fields.beside_page import BASES as BESIDE

_PLACE = "place"  # the basis of a place in the list of divisions
_HEADER_BASES = ("metadata", "source", "header")
_BESIDE_PARTS: dict[str, PagePart] = {
    "list": "list",
    "column": "column",
    "site": "site",
}


def explain_agency(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the issuing body as it is printed."""
    rules = _list_agency_rules(choices)
    candidates: list[FieldCandidate] = []
    chosen = _find_chosen(choices)
    for item in reading.agency.candidates:
        if item["basis"] == _PLACE:
            continue
        is_chosen = item == chosen
        rule = rules[-1] if is_chosen else _judge(item, choices)
        candidates.append(
            FieldCandidate(
                value=reading.agency.printed if is_chosen else item["text"],
                basis=item["basis"],
                text=item["text"],
                rule=rule,
                why=describe_rule(rule),
                is_chosen=is_chosen,
                place=_find_agency(item, choices, locator),
            )
        )
    return FieldExplanation(
        "agency",
        reading.agency.printed,
        rules,
        describe_rules(rules),
        tuple(candidates),
    )


def _list_agency_rules(choices: Choices) -> tuple[str, ...]:
    """Return the rules that led to the body: those of the page, and what stands beside it."""
    page_agency = choices.agency.agency
    issuer = choices.issuer
    has_beside = len(issuer.candidates) > len(page_agency.candidates) and any(
        item["basis"] in BESIDE for item in issuer.candidates
    )
    if issuer.basis in BESIDE:
        return ("agency.beside",)
    if page_agency.printed is not None and issuer.printed is None:
        return ("agency.outweighed",)
    if page_agency.printed is None and has_beside:
        return ("agency.beside_differs",)
    rules = choices.agency.choice.rules
    if rules == ("no_body",):
        return ("agency.nothing",)
    return tuple(f"agency.{rule}" for rule in rules)


def _find_chosen(choices: Choices) -> Mapping[str, str] | None:
    """Return the candidate that gives the body its name, None where there is no body.

    It is the one on which the choice rests where none prints the name as it is.
    """
    issuer = choices.issuer
    if issuer.printed is None:
        return None
    if issuer.basis in BESIDE:
        return {"basis": str(issuer.basis), "text": issuer.printed}
    first = choices.agency.choice.first
    if first is None:
        return None
    if first.name != issuer.printed:
        for candidate in choices.agency.bodies:
            if candidate.name == issuer.printed:
                return {"basis": candidate.basis, "text": candidate.name}
    return {"basis": first.basis, "text": first.name}


def _judge(item: Mapping[str, str], choices: Choices) -> str:
    """Return why a candidate is not the body on which the choice rests."""
    if item["basis"] in BESIDE:
        return "agency.passed_over"
    candidate = AgencyCandidate(item["basis"], item["text"])
    if candidate not in choices.agency.bodies:
        return "agency.no_body"
    if choices.agency.choice.rules == ("specimen",):
        return "agency.specimen"
    if judge_candidate(candidate, choices.opening.prose) == "contradicted":
        return "agency.contradicted"
    if choices.agency.choice.first == candidate:
        return _list_agency_rules(choices)[0]
    return "agency.passed_over"


def _find_agency(
    item: Mapping[str, str], choices: Choices, locator: PageLocator
) -> PagePlace | None:
    basis = item["basis"]
    text = item["text"]
    if basis in BESIDE:
        hints = choices.request.hints
        words = {
            "list": hints.list_title,
            "column": hints.column,
            "site": hints.site_name,
        }
        return PagePlace(_BESIDE_PARTS[basis], words[basis] or "")
    if basis.startswith("meta:"):
        return locator.find_meta(basis, text)
    if basis == "title":
        title = choices.document.own_title or ""
        return locator.find(text, "header", "body", beside=title)
    if basis in _HEADER_BASES:
        return locator.find(text, "header", "tail", "body")
    return locator.find(text, "body", last=basis == "signature")


def explain_agency_name(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the full name of the body: which place it is of."""
    del locator  # the places stand in the list of divisions
    rule = f"agency_name.{choices.region.rule}"
    if not reading.is_report:
        rule = "agency_name.not_a_report"
    candidates: list[FieldCandidate] = []
    agency = reading.agency
    if agency.name is not None:
        text = f"{agency.region or ''} {agency.region_code or ''}".strip()
        place = PagePlace("divisions", text)
        candidates.append(
            FieldCandidate(
                agency.name, _PLACE, text, rule, describe_rule(rule), True, place
            )
        )
    for item in agency.candidates:
        if item["basis"] != _PLACE:
            continue
        text = f"{item['text']} {item['region_code']}"
        place = PagePlace("divisions", text)
        place_rule = "agency_name.place"
        words = describe_rule(place_rule)
        candidates.append(
            FieldCandidate(item["text"], _PLACE, text, place_rule, words, False, place)
        )
    return FieldExplanation(
        "agency_name", agency.name, (rule,), describe_rule(rule), tuple(candidates)
    )


def explain_compiled_by(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain who wrote the report."""
    rule = "compiled_by.phrase" if choices.compiler else "compiled_by.none"
    if not reading.is_report:
        rule = "compiled_by.not_a_report"
    candidates: list[FieldCandidate] = []
    for compiler in choices.opening.compilers:
        is_chosen = compiler is choices.compiler
        candidate_rule = rule
        if not is_chosen and reading.is_report:
            is_body = is_agency(compiler.name)
            candidate_rule = "compiled_by.no_body"
            if is_body:
                candidate_rule = "compiled_by.later_phrase"
        candidates.append(
            FieldCandidate(
                value=compiler.name,
                basis="compiler",
                text=compiler.evidence,
                rule=candidate_rule,
                why=describe_rule(candidate_rule),
                is_chosen=is_chosen,
                place=locator.find(compiler.evidence, "body"),
            )
        )
    return FieldExplanation(
        "compiled_by",
        reading.compiled_by,
        (rule,),
        describe_rule(rule),
        tuple(candidates),
    )
