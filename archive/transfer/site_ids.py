"""Under which ids the sites of another archive are taken in, so that one id is one site.

A site keeps the id that it has there, unless it is renamed. A site whose visits are here
already keeps the id that it has here: a merge that is done again finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nianbao.archive.errors import RenameRefused, SitesClash
from nianbao.archive.raw.site_identity import (
    SITE_ID,
    SameSite,
    SiteIdentity,
    is_same_site,
    join_identities,
    list_site_identities,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

    from nianbao.archive.store import Archive

RUNS = "SELECT id, uid FROM runs ORDER BY started_at, uid"
# Select one visit of each site of a run.
VISIT_OF_EACH_SITE = """
SELECT site_id, url, visited_at, role
FROM visits
WHERE id IN (SELECT min(id) FROM visits WHERE run_id = ? GROUP BY site_id)
ORDER BY site_id
"""
SITES_OF_VISIT = """
SELECT site_id FROM visits
WHERE run_id = ? AND url = ? AND visited_at = ? AND role = ?
ORDER BY site_id
"""
CURE = (
    "Take the other archive's site in under an id of its own with --rename ID=NEW_ID;"
    " or, where it is one site that has moved, name in `formerly` of its site file the"
    " hosts and the region that it had."
)


@dataclass(frozen=True, slots=True)
class SiteIds:
    """Ids here of the sites of another archive, by their ids there.

    `shared` are those whose visits are here already.
    """

    ids: Mapping[str, str]
    shared: frozenset[str] = frozenset()


def choose_site_ids(
    db: Database, other: Archive, renames: Mapping[str, str]
) -> SiteIds:
    """Return under which ids the sites of another archive are taken in.

    `renames` are new ids by the ids there. Raises RenameRefused.
    """
    their_ids = other.site_ids()
    shared_ids = _find_shared_sites(db, other.db)
    _require_possible_renames(other.path, their_ids, shared_ids, renames)
    ids = {}
    for their_id in their_ids:
        ids[their_id] = shared_ids.get(their_id) or renames.get(their_id, their_id)
    _require_one_id_each(other.path, ids)
    return SiteIds(ids, frozenset(shared_ids))


def _find_shared_sites(db: Database, theirs: Database) -> dict[str, str]:
    """Return the ids here of the sites of which a visit is in both archives."""
    runs_here = {uid: run_id for run_id, uid in db.execute(RUNS).fetchall()}
    shared_ids: dict[str, str] = {}
    for their_run_id, uid in theirs.execute(RUNS).fetchall():
        run_id = runs_here.get(uid)
        if run_id is None:
            continue
        samples = theirs.execute(VISIT_OF_EACH_SITE, [their_run_id]).fetchall()
        for their_id, *visit in samples:
            id_here = _find_site_of_visit(db, run_id, visit, their_id)
            if id_here is not None:
                shared_ids.setdefault(their_id, id_here)
    return shared_ids


def _find_site_of_visit(
    db: Database, run_id: int, visit: list[str], their_id: str
) -> str | None:
    """Return the site that made a visit here; None where the visit is not here.

    Where several sites made it, that of the same id goes first.
    """
    rows = db.execute(SITES_OF_VISIT, [run_id, *visit]).fetchall()
    site_ids = [site_id for (site_id,) in rows]
    if their_id in site_ids:
        return their_id
    return site_ids[0] if site_ids else None


def _require_possible_renames(
    path: Path,
    their_ids: list[str],
    shared_ids: Mapping[str, str],
    renames: Mapping[str, str],
) -> None:
    for their_id, new_id in renames.items():
        if their_id not in their_ids:
            raise RenameRefused(f"{path}: it has no site {their_id} to be renamed.")
        if not SITE_ID.fullmatch(new_id):
            raise RenameRefused(
                f"{new_id!r} is no id of a site: small letters, digits, - and _ are."
            )
        id_here = shared_ids.get(their_id, new_id)
        if id_here != new_id:
            raise RenameRefused(
                f"{path}: its site {their_id} was taken in before, under the id"
                f" {id_here}: it cannot be {new_id} now."
            )


def _require_one_id_each(path: Path, ids: Mapping[str, str]) -> None:
    their_ids: dict[str, str] = {}
    for their_id, id_here in ids.items():
        if id_here in their_ids:
            raise RenameRefused(
                f"{path}: its sites {their_ids[id_here]} and {their_id} would both get the"
                f" id {id_here}. Rename one of them: --rename ID=NEW_ID."
            )
        their_ids[id_here] = their_id


@dataclass(frozen=True, slots=True)
class SiteSide:
    """A site as one of the archives that are to become one knows it.

    `is_shared`: its visits are here already, so it is the site here.
    """

    place: str
    site: SiteIdentity
    is_shared: bool = False

    def describe(self) -> str:
        """Return where the site is and what is known of it."""
        return f"in {self.place} {self.site.describe()}"


class SiteComparison:
    """Compares the sites of archives that are to become one, before anything is written."""

    def __init__(self, archive: Archive, is_one_site: SameSite = is_same_site) -> None:
        self._is_one_site = is_one_site
        # the sides of each id, the archive's own first
        self._sides: dict[str, list[SiteSide]] = {}
        for site in list_site_identities(archive.db):
            self._sides[site.id] = [SiteSide(str(archive.path), site)]

    def add(self, other: Archive, site_ids: SiteIds) -> None:
        """Add the sites of one more archive."""
        for their_site in list_site_identities(other.db):
            id_here = site_ids.ids[their_site.id]
            side = SiteSide(
                place=str(other.path),
                site=replace(their_site, id=id_here),
                is_shared=their_site.id in site_ids.shared,
            )
            self._sides.setdefault(id_here, []).append(side)

    def require_no_clash(self) -> None:
        """Raise SitesClash when one id stands for two sites; the message names all of them."""
        clashes: list[str] = []
        for site_id, sides in sorted(self._sides.items()):
            for side in self._list_other_sites(sides):
                clashes.append(f"{site_id}: {sides[0].describe()}, {side.describe()}")
        if clashes:
            lines = "\n".join(clashes)
            raise SitesClash(
                f"one id stands for two sites, so nothing was merged:\n{lines}\n{CURE}"
            )

    def _list_other_sites(self, sides: Sequence[SiteSide]) -> list[SiteSide]:
        """Return the sides that are not the site of the first one.

        A side may have the hosts of two others that have none in common, so those that do not
        fit are compared again with all that is known after each that does.
        """
        first, *others = sides
        site = first.site
        is_joined = True
        while is_joined:
            is_joined = False
            for side in tuple(others):
                if side.is_shared or self._is_one_site(site, side.site):
                    site = join_identities(site, side.site)
                    others.remove(side)
                    is_joined = True
        return others
