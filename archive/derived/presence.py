"""Presence: whether a document is present, has moved or has vanished, as the runs of its site say.

It is decided when a run has ended on a site, for only then is it known whether a page that is
missing stands elsewhere now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from nianbao.archive.derived.stays import Stay

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.stays import Moves, NewVersion

PresenceKind = Literal["new", "returned", "reused", "moved", "vanished", "missed"]

# Return what the visits of a run to each document of a site showed, the last one of each last.
_OBSERVATIONS = """
SELECT documents.id, visits.visited_at, visits.url, documents.state, documents.misses,
       sightings.effect, sightings.content_sha256, sightings.version_id, versions.report_id
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
LEFT JOIN versions ON versions.id = sightings.version_id
JOIN documents ON documents.id = sightings.document_id
WHERE visits.run_id = ? AND visits.site_id = ? AND documents.site_id = visits.site_id
"""
_IN_ORDER = """
ORDER BY documents.url, visits.visited_at, sightings.effect, visits.id
"""
_OBSERVATIONS_OF_CRAWL = _OBSERVATIONS + _IN_ORDER
# Of an import without the documents that a run which had ended before it saw later, unless no run
# has shown them yet.
_OBSERVATIONS_OF_IMPORT = f"""
{_OBSERVATIONS}
AND (documents.state = 'new' OR NOT EXISTS (
    SELECT 1
    FROM sightings AS later
    JOIN visits AS after ON after.id = later.visit_id
    JOIN site_runs AS theirs ON theirs.run_id = after.run_id
                            AND theirs.site_id = after.site_id
    JOIN site_runs AS ours ON ours.run_id = visits.run_id
                          AND ours.site_id = visits.site_id
    WHERE later.document_id = documents.id
      AND after.visited_at > visits.visited_at
      AND theirs.ended_at < ours.ended_at
))
{_IN_ORDER}
"""
# Return what a document showed last until a time: content, version and report.
_LAST_SHOWN = """
SELECT sightings.content_sha256, sightings.version_id, versions.report_id
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
JOIN versions ON versions.id = sightings.version_id
WHERE sightings.document_id = ?
  AND sightings.effect = 'shown'
  AND visits.visited_at <= ?
ORDER BY visits.visited_at DESC, sightings.content_sha256
LIMIT 1
"""
_ENDED_RUNS = """
SELECT run_id, healthy
FROM site_runs
JOIN runs ON runs.id = run_id
WHERE site_id = ? AND site_runs.ended_at IS NOT NULL
ORDER BY site_runs.ended_at, runs.uid
"""
_ABSENT_DOCUMENTS = """
SELECT id FROM documents
WHERE site_id = ? AND state IN ('vanished', 'moved')
ORDER BY url
"""
_RESET_DOCUMENTS = """
UPDATE documents SET state = 'new', misses = 0, moved_to_id = NULL WHERE site_id = ?
"""
_WRITE_STATE = "UPDATE documents SET state = ?, moved_to_id = ? WHERE id = ?"
_COUNT_MISS = "UPDATE documents SET misses = misses + 1 WHERE id = ?"


class PagePresence(NamedTuple):
    """What a run saw of a document: its state and misses before, and what was there last."""

    state: str
    misses: int
    # what the last visit found: its report (`shown`), nothing (`missed`), or another page that is
    # no report (`not_a_report`): then nothing is known of the report
    effect: str
    content_sha256: str
    version_id: int
    report_id: int | None
    # the first version that the run saw, None where it saw none
    first_version_id: int | None = None

    @property
    def is_present(self) -> bool:
        """Whether the last visit showed its report."""
        return self.effect == "shown"


Presences = dict[int, PagePresence]  # by document


class PresenceChange(NamedTuple):
    """What a run decides of a document.

    `missed` is a page that was not there, but is not counted as vanished yet, or is no longer
    `present` anyway; `reused` is one that is there again with another report, or to which a
    report has moved: that is told of the reports.
    """

    kind: PresenceKind
    document_id: int
    version_id: int
    target: Stay | None = None  # where the report of a moved document stands now

    @property
    def changed_documents(self) -> tuple[int, ...]:
        """The documents whose reports are to be derived anew, in this order.

        A new document stands for its report as it did before, so nothing follows from that.
        """
        if self.kind in ("new", "missed"):
            return ()
        if self.target is not None:
            return (self.target.document_id, self.document_id)
        return (self.document_id,)


def list_unsettled_sites(db: Database) -> list[str]:
    """Return the sites whose ended runs are to be finalized anew."""
    rows = db.execute("SELECT id FROM sites WHERE unsettled ORDER BY id").fetchall()
    return [site_id for (site_id,) in rows]


def mark_document_unsettled(db: Database, document_id: int) -> None:
    """Mark the site of a document: its ended runs are to be finalized anew."""
    db.execute(
        """
        UPDATE sites SET unsettled = 1
        WHERE id = (SELECT site_id FROM documents WHERE id = ?)
        """,
        [document_id],
    )


def mark_settled(db: Database, site_id: str) -> None:
    """Mark a site: its ended runs are finalized with all that their visits showed."""
    db.execute("UPDATE sites SET unsettled = 0 WHERE id = ?", [site_id])


def list_ended_runs(db: Database, site_id: str) -> list[tuple[int, bool]]:
    """Return the runs that ended on a site, in that order, and whether each was healthy."""
    rows = db.execute(_ENDED_RUNS, [site_id]).fetchall()
    return [(run_id, bool(healthy)) for run_id, healthy in rows]


def reset_site(db: Database, site_id: str) -> list[int]:
    """Make the documents of a site as if no run had ended on it.

    Return those that had moved or vanished, in the order of their addresses.
    """
    rows = db.execute(_ABSENT_DOCUMENTS, [site_id]).fetchall()
    db.execute(_RESET_DOCUMENTS, [site_id])
    return [document_id for (document_id,) in rows]


def load_presences(db: Database, run_id: int, site_id: str) -> Presences:
    """Return what the run's last visit to each document of a site saw, by document.

    A document that never showed a report before is left out. So is, of an import, one that a
    run which had ended before saw later: that page stands as it was seen last. A page that no run
    has shown is new all the same; the next run will tell whether it is still there.
    """
    query = _OBSERVATIONS_OF_CRAWL
    if _is_import(db, run_id):
        query = _OBSERVATIONS_OF_IMPORT
    presences: Presences = {}
    rows = db.execute(query, [run_id, site_id]).fetchall()
    first_versions: dict[int, int] = {}
    for document_id, visited_at, *values in _drop_earlier_addresses(rows):
        page = PagePresence(*values)
        if page.is_present:
            first_versions.setdefault(document_id, page.version_id)
        first_id = first_versions.get(document_id)
        page = page._replace(first_version_id=first_id)
        if not page.is_present:
            last = db.execute(_LAST_SHOWN, [document_id, visited_at]).fetchone()
            if last is None:
                continue
            content_sha256, version_id, report_id = last
            page = page._replace(
                content_sha256=content_sha256,
                version_id=version_id,
                report_id=report_id,
            )
        presences[document_id] = page
    return presences


def _drop_earlier_addresses(rows: Sequence[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Yield the observations without the address, those that found nothing only if all did.

    A page that has another address at each visit is there when one of them shows it last.
    """
    last_effects: dict[int, dict[str, str]] = {}
    for document_id, _, url, _, _, effect, *_ in rows:
        last_effects.setdefault(document_id, {})[url] = effect
    for row in rows:
        document_id, visited_at, _, *values = row
        effects = last_effects[document_id].values()
        is_there = len(effects) > 1 and "shown" in effects
        if is_there and row[5] != "shown":
            continue
        yield [document_id, visited_at, *values]


def _is_import(db: Database, run_id: int) -> bool:
    row = db.execute("SELECT kind FROM runs WHERE id = ?", [run_id]).fetchone()
    return bool(row[0] == "import")


def load_vanish_after(db: Database, run_id: int, site_id: str) -> int:
    """Return how many misses in a row make a document of a site count as vanished in a run."""
    row = db.execute(
        "SELECT vanish_after FROM site_runs WHERE run_id = ? AND site_id = ?",
        [run_id, site_id],
    ).fetchone()
    return int(row[0])


class SitePages(NamedTuple):
    """The pages of a site that a run found missing, and those that appeared."""

    missing: Presences
    appearing: Presences

    def list_missing_stays(self) -> list[Stay]:
        """Return the reports on the pages that are missing now and were present before."""
        stays: list[Stay] = []
        for document_id, page in self.missing.items():
            if page.state == "present":
                stays.append(_to_stay(document_id, page))
        return stays

    def list_appearing_stays(self, reused_ids: Mapping[int, NewVersion]) -> list[Stay]:
        """Return the reports on the pages that appeared, but those of versions in the run."""
        stays: list[Stay] = []
        for document_id, page in self.appearing.items():
            if page.is_present and document_id not in reused_ids:
                stays.append(_to_stay(document_id, page))
        return stays


def _to_stay(document_id: int, page: PagePresence) -> Stay:
    return Stay(document_id, page.version_id, page.report_id, page.content_sha256)


def sort_pages(presences: Presences, *, is_healthy: bool) -> SitePages:
    """Return which pages a run found missing and which appeared.

    Only a healthy run can find a page missing. A new page appears though it was gone again at the
    last visit of the run.
    """
    missing: Presences = {}
    appearing: Presences = {}
    for document_id, page in presences.items():
        is_new = page.state == "new" and page.first_version_id is not None
        if is_new or (page.is_present and page.state != "present"):
            appearing[document_id] = page
        elif is_healthy and not page.is_present and page.state != "new":
            missing[document_id] = page
    return SitePages(missing, appearing)


class Arrivals(NamedTuple):
    """What is known of the pages that appeared in a run.

    `first_transitions` are the versions of another report with which pages began to show
    something else in the run, by document; `targets` are the stays to which a report has moved.
    """

    first_transitions: Mapping[int, NewVersion]
    targets: Collection[Stay]


def decide_changes(
    pages: SitePages, moves: Moves, arrivals: Arrivals, vanish_after: int
) -> list[PresenceChange]:
    """Decide what a run changes of a site's documents: the moved, the new, then the missed.

    Only where nothing stands a report is missed. Of another page in its place nothing follows,
    unless the report is known to have moved: a challenge, a notice or an error is more common
    than the end of a report.
    """
    changes: list[PresenceChange] = []
    moved_ids: set[int] = set()
    for stay, target in moves.items():
        if stay.document_id in pages.missing:
            change = PresenceChange("moved", stay.document_id, stay.version_id, target)
            changes.append(change)
            moved_ids.add(stay.document_id)
    target_ids = {target.document_id for target in arrivals.targets}
    for document_id, page in pages.appearing.items():
        transition = arrivals.first_transitions.get(document_id)
        is_target = document_id in target_ids
        changes.append(_decide_arrival(document_id, page, transition, is_target))
    for document_id, page in pages.missing.items():
        if document_id not in moved_ids and page.effect == "missed":
            changes.append(_decide_miss(document_id, page, vanish_after))
    return changes


def _decide_arrival(
    document_id: int,
    page: PagePresence,
    transition: NewVersion | None,
    is_target: bool,
) -> PresenceChange:
    if transition is not None:
        if page.state == "new":
            first_id = transition.previous_version_id
            return PresenceChange("new", document_id, first_id)
        return PresenceChange("reused", document_id, page.version_id)
    if is_target:
        return PresenceChange("reused", document_id, page.version_id)
    if page.state == "new":
        first_id = page.first_version_id or page.version_id
        return PresenceChange("new", document_id, first_id)
    return PresenceChange("returned", document_id, page.version_id)


def _decide_miss(
    document_id: int, page: PagePresence, vanish_after: int
) -> PresenceChange:
    kind: PresenceKind = "missed"
    if page.state == "present" and page.misses + 1 >= vanish_after:
        kind = "vanished"
    return PresenceChange(kind, document_id, page.version_id)


def apply_change(db: Database, change: PresenceChange) -> None:
    """Write the state of the documents that a change is about."""
    document_id = change.document_id
    if change.kind in ("missed", "vanished"):
        db.execute(_COUNT_MISS, [document_id])
    if change.kind == "moved" and change.target is not None:
        target_id = change.target.document_id
        db.execute(_WRITE_STATE, ["moved", target_id, document_id])
        db.execute(_WRITE_STATE, ["present", None, target_id])
    elif change.kind == "vanished":
        db.execute(_WRITE_STATE, ["vanished", None, document_id])
    elif change.kind in ("new", "returned", "reused"):
        db.execute(_WRITE_STATE, ["present", None, document_id])


def reset_misses(db: Database, presences: Presences) -> None:
    """Count the misses of documents that were there from 0 again."""
    rows: list[tuple[int]] = []
    for document_id, page in presences.items():
        if page.is_present:
            rows.append((document_id,))
    db.conn.executemany(
        "UPDATE documents SET misses = 0 WHERE id = ? AND misses > 0", rows
    )
