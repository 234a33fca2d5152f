"""Stays: a report at an address, from the version that begins to show it to the one that ends it.

An address may show several reports over time, and a report may go from one address to another.
When a version of a page is of another report than the version before it, the stay of the former
report ends, and that of the other begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlite_utils import Database

# Return the versions that began in a run on a site, but for the first of a page, each with the
# one before it, and the last one before that which showed the same report.
_NEW_VERSIONS = """
SELECT versions.document_id, versions.id, versions.number, versions.report_id,
       versions.content_sha256, previous.id, previous.report_id, previous.content_sha256,
       (
           SELECT former.id FROM versions AS former
           WHERE former.document_id = versions.document_id
             AND former.report_id = versions.report_id
             AND former.number < versions.number
           ORDER BY former.number DESC LIMIT 1
       ),
       EXISTS (
           SELECT 1 FROM versions AS former
           WHERE former.document_id = versions.document_id
             AND former.report_id = versions.report_id
             AND former.number < versions.number
             AND former.content_sha256 = versions.content_sha256
       )
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
JOIN versions ON versions.id = sightings.version_id AND versions.first_visit_id = visits.id
JOIN documents ON documents.id = versions.document_id
JOIN versions AS previous ON previous.document_id = versions.document_id
                         AND previous.number = versions.number - 1
WHERE visits.run_id = ? AND visits.site_id = ? AND versions.number > 1
ORDER BY documents.url, versions.number
"""
# Return the page of a site that shows a report when a run ends, and the version, the first
# address first.
_STANDING_ELSEWHERE = """
SELECT documents.id, versions.id
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN visits AS first ON first.id = versions.first_visit_id
WHERE versions.report_id = :report
  AND documents.site_id = :site
  AND documents.id <> :document
  AND documents.state = 'present'
  AND first.visited_at <= :until
  AND NOT EXISTS (
      SELECT 1
      FROM versions AS later
      JOIN visits ON visits.id = later.first_visit_id
      WHERE later.document_id = versions.document_id
        AND later.number > versions.number
        AND visits.visited_at <= :until
  )
ORDER BY documents.url
"""
_LAST_VISIT = "SELECT max(visited_at) FROM visits WHERE run_id = ? AND site_id = ?"


class NewVersion(NamedTuple):
    """A version that began in a run, with the one before it on its page."""

    document_id: int
    version_id: int
    number: int
    report_id: int | None
    content_sha256: str
    previous_version_id: int
    previous_report_id: int | None
    previous_content_sha256: str
    former_version_id: int | None  # the last one before that showed the same report
    is_reverted: int  # 1: an earlier version of the same report had the same content

    @property
    def is_transition(self) -> bool:
        """Whether it shows another report than the version before it."""
        return self.report_id != self.previous_report_id


class Stay(NamedTuple):
    """A report at an address, by the version that shows it."""

    document_id: int
    version_id: int
    report_id: int | None
    content_sha256: str


class StayEnd(NamedTuple):
    """A stay that another report on the same page has ended.

    `target` is where the report stands now, None where it was not found.
    """

    stay: Stay
    next_version_id: int
    target: Stay | None


Moves = dict[Stay, Stay]  # from a stay that ended to the one that began


def load_new_versions(db: Database, run_id: int, site_id: str) -> list[NewVersion]:
    """Return the versions that began in a run on a site, without the first of a page."""
    rows = db.execute(_NEW_VERSIONS, [run_id, site_id]).fetchall()
    return [NewVersion(*row) for row in rows]


def begin_stay(version: NewVersion) -> Stay:
    """Return the stay that a version of another report begins."""
    return Stay(
        version.document_id,
        version.version_id,
        version.report_id,
        version.content_sha256,
    )


def end_stay(version: NewVersion) -> Stay:
    """Return the stay that a version of another report ends."""
    return Stay(
        version.document_id,
        version.previous_version_id,
        version.previous_report_id,
        version.previous_content_sha256,
    )


def pair_moves(ended: Iterable[Stay], begun: Iterable[Stay]) -> Moves:
    """Pair the stays that ended with those of equal content that began.

    Two that fit are no pair, on either side.
    """
    sources = _group_by_content(ended)
    targets = _group_by_content(begun)
    moves: Moves = {}
    for content_sha256, source_stays in sources.items():
        target_stays = targets.get(content_sha256, [])
        if len(source_stays) != 1 or len(target_stays) != 1:
            continue
        source, target = source_stays[0], target_stays[0]
        if source.document_id != target.document_id:
            moves[source] = target
    return moves


def _group_by_content(stays: Iterable[Stay]) -> dict[str, list[Stay]]:
    groups: dict[str, list[Stay]] = {}
    for stay in stays:
        group = groups.setdefault(stay.content_sha256, [])
        group.append(stay)
    return groups


class StandingReports:
    """Where the reports of a site stand when a run has ended on it.

    `begun` are the stays that began in the run, `missing_ids` the pages that it did not find.
    """

    def __init__(
        self,
        db: Database,
        run_id: int,
        site_id: str,
        begun: Sequence[Stay],
        missing_ids: Collection[int],
    ) -> None:
        self._db = db
        self._site_id = site_id
        self._begun = begun
        self._missing_ids = missing_ids
        row = db.execute(_LAST_VISIT, [run_id, site_id]).fetchone()
        self._until = row[0]

    def find_elsewhere(self, stay: Stay) -> Stay | None:
        """Return where else the report of a stay stands now; None where nowhere."""
        for other in self._begun:
            is_elsewhere = other.document_id != stay.document_id
            if is_elsewhere and other.report_id == stay.report_id:
                return other
        values = {
            "report": stay.report_id,
            "site": self._site_id,
            "document": stay.document_id,
            "until": self._until,
        }
        rows = self._db.execute(_STANDING_ELSEWHERE, values).fetchall()
        for document_id, version_id in rows:
            if document_id not in self._missing_ids:
                return Stay(document_id, version_id, stay.report_id, "")
        return None
