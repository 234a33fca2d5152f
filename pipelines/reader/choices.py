"""The choices of a reading: each field of a document with what it was chosen among.

A :class:`Choices` holds what the functions that choose return. A reading is made of it, and an
explanation tells of it; nothing is chosen a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nianbao.archive.records import Agency, Finding, Hints, Period
from nianbao.pipelines.reader.document.document import DocumentParts
from nianbao.pipelines.reader.failures import PartReader, read_part
from nianbao.pipelines.reader.fields import beside_page, dates, titles
from nianbao.pipelines.reader.fields.agencies import (
    AgencyChoice,
    NameChoice,
    choose_agency,
)
from nianbao.pipelines.reader.fields.agency_phrases import (
    Compiler,
    Opening,
    find_compiler,
    prepare_opening,
)
from nianbao.pipelines.reader.fields.agency_region import (
    AgencyRegion,
    resolve_agency_region,
)
from nianbao.pipelines.reader.fields.agency_sources import AgencyPlaces
from nianbao.pipelines.reader.fields.date_places import DatePlaces
from nianbao.pipelines.reader.fields.labels import (
    LabelField,
    find_labels,
    is_imprint,
)
from nianbao.pipelines.reader.fields.publication_date import (
    PublicationDate,
    choose_publication_date,
)
from nianbao.pipelines.reader.fields.report_year import (
    ReportYear,
    YearPlaces,
    find_report_year,
    find_school_year,
)
from nianbao.pipelines.reader.fields.signature import Signature, find_signature
from nianbao.pipelines.reader.generation import FormChoice, detect_generation
from nianbao.pipelines.reader.is_report import (
    JudgedPage,
    ReportVerdict,
    judge_report,
    prepare_page,
)
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    is_traditional,
    join_words,
    prepare_search,
    squeeze,
)
from nianbao.pipelines.reader.tables import flattened, forms, grid_reader
from nianbao.pipelines.reader.tables.figures import Figures, find_unread_tables
from nianbao.pipelines.reader.unread_carriers import list_known_images

_OPENING_LENGTH = 1800  # squeezed characters in which the preamble stands
_TAIL_LINES = 20  # behind the body, in which date, source and editor can stand
_NEAR_BODY = 6  # lines behind the body in which 来源 can stand
_LAST_LINES = 60  # of the body, in which the signature stands


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What is known of a payload besides its bytes."""

    url: str | None
    hints: Hints
    today: date


@dataclass(frozen=True, slots=True)
class SearchTexts:
    """The texts of a document as they are searched, and its folded body."""

    folded: str
    squeezed: str
    header: list[str]
    tail: list[str]
    last_lines: list[str]
    traditional: bool


_NO_FORM = FormChoice(forms.UNKNOWN, "no_form", {})
_NO_DATE = PublicationDate(None, None, None, (), ())
_NO_OPENING = Opening("", "", {}, ())
_NO_AGENCY = AgencyChoice(Agency(), False, NameChoice(None, ()), ())


@dataclass(frozen=True, slots=True)
class TableFigures:
    """The figures of a report; the first `grid_cells` of them stand in grids of the page."""

    figures: Figures
    grid_cells: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen of a document, and what it was chosen among.

    `agency` is the one that the page prints, `region` the one that stands beside it or there,
    with its region. `compiler` and the region are those of reports alone. `failures` are the
    parts that could not be read.
    """

    document: DocumentParts
    request: ReadRequest
    texts: SearchTexts
    year_places: YearPlaces
    report_year: ReportYear
    period: Period | None
    form: FormChoice
    tables: TableFigures
    judged_page: JudgedPage
    verdict: ReportVerdict
    publication_date: PublicationDate
    signature: Signature
    opening: Opening
    agency: AgencyChoice
    region: AgencyRegion
    compiler: Compiler | None
    failures: tuple[Finding, ...] = ()

    @property
    def issuer(self) -> Agency:
        """The issuing agency with all that is known of it."""
        return self.region.agency


def choose_fields(document: DocumentParts, request: ReadRequest) -> Choices:
    """Choose all fields of a document; one that fails has its default and is a finding.

    What a version is known by, its title and text, has no default: without it a page is not read.
    """
    parts = PartReader()
    read = parts.read
    texts = _prepare_texts(document)
    squeezed = texts.squeezed
    no_fields: list[LabelField] = []
    fields = read("the labels", lambda: list(find_labels(texts.header)), no_fields)
    signature = read(
        "the signature", lambda: find_signature(texts.last_lines), Signature()
    )
    period = read("the period", lambda: _find_period(document, squeezed), None)
    year_places = read(
        "the list row",
        lambda: _list_year_places(document, period, squeezed, request.hints),
        YearPlaces(document.own_title, period, squeezed),
    )
    report_year = read(
        "the report year",
        lambda: find_report_year(year_places),
        ReportYear(None, None),
    )
    form = read("the form", lambda: detect_generation(squeezed), _NO_FORM)
    tables = read(
        "the tables",
        lambda: _read_figures(document, form.generation, squeezed),
        TableFigures(Figures(), 0),
    )
    images = list_known_images(document, request.hints)
    judged_page = prepare_page(
        document, squeezed, form.generation, tables.figures, has_images=bool(images)
    )
    verdict = read(
        "whether it is a report",
        lambda: judge_report(judged_page),
        ReportVerdict(_may_be_report(judged_page), "it could not be judged"),
    )
    publication_date = read(
        "the publication date",
        lambda: choose_publication_date(
            _list_date_places(document, texts, fields, request),
            report_year=report_year.year,
            today=request.today,
            is_report=verdict.is_report,
        ),
        _NO_DATE,
    )
    opening = read(
        "the opening", lambda: prepare_opening(squeezed[:_OPENING_LENGTH]), _NO_OPENING
    )
    agency = read(
        "the issuing body",
        lambda: _choose_agency(document, texts, fields, signature.agency, opening),
        _NO_AGENCY,
    )
    compiler = None
    region = AgencyRegion(agency.agency)
    if verdict.is_report:
        compiler = read("who wrote it", lambda: find_compiler(opening), None)
        region = read(
            "the region",
            lambda: _find_region(
                document, texts, agency.agency, report_year.year, request.hints
            ),
            region,
        )
    return Choices(
        document=document,
        request=request,
        texts=texts,
        year_places=year_places,
        report_year=report_year,
        period=period,
        form=form,
        tables=tables,
        judged_page=judged_page,
        verdict=verdict,
        publication_date=publication_date,
        signature=signature,
        opening=opening,
        agency=agency,
        region=region,
        compiler=compiler,
        failures=(*document.page.failures, *parts.findings),
    )


def _may_be_report(page: JudgedPage) -> bool:
    """Tell whether a page that could not be judged is kept as a report."""
    return page.has_figures or titles.names_specific_report(page.title)


def _prepare_texts(document: DocumentParts) -> SearchTexts:
    folded = fold_forms("\n".join(document.body))
    traditional = is_traditional(folded)
    search_text = prepare_search(folded, traditional=traditional)
    lines = search_text.split("\n")
    return SearchTexts(
        folded=folded,
        squeezed=join_words(search_text),
        header=_prepare_lines(document.header, traditional),
        tail=_prepare_lines(document.tail[:_TAIL_LINES], traditional),
        last_lines=lines[-_LAST_LINES:],
        traditional=traditional,
    )


def _prepare_lines(lines: Sequence[str], traditional: bool) -> list[str]:
    text = prepare_search("\n".join(lines), traditional=traditional)
    return text.split("\n")


def _read_figures(
    document: DocumentParts, generation: str, squeezed: str
) -> TableFigures:
    """Return the figures of the statutory tables.

    Tables that the grids of the page do not give are looked for in its lines.
    """
    figures = Figures()
    if generation == forms.UNKNOWN:
        return TableFigures(figures, 0)
    grid_reader.read_grids(document.page.grids, generation, figures)
    grid_cells = len(figures.cells)
    if any(find_unread_tables(generation, squeezed, figures)):
        lines: Sequence[str] = document.raw
        if document.page.is_markup:
            lines = flattened.select_table_rows(document.body, generation)
        read_part(
            "the tables in the text",
            lambda: flattened.read_flattened_tables(lines, generation, figures),
            None,
            figures.findings,
        )
    return TableFigures(figures, grid_cells)


def _find_period(document: DocumentParts, squeezed: str) -> Period | None:
    """Return the statistics period that the body states, else the school year of a school."""
    stated = dates.find_period(squeezed)
    return stated or find_school_year(document.own_title, squeezed)


def _list_year_places(
    document: DocumentParts, period: Period | None, squeezed: str, hints: Hints
) -> YearPlaces:
    return YearPlaces(
        title=document.own_title,
        period=period,
        squeezed=squeezed,
        row_year=beside_page.find_row_year(hints.list_title, hints.column),
        is_row_shown=not document.has_own_title,
    )


def _list_date_places(
    document: DocumentParts,
    texts: SearchTexts,
    fields: Sequence[LabelField],
    request: ReadRequest,
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
    texts: SearchTexts,
    fields: Sequence[LabelField],
    signature: str | None,
    opening: Opening,
) -> AgencyChoice:
    """Choose the issuing agency; labels near the body and in imprints below it count too."""
    near_lines = texts.tail[:_NEAR_BODY]
    imprints = filter(is_imprint, texts.tail[_NEAR_BODY:])
    tail_fields = find_labels([*near_lines, *imprints])
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


def _find_region(
    document: DocumentParts,
    texts: SearchTexts,
    agency: Agency,
    year: int | None,
    hints: Hints,
) -> AgencyRegion:
    """Return the agency, or the one that stands beside the page, with its region."""
    agency = beside_page.add_agency_beside(agency, hints, year)
    first_words = squeeze("".join((document.title or "", *texts.header)))
    return resolve_agency_region(agency, year, hints, first_words + texts.squeezed)
