"""Explain the day of publication and the day of the signature."""

from __future__ import annotations

from nianbao.archive.records import Reading
from nianbao.pipelines.reader.choices import Choices
from nianbao.pipelines.reader.explain.locator import PageLocator
from nianbao.pipelines.reader.explain.records import (
    FieldCandidate,
    FieldExplanation,
    PagePlace,
)
from nianbao.pipelines.reader.explain.words import describe_rule
from nianbao.pipelines.reader.fields.date_places import PossibleDate
from nianbao.pipelines.reader.fields.publication_date import judge_date
from nianbao.pipelines.reader.fields.signature import Signature, iterate_signatures

_ACCEPTED = ("behind_year", "within_year")


def explain_published_on(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the day of publication."""
    publication_date = choices.publication_date
    candidates: list[FieldCandidate] = []
    for item in publication_date.items:
        is_chosen = item is publication_date.best
        rule = _name_rule(item, choices, is_chosen=is_chosen)
        candidates.append(
            FieldCandidate(
                value=item.iso_day,
                basis=item.basis,
                text=item.stamp.text,
                rule=rule,
                why=describe_rule(rule),
                is_chosen=is_chosen,
                place=_find_date(item, choices, locator),
            )
        )
    rule = "published_on.none_possible" if candidates else "published_on.none"
    for candidate in candidates:
        if candidate.is_chosen:
            rule = candidate.rule
    return FieldExplanation(
        "published_on",
        reading.published_on,
        (rule,),
        describe_rule(rule),
        tuple(candidates),
    )


def _name_rule(item: PossibleDate, choices: Choices, *, is_chosen: bool) -> str:
    """Return the rule by which a day was chosen or passed over."""
    year = choices.report_year.year
    if not choices.verdict.is_report:
        year = None
    verdict = judge_date(item, year, choices.request.today)
    if verdict in _ACCEPTED and not is_chosen:
        return "published_on.passed_over"
    if year is None and is_chosen:
        return "published_on.any_day"
    return f"published_on.{verdict}"


def _find_date(
    item: PossibleDate, choices: Choices, locator: PageLocator
) -> PagePlace | None:
    basis = item.basis
    if basis == "url":
        return PagePlace("address", choices.request.url or "")
    if basis == "list":
        return PagePlace("list", choices.request.hints.list_date or "")
    if basis.startswith("meta:"):
        return locator.find_meta(basis, item.stamp.text)
    label = basis.partition(":")[2]
    return locator.find(item.stamp.text, "header", "tail", "body", beside=label)


def explain_signed_on(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the day of the signature: that of the last one, even where it has none."""
    rule = f"signed_on.{choices.signature.rule}"
    candidates: list[FieldCandidate] = []
    for signature in iterate_signatures(choices.texts.last_lines):
        is_chosen = not candidates
        candidate_rule = rule if is_chosen else "signed_on.passed_over"
        candidates.append(
            FieldCandidate(
                value=signature.signed_on,
                basis="signature",
                text=_write_signature(signature),
                rule=candidate_rule,
                why=describe_rule(candidate_rule),
                is_chosen=is_chosen,
                place=locator.find(signature.line, "body", last=True),
            )
        )
    return FieldExplanation(
        "signed_on", reading.signed_on, (rule,), describe_rule(rule), tuple(candidates)
    )


def _write_signature(signature: Signature) -> str:
    parts = (signature.agency, signature.signed_on)
    return " ".join(part for part in parts if part)
