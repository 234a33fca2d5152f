"""Sightings: what each visit to a report page showed, which is all that is known of a document.

A page is read once for each address and payload, with the hints of the earliest visit that fetched
it; every other visit with the same address, payload and redirects shows what that reading says. So
what the archive derives depends on the visits alone, not on the order in which they were taken in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.derived import agencies, documents, readings
from nianbao.archive.raw import visits
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.raw.visits import Visit
    from nianbao.archive.records import Reading

Told = tuple[
    str | None, str | None, int | None, str | None, str | None
]  # reader, effect, document, content, date

MISSES = ("not_found", "soft_404")
READABLE = ("fetched", "not_modified")

_LIKE = """
SELECT visits.id, sightings.effect, sightings.document_id, sightings.content_sha256, sightings.published_on,
       sightings.reader_version, sightings.read_visit_id,
       (source.visited_at, source_run.uid) < (one.visited_at, one_run.uid)
FROM visits AS one JOIN runs AS one_run ON one_run.id = one.run_id
JOIN visits ON visits.url = one.url AND visits.payload_sha256 = one.payload_sha256
     AND visits.redirects IS one.redirects AND visits.role = one.role AND visits.outcome IN ('fetched', 'not_modified')
LEFT JOIN sightings ON sightings.visit_id = visits.id
LEFT JOIN visits AS source ON source.id = sightings.read_visit_id
LEFT JOIN runs AS source_run ON source_run.id = source.run_id
WHERE one.id = ?
"""


class Like(NamedTuple):
    """A visit that fetched the same from the same address, and what its sighting says, if there
    is one yet.
    """

    visit_id: int
    effect: str | None
    document_id: int | None
    content_sha256: str | None
    published_on: str | None
    reader_version: str | None
    read_visit_id: int | None
    is_read_before: (
        bool | None
    )  # whether the page was read from a visit before the one that is asked about

    @property
    def told(self) -> Told:
        """What the sighting says, by whichever visit."""
        return (
            self.reader_version,
            self.effect,
            self.document_id,
            self.content_sha256,
            self.published_on,
        )


def _like(db: Database, visit: Visit) -> list[Like]:
    """Return the visits that fetched the same as one, itself among them."""
    return [Like(*row) for row in db.execute(_LIKE, [visit.id]).fetchall()]


def take_in(db: Database, visit: Visit) -> bool:
    """Take in a visit that has just been stored; return whether its page is still to be read."""
    if visit.role != "report":
        return False
    if visit.outcome in MISSES:
        _put(db, [visit.id], "missed")
        _attach(db, visit.url)
        _unsettle(db, [visit.id])
        return False
    if visit.payload_sha256 is None or visit.outcome not in READABLE:
        return False
    return not _repeat(db, visit, _like(db, visit))


def show(db: Database, visit: Visit, reading: Reading) -> None:
    """Take in what a page says, for the visit it was read from and every other that fetched the
    same.
    """
    db.execute(
        "DELETE FROM findings WHERE rule = 'reader.failed' AND url = ?",
        [visit.final_url],
    )
    like = _like(db, visit)
    if _repeat(db, visit, like, reading.reader_version):
        return
    visit_ids = [one.visit_id for one in like]
    before = {one.visit_id: one.told for one in like if one.effect is not None}
    document_id = documents.at(db, visit) if reading.is_report else None
    effect = "shown" if reading.is_report else "not_a_report"
    _put(db, visit_ids, effect, document_id, reading, visit.id)
    attached = _attach(db, visit.url)
    after = _told(db, visit_ids)
    touched = {told[2] for told in (*before.values(), *after.values())} | attached
    for touched_id in sorted(id_ for id_ in touched if id_ is not None):
        documents.lay_out(db, touched_id, visit, reading, again=visit.id in before)
    if (
        attached
        or not reading.is_report
        or any(told[1] == "not_a_report" for told in before.values())
    ):
        _note_strangers(db, visit.url)
    if any(told[1:] != now[1:] for told, now in _pairs(before, after)):
        _unsettle(db, visit_ids)


def pending(db: Database, reader_version: str) -> list[int]:
    """Return the visits whose page is to be read: never read, read by another reader, or wanted
    for a version.

    The earliest visit of each address and payload, in the order of the visits.
    """
    unread = db.execute(
        "SELECT visits.id, visits.url, visits.payload_sha256, visits.redirects FROM visits"
        " JOIN runs ON runs.id = visits.run_id"
        " LEFT JOIN sightings ON sightings.visit_id = visits.id WHERE visits.role = 'report'"
        " AND visits.payload_sha256 IS NOT NULL AND sightings.visit_id IS NULL"
        f" AND visits.outcome IN {READABLE} ORDER BY visits.visited_at, runs.uid, visits.id"
    ).fetchall()
    earliest: dict[tuple[str, str, str], int] = {}
    for visit_id, *key in unread:
        earliest.setdefault((key[0], key[1], key[2]), visit_id)
    others = db.execute(
        "SELECT visit_id FROM sightings WHERE visit_id = read_visit_id AND reader_version IS NOT ?"
        " UNION SELECT sightings.read_visit_id FROM versions JOIN sightings ON sightings.visit_id = first_visit_id"
        " LEFT JOIN readings ON readings.version_id = versions.id"
        " WHERE readings.visit_id IS NOT sightings.read_visit_id ORDER BY 1",
        [reader_version],
    ).fetchall()
    return [
        *earliest.values(),
        *(row[0] for row in others if row[0] not in earliest.values()),
    ]


def forget(db: Database, where: str, arguments: Iterable[object] = ()) -> int:
    """Mark readings to be made anew, those a condition on documents and readings selects;
    return how many.
    """
    chosen = (
        "SELECT sightings.visit_id FROM sightings LEFT JOIN documents ON documents.id = sightings.document_id"
        " LEFT JOIN readings ON readings.version_id = sightings.version_id"
        f" WHERE sightings.visit_id = sightings.read_visit_id AND ({where})"
    )
    return int(
        db.execute(
            f"UPDATE sightings SET reader_version = NULL WHERE visit_id IN ({chosen})",
            list(arguments),
        ).rowcount
    )


def forget_region(db: Database, site_id: str) -> None:
    """Mark the readings to be made anew whose agency depends on the region of a site, which has
    changed.
    """
    region_id = db.execute(
        "SELECT region_id FROM sites WHERE id = ?", [site_id]
    ).fetchone()[0]
    named = agencies.named_in(db, region_id) if region_id is not None else []
    marks = ", ".join("?" * len(named))
    forget(
        db,
        f"documents.site_id = ? OR readings.agency_id IN ({marks})",
        [site_id, *named],
    )


def _repeat(
    db: Database, visit: Visit, like: list[Like], reader_version: str | None = None
) -> bool:
    """Take in a page that an earlier visit showed and that was read then; return False when
    there is none.

    With `reader_version`, one that this reader has read.
    """
    known = next(
        (
            one
            for one in like
            if one.visit_id != visit.id and one.read_visit_id is not None
        ),
        None,
    )
    if (
        known is None
        or not known.is_read_before
        or reader_version not in (None, known.reader_version)
    ):
        return False
    db.execute(
        "INSERT OR REPLACE INTO sightings (visit_id, effect, document_id, content_sha256, published_on,"
        " reader_version, read_visit_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [visit.id, *known[1:7]],
    )
    shown = known.document_id if known.effect == "shown" else None
    if shown is not None and not documents.extend(db, shown, visit.id):
        documents.lay_out(db, shown)
    _unsettle(db, [visit.id])
    return True


def _put(
    db: Database,
    visit_ids: list[int],
    effect: str,
    document_id: int | None = None,
    reading: Reading | None = None,
    read_visit_id: int | None = None,
) -> None:
    told = (
        (None, None, None)
        if reading is None
        else (reading.published_on, reading.reader_version, read_visit_id)
    )
    content = (
        reading.content_sha256 if reading is not None and reading.is_report else None
    )
    db.conn.executemany(
        "INSERT INTO sightings (visit_id, effect, document_id, content_sha256, published_on, reader_version,"
        " read_visit_id) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (visit_id) DO UPDATE SET effect = excluded.effect,"
        " document_id = excluded.document_id, content_sha256 = excluded.content_sha256,"
        " published_on = excluded.published_on, reader_version = excluded.reader_version,"
        " read_visit_id = excluded.read_visit_id,"
        " version_id = CASE excluded.effect WHEN 'shown' THEN version_id END",
        [(visit_id, effect, document_id, content, *told) for visit_id in visit_ids],
    )


def _attach(db: Database, url: str) -> set[int | None]:
    """Give the visits that found no report at an address the document it led to; return the
    documents touched.
    """
    others = db.execute(
        "SELECT visits.id, sightings.document_id FROM visits JOIN sightings ON sightings.visit_id = visits.id"
        " WHERE visits.url = ? AND sightings.effect <> 'shown'",
        [url],
    ).fetchall()
    if not others:
        return set()
    target = db.execute(
        "SELECT documents.id FROM visits JOIN sightings ON sightings.visit_id = visits.id"
        " JOIN documents ON documents.id = sightings.document_id"
        " WHERE visits.url = ? AND sightings.effect = 'shown' ORDER BY visits.visited_at DESC, documents.url LIMIT 1",
        [url],
    ).fetchone()
    document_id = target[0] if target else None
    moved = [row for row in others if row[1] != document_id]
    db.conn.executemany(
        "UPDATE sightings SET document_id = ? WHERE visit_id = ?",
        [(document_id, row[0]) for row in moved],
    )
    if moved:
        _unsettle(db, [row[0] for row in moved])
    return {document_id, *(row[1] for row in moved)} if moved else set()


def _note_strangers(db: Database, url: str) -> None:
    """Note the visits to an address that found a page which is no report and where none ever
    stood.
    """
    db.execute(
        "DELETE FROM findings WHERE rule = 'page.not_a_report' AND document_id IS NULL AND visit_id IN"
        " (SELECT id FROM visits WHERE url = ?)",
        [url],
    )
    where = (
        "JOIN sightings ON sightings.visit_id = visits.id WHERE visits.url = ? AND effect = 'not_a_report'"
        " AND read_visit_id = visits.id AND document_id IS NULL ORDER BY visits.id"
    )
    for visit in visits.select_visits(db, where, [url]):
        name = visit.hints.list_title or "untitled"
        finding = Finding(
            "page.not_a_report",
            "info",
            f"the list names a page that is not a report: {name}",
        )
        told = {
            "site_id": visit.site,
            "run_id": visit.run_id,
            "visit_id": visit.id,
            "url": url,
        }
        readings.put_findings(db, [finding], **told)


def _told(db: Database, visit_ids: list[int]) -> dict[int, Told]:
    """Return what the sightings of visits say now."""
    marks = ", ".join("?" * len(visit_ids))
    rows = db.execute(
        "SELECT visit_id, reader_version, effect, document_id, content_sha256, published_on FROM sightings"
        f" WHERE visit_id IN ({marks})",
        visit_ids,
    )
    return {row[0]: row[1:] for row in rows.fetchall()}


def _pairs(before: dict[int, Told], after: dict[int, Told]) -> list[tuple[Told, Told]]:
    nothing: Told = (None, None, None, None, None)
    return [(before.get(visit_id, nothing), now) for visit_id, now in after.items()]


def _unsettle(db: Database, visit_ids: list[int]) -> None:
    """Mark the sites whose run was settled without what these visits showed: they are to be
    settled anew.
    """
    marks = ", ".join("?" * len(visit_ids))
    settled = db.execute(
        "SELECT DISTINCT visits.site_id FROM visits CROSS JOIN site_runs"
        " ON site_runs.run_id = visits.run_id AND site_runs.site_id = visits.site_id"
        f" WHERE visits.id IN ({marks}) AND site_runs.ended_at IS NOT NULL",
        visit_ids,
    ).fetchall()
    for row in settled:
        db.execute("UPDATE sites SET unsettled = 1 WHERE id = ?", row)
