"""Lines of pages whose digits differ at every visit, learned for each site: they make no version.

A line is learned when the digits of it were others at three visits to a page in a row and nothing
else was (line_comparison.py says which lines can be such). From then on, on every page of the
site, what differs from the version before in nothing else shows that version again. The first two
versions of the page that taught it stay: they were told. A finding of each run says which lines
are learned; it is a note of the run, so what was learned outlives a rebuild.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.derived import readings
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding
from nianbao.archive.update.documents import update_document
from nianbao.archive.update.line_comparison import compare_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from nianbao.archive.raw.visits import Visit
    from nianbao.archive.records import Reading

RULE = "site.volatile_lines"
MOST_LINES = 50  # learned of one site

# Return what earlier runs, and this one, learned of the lines of a site.
_LEARNED = """
SELECT findings.found
FROM findings
JOIN runs ON runs.id = findings.run_id
WHERE findings.site_id = ? AND findings.rule = ?
  AND runs.started_at <= (SELECT started_at FROM runs WHERE id = ?)
ORDER BY runs.started_at DESC
LIMIT 1
"""
# Return the version that a page showed last before an instant.
_VERSION_BEFORE = """
SELECT versions.content_sha256, readings.title, version_texts.text
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
JOIN versions ON versions.id = sightings.version_id
JOIN readings ON readings.version_id = versions.id
JOIN version_texts ON version_texts.version_id = versions.id
WHERE sightings.document_id = ? AND sightings.effect = 'shown' AND visits.visited_at < ?
ORDER BY visits.visited_at DESC
LIMIT 1
"""
# Return the pages of a site on which a run saw another version begin.
_CANDIDATES = """
SELECT DISTINCT versions.document_id
FROM visits
CROSS JOIN sightings ON sightings.visit_id = visits.id
CROSS JOIN versions ON versions.id = sightings.version_id
                   AND versions.first_visit_id = visits.id
WHERE visits.run_id = ? AND visits.site_id = ? AND versions.number >= 2
ORDER BY versions.document_id
"""
# Return the latest versions of a page, the last one first, each with its visits and payloads.
_LATEST_VERSIONS = """
SELECT versions.id, versions.content_sha256, readings.title, version_texts.text,
       count(*), count(DISTINCT visits.payload_sha256)
FROM versions
JOIN readings ON readings.version_id = versions.id
JOIN version_texts ON version_texts.version_id = versions.id
JOIN sightings ON sightings.version_id = versions.id
JOIN visits ON visits.id = sightings.visit_id
WHERE versions.document_id = ?
GROUP BY versions.id
ORDER BY versions.number DESC
LIMIT 3
"""
_SHOW_CONTENT = "UPDATE sightings SET content_sha256 = ? WHERE version_id = ?"


class VersionText(NamedTuple):
    """A version of a page: its title and text, and at how many visits it showed what bytes."""

    id: int
    content_sha256: str
    title: str | None
    text: str
    visits: int
    payloads: int

    @property
    def differs_always(self) -> bool:
        """Whether no two of its visits brought the same bytes."""
        return self.visits == self.payloads


def load_learned_lines(db: Database, site_id: str, run_id: int) -> frozenset[str]:
    """Return the lines of a site that are learned as volatile, as of a run, masked."""
    row = db.execute(_LEARNED, [site_id, RULE, run_id]).fetchone()
    return frozenset(row[0].split("\n")) if row else frozenset()


def find_same_content(
    db: Database, document_id: int, visit: Visit, reading: Reading
) -> str | None:
    """Return the content that a page showed before, where it differs in volatile lines only.

    None where it differs in more, or where nothing is volatile on the site.
    """
    learned = load_learned_lines(db, visit.site, visit.run_id)
    ignored = compile_ignored(visit.hints.ignored_lines or ())
    if not learned and not ignored:
        return None
    row = db.execute(_VERSION_BEFORE, [document_id, visit.visited_at]).fetchone()
    if row is None:
        return None
    content_sha256, title, text = row
    if content_sha256 == reading.content_sha256 or title != reading.title:
        return None
    changes = compare_texts(text, reading.text, ignored)
    if changes is None or not changes <= learned:
        return None
    return str(content_sha256)


def load_content_before(db: Database, document_id: int, instant: str) -> str | None:
    """Return the content that a page showed last before an instant, None where it showed none."""
    row = db.execute(_VERSION_BEFORE, [document_id, instant]).fetchone()
    return str(row[0]) if row else None


def compile_ignored(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    """Return the patterns of lines that a site file says to ignore."""
    return [re.compile(pattern) for pattern in patterns]


def learn_volatile_lines(db: Database, run_id: int, site_id: str) -> None:
    """Learn the lines that a run showed to differ at every visit; take back what they made.

    The versions that the run saw begin by nothing else are those before them. Says in a finding
    what is learned.
    """
    learned = load_learned_lines(db, site_id, run_id)
    rows = db.execute(_CANDIDATES, [run_id, site_id]).fetchall()
    candidates = {
        document_id: _load_latest_versions(db, document_id) for (document_id,) in rows
    }
    lines = set(learned)
    for latest in candidates.values():
        changing = _find_changing_lines(latest)
        if len(lines | changing) <= MOST_LINES:
            lines |= changing
    if not lines:
        return
    for document_id, latest in candidates.items():
        _join_last(db, document_id, latest, lines)
    finding = _describe_lines(lines)
    readings.write_run_finding(db, finding, run_id, site_id, None)


def _load_latest_versions(db: Database, document_id: int) -> list[VersionText]:
    """Return the last three versions of a page, the last one first."""
    rows = db.execute(_LATEST_VERSIONS, [document_id]).fetchall()
    return [VersionText(*row) for row in rows]


def _find_changing_lines(latest: Sequence[VersionText]) -> frozenset[str]:
    """Return the lines in whose digits alone each of three versions differs from the one before."""
    if len(latest) < 3 or not all(version.differs_always for version in latest):
        return frozenset()
    last, middle, first = latest
    if not last.title == middle.title == first.title:
        return frozenset()
    changes = compare_texts(middle.text, last.text)
    changes_before = compare_texts(first.text, middle.text)
    if not changes or not changes_before or not changes <= changes_before:
        return frozenset()
    return changes


def _join_last(
    db: Database, document_id: int, latest: Sequence[VersionText], lines: set[str]
) -> None:
    """Make the last version of a page the one before it, where no more than lines differ."""
    last, before = latest[:2]
    if last.title != before.title:
        return
    changes = compare_texts(before.text, last.text)
    if changes and changes <= lines:
        db.execute(_SHOW_CONTENT, [before.content_sha256, last.id])
        update_document(db, document_id)


def _describe_lines(lines: set[str]) -> Finding:
    ordered = sorted(lines)
    return make_finding(RULE, "info", {"lines": ordered}, found="\n".join(ordered))
