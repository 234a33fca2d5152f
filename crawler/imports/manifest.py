"""Manifests: a CSV file `file,url,visited_at` that says where and when the page in each file
was seen.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from nianbao.archive.clock import utc_text
from nianbao.crawler.imports.belonging import ImportRefused

COLUMNS = ("file", "url", "visited_at")


class Manifest:
    """What a manifest says; files are named from where it stands. Raises ImportRefused, naming
    the line.
    """

    def __init__(self, path: Path) -> None:
        self.rows: dict[Path, tuple[str, str, str | None]] = {}
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                if not set(COLUMNS) <= set(rows.fieldnames or ()):
                    raise ImportRefused(
                        f"{path}:1: the columns {', '.join(COLUMNS)} are wanted."
                    )
                for row in rows:
                    where = f"{path}:{rows.line_num}"
                    self.rows[(path.parent / (row["file"] or "")).resolve()] = _row(
                        where, row
                    )
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ImportRefused(
                f"{path}: cannot be read as CSV in UTF-8: {error}"
            ) from error

    def of(self, path: Path) -> tuple[str, str, str | None] | None:
        """Return the address, time and media type of a file; None for one that is not named."""
        return self.rows.get(path.resolve())


def _row(where: str, row: dict[str, str | None]) -> tuple[str, str, str | None]:
    url, text = (row["url"] or "").strip(), (row["visited_at"] or "").strip()
    if not url.startswith(("http://", "https://")):
        raise ImportRefused(
            f"{where}: url: an address such as https://www.example.gov.cn/a.html is wanted."
        )
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ImportRefused(
            f"{where}: visited_at: {error}; 2021-01-20T09:14:00+08:00 is wanted."
        ) from error
    if at.tzinfo is None:
        raise ImportRefused(
            f"{where}: visited_at: {text} does not say in which time zone: add +08:00 or Z."
        )
    return url, utc_text(at), row.get("content_type") or None
