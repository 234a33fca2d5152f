"""The history of a site's addresses: the last visit to each, and its last change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.addresses import canonicalize, drop_parameters

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlite_utils import Database

    from nianbao.archive.records import Role

ANSWERED = ("fetched", "not_modified", "not_found", "soft_404")
ANY_RUN = 1 << 62  # above the id of every run

# The visits of a site are found by the runs that crawled it: the index of visits is by run.
_VISITS_OF_SITE = """
visits.site_id = :site AND visits.run_id < :before_run
AND visits.run_id IN (SELECT run_id FROM site_runs WHERE site_id = :site)
"""
# With one max(), SQLite takes the other columns from the row that has it.
LAST_VISITS = f"""
SELECT url, role, max(visited_at), outcome, json_extract(hints, '$.list_title')
FROM visits
LEFT JOIN hint_sets ON hint_sets.id = visits.hint_set_id
WHERE {_VISITS_OF_SITE} GROUP BY url
"""
FIRST_VISITS = f"""
SELECT url, min(visited_at) FROM visits
WHERE {_VISITS_OF_SITE} GROUP BY url
"""
LAST_CHANGES = f"""
SELECT visits.url, max(first.visited_at) FROM visits
JOIN sightings ON sightings.visit_id = visits.id
JOIN documents ON documents.id = sightings.document_id
JOIN versions ON versions.id = documents.current_version_id
JOIN visits AS first ON first.id = versions.first_visit_id
WHERE {_VISITS_OF_SITE} GROUP BY visits.url
"""


@dataclass(frozen=True, slots=True)
class AddressHistory:
    """An address that was visited. Instants are UTC, ISO 8601."""

    url: str
    role: Role
    visited_at: str  # the last visit
    # the visit that first showed the present content; the first visit where that is not known
    changed_at: str
    failed: bool  # the last visit got no answer that says what is at the address
    list_title: str | None = None  # how the list named the page at the last visit
    shows_report: bool = True  # whether it ever showed a report

    @property
    def is_other_page(self) -> bool:
        """Whether it was asked for as a report, and what it answered with never was one."""
        return self.role == "report" and not self.failed and not self.shows_report


def select_address_histories(
    db: Database,
    site_id: str,
    before_run: int | None = None,
    volatile_parameters: Collection[str] = (),
) -> dict[str, AddressHistory]:
    """Return the history of every address of a site, by the canonical address.

    With `before_run`, only visits of earlier runs count. Addresses that differ only in volatile
    parameters are one, known by what is left of them.
    """
    arguments = {
        "site": site_id,
        "before_run": ANY_RUN if before_run is None else before_run,
    }
    last_visits = db.execute(LAST_VISITS, arguments).fetchall()
    # The first visit, where the visit of the last change is not known.
    changed_at: dict[str, str] = dict(db.execute(FIRST_VISITS, arguments).fetchall())
    last_changes: dict[str, str] = dict(db.execute(LAST_CHANGES, arguments).fetchall())
    changed_at.update(last_changes)
    histories: dict[str, AddressHistory] = {}
    for url, role, visited_at, outcome, list_title in sorted(last_visits, key=_time):
        address = drop_parameters(canonicalize(url), volatile_parameters)
        histories[address] = AddressHistory(
            url=url,
            role=role,
            visited_at=visited_at,
            changed_at=changed_at[url],
            failed=outcome not in ANSWERED,
            list_title=list_title,
            shows_report=url in last_changes,
        )
    return histories


def _time(visit: tuple[str, ...]) -> str:
    """Return the time of a row of LAST_VISITS."""
    return visit[2]
