"""Events of reports, for those who follow reports and not addresses; written when a run has ended.

The table `announced_reports` has of each report what the feed told last: its state, and the
version that stood for it. What differs from the table `reports` is told, once. So nothing is
lost by a kill, and each event says what changed since the one before.

What only our own doing has changed (another reading, a region, a person's decision) is told as
`report_reread`: no page event but `reread` is about the report's versions since the last time.
Such a line without a version says that nothing is read as this report any more. `report_changed`
and `report_reverted` say nothing of where it stands; where a report does not stand as the other
lines say, one that says so follows. So whoever applies the events in their order has every
report with its state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.clock import utc_now
from nianbao.archive.raw import runs
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

# Return each report by what it is known by, with what stands for it now.
_REPORTS = """
SELECT CASE WHEN reports.document_id IS NULL
            THEN json_array(agencies.name, regions.name, agencies.site_id, reports.report_year)
            ELSE json_array(page.url, reports.ordinal) END AS identity,
       reports.id AS report_id, agencies.name AS agency, regions.name AS region,
       agencies.site_id AS agency_site_id, reports.report_year, page.url, reports.ordinal,
       reports.state, documents.url AS last_url, versions.number AS last_version,
       versions.content_sha256, reports.published_on, documents.site_id AS page_site_id,
       documents.id AS document_id, versions.id AS version_id
FROM reports
LEFT JOIN agencies ON agencies.id = reports.agency_id
LEFT JOIN regions ON regions.id = agencies.region_id
LEFT JOIN documents AS page ON page.id = reports.document_id
JOIN versions ON versions.id = reports.version_id
JOIN documents ON documents.id = versions.document_id
"""
# Return the reports that are not as they were announced, with what was announced of each.
_DIFFERENT = f"""
SELECT present.*, told.id, told.state, told.last_url, told.last_version, told.content_sha256
FROM ({_REPORTS}) AS present
LEFT JOIN announced_reports AS told ON told.identity = present.identity
WHERE told.id IS NULL
   OR (told.state, told.last_url, told.last_version, told.content_sha256)
      <> (present.state, present.last_url, present.last_version, present.content_sha256)
ORDER BY present.identity
"""
# Return the reports that were announced and are none any more.
_GONE = f"""
SELECT identity FROM announced_reports WHERE state <> 'none'
EXCEPT
SELECT identity FROM ({_REPORTS})
ORDER BY identity
"""
_ANNOUNCED = """
SELECT announced.id, announced.last_url, announced.last_version, documents.id,
       coalesce(documents.site_id,
                (SELECT site_id FROM changes WHERE url = announced.last_url LIMIT 1),
                (SELECT site_id FROM visits WHERE url = announced.last_url LIMIT 1))
FROM announced_reports AS announced
LEFT JOIN documents ON documents.url = announced.last_url
WHERE announced.identity = ?
"""
_LAST_CHANGE = "SELECT last_change_id FROM announcements"
_MARK = """
INSERT INTO announcements (id, last_change_id)
SELECT 1, coalesce(max(id), 0) FROM changes
WHERE true
ON CONFLICT (id) DO UPDATE SET last_change_id = excluded.last_change_id
"""
# Return the kinds of the page events about versions of a report since an event.
_PAGE_KINDS = """
SELECT DISTINCT changes.kind
FROM versions
JOIN changes ON changes.version_id = versions.id
WHERE versions.report_id = ?
  AND changes.id > ?
  AND changes.finding_id IS NULL
  AND changes.announced_report_id IS NULL
"""
# Return the kinds of the events of the pages that show or showed a report since an event.
_KINDS_OF_PAGES = """
SELECT DISTINCT changes.kind
FROM report_pages
JOIN changes ON report_pages.document_id IN (changes.document_id, changes.moved_to_id)
WHERE report_pages.report_id = ?
  AND changes.id > ?
  AND changes.finding_id IS NULL
  AND changes.announced_report_id IS NULL
"""
# Tell whether anything was read otherwise since an event.
_REREAD = "SELECT DISTINCT kind FROM changes WHERE id > ? AND kind = 'reread'"
# Return what a page shows of a report now, if it shows it: content and publication date.
_TOLD_PAGE = """
SELECT versions.content_sha256, readings.published_on
FROM documents
JOIN versions ON versions.id = documents.current_version_id
JOIN readings ON readings.version_id = versions.id
WHERE documents.url = ?
  AND documents.state IN ('new', 'present')
  AND versions.report_id = ?
"""
# Tell whether an earlier version of a report had the content of the one that stands for it.
_IS_REVERTED = """
SELECT 1
FROM versions
JOIN visits AS last ON last.id = versions.last_visit_id
WHERE versions.report_id = :report
  AND versions.content_sha256 = :content
  AND versions.id <> :version
  AND last.visited_at < (
      SELECT first.visited_at
      FROM versions AS now
      JOIN visits AS first ON first.id = now.first_visit_id
      WHERE now.id = :version
  )
"""
_WRITE_ANNOUNCED = """
INSERT INTO announced_reports (identity, agency, region, site_id, report_year, url, ordinal,
                               state, last_url, last_version, content_sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (identity) DO UPDATE
SET agency = excluded.agency,
    region = excluded.region,
    site_id = excluded.site_id,
    report_year = excluded.report_year,
    state = excluded.state,
    last_url = excluded.last_url,
    last_version = excluded.last_version,
    content_sha256 = excluded.content_sha256
RETURNING id
"""
_FORGET = "UPDATE announced_reports SET state = 'none' WHERE id = ?"

OWN_DOING = frozenset({"reread"})


class DifferentReport(NamedTuple):
    """A report that is not as it was announced. The values `told_…` are None if it never was."""

    identity: str
    report_id: int
    agency: str | None
    region: str | None
    agency_site_id: str | None
    report_year: int | None
    url: str | None
    ordinal: int | None
    state: str
    last_url: str
    last_version: int
    content_sha256: str
    published_on: str | None
    page_site_id: str
    document_id: int
    version_id: int
    told_id: int | None
    told_state: str | None
    told_url: str | None
    told_version: int | None
    told_content: str | None


def emit_report_events(db: Database) -> None:
    """Emit what has changed of the reports since this was done last."""
    row = db.execute(_LAST_CHANGE).fetchone()
    last_change_id = row[0] if row else 0
    different = db.execute(_DIFFERENT).fetchall()
    for values in different:
        _announce(db, DifferentReport(*values), last_change_id)
    for (identity,) in db.execute(_GONE).fetchall():
        _announce_gone(db, identity)
    db.execute(_MARK)


def iterate_missing_events(db: Database) -> Iterator[tuple[str, str]]:
    """Yield the identity and the state of each report that the feed has not told of."""
    for values in db.execute(_DIFFERENT).fetchall():
        report = DifferentReport(*values)
        yield report.identity, report.state
    for (identity,) in db.execute(_GONE).fetchall():
        yield identity, "none"


def _announce(db: Database, report: DifferentReport, last_change_id: int) -> None:
    """Write the events of one report, and what was told of it."""
    run_id = runs.find_last_run_of_site(db, report.page_site_id)
    if run_id is None:
        return  # no run has ended on its site yet
    page_kinds = _load_page_kinds(db, report.report_id, last_change_id)
    kinds = _decide_kinds(db, report, page_kinds)
    values = [
        report.identity,
        report.agency,
        report.region,
        report.agency_site_id,
        report.report_year,
        report.url,
        report.ordinal,
        report.state,
        report.last_url,
        report.last_version,
        report.content_sha256,
    ]
    announced_id = db.execute(_WRITE_ANNOUNCED, values).fetchone()[0]
    for kind in kinds:
        line = {
            "kind": kind,
            "occurred_at": utc_now(),
            "site_id": report.page_site_id,
            "url": report.last_url,
            "version": report.last_version,
            "previous_url": report.told_url,
            "previous_version": report.told_version,
            "document_id": report.document_id,
            "version_id": report.version_id,
            "announced_report_id": announced_id,
            "run_id": run_id,
        }
        insert_row(db, "changes", line)


def _load_page_kinds(db: Database, report_id: int, last_change_id: int) -> set[str]:
    """Return the kinds of the page events about a report since an event.

    Where there is none about its versions, it is what the feed told of its pages: another report
    may stand there now. Where there is none about these, anything that was read otherwise counts.
    """
    for query in (_PAGE_KINDS, _KINDS_OF_PAGES):
        rows = db.execute(query, [report_id, last_change_id]).fetchall()
        if rows:
            return {kind for (kind,) in rows}
    rows = db.execute(_REREAD, [last_change_id]).fetchall()
    return {kind for (kind,) in rows}


def _decide_kinds(
    db: Database, report: DifferentReport, page_kinds: set[str]
) -> list[str]:
    """Return what is to be told of a report, after what was told of it last."""
    is_news = bool(page_kinds - OWN_DOING)
    if report.told_id is None:
        return _introduce(report, is_news=is_news)
    if report.told_state == "none":
        return ["report_reread", *_list_absence(report)]
    is_changed = report.content_sha256 != report.told_content
    has_other_state = report.state != report.told_state
    # A merge may bring visits by which a page was never gone, and no event of the page tells it.
    is_late = has_other_state and not page_kinds
    if not is_news and not is_late:
        if is_changed or has_other_state:
            return ["report_reread", *_list_absence(report)]
        return []
    kinds = _compare_places(db, report)
    if is_changed and _is_change(db, report):
        kinds.append(_name_change(db, report))
    return kinds


def _introduce(report: DifferentReport, *, is_news: bool) -> list[str]:
    kind = "report_new" if is_news else "report_reread"
    return [kind, *_list_absence(report)]


def _list_absence(report: DifferentReport) -> list[str]:
    """Return the event that says that no page shows a report, if none does."""
    if report.state == "present":
        return []
    return [f"report_{report.state}"]


def _compare_places(db: Database, report: DifferentReport) -> list[str]:
    """Return what is to be told of the state of a report and of where it stands."""
    is_present = report.state == "present"
    was_present = report.told_state == "present"
    if is_present and not was_present:
        return ["report_returned"]
    if not is_present and report.state != report.told_state:
        return _list_absence(report)
    is_elsewhere = is_present and report.last_url != report.told_url
    if is_elsewhere and not _load_told_page(db, report).is_standing:
        return ["report_moved"]
    return []


class ToldPage(NamedTuple):
    """What the page that stood for a report when it was told of last shows of it now."""

    is_standing: bool  # it still shows the report
    content_sha256: str | None
    published_on: str | None


def _load_told_page(db: Database, report: DifferentReport) -> ToldPage:
    row = db.execute(_TOLD_PAGE, [report.told_url, report.report_id]).fetchone()
    if row is None:
        return ToldPage(False, None, None)
    return ToldPage(True, *row)


def _is_change(db: Database, report: DifferentReport) -> bool:
    """Tell whether another content than the one told is a change of the report.

    It is none where a copy on another page is preferred now that was not published later, while
    the page that was told still says the same.
    """
    if report.last_url == report.told_url:
        return True
    page = _load_told_page(db, report)
    if not page.is_standing or page.content_sha256 != report.told_content:
        return True
    return (report.published_on or "") > (page.published_on or "")


def _name_change(db: Database, report: DifferentReport) -> str:
    values = {
        "report": report.report_id,
        "content": report.content_sha256,
        "version": report.version_id,
    }
    if db.execute(_IS_REVERTED, values).fetchone():
        return "report_reverted"
    return "report_changed"


def _announce_gone(db: Database, identity: str) -> None:
    """Write that what was told of a report is read as another report now."""
    row = db.execute(_ANNOUNCED, [identity]).fetchone()
    announced_id, url, version, document_id, site_id = row
    run_id = runs.find_last_run_of_site(db, site_id)
    if run_id is None:
        return
    db.execute(_FORGET, [announced_id])
    line = {
        "kind": "report_reread",
        "occurred_at": utc_now(),
        "site_id": site_id,
        "url": url,
        "version": None,
        "previous_url": url,
        "previous_version": version,
        "document_id": document_id,
        "announced_report_id": announced_id,
        "run_id": run_id,
    }
    insert_row(db, "changes", line)
