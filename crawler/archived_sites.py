"""Sites of the catalogue as the archive knows them; one id of two sites is found out here.

The division table knows the names that a region had; a site file knows what its site was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.raw.site_identity import (
    SameSite,
    SiteIdentity,
    find_site_identity,
    is_same_site,
    is_stated_by,
)
from nianbao.pipelines.reader.regions.region_units import is_same_region
from nianbao.spiders.catalogue import read_site
from nianbao.spiders.site_folders import list_site_files

if TYPE_CHECKING:
    from pathlib import Path

    from nianbao.archive import Archive
    from nianbao.spiders.catalogue import Site

CURE = (
    "Give the site file an id of its own; or, where it is the same site that has moved, name"
    " in its `formerly` the hosts and the region that it had."
)


def to_archived_site(site: Site) -> ArchivedSite:
    """Return a site of the catalogue as the archive stores it."""
    region_name = region_code = learn_since = None
    if site.region is not None:
        region_name = site.region.name
        region_code = site.region.code
    if site.expect.since is not None:
        learn_since = site.expect.since.isoformat()
    return ArchivedSite(
        id=site.id,
        name=site.name,
        platform=site.platform,
        region=region_name,
        region_code=region_code,
        vanish_after=site.vanish_after,
        expected_links=site.expect.links,
        most_links=site.expect.most,
        learn_since=learn_since,
        hosts=(*sorted(site.all_hosts), *site.former_hosts),
        former_regions=site.former_regions,
    )


def find_site_clash(archive: Archive, site: ArchivedSite) -> str | None:
    """Return what is wrong when the archive has another site under the id of a site.

    None when it is the same one, or new.
    """
    site_here = find_site_identity(archive.db, site.id)
    if site_here is None or is_same_site(site_here, site.identity, is_same_region):
        return None
    return (
        f"{site.id} is another site in the archive: {site_here.describe()}, not"
        f" {site.identity.describe()}. It was left out. {CURE}"
    )


def make_site_judge(folder: Path | None) -> SameSite:
    """Return what tells whether two sites of one id are one, as two archives know them.

    So they are when the site file of that id names the hosts and regions of both. `folder` is
    the folder of the site files; None: the catalogue and the own folder.
    """

    def is_one_site(site: SiteIdentity, other: SiteIdentity) -> bool:
        if is_same_site(site, other, is_same_region):
            return True
        site_file = _find_stated_identity(site.id, folder)
        if site_file is None:
            return False
        sides = (site, other)
        return all(is_stated_by(side, site_file, is_same_region) for side in sides)

    return is_one_site


def _find_stated_identity(site_id: str, folder: Path | None) -> SiteIdentity | None:
    """Return what the site file of an id says; None where there is none. Raises CatalogueError."""
    path = list_site_files(folder).get(site_id)
    if path is None:
        return None
    return to_archived_site(read_site(path)).identity
