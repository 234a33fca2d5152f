"""Print readings, documents and reports with their figures and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.text import Text

from nianbao.archive.read_model.documents import find_equal_version
from nianbao.crawler.commands.terminal.address_lines import print_address_lines
from nianbao.crawler.commands.terminal.console import (
    make_table,
    print_fields,
    quote,
)
from nianbao.crawler.language import translate, translate_finding, translate_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from nianbao.archive.read_model.documents import Document, DocumentVersion
    from nianbao.archive.read_model.reports import Report, SiblingPage
    from nianbao.archive.records import Figure, Finding, Reading

COLOURS = {"error": "red", "warning": "yellow"}  # of findings, by severity


def print_reading(out: Console, reading: Reading) -> None:
    """Print a reading in short."""
    is_report = translate_word("yes" if reading.is_report else "no")
    print_fields(
        out,
        [
            ("title", quote(reading.title)),
            ("is a report", is_report),
            ("report year", reading.report_year),
            ("agency", quote(reading.agency.printed)),
            ("published", _format_publication(reading)),
            ("signed", reading.signed_on),
            ("form", reading.form),
            ("figures", len(reading.figures)),
            ("text", f"{len(reading.text)} characters, {reading.charset}"),
            ("content", reading.content_sha256),
        ],
    )
    _print_figures(out, reading.figures)
    _print_findings(out, reading.findings)


def _format_publication(source: Reading | DocumentVersion) -> str | None:
    """Return the publication date with its basis; None where there is none."""
    published = source.published_at or source.published_on
    if not published:
        return None
    basis = translate_word(source.published_basis or "–")
    return f"{published} ({basis})"


def print_document(out: Console, document: Document, version: DocumentVersion) -> None:
    """Print a version of a document, with the way back to its bytes."""
    out.print(Text(version.title or translate_word("untitled"), "bold"))
    print_fields(out, _document_fields(document, version))
    _print_figures(out, version.figures)
    _print_findings(out, version.findings)


def _document_fields(
    document: Document, version: DocumentVersion
) -> list[tuple[str, Any]]:
    state = translate_word(document.state)
    if document.moved_to:
        state = translate(f"{document.state}, now at {document.moved_to}")
    number = f"{version.number} of {len(document.versions)}"
    equal = find_equal_version(document, version)
    if equal is not None:
        number = f"{number}, equals version {equal.number}: reverted"
    visits = f"seen {version.first_seen} to {version.last_seen}"
    evidence = f"visit {version.visit_id}, payload sha256 {version.payload_sha256}"
    fields: list[tuple[str, Any]] = [
        ("address", quote(document.url)),
        ("site", quote(f"{document.site_name} ({state})")),
        ("agency", quote(version.agency)),
        ("full name", quote(version.agency_name)),
        ("region", quote(version.region)),
        ("compiled by", quote(version.compiled_by)),
        ("report year", version.report_year),
        ("published", _format_publication(version)),
        ("signed", version.signed_on),
        ("form", version.form),
        ("version", f"{number}, {visits}"),
        ("evidence", evidence),
        ("reader", version.reader_version),
    ]
    for url in document.copies:
        fields.append(("copy", quote(url)))
    for url, similarity in document.near_copies:
        fields.append(("near-copy", f"{url} ({similarity:.2%} alike)"))
    return fields


def print_report(out: Console, report: Report, version: DocumentVersion) -> None:
    """Print a report: its preferred page and why, the other pages, the findings."""
    name = f"{escape(report.agency)} {report.report_year}"
    out.print(f"[bold]{name}[/bold] ({translate_word(report.state)})")
    out.print(f"preferred: {report.preferred.url}", markup=False, highlight=False)
    out.print(f"because: {report.reason}; {report.lack}", highlight=False)
    if report.others:
        _print_other_pages(out, report.others)
    _print_findings(out, report.findings)
    print_document(out, report.preferred, version)


def _print_other_pages(out: Console, pages: Iterable[SiblingPage]) -> None:
    rows = []
    for page in pages:
        document = page.document
        relation = translate_word(page.relation)
        if page.similarity is not None:
            relation = translate(f"{page.relation}, {page.similarity:.2%} alike")
        address = document.url
        if page.state == "moved":
            address = f"{address} → {document.moved_to}"
        state = translate_word(page.state)
        rows.append((relation, state, str(page.versions), address))
    print_address_lines(out, ("other page", "state", "versions", "address"), rows)


def _print_figures(out: Console, figures: Iterable[Figure]) -> None:
    """Print figures as tables, a line a row, under the names that the form prints."""
    from nianbao.pipelines.reader.tables.form_labels import load_cell_labels

    row_labels: dict[tuple[str, str], str] = {}
    column_labels: dict[tuple[str, str], str] = {}
    for label in load_cell_labels():
        row_labels[label.table, label.row] = label.row_label
        column_labels[label.table, label.column] = label.column_label
    for name, rows in _group_by_row(figures).items():
        columns = _collect_columns(rows)
        headings = [column_labels.get((name, column), column) for column in columns]
        table = make_table(name, *headings)
        for row, cells in rows.items():
            texts = [escape(cells.get(column, "")) for column in columns]
            table.add_row(escape(row_labels.get((name, row), row)), *texts)
        out.print(table)


def _group_by_row(figures: Iterable[Figure]) -> dict[str, dict[str, dict[str, str]]]:
    """Return texts by table, row and column; a question mark for an unsure place."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for figure in figures:
        text = "?" if figure.alignment == "ragged" else figure.text
        rows = tables.setdefault(figure.table, {})
        cells = rows.setdefault(figure.row, {})
        cells[figure.column] = text
    return tables


def _collect_columns(rows: dict[str, dict[str, str]]) -> list[str]:
    """Return the columns of all rows, each once, in the order they come first."""
    columns: dict[str, None] = {}
    for cells in rows.values():
        columns.update(dict.fromkeys(cells))
    return list(columns)


def _print_findings(out: Console, findings: Iterable[Finding]) -> None:
    for finding in findings:
        colour = COLOURS.get(finding.severity, "default")
        severity = f"[{colour}]{translate_word(finding.severity)}[/]"
        message = translate_finding(finding)
        out.print(f"{severity} {finding.rule}: {escape(message)}", highlight=False)
