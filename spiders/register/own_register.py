"""The governments of a user: the register that is installed, and the user's own rows.

The own rows stand in a `governments.tsv` in the folder of the user's site files. One of a
government that the register has takes its place (a home page that moved); others are added.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nianbao.spiders.catalogue import CatalogueError
from nianbao.spiders.register.governments import (
    FILE_NAME,
    Government,
    load_governments,
    select_governments,
)
from nianbao.spiders.register.register_file import RegisterError, read_register
from nianbao.spiders.site_folders import find_own_folder


def load_all_governments(folder: Path | None = None) -> tuple[Government, ...]:
    """Return the governments of the register with those of the own folder, in this order.

    With a folder that has a `governments.tsv`, only the rows of that file. Raises CatalogueError.
    """
    if folder is not None:
        path = folder / FILE_NAME
        return _read_own_rows(path) if path.is_file() else load_governments()
    by_key = {government.key: government for government in load_governments()}
    own_path = find_own_folder() / FILE_NAME
    if own_path.is_file():
        by_key |= {
            government.key: government for government in _read_own_rows(own_path)
        }
    return tuple(by_key.values())


def list_governments(
    regions: Iterable[str], folder: Path | None = None
) -> list[Government]:
    """Return the governments of :func:`load_all_governments` that stand in one of the regions.

    Raises CatalogueError.
    """
    return select_governments(load_all_governments(folder), regions)


def _read_own_rows(path: Path) -> tuple[Government, ...]:
    try:
        return read_register(path)
    except RegisterError as error:
        raise CatalogueError(str(error)) from error
