"""Pages that were known under several addresses of one visit each, brought under one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from nianbao.archive.addresses import drop_parameters
from nianbao.archive.derived import observations, text_deltas
from nianbao.archive.events import page_events
from nianbao.archive.storage.rows import insert_row
from nianbao.archive.update.documents import update_document
from nianbao.archive.update.volatile_parameters import (
    find_volatile_names,
    load_shown_addresses,
    may_have_volatile_names,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlite_utils import Database

    from nianbao.archive.update.volatile_parameters import ShownAddress

_SHOWN_BY = "SELECT visit_id FROM sightings WHERE document_id = ? AND effect = 'shown'"
# Return the addresses with parameters at which no report was found that belongs to none.
_UNATTACHED = """
SELECT DISTINCT visits.url
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
WHERE visits.site_id = :site
  AND visits.run_id IN (SELECT run_id FROM site_runs WHERE site_id = :site)
  AND sightings.document_id IS NULL
  AND visits.url LIKE '%?%'
"""
_RENAME = "UPDATE documents SET url = ? WHERE id = ?"
_TAKE_OVER = (
    "UPDATE sightings SET document_id = ?, version_id = NULL WHERE visit_id = ?"
)


def join_addresses(db: Database, site_id: str) -> bool:
    """Give each visit of a site the document of its address without volatile parameters.

    Return whether a document was joined or parted by that. The first of several documents that
    are one goes on, under the shorter address.
    """
    if not may_have_volatile_names(db, site_id):
        return False
    visits = load_shown_addresses(db, site_id)
    names = find_volatile_names(visits)
    by_target: defaultdict[str, list[ShownAddress]] = defaultdict(list)
    for visit in visits:
        target = drop_parameters(visit.address, names)
        by_target[target].append(visit)
    gathering = _Gathering(db, site_id, visits)
    for target, members in by_target.items():
        gathering.gather(target, members)
    changed_ids = gathering.changed_ids
    if not changed_ids:
        return False
    urls = {visit.url for visit in visits}
    _attach_others(db, urls, changed_ids)
    for document_id in _order_by_visits(db, changed_ids):
        update_document(db, document_id)
    rows = db.execute(_UNATTACHED, {"site": site_id}).fetchall()
    _attach_others(db, {url for (url,) in rows}, set())
    page_events.relink_events(db)
    return True


class _Gathering:
    """Brings visits under the documents of their addresses; `changed_ids` are those concerned."""

    def __init__(
        self, db: Database, site_id: str, visits: Sequence[ShownAddress]
    ) -> None:
        self._db = db
        self._site_id = site_id
        self.changed_ids: set[int] = set()
        # the visits that show each document, before anything is brought elsewhere
        self._shown_by: dict[int, set[int]] = {}
        for document_id in {visit.document_id for visit in visits}:
            rows = db.execute(_SHOWN_BY, [document_id]).fetchall()
            self._shown_by[document_id] = {visit_id for (visit_id,) in rows}

    def gather(self, address: str, members: Sequence[ShownAddress]) -> None:
        """Bring the visits to one page under the document of its address."""
        document_ids = {visit.document_id for visit in members}
        target_id = self._find_target(address, members)
        if document_ids == {target_id}:
            return
        for document_id in document_ids - {target_id}:
            text_deltas.restore_texts(self._db, document_id)
            if self._is_wholly_of(document_id, members):
                page_events.move_events(self._db, document_id, target_id)
        for visit in members:
            if visit.document_id != target_id:
                self._db.execute(_TAKE_OVER, [target_id, visit.visit_id])
        self.changed_ids |= document_ids | {target_id}

    def _find_target(self, address: str, members: Sequence[ShownAddress]) -> int:
        """Return the document of an address: the one that has it, else the first of its visits.

        Where that one is other visits' too, it is a new one.
        """
        query = "SELECT id FROM documents WHERE url = ?"
        row = self._db.execute(query, [address]).fetchone()
        if row is not None:
            return int(row[0])
        first_id = members[0].document_id
        if self._is_wholly_of(first_id, members):
            page_events.rename_page(self._db, first_id, address)
            self._db.execute(_RENAME, [address, first_id])
            self.changed_ids.add(first_id)
            return first_id
        values = {"site_id": self._site_id, "url": address, "state": "new"}
        return insert_row(self._db, "documents", values)

    def _is_wholly_of(self, document_id: int, members: Sequence[ShownAddress]) -> bool:
        """Tell whether all visits that showed a document are among some."""
        member_ids = {visit.visit_id for visit in members}
        return self._shown_by[document_id] <= member_ids


def _order_by_visits(db: Database, document_ids: Collection[int]) -> list[int]:
    """Return documents, those last that no visit shows any more: they give up their readings."""
    shown: list[int] = []
    empty: list[int] = []
    for document_id in sorted(document_ids):
        row = db.execute(_SHOWN_BY, [document_id]).fetchone()
        if row is None:
            empty.append(document_id)
        else:
            shown.append(document_id)
    return [*shown, *empty]


def _attach_others(db: Database, urls: Collection[str], changed_ids: set[int]) -> None:
    """Give the visits that found no report at some addresses their documents."""
    for url in sorted(urls):
        attached_ids = observations.attach_to_document(db, url)
        changed_ids.update(id_ for id_ in attached_ids if id_ is not None)
