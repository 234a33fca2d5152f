"""The change feed, checked: no number is missing, each line is about something, nothing was
left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nianbao.archive.events import finding_events, report_events
from nianbao.archive.finding_texts import is_made_of
from nianbao.archive.verify.damage import REBUILD, RESTORE, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database

# Select the first and the last of numbers that are missing between lines, and at the end.
GAPS = """
SELECT before + 1, id - 1
FROM (SELECT id, lag(id, 1, 0) OVER (ORDER BY id) AS before FROM changes)
WHERE id > before + 1
"""
GAP_AT_THE_END = """
SELECT coalesce((SELECT max(id) FROM changes), 0) + 1, seq
FROM sqlite_sequence
WHERE name = 'changes' AND seq > coalesce((SELECT max(id) FROM changes), 0)
"""
# Select the lines that lead to another page than they name, or to none. A page that is known by
# its address without some parameters is the one that a line with them names.
ASTRAY = """
SELECT changes.id, changes.url
FROM changes
LEFT JOIN documents ON documents.id = changes.document_id
LEFT JOIN versions ON versions.id = changes.version_id
JOIN sites ON sites.id = changes.site_id
WHERE NOT sites.unsettled
  AND (documents.url <> changes.url
           AND NOT (instr(changes.url, '?')
                    AND substr(documents.url || '?', 1, instr(changes.url, '?'))
                        = substr(changes.url, 1, instr(changes.url, '?')))
       OR versions.document_id <> changes.document_id
       OR (changes.document_id IS NULL
           AND changes.version IS NOT NULL
           AND changes.url IN (SELECT url FROM documents)))
"""
PAGES_WITHOUT_NEW = """
SELECT url, state
FROM documents
JOIN sites ON sites.id = documents.site_id
WHERE NOT sites.unsettled
  AND state <> 'new'
  AND NOT EXISTS (SELECT 1 FROM changes
                  WHERE changes.document_id = documents.id AND kind = 'new')
  AND url NOT IN (SELECT moved_to FROM changes
                  WHERE kind = 'moved' AND moved_to IS NOT NULL)
"""
PAGES_WITHOUT_END = """
SELECT url, state
FROM documents
JOIN sites ON sites.id = documents.site_id
WHERE NOT sites.unsettled
  AND state IN ('vanished', 'moved')
  AND NOT EXISTS (SELECT 1 FROM changes
                  WHERE changes.document_id = documents.id AND kind IN ('vanished', 'moved'))
"""
# A report that has moved to a page is told by the line of the page that it left. Which number the
# version had then may have changed with late captures.
VERSIONS_WITHOUT_EVENT = """
SELECT documents.url, versions.number
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN visits ON visits.id = versions.first_visit_id
JOIN site_runs ON site_runs.run_id = visits.run_id AND site_runs.site_id = visits.site_id
JOIN sites ON sites.id = visits.site_id
WHERE NOT sites.unsettled
  AND site_runs.ended_at IS NOT NULL
  AND versions.number > 1
  AND NOT EXISTS (SELECT 1 FROM changes
                  WHERE version_id = versions.id
                    AND kind IN ('changed', 'reverted', 'reread', 'new', 'returned'))
  AND NOT EXISTS (SELECT 1 FROM changes
                  WHERE kind = 'moved' AND moved_to_id = documents.id)
"""
# Select what was announced of reports under an identity that is not theirs.
ANNOUNCED_ASTRAY = """
SELECT identity
FROM announced_reports
WHERE identity <> CASE WHEN url IS NULL
                       THEN json_array(agency, region, site_id, report_year)
                       ELSE json_array(url, ordinal) END
   OR (url IS NULL) <> (ordinal IS NULL)
"""
# The mark up to which reports were announced is a line of the feed, and the last of the lines of
# reports is not after it.
MARK_ASTRAY = """
SELECT last_change_id
FROM announcements
WHERE id <> 1
   OR last_change_id > (SELECT coalesce(max(id), 0) FROM changes)
   OR last_change_id < (SELECT coalesce(max(id), 0) FROM changes WHERE kind LIKE 'report_%')
"""
# Select the findings whose sentence is made of parameters.
PARAMETERS = """
SELECT 'announced_findings, row ' || id, rule, message, parameters FROM announced_findings
WHERE parameters IS NOT NULL
UNION ALL
SELECT 'findings, row ' || id, rule, message, parameters FROM findings
WHERE parameters IS NOT NULL
"""
UNFINISHED = """
SELECT 1 FROM runs WHERE ended_at IS NULL
UNION ALL
SELECT 1 FROM sites WHERE unsettled
"""
REPAIR_OF_GAPS = (
    f"{RESTORE}; `--repair` announces again what it told, under a new number"
)


def check_feed(db: Database) -> Iterator[Damage]:
    """Check the feed; sites that are still unsettled have not emitted every event yet."""
    yield from _check_numbers(db)
    yield from _check_links(db)
    yield from _check_announced(db)
    yield from _check_parameters(db)
    yield from _check_pages(db)
    yield from _check_versions(db)
    yield from _check_findings(db)
    yield from _check_reports(db)


def _check_numbers(db: Database) -> Iterator[Damage]:
    gaps = [*db.execute(GAPS).fetchall(), *db.execute(GAP_AT_THE_END).fetchall()]
    for first, last in gaps:
        numbers = f"numbers {first} to {last} are"
        if first == last:
            numbers = f"number {first} is"
        what = f"{numbers} missing from the feed"
        yield Damage("feed.gap", what, "changes", REPAIR_OF_GAPS)


def _check_links(db: Database) -> Iterator[Damage]:
    for change_id, url in db.execute(ASTRAY).fetchall():
        what = f"the line does not lead to {url}"
        yield Damage("feed.astray", what, f"changes, line {change_id}", REBUILD)


def _check_announced(db: Database) -> Iterator[Damage]:
    """Check that what was announced of reports is about them, up to a line that there is."""
    for (identity,) in db.execute(ANNOUNCED_ASTRAY).fetchall():
        what = "what was announced is about another report"
        yield Damage("feed.astray", what, f"announced_reports, {identity}", RESTORE)
    for (change_id,) in db.execute(MARK_ASTRAY).fetchall():
        what = f"the reports are announced up to line {change_id}, which cannot be"
        yield Damage("feed.astray", what, "announcements", RESTORE)


def _check_parameters(db: Database) -> Iterator[Damage]:
    """Check that the parameters of each finding make its message."""
    for place, rule, message, parameters in db.execute(PARAMETERS):
        if not is_made_of(message, rule, parameters):
            what = f"the parameters of {rule} do not make its message"
            yield Damage("feed.astray", what, place, RESTORE)


def _check_pages(db: Database) -> Iterator[Damage]:
    for query in (PAGES_WITHOUT_NEW, PAGES_WITHOUT_END):
        for url, state in db.execute(query).fetchall():
            what = f"the page is {state}, and the feed does not tell how"
            yield Damage("feed.silent", what, url, REBUILD)


def _check_versions(db: Database) -> Iterator[Damage]:
    for url, number in db.execute(VERSIONS_WITHOUT_EVENT).fetchall():
        what = "the version was not announced"
        yield Damage("feed.silent", what, f"{url}, version {number}", REBUILD)


def _check_findings(db: Database) -> Iterator[Damage]:
    for site_id, kind, identity in finding_events.iterate_missing_events(db):
        finding = dict(zip(finding_events.IDENTITY, identity, strict=True))
        state = "stands" if kind == "finding_opened" else "is gone"
        what = f"the finding {finding['rule']} {state}, and the feed does not tell"
        place = finding["url"]
        if not place:
            place = f"{finding['agency']} {finding['report_year']}"
        yield Damage("feed.silent", what, f"{place} (site {site_id})", REBUILD)


def _check_reports(db: Database) -> Iterator[Damage]:
    """Check that the feed tells of each report as it stands; not while a run goes on."""
    if db.execute(UNFINISHED).fetchone():
        return
    for identity, state in report_events.iterate_missing_events(db):
        what = f"the report is {state}, and the feed does not tell"
        yield Damage("feed.silent", what, identity, REBUILD)
