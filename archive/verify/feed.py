"""The change feed, checked: no number is missing, each line is about something, nothing was
kept silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nianbao.archive.events import finding_events
from nianbao.archive.verify.damage import REBUILD, RESTORE, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database

GAPS = (
    "SELECT before + 1, id - 1 FROM (SELECT id, lag(id, 1, 0) OVER (ORDER BY id) AS before FROM changes)"
    " WHERE id > before + 1"
)
LAST = (
    "SELECT coalesce((SELECT max(id) FROM changes), 0) + 1, seq FROM sqlite_sequence WHERE name = 'changes'"
    " AND seq > coalesce((SELECT max(id) FROM changes), 0)"
)
ASTRAY = (
    "SELECT changes.id, changes.url FROM changes LEFT JOIN documents ON documents.id = changes.document_id"
    " LEFT JOIN versions ON versions.id = changes.version_id JOIN sites ON sites.id = changes.site_id"
    " WHERE NOT sites.unsettled AND (documents.url <> changes.url OR versions.document_id <> changes.document_id"
    " OR (changes.document_id IS NULL AND changes.version IS NOT NULL AND changes.url IN (SELECT url FROM documents)))"
)
UNANNOUNCED = (
    "SELECT url, state FROM documents JOIN sites ON sites.id = documents.site_id"
    " WHERE NOT sites.unsettled AND state <> 'new'"
    " AND NOT EXISTS (SELECT 1 FROM changes WHERE changes.document_id = documents.id AND kind = 'new')"
    " AND url NOT IN (SELECT moved_to FROM changes WHERE kind = 'moved' AND moved_to IS NOT NULL)"
)
LEFT = (
    "SELECT url, state FROM documents JOIN sites ON sites.id = documents.site_id"
    " WHERE NOT sites.unsettled AND state IN ('vanished', 'moved') AND NOT EXISTS"
    " (SELECT 1 FROM changes WHERE changes.document_id = documents.id AND kind = documents.state)"
)
UNCHANGED = (
    "SELECT documents.url, versions.number FROM versions JOIN documents ON documents.id = versions.document_id"
    " JOIN visits ON visits.id = versions.first_visit_id JOIN site_runs ON site_runs.run_id = visits.run_id"
    " AND site_runs.site_id = visits.site_id JOIN sites ON sites.id = visits.site_id"
    " WHERE NOT sites.unsettled AND site_runs.ended_at IS NOT NULL AND versions.number > 1 AND NOT EXISTS"
    " (SELECT 1 FROM changes WHERE version_id = versions.id AND kind IN ('changed', 'reread'))"
)
GONE = f"{RESTORE}; `--repair` announces again what it told, under a new number"


def feed(db: Database) -> Iterator[Damage]:
    """Check the feed; sites that are still to be settled have not announced everything yet."""
    for first, last in [*db.execute(GAPS).fetchall(), *db.execute(LAST).fetchall()]:
        missing = (
            f"number {first} is" if first == last else f"numbers {first} to {last} are"
        )
        yield Damage("feed.gap", f"{missing} missing from the feed", "changes", GONE)
    for id_, url in db.execute(ASTRAY).fetchall():
        yield Damage(
            "feed.astray",
            f"the line does not lead to {url}",
            f"changes, line {id_}",
            REBUILD,
        )
    for url, state in [
        *db.execute(UNANNOUNCED).fetchall(),
        *db.execute(LEFT).fetchall(),
    ]:
        yield Damage(
            "feed.silent",
            f"the page is {state}, and the feed does not tell how",
            url,
            REBUILD,
        )
    for url, number in db.execute(UNCHANGED).fetchall():
        yield Damage(
            "feed.silent",
            "the version was not announced",
            f"{url}, version {number}",
            REBUILD,
        )
    for site_id, kind, identity in finding_events.iterate_missing_events(db):
        said = dict(zip(finding_events.IDENTITY, identity, strict=True))
        state = "stands" if kind == "finding_opened" else "is gone"
        what = f"the finding {said['rule']} {state}, and the feed does not tell"
        where = said["url"] or f"{said['agency']} {said['report_year']}"
        yield Damage("feed.silent", what, f"{where} (site {site_id})", REBUILD)
