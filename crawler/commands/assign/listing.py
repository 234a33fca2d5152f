"""Print decisions, and what they made of reports and bodies."""

from __future__ import annotations

import dataclasses
from typing import Any

from rich.console import Console
from rich.markup import escape

from nianbao.archive import Archive
from nianbao.archive.derived.decided import get_former, join_body
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.read_model.agencies import find_agency
from nianbao.archive.read_model.documents import (
    Document,
    DocumentVersion,
    find_documents,
)
from nianbao.archive.read_model.overviews.agency_history import select_agency_history
from nianbao.crawler.commands.terminal.console import quote

STANDS = "stands"
REPLACED = "replaced"  # by a later decision about the same
RETRACTION = "takes back"


def describe_decisions(archive: Archive, only: list[Decision]) -> list[dict[str, Any]]:
    """Return decisions as they are printed, each with whether it still holds."""
    standing = {decision.uid for decision in archive.standing_decisions()}
    lines: list[dict[str, Any]] = []
    for decision in only:
        status = REPLACED
        if decision.uid in standing:
            status = STANDS
        elif decision.decides_nothing:
            status = RETRACTION
        lines.append({**dataclasses.asdict(decision), "status": status})
    return lines


def print_decisions(out: Console, lines: list[dict[str, Any]]) -> None:
    """Print decisions with when, what, why and whether they hold."""
    if not lines:
        out.print("nothing is decided")
    for line in lines:
        text = f"{line['decided_at'][:16]}Z {line['status']}: {_describe_line(line)}"
        _print_plain(out, text)
        out.print(quote(f"    {line['reason']}"), soft_wrap=True)


def _describe_line(line: dict[str, Any]) -> str:
    """Return the subject of a decision and what it says of it."""
    if line["kind"] == "body":
        subject = f"{line['former_agency']} ({line['former_region']})"
    else:
        content = "whatever stands there"
        if line["content_sha256"] is not None:
            content = f"content {line['content_sha256'][:12]}"
        subject = f"{line['url']}, {content}"
    if line["agency"] is None and line["report_year"] is None:
        return subject
    return f"{subject} → {_describe_place(line)}"


def _describe_place(values: dict[str, Any]) -> str:
    """Return agency, year and region, those that there are."""
    parts: list[str] = []
    if values["agency"] is not None:
        parts.append(values["agency"])
    if values["report_year"] is not None:
        parts.append(str(values["report_year"]))
    text = " ".join(parts) or "unassigned"
    if values["region"] is not None:
        text += f" ({values['region']})"
    return text


def describe_versions(
    archive: Archive, decisions: list[Decision]
) -> list[dict[str, Any]]:
    """Return how the versions stand now that decisions on reports are about."""
    contents: dict[str, set[str | None]] = {}
    for decision in decisions:
        if decision.url is not None:
            contents.setdefault(decision.url, set()).add(decision.content_sha256)
    lines: list[dict[str, Any]] = []
    for document in find_documents(archive.db, sorted(contents)):
        for version in document.versions:
            if contents[document.url] & {version.content_sha256, None}:
                lines.append(_describe_version(document, version))
    return lines


def _describe_version(document: Document, version: DocumentVersion) -> dict[str, Any]:
    return {
        "url": document.url,
        "version": version.number,
        "agency": version.agency_name or version.agency,
        "region": version.region,
        "report_year": version.report_year,
    }


def print_versions(out: Console, lines: list[dict[str, Any]]) -> None:
    """Print where the versions of pages stand."""
    for line in lines:
        place = _describe_place(line)
        _print_plain(out, f"{line['url']}, version {line['version']}: {place}")


def describe_bodies(
    archive: Archive, decisions: list[Decision]
) -> list[dict[str, Any]]:
    """Return how the bodies stand now that decisions are about, with names and years."""
    lines: list[dict[str, Any]] = []
    for decision in decisions:
        if decision.kind != "body":
            continue
        body = join_body(archive.db, get_former(decision))
        line: dict[str, Any] = {
            "agency": body.name,
            "region": body.region,
            "years": [],
            "printed_names": [],
        }
        agency = find_agency(archive.db, body.region, body.name)
        if agency is not None:
            history = select_agency_history(archive.db, agency)
            line["years"] = list(agency.years)
            line["printed_names"] = list(history.printed_names)
        lines.append(line)
    return lines


def print_bodies(out: Console, lines: list[dict[str, Any]]) -> None:
    """Print bodies with the years of their reports and the names printed on these."""
    for line in lines:
        years = ", ".join(map(str, line["years"])) or "no report"
        _print_plain(out, f"{line['agency']} ({line['region']}): {years}")
        for name in line["printed_names"]:
            _print_plain(out, f"    printed as {_describe_name(name)}")


def _describe_name(name: dict[str, Any]) -> str:
    first_year = name["first_year"]
    last_year = name["last_year"]
    if first_year is None:
        return f"{name['name']}"
    if first_year == last_year:
        return f"{name['name']}, {first_year}"
    return f"{name['name']}, {first_year} to {last_year}"


def _print_plain(out: Console, text: str) -> None:
    out.print(escape(text), highlight=False, soft_wrap=True)
