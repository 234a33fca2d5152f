"""Reading: from bytes to a `Reading`, one step after the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from nianbao.archive.clock import CHINA
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Figure, Finding, Hints, Reading, Section
from nianbao.pipelines.reader.choices import Choices, ReadRequest, choose_fields
from nianbao.pipelines.reader.document.document import DocumentParts, build_document
from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.document.script_text import (
    MIN_CHAPTERS,
    count_chapters,
    find_script_text,
    put_into_page,
)
from nianbao.pipelines.reader.failures import PartFailedError, PartReader
from nianbao.pipelines.reader.fields.attachments import collect_attachments
from nianbao.pipelines.reader.fields.missing import find_missing
from nianbao.pipelines.reader.fields.official_host import is_official_host
from nianbao.pipelines.reader.fields.sections import split_sections
from nianbao.pipelines.reader.page.content_digest import compute_content_digest
from nianbao.pipelines.reader.payload.cut_off import find_cut
from nianbao.pipelines.reader.payload.decode import decode_payload
from nianbao.pipelines.reader.payload.refusals import (
    PageTooLargeError,
    UnreadableFileError,
)
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES, MAX_TAGS
from nianbao.pipelines.reader.second_opinion import find_doubt
from nianbao.pipelines.reader.tables.constraints import checks
from nianbao.pipelines.reader.tables.figures import (
    find_empty_tables,
    find_missing_rows,
    find_unread_tables,
)
from nianbao.pipelines.reader.unread_carriers import (
    find_table_images,
    find_unread_carrier,
    list_known_images,
)

READER_VERSION = "4"

_NO_HINTS = Hints()


class PageReading(NamedTuple):
    """A reading, the choices that it was made of, and the text of the page."""

    reading: Reading
    choices: Choices
    source: str = ""


def read(
    payload: bytes,
    *,
    url: str | None = None,
    hints: Hints = _NO_HINTS,
    today: date | None = None,
    further_pages: Sequence[bytes] = (),
) -> Reading:
    """Read a page or plain text. Pure: the same bytes, URL and hints give the same reading.

    `today` bounds the publication date and is the current date in China unless it is given.
    `further_pages` are the payloads on which the report goes on; they are read with it as one.

    Raises PartFailedError where a fault of the reader leaves open whether it is a report.
    """
    return read_page(
        payload, url=url, hints=hints, today=today, further_pages=further_pages
    ).reading


def read_page(
    payload: bytes,
    *,
    url: str | None = None,
    hints: Hints = _NO_HINTS,
    today: date | None = None,
    further_pages: Sequence[bytes] = (),
) -> PageReading:
    """Read a page as :func:`read` does; return the reading with what it was chosen among."""
    if today is None:
        today = datetime.now(CHINA).date()
    request = ReadRequest(url, hints, today)
    try:
        return _read_payload(payload, further_pages, request)
    except UnreadableFileError as error:
        finding = error.finding
    except PageTooLargeError as error:
        parameters = {
            "bytes": error.size_bytes,
            "tags": error.tag_count,
            "most_bytes": MAX_BYTES,
            "most_tags": MAX_TAGS,
        }
        finding = make_finding("page.too_large", "warning", parameters)
    return _build_unread(finding, request)


def _read_payload(
    payload: bytes, further_pages: Sequence[bytes], request: ReadRequest
) -> PageReading:
    hints = request.hints
    source, charset, left_out = decode_payload(payload, hints.content_type)
    further_sources = _decode_further_pages(further_pages, hints)
    document = build_document(source, hints.list_title, further_sources)
    page = _read_document(document, charset, request)._replace(source=source)
    page = _add_findings(page, (*left_out, *document.page.findings))
    parts = PartReader()
    if document.page.is_markup and page.reading.is_report:
        cut = parts.read("the end of the page", lambda: find_cut(source), None)
        page = _add_findings(page, [cut, *parts.findings])
    if page.reading.figures:
        return page
    if count_chapters(page.reading.text) >= MIN_CHAPTERS:
        return _say_images(page, document)
    shown_page = parts.read(
        "the text of scripts",
        lambda: _read_script_text(source, charset, request),
        None,
    )
    if shown_page is not None:
        return shown_page
    carrier = parts.read(
        "what carries the report",
        lambda: find_unread_carrier(document, hints, is_report=page.reading.is_report),
        None,
    )
    return _add_findings(page, [*parts.findings, carrier])


def _say_images(page: PageReading, document: DocumentParts) -> PageReading:
    """Return a page with the finding that its tables may be images, if it is a report."""
    if not page.reading.is_report:
        return page
    parts = PartReader()
    images = parts.read("the images", lambda: find_table_images(document), None)
    return _add_findings(page, [*parts.findings, images])


def _add_findings(page: PageReading, findings: Iterable[Finding | None]) -> PageReading:
    every_finding = (*page.reading.findings, *filter(None, findings))
    return page._replace(reading=replace(page.reading, findings=every_finding))


def _read_script_text(
    source: str, charset: str | None, request: ReadRequest
) -> PageReading | None:
    """Read the report that a page's script shows; None where there is none."""
    script_text = find_script_text(source)
    if script_text is None:
        return None
    shown_source = put_into_page(source, script_text)
    document = build_document(shown_source, request.hints.list_title)
    page = _read_document(document, charset, request)
    is_report = page.reading.is_report
    if not is_report or count_chapters(page.reading.text) < MIN_CHAPTERS:
        return None
    finding = make_finding(
        "text.from_script",
        "info",
        {"place": script_text.place},
    )
    return _add_findings(page._replace(source=shown_source), [finding])


def _decode_further_pages(further_pages: Sequence[bytes], hints: Hints) -> list[str]:
    sources = []
    for payload in further_pages:
        page = decode_payload(payload, hints.content_type)
        sources.append(page.text)
    return sources


def _build_unread(finding: Finding, request: ReadRequest) -> PageReading:
    """Return the reading of a payload that was not read: nothing but the reason for it."""
    empty_document = DocumentParts(None, (), (), (), DomPage())
    page = _read_document(empty_document, None, request)
    return page._replace(reading=replace(page.reading, findings=(finding,)))


def _read_document(
    document: DocumentParts,
    charset: str | None,
    request: ReadRequest,
) -> PageReading:
    """Read all fields of a document.

    Report year, period, form, sections and figures are those of reports alone.
    """
    choices = choose_fields(document, request)
    parts = PartReader()
    is_report = choices.verdict.is_report
    figures = choices.tables.figures
    cells: tuple[Figure, ...] = ()
    if is_report:
        cells = tuple(figures.cells.values())
    compiler = choices.compiler
    publication_date = choices.publication_date
    text = "\n".join(document.body)
    reading = Reading(
        title=document.title,
        report_year=None,
        agency=choices.issuer,
        published_on=publication_date.day,
        published_at=publication_date.instant,
        published_basis=publication_date.basis,
        date_candidates=publication_date.candidates,
        signed_on=choices.signature.signed_on,
        period=None,
        form=None,
        sections=(),
        figures=cells,
        attachments=parts.read(
            "the attachments",
            lambda: collect_attachments(document.page.links, request.url),
            (),
        ),
        official=parts.read(
            "whose host it is", lambda: _is_official(document.page, request), None
        ),
        is_report=is_report,
        findings=(),
        text=text,
        content_sha256=compute_content_digest(
            document.title,
            choices.texts.folded,
            list_known_images(document, request.hints),
        ),
        reader_version=READER_VERSION,
        charset=charset,
        compiled_by=compiler.name if compiler else None,
        compiled_by_evidence=compiler.evidence if compiler else None,
    )
    if is_report:
        no_sections: tuple[Section, ...] = ()
        sections = parts.read(
            "the sections", lambda: split_sections(document.body), no_sections
        )
        reading = replace(
            reading,
            report_year=choices.report_year.year,
            year_basis=choices.report_year.basis,
            period=choices.period,
            form=choices.form.generation,
            sections=sections,
        )
    failures = (*choices.failures, *parts.findings)
    if failures and not is_report:
        raise PartFailedError(failures[0].message)
    findings = _collect_findings(choices, cells, parts)
    findings += choices.failures
    findings += parts.findings
    return PageReading(replace(reading, findings=tuple(findings)), choices)


def _collect_findings(
    choices: Choices, cells: Sequence[Figure], parts: PartReader
) -> list[Finding]:
    """Return what does not add up in a document; of a report more is asked."""
    findings = [*choices.report_year.findings, *choices.publication_date.findings]
    if choices.verdict.is_report:
        findings += choices.region.findings
        findings += parts.read(
            "what is missing", lambda: list(_find_missing(choices)), []
        )
        findings += choices.tables.figures.findings
        findings += parts.read(
            "what is open in the tables", lambda: list(_find_open_tables(choices)), []
        )
    doubt = parts.read(
        "the second opinion",
        lambda: find_doubt(choices.judged_page, choices.verdict),
        None,
    )
    if doubt is not None:
        findings.append(doubt)
    findings += parts.read(
        "the sums of the tables",
        lambda: checks.find_violations(
            cells,
            choices.texts.squeezed,
            choices.report_year.year,
            choices.issuer.level,
        ),
        [],
    )
    return findings


def _find_missing(choices: Choices) -> Iterable[Finding]:
    """Return what a report lacks."""
    return find_missing(
        choices.agency,
        choices.issuer,
        choices.publication_date,
        choices.form.generation,
    )


def _find_open_tables(choices: Choices) -> Iterator[Finding]:
    """Yield the tables and rows that were not read or are empty."""
    figures = choices.tables.figures
    squeezed = choices.texts.squeezed
    yield from find_unread_tables(choices.form.generation, squeezed, figures)
    yield from find_missing_rows(figures)
    yield from find_empty_tables(figures)


def _is_official(page: DomPage, request: ReadRequest) -> bool | None:
    if request.hints.official_host is not None:
        return request.hints.official_host
    return is_official_host(request.url, page.metas)
