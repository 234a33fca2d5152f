"""Observations: what each visit to a report page showed (table `sightings`).

All that is known of a document follows from them. A page is read once for each address and
payload, with the hints of the earliest visit that fetched it. Every other visit with the same
address, payload, redirects and further pages shows what that reading says. So what the archive
derives depends on the visits alone, not on the order in which they were stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.addresses import (
    canonicalize,
    drop_parameters,
    list_parameters,
)
from nianbao.archive.derived import readings
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.raw import visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.raw.visits import Visit
    from nianbao.archive.records import Finding, Reading

MISSES = ("not_found", "soft_404")
READABLE = ("fetched", "not_modified")

# Return the visits that fetched the same payload from the same address by the same redirects,
# with the same further pages and images, the visit that is asked about among them, each with its
# observation if there is one. The last column says whether that page was read from a visit before
# the one that is asked about.
_SAME_PAYLOAD = """
SELECT visits.id, sightings.effect, sightings.document_id, sightings.content_sha256,
       sightings.published_on, sightings.reader_version, sightings.read_visit_id,
       (source.visited_at, source_run.uid) < (one.visited_at, one_run.uid)
FROM visits AS one
JOIN runs AS one_run ON one_run.id = one.run_id
JOIN visits ON visits.url = one.url
           AND visits.payload_sha256 = one.payload_sha256
           AND visits.redirects IS one.redirects
           AND visits.role = one.role
           AND visits.outcome IN ('fetched', 'not_modified')
LEFT JOIN hint_sets AS one_hints ON one_hints.id = one.hint_set_id
LEFT JOIN hint_sets ON hint_sets.id = visits.hint_set_id
LEFT JOIN sightings ON sightings.visit_id = visits.id
LEFT JOIN visits AS source ON source.id = sightings.read_visit_id
LEFT JOIN runs AS source_run ON source_run.id = source.run_id
WHERE one.id = ?
  AND coalesce(json_extract(hint_sets.hints, '$.further_pages'), '[]')
    = coalesce(json_extract(one_hints.hints, '$.further_pages'), '[]')
  AND json_extract(hint_sets.hints, '$.images') IS json_extract(one_hints.hints, '$.images')
"""
_WRITE_OBSERVATION = """
INSERT INTO sightings (visit_id, effect, document_id, content_sha256, published_on,
                       reader_version, read_visit_id)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (visit_id) DO UPDATE
SET effect = excluded.effect,
    document_id = excluded.document_id,
    content_sha256 = excluded.content_sha256,
    published_on = excluded.published_on,
    reader_version = excluded.reader_version,
    read_visit_id = excluded.read_visit_id,
    version_id = CASE excluded.effect WHEN 'shown' THEN version_id END
"""
_COPY_OBSERVATION = """
INSERT OR REPLACE INTO sightings (visit_id, effect, document_id, content_sha256, published_on,
                                  reader_version, read_visit_id)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
# Return the visits to an address that found no report there, each with its document.
_WITHOUT_REPORT = """
SELECT visits.id, sightings.document_id
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.url = ? AND sightings.effect <> 'shown'
"""
# Return the document that an address showed last.
_LAST_DOCUMENT = """
SELECT documents.id
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
JOIN documents ON documents.id = sightings.document_id
WHERE visits.url = ? AND sightings.effect = 'shown'
ORDER BY visits.visited_at DESC, documents.url
LIMIT 1
"""
# What a reader says of a page that is no report, because its report could not be read.
UNREAD_RULES = (
    "payload.not_text",
    "file.protected",
    "file.damaged",
    "file.too_large",
    "file.unsupported",
    "file.pages_unread",
    "page.too_large",
    "page.report_unread",
    "ocr.page_unread",
    "is_report.doubtful",
)
_DELETE_UNREAD = f"""
DELETE FROM findings
WHERE document_id IS NULL AND rule IN {UNREAD_RULES}
  AND visit_id IN (SELECT id FROM visits WHERE url = ?)
"""
_DELETE_UNREAD_OF_VISIT = f"""
DELETE FROM findings
WHERE document_id IS NULL AND rule IN {UNREAD_RULES} AND visit_id = ?
"""
_SHOWS_REPORT = """
SELECT 1
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.url = ? AND effect = 'shown'
LIMIT 1
"""
# Return the documents whose addresses begin with a path ("?" comes before "@"), each with the
# address of a visit that showed it.
_SAME_PATH = """
SELECT documents.id, documents.url, visits.url
FROM documents
JOIN versions ON versions.id = documents.current_version_id
JOIN visits ON visits.id = versions.first_visit_id
WHERE documents.url >= ? AND documents.url < ?
LIMIT 1000
"""
# Select the visits to an address that read a page which is no report, where none ever stood.
_NEVER_A_REPORT = """
JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.url = ? AND effect = 'not_a_report' AND read_visit_id = visits.id
  AND document_id IS NULL
ORDER BY visits.id
"""
# Return the sites on which the run of one of some visits has ended.
_ENDED_SITES = """
SELECT DISTINCT visits.site_id
FROM visits
CROSS JOIN site_runs ON site_runs.run_id = visits.run_id
                    AND site_runs.site_id = visits.site_id
WHERE visits.id IN ({marks}) AND site_runs.ended_at IS NOT NULL
"""


class ObservationContent(NamedTuple):
    """What an observation says, of whichever visit."""

    reader_version: str | None
    effect: str | None
    document_id: int | None
    content_sha256: str | None
    published_on: str | None

    def says_the_same(self, other: ObservationContent) -> bool:
        """Tell whether two observations differ in no more than the reader."""
        return self[1:] == other[1:]


class PageObservation(NamedTuple):
    """What a reader said of a page, where no version has its reading.

    `findings` are those that a page which is no report has.
    """

    is_report: bool
    content_sha256: str | None
    published_on: str | None
    reader_version: str
    findings: tuple[Finding, ...]


NO_CONTENT = ObservationContent(None, None, None, None, None)
Contents = dict[int, ObservationContent]  # by visit


class SamePayloadVisit(NamedTuple):
    """A visit that fetched the same from the same address, with its observation, if any."""

    visit_id: int
    effect: str | None
    document_id: int | None
    content_sha256: str | None
    published_on: str | None
    reader_version: str | None
    read_visit_id: int | None
    is_read_before: bool | None  # read from a visit before the one that is asked about

    @property
    def content(self) -> ObservationContent:
        """What the observation says."""
        return ObservationContent(
            self.reader_version,
            self.effect,
            self.document_id,
            self.content_sha256,
            self.published_on,
        )


def load_same_payload_visits(db: Database, visit: Visit) -> list[SamePayloadVisit]:
    """Return the visits that fetched the same as one, that visit among them."""
    rows = db.execute(_SAME_PAYLOAD, [visit.id]).fetchall()
    return [SamePayloadVisit(*row) for row in rows]


def load_contents(db: Database, visit_ids: Sequence[int]) -> Contents:
    """Return what the observations of visits say now, by visit."""
    marks = ", ".join("?" * len(visit_ids))
    rows = db.execute(
        f"""
        SELECT visit_id, reader_version, effect, document_id, content_sha256, published_on
        FROM sightings WHERE visit_id IN ({marks})
        """,
        list(visit_ids),
    )
    contents: Contents = {}
    for visit_id, *values in rows.fetchall():
        contents[visit_id] = ObservationContent(*values)
    return contents


def have_changed(before: Contents, after: Contents) -> bool:
    """Tell whether the observation of a visit says something else than before."""
    for visit_id, content in after.items():
        if not content.says_the_same(before.get(visit_id, NO_CONTENT)):
            return True
    return False


def record_reading(
    db: Database,
    visit_ids: Sequence[int],
    read_visit_id: int,
    document_id: int | None,
    reading: Reading | PageObservation,
) -> None:
    """Write the observation of each of some visits: what a page was read as.

    `read_visit_id` is the visit whose page was read; `document_id` is None for a page that is
    no report.
    """
    effect = "not_a_report"
    content_sha256 = None
    if reading.is_report:
        effect = "shown"
        content_sha256 = reading.content_sha256
    values = (
        effect,
        document_id,
        content_sha256,
        reading.published_on,
        reading.reader_version,
        read_visit_id,
    )
    rows = [(visit_id, *values) for visit_id in visit_ids]
    db.conn.executemany(_WRITE_OBSERVATION, rows)


def record_miss(db: Database, visit: Visit) -> None:
    """Write the observation of a visit that found nothing at its address."""
    row = (visit.id, "missed", None, None, None, None, None)
    db.execute(_WRITE_OBSERVATION, row)
    attach_to_document(db, visit.url)
    mark_unsettled(db, [visit.id])


def copy_observation(db: Database, visit_id: int, source: SamePayloadVisit) -> None:
    """Give a visit the observation of another that fetched the same."""
    values = (
        source.effect,
        source.document_id,
        source.content_sha256,
        source.published_on,
        source.reader_version,
        source.read_visit_id,
    )
    db.execute(_COPY_OBSERVATION, [visit_id, *values])


def attach_to_document(db: Database, url: str) -> set[int | None]:
    """Give the visits that found no report at an address the document it led to.

    Return the documents that lost or gained such a visit, with None for no document.
    """
    others = db.execute(_WITHOUT_REPORT, [url]).fetchall()
    if not others:
        return set()
    document = db.execute(_LAST_DOCUMENT, [url]).fetchone()
    document_id: int | None = document[0] if document else None
    if document_id is None and "?" in url:
        document_id = _find_shorter_address(db, url)
    visit_ids: list[int] = []
    changed_documents: set[int | None] = set()
    for visit_id, former_id in others:
        if former_id != document_id:
            visit_ids.append(visit_id)
            changed_documents.update((document_id, former_id))
    db.conn.executemany(
        "UPDATE sightings SET document_id = ? WHERE visit_id = ?",
        [(document_id, visit_id) for visit_id in visit_ids],
    )
    if visit_ids:
        mark_unsettled(db, visit_ids)
    if document_id is None:
        _mark_unread(db, visit_ids)
    return changed_documents


def _find_shorter_address(db: Database, url: str) -> int | None:
    """Return the document that is known by an address without some of its parameters.

    These are the ones that another visit to it had, and its own address has not.
    """
    address = canonicalize(url)
    path = address.partition("?")[0]
    rows = db.execute(_SAME_PATH, [path, f"{path}@"]).fetchall()
    for document_id, document_url, visit_url in rows:
        names = list_parameters(canonicalize(visit_url))
        dropped = set(names) - set(list_parameters(document_url))
        if dropped and drop_parameters(address, dropped) == document_url:
            return int(document_id)
    return None


def _mark_unread(db: Database, visit_ids: Sequence[int]) -> None:
    """Mark visits to be read again: why they show no report was not kept beside a document."""
    db.conn.executemany(
        "UPDATE sightings SET reader_version = NULL WHERE visit_id = ?",
        [(visit_id,) for visit_id in visit_ids],
    )


def write_stranger_findings(db: Database, url: str) -> None:
    """Note the visits to an address that found a page which is no report.

    Only where no report ever stood: else it is noted of the document.
    """
    db.execute(
        """
        DELETE FROM findings
        WHERE rule = 'page.not_a_report' AND document_id IS NULL
          AND visit_id IN (SELECT id FROM visits WHERE url = ?)
        """,
        [url],
    )
    for visit in visits.select_visits(db, _NEVER_A_REPORT, [url]):
        title = visit.hints.list_title or "untitled"
        finding = make_finding(
            "page.not_a_report", "info", {"case": "listed", "title": title}
        )
        readings.write_findings(
            db,
            [finding],
            site_id=visit.site,
            run_id=visit.run_id,
            visit_id=visit.id,
            url=url,
        )


def write_unread_findings(
    db: Database,
    visit: Visit,
    visit_ids: Sequence[int],
    reading: Reading | PageObservation,
) -> None:
    """Note why the report of an address was not read, where none ever stood.

    It is noted of the page that sent on to this one, if one did. `visit_ids` are the visits
    that fetched the same, of which it may have been noted before.
    """
    if db.execute(_SHOWS_REPORT, [visit.url]).fetchone() is not None:
        db.execute(_DELETE_UNREAD, [visit.url])
        return
    db.conn.executemany(_DELETE_UNREAD_OF_VISIT, [(id_,) for id_ in visit_ids])
    readings.write_findings(
        db,
        [finding for finding in reading.findings if finding.rule in UNREAD_RULES],
        site_id=visit.site,
        run_id=visit.run_id,
        visit_id=visit.id,
        url=visit.hints.sent_by or visit.url,
    )


def delete_reader_failures(db: Database, url: str) -> None:
    """Delete the findings that a reader failed on an address."""
    db.execute("DELETE FROM findings WHERE rule = 'reader.failed' AND url = ?", [url])


def mark_unsettled(db: Database, visit_ids: Sequence[int]) -> None:
    """Mark the sites whose run was finalized without what these visits showed.

    They are to be finalized anew.
    """
    marks = ", ".join("?" * len(visit_ids))
    query = _ENDED_SITES.format(marks=marks)
    sites = db.execute(query, list(visit_ids)).fetchall()
    for row in sites:
        db.execute("UPDATE sites SET unsettled = 1 WHERE id = ?", row)
