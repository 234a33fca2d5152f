"""What a report should have and has not, as findings."""

from __future__ import annotations

from collections.abc import Iterator

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
        yield Finding("agency.ambiguous", "warning", _describe_ambiguous(agency))
    elif agency.printed is None:
        yield Finding("agency.missing", "warning", _describe_missing_agency(agency))
    if publication_date.day is None:
        yield Finding(
            "published_on.missing", "info", "no publication date is printed or known"
        )
    if generation == forms.UNKNOWN:
        yield Finding(
            "tables.missing", "warning", "the report has none of the statistical tables"
        )


def _describe_ambiguous(agency: Agency) -> str:
    names = ", ".join(f"{item['text']} ({item['basis']})" for item in agency.candidates)
    return f"the report can be that of a body or of another that it names: {names}"


def _describe_missing_agency(agency: Agency) -> str:
    """Return what is said of a report without agency: nothing names one, or several are."""
    names = []
    is_in_doubt = False
    for candidate in agency.candidates:
        basis = candidate["basis"]
        names.append(f"{candidate['text']} ({basis})")
        is_in_doubt = is_in_doubt or basis in beside_page.BASES
    if is_in_doubt:
        return f"the issuing agency is in doubt: {', '.join(names)}"
    return "no issuing agency is printed"
