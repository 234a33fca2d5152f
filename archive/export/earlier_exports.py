"""Earlier exports: what stands at a target and may be replaced, because an export can make it
again.

A folder that an export wrote has a marker, a small file that names the others. Exports of 0.1.0
had none: their folders are recognised by their Data Package or WARC files.
"""

from __future__ import annotations

import gzip
import json
import lzma
import os
import re
import sqlite3
import stat
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

from nianbao.archive.errors import TargetRefused
from nianbao.archive.export import package
from nianbao.archive.storage import target as targets
from nianbao.archive.storage.connection import open_connection

MARKER = ".nianbao-export"
MARKER_FORMAT = "nianbao-export/1"
INDEX = "index.cdxj"  # of a folder of WARC files
WARC_NAME = re.compile(r".+-\d{5,}\.warc\.gz")
WARC_SOFTWARE = b"software: nianbao"  # in the first record of a WARC file
WARC_HEAD_BYTES = 4096  # enough for that record
PACKAGE_NAME = "nianbao"  # in datapackage.json of exported tables
# In a workbook of ours: xlsxwriter writes no shared strings where it keeps a row in memory.
WORKBOOK_PROPERTIES = "docProps/core.xml"
WORKBOOK_MARK = b"nianbao-export/1"
WORKBOOK_DATE = b"1980-01-01T00:00:00Z"
SHARED_STRINGS = "xl/sharedStrings.xml"
# What `zipfile` raises: KeyError where a file is not in it, RuntimeError (NotImplementedError too)
# where it is encrypted or packed in a way that it does not know, OSError and ValueError where it is
# said to be where no file has a place.
NO_READABLE_ZIP = (
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)
LARGEST_PROPERTIES = 1 << 16  # bytes
LARGEST_DESCRIPTION = 64 << 20  # bytes of datapackage.json in a WACZ file
# Exports of 0.2.0 and before have no wide panel.
PANEL_OBJECTS = {
    ("table", "pages"),
    ("table", "cells"),
    ("table", "cell_values"),
    ("view", "figures"),
}
WIDE_PANEL = {("table", "panel")}
NEITHER = "Name another path, or move away what is there."


def write_marker(folder: Path, kind: str) -> None:
    """Write into a folder, when all else is in it, that it is an export of ours."""
    names = sorted(path.name for path in folder.iterdir())
    marker = {"format": MARKER_FORMAT, "kind": kind, "files": names}
    text = json.dumps(marker, ensure_ascii=False, indent=2)
    (folder / MARKER).write_text(f"{text}\n", "utf-8")


def require_replaceable(target: Path, archive: Path, *, force: bool) -> None:
    """Raise unless an export can take a target's name without loss.

    What stands there is replaced with `force` only, and only when it is an earlier export.
    `archive` is the archive in use. Raises TargetRefused, and ArchiveUnwritable when the
    target's folder does not exist.
    """
    targets.require_folder_of(target)
    with targets.named_write_errors(target):
        targets.protect_archives(target, archive)
        if not os.path.lexists(target):
            return
        if not force:
            raise TargetRefused(
                f"{target}: there is something already. Name another path,"
                " or replace an earlier export with --force."
            )
        _require_earlier_export(target)


def _require_earlier_export(target: Path) -> None:
    mode = target.lstat().st_mode
    if stat.S_ISLNK(mode):
        raise TargetRefused(
            f"{target}: a symbolic link, which is not replaced, --force or not."
            " Name the file or folder itself."
        )
    if stat.S_ISDIR(mode):
        _require_exported_folder(target)
        return
    targets.require_no_log(target)
    if not stat.S_ISREG(mode) or not _is_exported_file(target):
        raise TargetRefused(
            f"{target}: not an earlier export of nianbao, so it is not replaced,"
            f" --force or not. {NEITHER}"
        )


def _require_exported_folder(folder: Path) -> None:
    """Raise TargetRefused when anything in a folder is not of an earlier export."""
    own_names = _read_marker(folder) or _list_unmarked_export(folder)
    for path in sorted(folder.iterdir()):
        is_file = stat.S_ISREG(path.lstat().st_mode)
        if path.name not in own_names or not is_file:
            raise TargetRefused(
                f"{folder}: {path.name} in it is not of an earlier export of nianbao,"
                f" so the folder is not replaced, --force or not. {NEITHER}"
            )


def _read_marker(folder: Path) -> set[str]:
    """Return the names of the files of a marked export; none where there is no marker."""
    marker = _load_json(folder / MARKER)
    if marker.get("format") != MARKER_FORMAT:
        return set()
    names = marker.get("files")
    if not isinstance(names, list):
        return set()
    return {MARKER, *map(str, names)}


def _list_unmarked_export(folder: Path) -> set[str]:
    """Return the names of the files that an earlier version exported to a folder."""
    description = _load_json(folder / package.FILE)
    if description.get("name") == PACKAGE_NAME:
        return {package.FILE, package.DICTIONARY, *_list_resources(description)}
    names = {INDEX}
    for path in folder.iterdir():
        if WARC_NAME.fullmatch(path.name) and _is_exported_warc(path):
            names.add(path.name)
    return names


def _list_resources(description: dict[str, Any]) -> list[str]:
    """Return the paths of the files that a Data Package names."""
    resources = description.get("resources")
    if not isinstance(resources, list):
        return []
    return [str(part.get("path")) for part in resources if isinstance(part, dict)]


def _load_json(path: Path) -> dict[str, Any]:
    """Return the object in a file; an empty one where there is no such file or object."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_bytes())
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return value


def _is_exported_warc(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with gzip.open(path) as file:
            head = file.read(WARC_HEAD_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return False
    return WARC_SOFTWARE in head


def _is_exported_file(path: Path) -> bool:
    """Tell whether a file is empty, an exported panel, WACZ file or workbook."""
    if path.stat().st_size == 0:
        return True
    if _is_exported_panel(path) or _is_exported_wacz(path):
        return True
    return _is_exported_workbook(path)


def _is_exported_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook of ours as it was written.

    A program that saves it again writes its own properties: then somebody may have worked on it.
    """
    try:
        with zipfile.ZipFile(path) as package_file:
            names = package_file.namelist()
            if package_file.getinfo(WORKBOOK_PROPERTIES).file_size > LARGEST_PROPERTIES:
                return False
            properties = package_file.read(WORKBOOK_PROPERTIES)
    except NO_READABLE_ZIP:
        return False
    is_ours = WORKBOOK_MARK in properties
    is_as_written = properties.count(WORKBOOK_DATE) == 2  # made, and changed last
    return is_ours and is_as_written and SHARED_STRINGS not in names


def _is_exported_panel(path: Path) -> bool:
    """Tell whether a file is an SQLite file with the tables of the panel and no others."""
    query = "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')"
    try:
        with closing(open_connection(path, "ro&immutable=1")) as db:
            objects = db.execute(query).fetchall()
    except sqlite3.Error:
        return False
    return set(objects) - WIDE_PANEL == PANEL_OBJECTS


def _is_exported_wacz(path: Path) -> bool:
    """Tell whether a file is a WACZ file of ours."""
    try:
        with zipfile.ZipFile(path) as package_file:
            if package_file.getinfo(package.FILE).file_size > LARGEST_DESCRIPTION:
                return False
            description = json.loads(package_file.read(package.FILE))
    except NO_READABLE_ZIP:
        return False
    if not isinstance(description, dict) or "wacz_version" not in description:
        return False
    return str(description.get("software")).startswith("nianbao ")
