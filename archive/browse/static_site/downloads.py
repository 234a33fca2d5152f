"""What a site hands out: the exported tables and a workbook, with digests; and their dictionary."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, PageRequest, Route
from nianbao.archive.browse.static_site.marker import compute_digest
from nianbao.archive.export.dictionary import TableDescription, dictionary
from nianbao.archive.export.earlier_exports import MARKER
from nianbao.archive.export.tables import NAMES, export_tables
from nianbao.archive.export.workbook import NAMES as WORKBOOK_NAMES
from nianbao.archive.export.workbook import export_workbook
from nianbao.archive.read_model.row_filter import RowFilter

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.storage.snapshot import Progress
    from nianbao.archive.store import Archive

FOLDER = "data"  # of the site
KIND = "csv"
PACKAGE = f"nianbao-{KIND}.zip"
WORKBOOK = "nianbao.xlsx"
# Of a workbook that has them too: more take minutes, and few programs open them.
MOST_FIGURES = 200_000
FIGURES = "figures"
# The same tables make the same bytes: no file in the package has a time of its own.
NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """A file to download, by its path in the site."""

    name: str
    size_bytes: int
    sha256: str
    rows: dict[str, int]  # by table


@dataclass(frozen=True, slots=True)
class ExportsPage:
    """What the page of files shows."""

    files: tuple[DownloadFile, ...]


@dataclass(frozen=True, slots=True)
class DictionaryPage:
    """What the page of columns shows."""

    tables: tuple[TableDescription, ...]


def write_downloads(
    archive: Archive, folder: Path, progress: Progress
) -> tuple[DownloadFile, ...]:
    """Write the files into the folder of a site; return them."""
    data_folder = folder / FOLDER
    data_folder.mkdir()
    tables_folder = data_folder / KIND
    rows = export_tables(archive, KIND, tables_folder, RowFilter(), progress)
    package = data_folder / PACKAGE
    pack_folder(tables_folder, package)
    shutil.rmtree(tables_folder)
    names = list(WORKBOOK_NAMES)
    if rows[FIGURES] > MOST_FIGURES:
        names.remove(FIGURES)
    workbook = data_folder / WORKBOOK
    summary = export_workbook(archive, workbook, RowFilter(), progress, names=names)
    return (_describe_file(package, rows), _describe_file(workbook, summary.rows))


def _describe_file(path: Path, rows: dict[str, int]) -> DownloadFile:
    return DownloadFile(
        name=f"{FOLDER}/{path.name}",
        size_bytes=path.stat().st_size,
        sha256=compute_digest(path),
        rows=rows,
    )


def pack_folder(folder: Path, package: Path) -> None:
    """Pack the files of a folder into one, without the marker of an export."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for path in sorted(folder.iterdir()):
            if path.name == MARKER:
                continue
            entry = zipfile.ZipInfo(path.name, NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.file_size = path.stat().st_size
            with path.open("rb") as file, archive_file.open(entry, "w") as target:
                shutil.copyfileobj(file, target)


def make_data_routes(files: tuple[DownloadFile, ...]) -> tuple[Route, ...]:
    """Return the pages of the files and of their columns."""

    def show_exports(_: Database, request: PageRequest) -> BrowsePage:
        title = request.language("exports.title")
        return BrowsePage("exports.html", title, ExportsPage(files))

    def show_dictionary(_: Database, request: PageRequest) -> BrowsePage:
        title = request.language("dictionary.title")
        tables = tuple(dictionary()[name] for name in NAMES)
        return BrowsePage("dictionary.html", title, DictionaryPage(tables))

    return (
        Route("/exports", show_exports),
        Route("/dictionary", show_dictionary),
    )
