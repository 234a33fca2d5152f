"""Reading: from bytes to a `Reading`, one step after the other. Pure, and it never raises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from nianbao.archive.clock import CHINA
from nianbao.archive.records import Figure, Finding, Hints, Period, Reading
from nianbao.pipelines.reader.document.document import DocumentParts, build_document
from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.document.script_text import (
    MIN_CHAPTERS,
    count_chapters,
    find_script_text,
    put_into_page,
)
from nianbao.pipelines.reader.failures import read_part
from nianbao.pipelines.reader.fields import beside_page, dates, labels
from nianbao.pipelines.reader.fields.agencies import (
    AgencyChoice,
    choose_agency,
)
from nianbao.pipelines.reader.fields.agency_phrases import (
    Opening,
    find_compiler,
    prepare_opening,
)
from nianbao.pipelines.reader.fields.agency_region import resolve_agency_region
from nianbao.pipelines.reader.fields.agency_sources import AgencyPlaces
from nianbao.pipelines.reader.fields.attachments import collect_attachments
from nianbao.pipelines.reader.fields.date_places import DatePlaces
from nianbao.pipelines.reader.fields.labels import LabelField
from nianbao.pipelines.reader.fields.missing import find_missing
from nianbao.pipelines.reader.fields.official_host import is_official_host
from nianbao.pipelines.reader.fields.publication_date import (
    choose_publication_date,
)
from nianbao.pipelines.reader.fields.report_year import (
    ReportYear,
    YearPlaces,
    find_report_year,
)
from nianbao.pipelines.reader.fields.sections import split_sections
from nianbao.pipelines.reader.fields.signature import find_signature
from nianbao.pipelines.reader.generation import detect_generation
from nianbao.pipelines.reader.is_report import judge_report
from nianbao.pipelines.reader.page.content_digest import compute_content_digest
from nianbao.pipelines.reader.payload.cut_off import find_cut
from nianbao.pipelines.reader.payload.decode import PageTooLargeError, decode_payload
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    is_traditional,
    join_words,
    prepare_search,
    squeeze,
)
from nianbao.pipelines.reader.payload.office_files import UnreadableFileError
from nianbao.pipelines.reader.tables import checks, flattened, forms, grid_reader
from nianbao.pipelines.reader.tables.figures import (
    Figures,
    find_empty_tables,
    find_missing_rows,
    find_unread_tables,
)
from nianbao.pipelines.reader.unread_carriers import find_unread_carrier

READER_VERSION = "3"

_NO_HINTS = Hints()
_OPENING_LENGTH = 1800  # squeezed characters in which the preamble stands
_TAIL_LINES = 20  # behind the body, in which date, source and editor can stand
_NEAR_BODY = 6  # lines behind the body in which 来源 can stand
_LAST_LINES = 60  # of the body, in which the signature stands


@dataclass(frozen=True, slots=True)
class _Request:
    """What is known of a payload besides its bytes."""

    url: str | None
    hints: Hints
    today: date


@dataclass(frozen=True, slots=True)
class _SearchTexts:
    """The texts of a document as they are searched, and its folded body."""

    folded: str
    squeezed: str
    header: list[str]
    tail: list[str]
    last_lines: list[str]
    traditional: bool


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
    """
    if today is None:
        today = datetime.now(CHINA).date()
    request = _Request(url, hints, today)
    try:
        source, charset = decode_payload(payload, hints.content_type)
        further_sources = _decode_further_pages(further_pages, hints)
    except UnreadableFileError as error:
        return _build_unread(
            Finding("payload.not_text", "warning", str(error)), request
        )
    except PageTooLargeError as error:
        return _build_unread(Finding("page.too_large", "warning", str(error)), request)
    document = build_document(source, hints.list_title, further_sources)
    reading = _read_document(document, charset, request)
    cut = find_cut(source) if document.page.is_markup and reading.is_report else None
    if cut is not None:
        reading = replace(reading, findings=(*reading.findings, cut))
    if reading.figures or count_chapters(reading.text) >= MIN_CHAPTERS:
        return reading
    shown_reading = _read_script_text(source, charset, request)
    if shown_reading is not None:
        return shown_reading
    carrier = find_unread_carrier(document, hints, is_report=reading.is_report)
    if carrier is None:
        return reading
    return replace(reading, findings=(*reading.findings, carrier))


def _read_script_text(
    source: str, charset: str | None, request: _Request
) -> Reading | None:
    """Read the report that a page's script shows; None where there is none."""
    script_text = find_script_text(source)
    if script_text is None:
        return None
    shown_source = put_into_page(source, script_text)
    document = build_document(shown_source, request.hints.list_title)
    reading = _read_document(document, charset, request)
    if not reading.is_report or count_chapters(reading.text) < MIN_CHAPTERS:
        return None
    message = (
        f"the page shows its text by a script: it was taken from {script_text.place}"
    )
    finding = Finding("text.from_script", "info", message)
    return replace(reading, findings=(*reading.findings, finding))


def _decode_further_pages(further_pages: Sequence[bytes], hints: Hints) -> list[str]:
    sources = []
    for payload in further_pages:
        source, _ = decode_payload(payload, hints.content_type)
        sources.append(source)
    return sources


def _build_unread(finding: Finding, request: _Request) -> Reading:
    """Return the reading of a payload that was not read: nothing but the reason for it."""
    empty_document = DocumentParts(None, (), (), (), DomPage())
    reading = _read_document(empty_document, None, request)
    return replace(reading, findings=(finding,))


def _read_document(
    document: DocumentParts,
    charset: str | None,
    request: _Request,
) -> Reading:
    """Read all fields of a document.

    Report year, period, form, sections and figures are those of reports alone.
    """
    texts = _prepare_texts(document)
    fields = list(labels.find_labels(texts.header))
    signature = find_signature(texts.last_lines)
    period = dates.find_period(texts.squeezed)
    report_year = _find_year(document, period, texts.squeezed, request.hints)
    findings = list(report_year.findings)
    generation = detect_generation(texts.squeezed)
    figures = _read_figures(document, generation, texts.squeezed)
    verdict = judge_report(document, texts.squeezed, generation, figures)
    places = _list_date_places(document, texts, fields, request)
    publication_date = choose_publication_date(
        places,
        report_year=report_year.year,
        today=request.today,
        is_report=verdict.is_report,
    )
    findings += publication_date.findings
    opening = prepare_opening(texts.squeezed[:_OPENING_LENGTH])
    choice = _choose_agency(document, texts, fields, signature.agency, opening)
    agency = choice.agency
    compiler = None
    cells: tuple[Figure, ...] = ()
    if verdict.is_report:
        cells = tuple(figures.cells.values())
        compiler = find_compiler(opening)
        agency = beside_page.add_agency_beside(agency, request.hints, report_year.year)
        agency, agency_findings = resolve_agency_region(
            agency,
            report_year.year,
            request.hints,
            squeeze("".join((document.title or "", *texts.header))) + texts.squeezed,
        )
        findings += agency_findings
        findings += find_missing(choice, agency, publication_date, generation)
        findings += figures.findings
        findings += find_unread_tables(generation, texts.squeezed, figures)
        findings += find_missing_rows(figures)
        findings += find_empty_tables(figures)
    findings += read_part(
        "the sums of the tables",
        lambda: checks.find_violations(
            cells, texts.squeezed, report_year.year, agency.level
        ),
        [],
        findings,
    )
    reading = Reading(
        title=document.title,
        report_year=None,
        agency=agency,
        published_on=publication_date.day,
        published_at=publication_date.instant,
        published_basis=publication_date.basis,
        date_candidates=publication_date.candidates,
        signed_on=signature.signed_on,
        period=None,
        form=None,
        sections=(),
        figures=cells,
        attachments=collect_attachments(document.page.links, request.url),
        official=_is_official(document.page, request),
        is_report=verdict.is_report,
        findings=tuple(findings),
        text="\n".join(document.body),
        content_sha256=compute_content_digest(document.title, texts.folded),
        reader_version=READER_VERSION,
        charset=charset,
        compiled_by=compiler.name if compiler else None,
        compiled_by_evidence=compiler.evidence if compiler else None,
    )
    if not verdict.is_report:
        return reading
    return replace(
        reading,
        report_year=report_year.year,
        year_basis=report_year.basis,
        period=period,
        form=generation,
        sections=split_sections(document.body),
    )


def _prepare_texts(document: DocumentParts) -> _SearchTexts:
    folded = fold_forms("\n".join(document.body))
    traditional = is_traditional(folded)
    search_text = prepare_search(folded, traditional=traditional)
    last_lines = folded.split("\n")[-_LAST_LINES:]
    return _SearchTexts(
        folded=folded,
        squeezed=join_words(search_text),
        header=_prepare_lines(document.header, traditional),
        tail=_prepare_lines(document.tail[:_TAIL_LINES], traditional),
        last_lines=_prepare_lines(last_lines, traditional),
        traditional=traditional,
    )


def _prepare_lines(lines: Sequence[str], traditional: bool) -> list[str]:
    text = prepare_search("\n".join(lines), traditional=traditional)
    return text.split("\n")


def _read_figures(document: DocumentParts, generation: str, squeezed: str) -> Figures:
    """Return the figures of the statutory tables.

    Tables that the grids of the page do not give are looked for in its lines.
    """
    figures = Figures()
    if generation == forms.UNKNOWN:
        return figures
    grid_reader.read_grids(document.page.grids, generation, figures)
    if any(find_unread_tables(generation, squeezed, figures)):
        lines = document.body if document.page.is_markup else document.raw
        read_part(
            "the tables in the text",
            lambda: flattened.read_flattened_tables(lines, generation, figures),
            None,
            figures.findings,
        )
    return figures


def _find_year(
    document: DocumentParts, period: Period | None, squeezed: str, hints: Hints
) -> ReportYear:
    places = YearPlaces(
        title=document.own_title,
        period=period,
        squeezed=squeezed,
        row_year=beside_page.find_row_year(hints.list_title, hints.column),
        is_row_shown=not document.has_own_title,
    )
    return find_report_year(places)


def _list_date_places(
    document: DocumentParts,
    texts: _SearchTexts,
    fields: Sequence[LabelField],
    request: _Request,
) -> DatePlaces:
    return DatePlaces(
        title=document.title,
        header=texts.header,
        fields=fields,
        tail=texts.tail,
        metas=document.page.metas,
        list_date=request.hints.list_date,
        url=request.url,
    )


def _choose_agency(
    document: DocumentParts,
    texts: _SearchTexts,
    fields: Sequence[LabelField],
    signature: str | None,
    opening: Opening,
) -> AgencyChoice:
    """Choose the issuing agency; labels near the body and in imprints below it count too."""
    near_lines = texts.tail[:_NEAR_BODY]
    imprints = filter(labels.is_imprint, texts.tail[_NEAR_BODY:])
    tail_fields = labels.find_labels([*near_lines, *imprints])
    places = AgencyPlaces(
        title=document.own_title,
        shown_title=document.title,
        header=texts.header,
        fields=[*fields, *tail_fields],
        opening=opening,
        signature=signature,
        metas=document.page.metas,
    )
    return choose_agency(places, traditional=texts.traditional)


def _is_official(page: DomPage, request: _Request) -> bool | None:
    if request.hints.official_host is not None:
        return request.hints.official_host
    return is_official_host(request.url, page.metas)
