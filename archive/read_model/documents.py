"""Documents with their versions, and each version with its reading, figures and findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nianbao.archive.derived.documents import find_document as find_document_id
from nianbao.archive.derived.figures import load_figures
from nianbao.archive.raw.hints import SEEN_BY
from nianbao.archive.read_model.findings import select_version_findings

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.records import Figure, Finding

_VERSION_TEXT = """
SELECT version_texts.text
FROM documents
JOIN versions ON versions.document_id = documents.id
JOIN version_texts ON version_texts.version_id = versions.id
WHERE documents.url = ? AND versions.number = ?
"""


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A version of a document with its reading.

    `payload_sha256` and `visit_id` lead every value back to the bytes it was read from.
    `previous` is the number of the version before it of the same report: None where it is the
    first of its report on this page, whatever the page showed before.
    """

    id: int
    number: int
    previous: int | None
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
    # the full name, where the agency is resolved or a person decided which it is
    agency_name: str | None
    region: str | None
    published_on: str | None
    published_at: str | None
    published_basis: str | None
    signed_on: str | None
    form: str | None
    official: bool | None
    text: str
    compiled_by: str | None  # who wrote the report, as printed
    township_code: str | None  # nine digits, of a township's body
    # the host of the web archive that saw the version first, where that was not we
    seen_by: str | None
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report page at one address, with all its versions, the first one first."""

    id: int
    url: str
    site: str
    site_name: str
    state: str
    moved_to: str | None
    copies: tuple[str, ...]  # other addresses that show the same content now
    # addresses that show nearly the same content, each with its similarity (below 1)
    near_copies: tuple[tuple[str, float], ...]
    versions: tuple[DocumentVersion, ...]


COMPARED_FIELDS = (
    "title",
    "report_year",
    "agency",
    "published_on",
    "published_at",
    "signed_on",
    "form",
)


class FieldDifference(NamedTuple):
    """A field of the reading whose value differs between two versions."""

    field: str
    before: str | int | None
    after: str | int | None


def compare_fields(old: DocumentVersion, new: DocumentVersion) -> list[FieldDifference]:
    """Return the fields of the reading that differ between two versions."""
    differences = []
    for name in COMPARED_FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            differences.append(FieldDifference(name, before, after))
    return differences


DOCUMENT = """
SELECT documents.id, documents.url, documents.site_id, sites.name, documents.state, target.url,
       documents.content_sha256
FROM documents
JOIN sites ON sites.id = documents.site_id
LEFT JOIN documents AS target ON target.id = documents.moved_to_id
WHERE documents.id = ?
"""
COPIES = """
SELECT url FROM documents
WHERE content_sha256 = ? AND id <> ? AND state IN ('new', 'present')
ORDER BY url
"""
NEAR_COPIES = """
SELECT url, similarity FROM near_copies
JOIN documents ON documents.id = other_id WHERE document_id = ?
UNION ALL
SELECT url, similarity FROM near_copies
JOIN documents ON documents.id = document_id WHERE other_id = ?
ORDER BY similarity DESC, url
"""
VERSIONS = f"""
SELECT versions.id, versions.number,
       (SELECT max(former.number) FROM versions AS former
        WHERE former.document_id = versions.document_id
          AND former.report_id = versions.report_id
          AND former.number < versions.number),
       first.visited_at, last.visited_at,
       versions.content_sha256, versions.payload_sha256, readings.visit_id, source.url,
       readings.reader_version, readings.title, readings.report_year, readings.agency_printed,
       CASE WHEN json_extract(readings.details, '$.agency.name') IS NOT NULL
              OR readings.agency_basis = 'decision'
              OR agencies.name <> readings.agency_printed
            THEN agencies.name END,
       regions.name, readings.published_on, readings.published_at,
       readings.published_basis, readings.signed_on, readings.form, version_texts.text,
       readings.official, readings.compiled_by, readings.township_code,
       {SEEN_BY.format("first")}
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


REPORT_VERSIONS = """
SELECT documents.url, versions.number, versions.content_sha256,
       versions.id = reports.version_id
FROM reports
JOIN versions ON versions.report_id = reports.id
JOIN documents ON documents.id = versions.document_id
JOIN visits AS first ON first.id = versions.first_visit_id
WHERE reports.id = ?
ORDER BY first.visited_at, documents.url, versions.number
"""


class VersionPlace(NamedTuple):
    """A version of a page by its address and number."""

    url: str
    number: int


def find_last_change(
    db: Database, report_id: int
) -> tuple[VersionPlace, VersionPlace] | None:
    """Return the version that stands for a report and the last one before it that differs.

    They may stand at different addresses. None when the report has never changed.
    """
    rows = db.execute(REPORT_VERSIONS, [report_id]).fetchall()
    before: list[tuple[VersionPlace, str]] = []
    for url, number, content_sha256, is_standing in rows:
        place = VersionPlace(url, number)
        if not is_standing:
            before.append((place, content_sha256))
            continue
        for former, former_content in reversed(before):
            if former_content != content_sha256:
                return former, place
    return None


def find_equal_version(
    document: Document, version: DocumentVersion
) -> DocumentVersion | None:
    """Return the first version before a version with the same content, of the same report.

    None where the page says of the report what it never said before.
    """
    equal = None
    earlier = version
    while earlier.previous is not None:
        earlier = document.versions[earlier.previous - 1]
        if earlier.content_sha256 == version.content_sha256:
            equal = earlier
    return equal


def find_document(db: Database, url: str) -> Document | None:
    """Return the document at an address; None when there is none."""
    document_id = find_document_id(db, url)
    if document_id is None:
        return None
    *place, content_sha256 = db.execute(DOCUMENT, [document_id]).fetchone()
    copies = db.execute(COPIES, [content_sha256, document_id]).fetchall()
    near_copies = db.execute(NEAR_COPIES, [document_id, document_id]).fetchall()
    values: list[Any] = [
        *place,
        tuple(copy_url for (copy_url,) in copies),
        tuple(near_copies),
        _select_versions(db, document_id),
    ]
    return Document(*values)


def find_documents(db: Database, urls: list[str]) -> list[Document]:
    """Return the documents at some addresses, in that order, without those that are not there."""
    documents = []
    for url in urls:
        document = find_document(db, url)
        if document is not None:
            documents.append(document)
    return documents


def _select_versions(db: Database, document_id: int) -> tuple[DocumentVersion, ...]:
    versions = []
    for row in db.execute(VERSIONS, [document_id]).fetchall():
        *fields, text, official, compiled_by, township_code, seen_by = row
        if official is not None:
            official = bool(official)
        figures = load_figures(db, row[0])
        findings = select_version_findings(db, row[0])
        values: list[Any] = [
            *fields,
            official,
            text,
            compiled_by,
            township_code,
            seen_by,
        ]
        values += [figures, findings]
        versions.append(DocumentVersion(*values))
    return tuple(versions)


def select_version_reports(db: Database, document_id: int) -> dict[int, int]:
    """Return the report that each version of a page shows; both are ids."""
    query = "SELECT id, report_id FROM versions WHERE document_id = ?"
    return dict(db.execute(query, [document_id]).fetchall())


def load_version_text(db: Database, url: str, version: int | None) -> str | None:
    """Return the text of a version of the page at an address; None where there is none."""
    row = db.execute(_VERSION_TEXT, [url, version]).fetchone()
    return None if row is None else str(row[0])
