"""What was recognised on page images: lines and cells with their text, in the order of reading.

It is what the archive keeps of the work of OCR, as JSON; the reader makes a reading of it on any
machine. Places are in thousandths of the width of the page image.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class RecognizedText:
    """A text, and how sure the model is of the character that it is least sure of: 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """A line of prose from `left` to `right`; `height` is that of its box."""

    text: str
    confidence: float
    start: int
    top: int
    end: int
    height: int


@dataclass(frozen=True, slots=True)
class RecognizedCell:
    """A cell of a table: the edges of its box, and its lines from top to bottom.

    `is_unread` says that there is ink in it which gave no text.
    """

    start: int
    top: int
    end: int
    bottom: int
    lines: tuple[RecognizedText, ...] = ()
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class RecognizedTable:
    """A table: the edges of its columns and rows, and its cells.

    `is_ruled` is false where no lines are drawn and the places of the texts made the cells.
    """

    columns: tuple[int, ...]
    rows: tuple[int, ...]
    cells: tuple[RecognizedCell, ...]
    is_ruled: bool = True


PageItem: TypeAlias = RecognizedLine | RecognizedTable


@dataclass(frozen=True, slots=True)
class RecognizedPage:
    """A page image: its lines and tables from top to bottom; its height in thousandths."""

    height: int
    items: tuple[PageItem, ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an engine recognised in one payload; `failures` say why a page was not read."""

    engine: str
    pages: tuple[RecognizedPage, ...]
    failures: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the recognition as the archive keeps it."""
        data = dataclasses.asdict(self)
        return json.dumps(
            data,
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Recognition:
        """Build a recognition from what :meth:`to_json` returned."""
        data: dict[str, Any] = json.loads(text)
        pages: list[RecognizedPage] = []
        for page in data["pages"]:
            items = tuple(map(_build_item, page["items"]))
            pages.append(RecognizedPage(page["height"], items))
        return cls(
            data["engine"],
            tuple(pages),
            tuple(data["failures"]),
        )


def _build_item(item: dict[str, Any]) -> PageItem:
    if "cells" not in item:
        return RecognizedLine(**item)
    cells: list[RecognizedCell] = []
    for cell in item["cells"]:
        lines = tuple(RecognizedText(**line) for line in cell.pop("lines"))
        cells.append(RecognizedCell(lines=lines, **cell))
    columns = tuple(item["columns"])
    rows = tuple(item["rows"])
    return RecognizedTable(
        columns,
        rows,
        tuple(cells),
        item["is_ruled"],
    )
