"""What a person sees on the terminal: summaries, tables, differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nianbao.archive.clock import CHINA
from nianbao.archive.derived.figures import differences
from nianbao.archive.maintenance.disk_usage import LAYERS, DiskUsage
from nianbao.archive.read_model.documents import Document, Version, fields

if TYPE_CHECKING:  # most of these take long to load, and a command shows few of them
    from nianbao.archive.events.feed import Change
    from nianbao.archive.read_model import reports as report_lookup
    from nianbao.archive.read_model.summary import Holdings, Summary
    from nianbao.archive.records import Figure, Finding, Reading
    from nianbao.archive.search.index import Hit
    from nianbao.archive.verify import VerifyReport
    from nianbao.crawler.health import Health
    from nianbao.crawler.schedule import Visit
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.checker import Check

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 160  # of lines and tables in a log or a pipe, where no terminal sets one


def console(*, stderr: bool = False) -> Console:
    """Return where to print: as wide as the terminal, or wide enough for tables where there is
    none.
    """
    plain = Console(stderr=stderr)
    return plain if plain.is_terminal else Console(stderr=stderr, width=WIDTH)


def crawl(out: Console, found: Summary, archive: Path) -> None:
    """Print what a crawl found and where to look."""
    table = _table("site", "name", "links", "visits", "ended")
    for site in found.sites:
        ended = "healthy" if site.healthy else site.reason or "waits"
        table.add_row(
            site.id,
            site.name,
            str(site.links if site.links is not None else "–"),
            str(site.visits),
            ended,
        )
    out.print(table)
    outcomes = ", ".join(
        f"{count} {name}" for name, count in sorted(found.outcomes.items())
    )
    out.print(f"visits: {found.visits} ({outcomes})")
    changes = ", ".join(
        f"{count} {kind}" for kind, count in sorted(found.changes.items())
    )
    out.print(f"changes: {changes or 'none, nothing new'}")
    held(out, found.holdings)
    for warning in found.warnings:
        out.print(f"warning: {escape(warning)}", style="yellow", highlight=False)
    failed(out, found.errors)
    if found.reason != "finished":
        out.print(
            f"{found.reason}: start the same command again to go on where it stopped"
        )
    out.print(
        f"look: nianbao browse --archive {archive}   ·   nianbao status --archive {archive}",
        highlight=False,
    )


def coming(out: Console, visits: Sequence[Visit], now: datetime) -> None:
    """Print the visits that are due, and how many there are to come in which month."""
    due = [visit for visit in visits if visit.due_at <= now]
    table = _table("site", "due since", "visit", "why")
    for visit in due:
        table.add_row(
            visit.site,
            f"{visit.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
            visit.url,
            visit.why,
        )
    out.print(table)
    months = Counter(
        f"{visit.due_at.astimezone(CHINA):%Y-%m}"
        for visit in visits
        if visit.due_at > now
    )
    later = ", ".join(f"{count} in {month}" for month, count in sorted(months.items()))
    out.print(
        f"{len(due)} visits are due at {now.astimezone(CHINA):%Y-%m-%d %H:%M} (China time); to come: {later or 'none'}"
    )


def failed(out: Console, errors: Iterable[str]) -> None:
    """Print what could not be done though it should have."""
    for error in errors:
        out.print(f"failed: {escape(error)}", style="red", highlight=False)


def verified(out: Console, report: VerifyReport) -> None:
    """Print what checking an archive found: each damage, where it is and what it can be
    repaired from.
    """
    for damage in report.damages:
        out.print(
            f"{damage.rule}: {escape(damage.where)}: {escape(damage.what)}",
            style="red",
            highlight=False,
        )
        out.print(f"    {escape(damage.repair)}", highlight=False)
    total = sum(report.counts.values())
    if total > len(report.damages):
        out.print(f"in all: {report.counts}", style="red", highlight=False)
    for note in report.notes:
        out.print(f"note: {escape(note)}", highlight=False)
    found = f"{total} damaged" if total else "whole"
    out.print(f"{report.path}: {found}; {checked(report)}", highlight=False)


def checked(report: VerifyReport) -> str:
    """Say what was looked at."""
    return "checked: " + ", ".join(
        f"{count} {name}" for name, count in report.checked.items()
    )


def held(out: Console, holdings: Holdings) -> None:
    """Print what the archive holds."""
    years = f"{holdings.years[0]}–{holdings.years[1]}" if holdings.years else "none"
    out.print(
        f"archive: {holdings.reports} reports of {holdings.agencies} agencies, years {years};"
        f" {holdings.documents} documents ({holdings.copies} copies), {holdings.versions} versions;"
        f" {holdings.findings} findings"
    )
    if holdings.unread:
        out.print(
            f"{holdings.unread} pages are stored and not read yet: the next crawl reads them",
            style="red",
        )


def reading(out: Console, found: Reading) -> None:
    """Print a reading in short."""
    table = _table("", "")
    agency = found.agency.printed
    published = found.published_at or found.published_on
    rows: list[tuple[str, Any]] = [
        ("title", found.title),
        ("is a report", "yes" if found.is_report else "no"),
        ("report year", found.report_year),
        ("agency", agency),
        ("published", f"{published} ({found.published_basis})" if published else None),
        ("signed", found.signed_on),
        ("form", found.form),
        ("figures", len(found.figures)),
        ("text", f"{len(found.text)} characters, {found.charset}"),
        ("content", found.content_sha256),
    ]
    for name, value in rows:
        table.add_row(name, "–" if value is None else escape(str(value)))
    out.print(table)
    _figures(out, found.figures)
    _findings(out, found.findings)


def catalogue(out: Console, sites: Iterable[Site]) -> None:
    """Print the catalogue."""
    table = _table("site", "name", "region", "platform", "entries", "verified")
    for site in sites:
        region = site.region.name if site.region else "–"
        table.add_row(
            site.id, site.name, region, site.platform, site.entries[0].url, _seen(site)
        )
    out.print(table)


def checks(out: Console, found: Sequence[Check], asked: int) -> None:
    """Print what was seen of sites, and what is not as their files state."""
    table = _table("site", "name", "state", "platform", "links", "requests")
    for one in found:
        platform: str = one.site.platform
        if one.platform not in (None, platform):
            platform += f"; signs of {one.platform}"
        links = "–" if one.links is None else str(one.links)
        table.add_row(
            one.site.id,
            one.site.name,
            one.state.replace("_", " "),
            platform,
            links,
            str(one.requests),
        )
    out.print(table)
    for one in found:
        if one.state != "as_stated":
            why = (
                one.left_out.finding.message if one.left_out else "; ".join(one.notes())
            )
            out.print(
                f"{one.site.id}: {one.state.replace('_', ' ')}: {escape(why)}",
                highlight=False,
            )
    left = f"; {asked - len(found)} not reached" if asked > len(found) else ""
    out.print(
        f"{sum(one.state == 'as_stated' for one in found)} of {asked} sites are as their files state{left}"
    )


def _seen(site: Site) -> str:
    """Say when a site was seen as described, and what was seen since."""
    if site.seen is None or site.seen.state == "as_stated":
        return str(site.verified)
    return f"{site.verified}; {site.seen.state.replace('_', ' ')} on {site.seen.day}"


def status(
    out: Console,
    archive: Path,
    holdings: Holdings,
    sites: Iterable[Health],
    findings: Iterable[tuple[str, str, int]],
) -> None:
    """Print what an archive holds and how its sites do."""
    out.print(f"{archive}, {archive.stat().st_size / 1e6:.1f} MB", highlight=False)
    held(out, holdings)
    table = _table(
        "site",
        "name",
        "last run",
        "ended",
        "last success",
        "links",
        "trend",
        "there",
        "gone",
        "blocked",
        "",
    )
    for one in sites:
        site = one.site
        blocked = ", ".join(
            f"{count} {kind}" for kind, count in sorted(site.blocks.items())
        )
        table.add_row(
            site.id,
            site.name,
            (site.last_run or "–")[:16],
            site.last_reason or "–",
            (site.last_healthy or "never")[:16],
            str(site.links[-1]) if site.links else "–",
            sparkline(site.links),
            str(site.documents),
            str(site.vanished),
            blocked or "–",
            _state(one),
        )
    out.print(table)
    table = _table("finding", "severity", "count")
    for rule, severity, count in findings:
        table.add_row(rule, severity, str(count))
    out.print(table)


def sparkline(links: Iterable[int]) -> str:
    """Return a bar for each number, as high as it is beside the largest; none for nothing."""
    numbers = list(links)
    most = max(numbers, default=0) or 1
    return "".join(BARS[round(number / most * (len(BARS) - 1))] for number in numbers)


def _state(one: Health) -> str:
    if one.overdue:
        return "[red]overdue[/]"
    if one.site.failures:
        return "[red]failed[/]"
    return {True: "healthy", False: "not healthy", None: "–"}[one.site.healthy]


def space(out: Console, archive: Path, found: DiskUsage) -> None:
    """Print what each table and index takes, in all and for each report, and how payloads are
    packed.
    """
    how = (
        ""
        if found.measured
        else "; estimated from the values, for this SQLite has no table dbstat"
    )
    out.print(
        f"{archive}, {found.file_bytes / 1e6:.1f} MB, {found.free_bytes / 1e6:.1f} MB of them free;"
        f" {found.reports} reports{how}",
        highlight=False,
    )
    table = _table("layer", "table or index", "rows", "bytes", "bytes a report")
    for part in sorted(
        found.parts, key=lambda part: (LAYERS.index(part.layer), -part.bytes)
    ):
        rows = "" if part.rows is None else str(part.rows)
        name = (
            part.name
            if part.name.startswith(part.table)
            else f"{part.name} (of {part.table})"
        )
        table.add_row(
            part.layer, name, rows, str(part.bytes), _each(part.bytes, found.reports)
        )
    for layer in LAYERS:
        whole = found.bytes_of(layer)
        table.add_row(
            layer, "all together", "", str(whole), _each(whole, found.reports)
        )
    out.print(table)
    table = _table("payloads", "count", "bytes", "stored", "share")
    for one in found.payloads:
        share = f"{one.stored_bytes / (one.size_bytes or 1):.1%}"
        table.add_row(
            one.encoding,
            str(one.count),
            str(one.size_bytes),
            str(one.stored_bytes),
            share,
        )
    out.print(table)


def _each(size: int, reports: int) -> str:
    return f"{size / reports:.0f}" if reports else "–"


def document(out: Console, found: Document, version: Version) -> None:
    """Print a version of a document, with the way back to its bytes."""
    out.print(f"[bold]{escape(version.title or 'untitled')}[/bold]")
    moved = f", now at {found.moved_to}" if found.moved_to else ""
    rows: list[tuple[str, Any]] = [
        ("address", found.url),
        ("site", f"{found.site_name} ({found.state}{moved})"),
        ("agency", version.agency),
        ("full name", version.agency_name),
        ("region", version.region),
        ("report year", version.report_year),
        (
            "published",
            version.published_on
            and f"{version.published_at or version.published_on} ({version.published_basis})",
        ),
        ("signed", version.signed_on),
        ("form", version.form),
        (
            "version",
            f"{version.number} of {len(found.versions)}, seen {version.first_seen} to {version.last_seen}",
        ),
        (
            "evidence",
            f"visit {version.visit_id}, payload sha256 {version.payload_sha256}",
        ),
        ("reader", version.reader_version),
        *(("copy", url) for url in found.copies),
        *(
            ("near-copy", f"{url} ({similarity:.2%} alike)")
            for url, similarity in found.near_copies
        ),
    ]
    table = _table("", "")
    for name, value in rows:
        table.add_row(name, "–" if value is None else escape(str(value)))
    out.print(table)
    _figures(out, version.figures)
    _findings(out, version.findings)


def report(out: Console, found: report_lookup.Report, version: Version) -> None:
    """Print a report: the page that stands for it and why, the other pages, what was found
    among them.
    """
    out.print(
        f"[bold]{escape(found.agency)} {found.report_year}[/bold] ({found.state})"
    )
    out.print(f"preferred: {found.preferred.url}", markup=False, highlight=False)
    out.print(f"because: {found.reason}; {found.lack}", highlight=False)
    if found.others:
        table = _table("other page", "state", "versions", "address")
        for page in found.others:
            relation = (
                page.relation
                if page.similarity is None
                else f"{page.relation}, {page.similarity:.2%} alike"
            )
            other = page.document
            moved = f" → {other.moved_to}" if other.moved_to else ""
            table.add_row(
                relation,
                other.state,
                str(len(other.versions)),
                escape(other.url + moved),
            )
        out.print(table)
    _findings(out, found.findings)
    document(out, found.preferred, version)


def hits(out: Console, found: list[Hit], offset: int, *, more: bool) -> None:
    """Print a page of what a search found, with the words marked."""
    for number, hit in enumerate(found, start=offset + 1):
        out.print(f"{number}. [bold]{escape(hit.title or '–')}[/bold]", highlight=False)
        told = (
            hit.agency,
            hit.report_year,
            hit.published_on and f"published {hit.published_on}",
            hit.state,
        )
        out.print(
            "   " + ", ".join(str(part) for part in told if part),
            markup=False,
            highlight=False,
        )
        out.print(f"   {hit.url}", markup=False, highlight=False, soft_wrap=True)
        marked = (
            f"[bold red]{escape(p.text)}[/]" if p.marked else escape(p.text)
            for p in hit.snippet
        )
        out.print("   " + "".join(marked), highlight=False, soft_wrap=True)
    if more:
        out.print(f"there are more: --offset {offset + len(found)}")
    elif not found:
        out.print("nothing more found" if offset else "nothing found")


def diff(
    out: Console,
    lines: list[str],
    cells: list[dict[str, Any]],
    fields: list[dict[str, Any]],
) -> None:
    """Print what differs: fields, figures, text."""
    for change in fields:
        out.print(f"{change['field']}: {change['from']} → {change['to']}", markup=False)
    for cell in cells:
        place = f"{cell['table']} {cell['row']} {cell['column']}"
        out.print(f"{place}: {cell['from'] or '–'} → {cell['to'] or '–'}", markup=False)
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        out.print(line, style=colours.get(line[:1]), markup=False, highlight=False)
    if not (fields or cells or lines):
        out.print("no difference: the contents are the same")


def change(entry: Change) -> None:
    """Print one line of the change feed."""
    target = f" → {entry.moved_to}" if entry.moved_to else ""
    about = entry.title or " ".join(
        str(part) for part in (entry.agency, entry.report_year) if part
    )
    found = (
        f"\t{entry.finding.severity} {entry.finding.rule}: {entry.finding.message}"
        if entry.finding
        else ""
    )
    click.echo(
        f"{entry.id}\t{entry.occurred_at}\t{entry.kind}\t{about}\t{entry.url or ''}{target}{found}"
    )


def changed_cells(old: Version, new: Version) -> list[dict[str, Any]]:
    """Return the table cells that say something else in the later of two versions."""
    keys = ("table", "row", "column", "from", "to")
    return [
        dict(zip(keys, cell, strict=True))
        for cell in differences(old.figures, new.figures)
    ]


def changed_fields(old: Version, new: Version) -> list[dict[str, Any]]:
    """Return the fields of the reading that differ between two versions."""
    return [
        dict(zip(("field", "from", "to"), field, strict=True))
        for field in fields(old, new)
    ]


def _figures(out: Console, figures: Iterable[Figure]) -> None:
    """Print figures as tables, a line a row, under the names that the form prints."""
    from nianbao.pipelines.reader.tables.form_labels import load_cell_labels

    rows_named = {
        (label.table, label.row): label.row_label for label in load_cell_labels()
    }
    columns_named = {
        (label.table, label.column): label.column_label for label in load_cell_labels()
    }
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for figure in figures:
        shown = "?" if figure.alignment == "ragged" else figure.text
        tables.setdefault(figure.table, {}).setdefault(figure.row, {})[
            figure.column
        ] = shown
    for name, rows in tables.items():
        columns = list(
            dict.fromkeys(column for cells in rows.values() for column in cells)
        )
        table = _table(
            name, *(columns_named.get((name, column), column) for column in columns)
        )
        for row, cells in rows.items():
            table.add_row(
                escape(rows_named.get((name, row), row)),
                *(escape(cells.get(column, "")) for column in columns),
            )
        out.print(table)


def _findings(out: Console, findings: Iterable[Finding]) -> None:
    for finding in findings:
        colour = {"error": "red", "warning": "yellow"}.get(finding.severity, "default")
        out.print(
            f"[{colour}]{finding.severity}[/] {finding.rule}: {escape(finding.message)}",
            highlight=False,
        )


def _table(*columns: str) -> Table:
    table = Table(show_header=any(columns), box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
