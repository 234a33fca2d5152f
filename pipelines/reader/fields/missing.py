"""What a report should have and has not, as findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Agency, Finding
from nianbao.pipelines.reader.fields import beside_page
from nianbao.pipelines.reader.fields.agencies import AgencyChoice
from nianbao.pipelines.reader.fields.publication_date import PublicationDate
from nianbao.pipelines.reader.tables import forms


def find_missing(
    choice: AgencyChoice,
    agency: Agency,
    publication_date: PublicationDate,
    generation: str,
) -> Iterator[Finding]:
    """Yield what a report should have and has not: a body, a publication date, tables."""
    if agency.printed is None and choice.is_ambiguous:
        candidates = _list_candidates(agency)
        yield make_finding(
            "agency.ambiguous",
            "warning",
            {"candidates": candidates},
        )
    elif agency.printed is None:
        yield _describe_missing_agency(agency)
    if publication_date.day is None:
        yield make_finding(
            "published_on.missing",
            "info",
            {},
        )
    if generation == forms.UNKNOWN:
        yield make_finding(
            "tables.missing",
            "warning",
            {},
        )


def _list_candidates(agency: Agency) -> list[dict[str, str]]:
    return [
        {"text": candidate["text"], "basis": candidate["basis"]}
        for candidate in agency.candidates
    ]


def _describe_missing_agency(agency: Agency) -> Finding:
    """Return what is said of a report without agency: nothing names one, or several are."""
    parameters: dict[str, Any] = {
        "case": "none",
    }
    if any(item["basis"] in beside_page.BASES for item in agency.candidates):
        candidates = _list_candidates(agency)
        parameters = {
            "case": "in_doubt",
            "candidates": candidates,
        }
    return make_finding(
        "agency.missing",
        "warning",
        parameters,
    )
