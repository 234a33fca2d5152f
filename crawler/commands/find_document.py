"""Find the report, document and version that `show` and `diff` are asked for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import click

from nianbao.archive import Archive
from nianbao.archive.read_model import documents
from nianbao.archive.read_model.agencies import (
    AgencyEntry,
    find_agencies,
    find_agency,
    find_similar_agencies,
)
from nianbao.archive.read_model.documents import Document, DocumentVersion
from nianbao.archive.read_model.reports import Report, find_report
from nianbao.crawler.commands.terminal.absence import explain_absence

MOST_AGENCIES = 20  # in a hint
MOST_YEAR = 9999
HOST = re.compile(r"[a-z0-9._-]+", re.IGNORECASE)


def find_document(archive: Archive, url: str) -> Document:
    """Return the document at an address; end the command when there is none."""
    document = None
    for address in list_addresses(url):
        document = document or documents.find_document(archive.db, address)
    if document is None:
        raise click.ClickException(
            f"{url}: the archive {archive.path} has no report at this address."
        )
    return document


def list_addresses(text: str) -> list[str]:
    """Return the addresses that a text may mean; one that is typed may lack its scheme.

    Ends the command for what is no address.
    """
    try:
        split = urlsplit(text)
        split_typed = urlsplit(f"http://{text}")
        _ = split.port, split_typed.port
    except ValueError as error:  # brackets around what is no host, a port that is none
        raise click.UsageError(f"{text} is no address: {error}.") from error
    if split.scheme in ("http", "https") and split.netloc:
        return [text]
    host = split_typed.hostname or ""
    if "." not in host or not HOST.fullmatch(host):
        raise click.UsageError(
            f"{text} is no address; with an agency's name give the year too."
        )
    return [f"http://{text}", f"https://{text}"]


def find_version(document: Document, number: int | None) -> DocumentVersion:
    """Return a version by its number; without a number the latest.

    Negative numbers count from the latest, which is -1.
    """
    versions = document.versions
    if number is None:
        return versions[-1]
    if -len(versions) <= number < 0:
        return versions[number]
    for version in versions:
        if version.number == number:
            return version
    raise click.ClickException(
        f"{document.url} has versions 1 to {len(document.versions)}, not {number}."
    )


def find_report_of_year(
    archive: Archive, name: str, year: int, site: str | None = None
) -> Report:
    """Return the report of an agency on a year; end the command when it is not just one."""
    agency = find_agency_of_year(archive, name, year, site)
    report = find_report(archive.db, agency, year)
    assert report is not None, f"{agency.name} has a report on {year}"
    return report


def require_agency(archive: Archive, name: str, site: str | None) -> AgencyEntry:
    """Return the agency of a name; `site` chooses among those of no known region.

    End the command when there is none, or more than one.
    """
    agencies = find_agencies(archive.db, name)
    if site is not None:
        agencies = [agency for agency in agencies if agency.site == site]
    if len(agencies) > 1:
        choice = _list_agencies("Name one", agencies)
        raise click.ClickException(f"{name} could be any of {len(agencies)}.{choice}")
    if not agencies:
        hint = _suggest_agencies(archive, name)
        raise click.ClickException(
            f"{name}: {archive.path} has no agency of this name.{hint}"
        )
    return agencies[0]


def find_agency_of_year(
    archive: Archive, name: str, year: int, site: str | None = None
) -> AgencyEntry:
    """Return the agency of a name that has a report on a year.

    `site` chooses among agencies of no known region. End the command when there is none, or
    more than one.
    """
    if not 0 < year <= MOST_YEAR:
        raise click.UsageError(f"{year} is no year; 2021 is one.")
    agencies = find_agencies(archive.db, name)
    if not agencies:
        agencies = _find_by_former_name(archive, name, year)
    if not agencies:
        absence = explain_absence(archive.db, name, year, ())
        if absence:
            raise click.ClickException(f"{name} {year}: no such report.{absence}")
        hint = _suggest_agencies(archive, name)
        raise click.ClickException(
            f"{name}: {archive.path} has no agency of this name.{hint}"
        )
    candidates = [agency for agency in agencies if year in agency.years]
    if site is not None:
        candidates = [agency for agency in candidates if agency.site == site]
    if len(candidates) > 1:
        choice = _list_agencies("Name one", candidates)
        raise click.ClickException(
            f"{name} {year} could be any of {len(candidates)}.{choice}"
        )
    if not candidates:
        years = _list_agencies("It has", agencies)
        absence = explain_absence(archive.db, name, year, agencies)
        raise click.ClickException(
            f"{name} {year}: no such report in {archive.path}.{years}{absence}"
        )
    return candidates[0]


def _find_by_former_name(archive: Archive, name: str, year: int) -> list[AgencyEntry]:
    """Return the agency whose name this was until its place was renamed."""
    # Imported where it is wanted: with the reader it takes as long as the rest of the command.
    from nianbao.pipelines.reader.regions.latest_names import find_latest_body

    body = find_latest_body(name, year=year)
    if body is None:
        return []
    agency = find_agency(archive.db, body.region, body.name)
    if agency is None:
        return []
    return [agency]


def _suggest_agencies(archive: Archive, name: str) -> str:
    similar = find_similar_agencies(archive.db, name)
    if not similar:
        return " `nianbao browse` lists the agencies."
    return _list_agencies("Names like it", similar)


def _list_agencies(heading: str, agencies: list[AgencyEntry]) -> str:
    """Return agencies with their years, a line each, at most MOST_AGENCIES of them."""
    lines = [f" {heading}:"]
    for agency in agencies[:MOST_AGENCIES]:
        name = agency.name
        if not name.startswith(agency.region or ""):
            name = f"{name} ({agency.region})"
        if agency.site is not None:
            name = f"{name} (--site {agency.site})"
        years = ", ".join(map(str, agency.years))
        lines.append(f"  {name}: {years or 'no year'}")
    if len(agencies) > MOST_AGENCIES:
        lines.append(f"  and {len(agencies) - MOST_AGENCIES} more")
    return "\n".join(lines)
