"""Looking things up: a document with its versions, readings, figures and findings, as typed
records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.derived.documents import find_document
from nianbao.archive.derived.figures import load_figures
from nianbao.archive.records import Figure, Finding

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document with its reading; every value leads to the bytes: payload_sha256,
    visit_id.
    """

    id: int
    number: int
    first_seen: str
    last_seen: str
    content_sha256: str
    payload_sha256: str
    visit_id: int  # the visit whose payload was read
    visited_url: str
    reader_version: str
    title: str | None
    report_year: int | None
    agency: str | None  # as printed
    agency_name: str | None  # the full name, where it is known whose it is
    region: str | None
    published_on: str | None
    published_at: str | None
    published_basis: str | None
    signed_on: str | None
    form: str | None
    official: bool | None
    text: str
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report's page at one address."""

    id: int
    url: str
    site: str
    site_name: str
    state: str
    moved_to: str | None
    copies: tuple[str, ...]  # other addresses that show the same content now
    near_copies: tuple[
        tuple[str, float], ...
    ]  # addresses that show nearly the same, and how nearly (below 1)
    versions: tuple[Version, ...]


FIELDS = (
    "title",
    "report_year",
    "agency",
    "published_on",
    "published_at",
    "signed_on",
    "form",
)


class Field(NamedTuple):
    """A field of a reading that says something else."""

    field: str
    before: str | int | None
    after: str | int | None


def fields(old: Version, new: Version) -> list[Field]:
    """Return the fields of the reading that differ between two versions."""
    pairs = (Field(name, getattr(old, name), getattr(new, name)) for name in FIELDS)
    return [field for field in pairs if field.before != field.after]


def document(db: Database, url: str) -> Document | None:
    """Return the document at an address."""
    document_id = find_document(db, url)
    return None if document_id is None else _document(db, document_id)


def _document(db: Database, document_id: int) -> Document:
    row = db.execute(
        "SELECT documents.id, documents.url, documents.site_id, sites.name, documents.state, target.url,"
        " documents.content_sha256 FROM documents JOIN sites ON sites.id = documents.site_id"
        " LEFT JOIN documents AS target ON target.id = documents.moved_to_id WHERE documents.id = ?",
        [document_id],
    ).fetchone()
    copies = db.execute(
        "SELECT url FROM documents WHERE content_sha256 = ? AND id <> ? AND state IN ('new', 'present') ORDER BY url",
        [row[6], document_id],
    ).fetchall()
    near = db.execute(NEAR_COPIES, [document_id, document_id]).fetchall()
    values: list[Any] = [
        *row[:6],
        tuple(url for (url,) in copies),
        tuple(near),
        _versions(db, document_id),
    ]
    return Document(*values)


NEAR_COPIES = """
SELECT url, similarity FROM near_copies JOIN documents ON documents.id = other_id WHERE document_id = ?
UNION ALL
SELECT url, similarity FROM near_copies JOIN documents ON documents.id = document_id WHERE other_id = ?
ORDER BY similarity DESC, url
"""

VERSIONS = """
SELECT versions.id, versions.number, first.visited_at, last.visited_at, versions.content_sha256,
       versions.payload_sha256, readings.visit_id, source.url, readings.reader_version, readings.title,
       readings.report_year, readings.agency_printed, agencies.name, regions.name, readings.published_on,
       readings.published_at, readings.published_basis, readings.signed_on, readings.form, readings.official,
       version_texts.text
FROM versions
JOIN visits AS first ON first.id = versions.first_visit_id
JOIN visits AS last ON last.id = versions.last_visit_id
JOIN readings ON readings.version_id = versions.id
JOIN version_texts ON version_texts.version_id = versions.id
JOIN visits AS source ON source.id = readings.visit_id
LEFT JOIN agencies ON agencies.id = readings.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
WHERE versions.document_id = ? ORDER BY versions.number
"""


def _versions(db: Database, document_id: int) -> tuple[Version, ...]:
    versions = []
    for row in db.execute(VERSIONS, [document_id]).fetchall():
        official = None if row[19] is None else bool(row[19])
        values: list[Any] = [
            *row[:19],
            official,
            row[20],
            load_figures(db, row[0]),
            _findings(db, row[0]),
        ]
        versions.append(Version(*values))
    return tuple(versions)


def _findings(db: Database, version_id: int) -> tuple[Finding, ...]:
    rows = db.execute(
        'SELECT rule, severity, message, "table", "row", "column", expected, found FROM findings'
        " WHERE version_id = ? AND agency_id IS NULL ORDER BY id",
        [version_id],
    ).fetchall()
    return tuple(Finding(*row) for row in rows)


def findings_by_rule(db: Database) -> list[tuple[str, str, int]]:
    """Count the findings about current versions and about the latest runs, by rule and severity."""
    return [
        (row[0], row[1], row[2])
        for row in db.execute(
            "SELECT rule, severity, count(*) FROM findings LEFT JOIN documents"
            " ON documents.current_version_id = findings.version_id"
            " WHERE documents.id IS NOT NULL OR agency_id IS NOT NULL OR run_id = (SELECT max(id) FROM runs)"
            " GROUP BY rule, severity ORDER BY severity, count(*) DESC, rule"
        ).fetchall()
    ]
