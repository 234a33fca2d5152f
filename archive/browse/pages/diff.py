"""Two versions of a document side by side: fields, figures, text, and who changed them, the
page or our reader.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse import tables
from nianbao.archive.browse.differences import Hunk, compare
from nianbao.archive.browse.page import Ask, Crumb, NotHere, Page
from nianbao.archive.browse.pages.report import SECOND, agency_crumbs, moment
from nianbao.archive.browse.queries import versions
from nianbao.archive.derived import figures
from nianbao.archive.read_model import documents as document_lookup

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.derived.figures import FigureDifference
    from nianbao.archive.read_model.documents import Document, Version


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions; `at` names it in addresses."""

    number: int
    at: str
    first_seen: str
    last_seen: str
    title: str | None
    reader_version: str
    payload_sha256: str


@dataclass
class Diff:
    """What differs; `tables` draw the figures of both."""

    url: str
    site_name: str
    old: Side
    new: Side
    sides: tuple[Side, ...]  # all versions of the document
    cause: versions.Cause
    fields: tuple[document_lookup.Field, ...]
    cells: tuple[FigureDifference, ...]
    text: tuple[Hunk, ...]
    drawn: InitVar[list[tables.Table]]

    def __post_init__(self, drawn: list[tables.Table]) -> None:
        self.tables = drawn


def view(db: Database, ask: Ask) -> Page:
    """Show two versions of a document, each named by a moment; without, the last two."""
    url = ask.text("url")
    document = document_lookup.document(db, url)
    if document is None or not document.versions:
        raise NotHere(ask.language("document.none", url=url or "–"))
    old, new = _versions(ask, document)
    diff = _diff(db, document, old, new)
    return Page(
        "diff.html",
        ask.language("diff.title", title=new.title or document.url),
        diff,
        rows=diff.cells,
        crumbs=_crumbs(db, ask, document, new),
        cited=ask.cite.diff(
            document.url, *(f"{side.first_seen[:SECOND]}Z" for side in (old, new))
        ),
    )


def _versions(ask: Ask, document: Document) -> tuple[Version, Version]:
    """Return the version of each moment; of equal ones, and of one version alone, there is
    nothing to compare.
    """
    moments = [moment(ask, ask.text(name)) for name in ("from", "to")]
    found = [versions.at(document.versions, one) if one else None for one in moments]
    if any(one and not version for one, version in zip(moments, found, strict=True)):
        raise NotHere(
            ask.language("report.not_yet", at=next(filter(None, moments))),
            [_page(ask, document)],
        )
    new = found[1] or document.versions[-1]
    old = found[0] or next(
        (one for one in reversed(document.versions) if one.number < new.number), None
    )
    if old is None:
        raise NotHere(ask.language("diff.one_version"), [_page(ask, document)])
    return old, new


def _diff(db: Database, document: Document, old: Version, new: Version) -> Diff:
    names = figures.list_cell_names(
        db, {figure.table for figure in (*old.figures, *new.figures)}
    )
    sides = {version.number: _side(document, version) for version in document.versions}
    return Diff(
        url=document.url,
        site_name=document.site_name,
        old=sides[old.number],
        new=sides[new.number],
        sides=tuple(sides.values()),
        cause=versions.cause(db, old, new),
        fields=tuple(document_lookup.fields(old, new)),
        cells=tuple(figures.compare_figures(old.figures, new.figures)),
        text=tuple(compare(old.text, new.text)),
        drawn=tables.draw(new.figures, names, before=old.figures),
    )


def _side(document: Document, version: Version) -> Side:
    at = versions.moment(document.versions, version)
    seen = version.first_seen, version.last_seen
    return Side(
        version.number,
        at,
        *seen,
        version.title,
        version.reader_version,
        version.payload_sha256,
    )


def _crumbs(
    db: Database, ask: Ask, document: Document, version: Version
) -> list[Crumb]:
    if not (version.agency_name and version.report_year):
        return [_page(ask, document)]
    address = ask.to.report(version.region, version.agency_name, version.report_year)
    return [
        *agency_crumbs(db, ask, version.region, version.agency_name),
        Crumb(str(version.report_year), address),
    ]


def _page(ask: Ask, document: Document) -> Crumb:
    return Crumb(
        document.versions[-1].title or document.url, ask.to.document(document.url)
    )
