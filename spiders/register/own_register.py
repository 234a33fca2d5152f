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
    own_path = find_own_folder() / FILE_NAME
    if not own_path.is_file():
        return load_governments()
    try:
        return _replace_rows(load_governments(), _read_own_rows(own_path))
    except RegisterError as error:
        raise CatalogueError(f"{own_path}: {error}") from error


def _replace_rows(
    register: tuple[Government, ...], own_rows: tuple[Government, ...]
) -> tuple[Government, ...]:
    """Return the register with own rows in the places of its own, and the others behind it.

    A row stands in the place of the government that has one of its codes, else its name. Raises
    RegisterError where two stand in one place.
    """
    keys: dict[str, str] = {}
    for government in register:
        for name in (*government.former_codes, government.name):
            keys.setdefault(name, government.key)
    governments = {government.key: government for government in register}
    keys |= {key: key for key in governments}
    rows_by_key: dict[str, Government] = {}
    for row in own_rows:
        names = (*row.codes, row.name)
        key = next((keys[name] for name in names if name in keys), row.key)
        first = rows_by_key.setdefault(key, row)
        if first is not row:
            raise RegisterError(
                f"{first.name} ({first.key}) and {row.name} ({row.key}) are one government"
            )
    return tuple((governments | rows_by_key).values())


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
