"""Manifests: a CSV file `file,url,visited_at` that says of each file where and when it was seen."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nianbao.archive.clock import utc_text
from nianbao.crawler.imports.site_index import ImportRefused

COLUMNS = ("file", "url", "visited_at")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What a manifest says of a file."""

    url: str
    visited_at: str
    content_type: str | None


class ImportManifest:
    """What a manifest says; paths of files begin where it stands.

    Raises ImportRefused, naming the line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[Path, ManifestRow] = {}
        try:
            self._load()
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ImportRefused(
                f"{path}: cannot be read as CSV in UTF-8: {error}"
            ) from error

    def _load(self) -> None:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(COLUMNS) <= set(rows.fieldnames or ()):
                raise ImportRefused(
                    f"{self.path}:1: the columns {', '.join(COLUMNS)} are wanted."
                )
            for row in rows:
                where = f"{self.path}:{rows.line_num}"
                file_path = self.path.parent / (row["file"] or "")
                self.rows[file_path.resolve()] = _parse_row(where, row)

    def find_row(self, path: Path) -> ManifestRow | None:
        """Return what the manifest says of a file; None where it does not name the file."""
        return self.rows.get(path.resolve())


def _parse_row(where: str, row: dict[str, str | None]) -> ManifestRow:
    url = (row["url"] or "").strip()
    if not url.startswith(("http://", "https://")):
        raise ImportRefused(
            f"{where}: url: an address such as https://www.example.gov.cn/a.html is wanted."
        )
    visited_at = _parse_instant(where, (row["visited_at"] or "").strip())
    return ManifestRow(url, visited_at, row.get("content_type") or None)


def _parse_instant(where: str, text: str) -> str:
    try:
        instant = datetime.fromisoformat(text)
        visited_at = utc_text(instant)
    except ValueError as error:
        raise ImportRefused(
            f"{where}: visited_at: {error}; 2021-01-20T09:14:00+08:00 is wanted."
        ) from error
    if instant.tzinfo is None:
        raise ImportRefused(
            f"{where}: visited_at: {text} does not say in which time zone: add +08:00 or Z."
        )
    return visited_at
