"""Where site files stand: the catalogue that is installed, and the user's own folder.

A file in the user's own folder takes the place of the catalogue's file of the same id. The
own folder is named by NIANBAO_SITES; without that it is `nianbao/sites` in the platform's
folder for user data. Nothing is ever written into the installed catalogue.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from platformdirs import user_data_path

from nianbao.spiders.catalogue import (
    SITES,
    CatalogueError,
    Site,
    list_yaml_files,
    load_sites,
)

VARIABLE = "NIANBAO_SITES"


def find_own_folder() -> Path:
    """Return the user's own folder of site files, whether or not it is there."""
    name = os.environ.get(VARIABLE)
    if name:
        return Path(name)
    return user_data_path("nianbao", appauthor=False) / "sites"


def list_site_folders(folder: Path | None = None) -> list[Path]:
    """Return the folders to read, the one that takes precedence last.

    With a folder only that one. Raises CatalogueError when NIANBAO_SITES names no folder.
    """
    if folder is not None:
        return [folder]
    own_folder = find_own_folder()
    if own_folder.is_dir():
        return [SITES, own_folder]
    if os.environ.get(VARIABLE):
        raise CatalogueError(
            f"{own_folder}: no such folder of site files. Make it, or unset {VARIABLE}."
        )
    return [SITES]


def load_all_sites(folder: Path | None = None) -> dict[str, Site]:
    """Return the sites of the catalogue and of the own folder by id, in order of id.

    With a folder only those of that folder. Raises CatalogueError.
    """
    sites: dict[str, Site] = {}
    for site_folder in list_site_folders(folder):
        sites.update(load_sites(site_folder))
    return dict(sorted(sites.items()))


def list_site_files(folder: Path | None = None) -> dict[str, Path]:
    """Return the path of each site's file by the site's id; no file is read."""
    paths: dict[str, Path] = {}
    for site_folder in list_site_folders(folder):
        for path in list_yaml_files(site_folder):
            paths[path.stem] = path
    return paths


def find_site_file(site_id: str, own_folder: Path | None = None) -> Path:
    """Return the file of a site: the one in the own folder, else the catalogue's.

    Raises CatalogueError when there is none.
    """
    own_folder = own_folder or find_own_folder()
    for folder in (own_folder, SITES):
        for path in list_yaml_files(folder):
            if path.stem == site_id:
                return path
    raise CatalogueError(
        f"{own_folder}: no site file {site_id}.yml. `nianbao sites` lists what there is."
    )


def make_writable(path: Path) -> Path:
    """Return the path under which a site file may be changed.

    A file of the catalogue is copied into the own folder first, to the same place in it.
    """
    if not path.is_relative_to(SITES):
        return path
    own_path = find_own_folder() / path.relative_to(SITES)
    if own_path.exists():  # NIANBAO_SITES names the catalogue itself
        return own_path
    own_path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, own_path)
    return own_path
