"""Readings of another archive, taken over with the visits that they are of.

A page of which the other archive has a reading by the same reader is not read again here: a reader
makes the same of the same bytes, address, hints and recognitions. What derives from a reading is
derived here, of all visits together, as after reading. Read again is what the other archive does
not have as the reader said it: of another reader, and with a year that a person decided. Where
lines of a site make no version, the content of a page is that of the version before it, whatever
the reader said; such a page is read again unless that version is the one before it here too.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from nianbao.archive.derived import decided, documents, figures, form_cells
from nianbao.archive.derived.observations import UNREAD_RULES, PageObservation
from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.raw import recognitions, visits
from nianbao.archive.records import FINDING_COLUMNS, Finding, Reading, Severity
from nianbao.archive.storage.batch import open_batch
from nianbao.archive.storage.connection import translate_errors
from nianbao.archive.update import volatile_lines
from nianbao.archive.update.visits import apply_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlite_utils import Database

    from nianbao.archive.raw.visits import Visit
    from nianbao.archive.store import Archive

_RUNS = "SELECT id, uid FROM runs"
_SITES_WITH_VOLATILE_LINES = "SELECT DISTINCT site_id FROM findings WHERE rule = ?"
# Return what a visit to a report page showed, if this reader read its page.
_OBSERVATION = """
SELECT visits.id, effect, document_id, content_sha256, published_on
FROM visits
CROSS JOIN runs ON runs.id = visits.run_id
CROSS JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.url = ? AND visits.visited_at = ? AND visits.role = 'report'
  AND runs.uid = ? AND visits.payload_sha256 = ?
  AND sightings.read_visit_id = visits.id AND sightings.reader_version = ?
LIMIT 1
"""
# Return the reading of the page of a visit, which is that of a version of a document.
_READING = """
SELECT readings.version_id, reader_version, title, report_year, year_basis, agency_printed,
       published_on, published_at, published_basis, signed_on, form, official, cells,
       (SELECT text FROM version_texts WHERE version_id = versions.id)
FROM versions
CROSS JOIN readings ON readings.version_id = versions.id
LEFT JOIN figure_sets ON figure_sets.reading_id = readings.id
WHERE versions.document_id = ? AND readings.visit_id = ? AND versions.content_sha256 = ?
LIMIT 1
"""
_SHOWN_EARLIER = """
SELECT 1
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
WHERE sightings.document_id = ? AND effect = 'shown' AND content_sha256 = ?
  AND visits.visited_at < ?
LIMIT 1
"""
_FIELDS = ", ".join(f'"{name}"' for name in FINDING_COLUMNS)
_FINDINGS_OF_VERSION = f"""
SELECT {_FIELDS} FROM findings
WHERE version_id = ? AND visit_id IS NULL AND agency_id IS NULL
ORDER BY id
"""
_FINDINGS_OF_VISIT = f"""
SELECT {_FIELDS} FROM findings
WHERE visit_id = ? AND document_id IS NULL AND rule IN {UNREAD_RULES}
ORDER BY id
"""
_SEVERITIES = get_args(Severity)


class _StoredObservation(NamedTuple):
    """A row of _OBSERVATION."""

    visit_id: int
    effect: str
    document_id: int | None
    content_sha256: str | None
    published_on: str | None


class _StoredReading(NamedTuple):
    """A row of _READING."""

    version_id: int
    reader_version: str
    title: str | None
    report_year: int | None
    year_basis: str | None
    agency_printed: str | None
    published_on: str | None
    published_at: str | None
    published_basis: str | None
    signed_on: str | None
    form: str | None
    official: int | None
    cells: str | None
    text: str


def carry_readings(
    archive: Archive,
    other: Archive,
    reader_version: str,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Take over the readings that another archive has of pages that are not read here.

    Its visits were merged before. The readings are written many in a commit: what is cut off is
    gone on with. `progress` is called with the pages looked at and the pages in all. Returns how
    many readings were taken over. Raises ArchiveError.
    """
    unread_ids = archive.unread_visits(reader_version)
    source = _ReadingSource(archive.db, other, reader_version)
    count = 0
    with open_batch(archive) as batch:
        for number, visit_id in enumerate(unread_ids):
            if progress is not None:
                progress(number, len(unread_ids))
            visit = visits.load_visit(archive.db, visit_id)
            said = source.find_reading(visit)
            if said is None:
                continue
            batch.write(partial(apply_reading, archive.db, visit, said))
            count += 1
            if batch.is_full or batch.seconds_left == 0:
                batch.commit()
    return count


class _ReadingSource:
    """The readings of another archive by one reader, found by the visits of this one."""

    def __init__(self, db: Database, other: Archive, reader_version: str) -> None:
        self._db = db
        self._other = other
        self._reader_version = reader_version
        self._run_uids: dict[int, str] = dict(db.execute(_RUNS).fetchall())
        sites = db.execute(_SITES_WITH_VOLATILE_LINES, [volatile_lines.RULE])
        self._volatile_sites = {site_id for (site_id,) in sites.fetchall()}

    def find_reading(self, visit: Visit) -> Reading | PageObservation | None:
        """Return what the reader said of the page of a visit; None where that is not known.

        It is no more than an observation where no version has the reading. What is damaged counts
        as not known. Raises ArchiveError.
        """
        with translate_errors(self._other.path):
            try:
                return self._load_reading(visit)
            except (
                ArithmeticError,
                AttributeError,
                LookupError,
                TypeError,
                ValueError,
            ):
                return None

    def _load_reading(self, visit: Visit) -> Reading | PageObservation | None:
        db = self._other.db
        uid = self._run_uids[visit.run_id]
        place = [visit.url, visit.visited_at, uid, visit.payload_sha256]
        row = db.execute(_OBSERVATION, [*place, self._reader_version]).fetchone()
        if row is None or not self._has_same_recognitions(visit):
            return None
        observation = _StoredObservation(*row)
        _require_date(observation.published_on)
        if observation.effect == "not_a_report":
            return _make_observation(db, observation, self._reader_version)
        version = [observation.document_id, observation.visit_id]
        row = db.execute(_READING, [*version, observation.content_sha256]).fetchone()
        if not self._is_content_sure(visit, observation, has_reading=row is not None):
            return None
        if row is None:
            return _make_observation(db, observation, self._reader_version)
        stored = _StoredReading(*row)
        _require_text(stored.text, stored.title or "", stored.agency_printed or "")
        if stored.year_basis == decided.BASIS:
            return None
        return _make_reading(db, stored, observation)

    def _has_same_recognitions(self, visit: Visit) -> bool:
        """Tell whether OCR recognised the same of a page there as here."""
        sha256 = visit.payload_sha256 or ""
        here, there = (
            recognitions.load_page_recognitions(db, sha256, visit.hints)
            for db in (self._db, self._other.db)
        )
        return here == there

    def _is_content_sure(
        self, visit: Visit, observation: _StoredObservation, *, has_reading: bool
    ) -> bool:
        """Tell whether the content of a page is what it would be, were the page read here.

        A page has the content that the reader said where no visit before it shows that content.
        """
        if visit.site not in self._volatile_sites and not visit.hints.ignored_lines:
            return True
        content = observation.content_sha256
        if has_reading:
            place = [observation.document_id, content, visit.visited_at]
            if self._other.db.execute(_SHOWN_EARLIER, place).fetchone() is None:
                return True
        document_id = documents.find_document(self._db, visit.final_url)
        if document_id is None:
            return False
        before = volatile_lines.load_content_before(
            self._db, document_id, visit.visited_at
        )
        return before == content


def _make_observation(
    db: Database, stored: _StoredObservation, reader_version: str
) -> PageObservation:
    rows = db.execute(_FINDINGS_OF_VISIT, [stored.visit_id]).fetchall()
    return PageObservation(
        is_report=stored.effect == "shown",
        content_sha256=stored.content_sha256,
        published_on=stored.published_on,
        reader_version=reader_version,
        findings=_make_findings(rows),
    )


def _make_reading(
    db: Database, stored: _StoredReading, observation: _StoredObservation
) -> Reading | None:
    """Return a reading as the reader made it: without what a person decided."""
    details = load_details(db, stored.version_id)
    if details is None or observation.content_sha256 is None:
        return None
    period = details.period
    rows = db.execute(_FINDINGS_OF_VERSION, [stored.version_id]).fetchall()
    return Reading(
        title=stored.title,
        report_year=stored.report_year,
        agency=replace(details.agency, printed=stored.agency_printed),
        published_on=stored.published_on,
        published_at=stored.published_at,
        published_basis=stored.published_basis,
        date_candidates=details.date_candidates,
        signed_on=stored.signed_on,
        period=None if period.start is None and period.end is None else period,
        form=stored.form,
        sections=details.sections,
        figures=_make_figures(db, stored.cells),
        attachments=details.attachments,
        official=None if stored.official is None else bool(stored.official),
        is_report=True,
        findings=_make_findings(rows),
        text=stored.text,
        content_sha256=observation.content_sha256,
        reader_version=stored.reader_version,
        charset=details.charset,
        year_basis=stored.year_basis,
        compiled_by=details.compiled_by,
        compiled_by_evidence=details.compiled_by_evidence,
    )


def _make_findings(rows: Iterable[Any]) -> tuple[Finding, ...]:
    findings = tuple(Finding.from_row(row) for row in rows)
    if any(finding.severity not in _SEVERITIES for finding in findings):
        raise ValueError("a finding of no known severity")
    return findings


def _make_figures(db: Database, cells: str | None) -> tuple[Any, ...]:
    """Return the figures of a set of cells, in the order of their numbers."""
    runs: dict[str, list[Any]] = json.loads(cells or "{}")
    stored: dict[int, Any] = {}
    for first_id, run in runs.items():
        stored.update(enumerate(run, start=int(first_id)))
    places = form_cells.load_places(db, stored)
    return tuple(
        figures.unpack_figure(places[cell_id], cell) for cell_id, cell in stored.items()
    )


def _require_text(*values: object) -> None:
    """Raise TypeError unless values are texts."""
    if not all(isinstance(value, str) for value in values):
        raise TypeError("no text")


def _require_date(text: str | None) -> None:
    """Raise ValueError or TypeError unless a text is a date, or None."""
    if text is not None:
        date.fromisoformat(text)
