"""The layout of the forms' tables: titles, spanning headings, names in English; in one file."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("table_layout.yaml")
_MARKS = re.compile(r"[\s、，,。.：:；;“”\"《》]+")


@cache
def load_layout() -> dict[str, Any]:
    """Return what table_layout.yaml has."""
    layout: dict[str, Any] = YAML(typ="safe").load(_FILE)
    return layout


@cache
def load_titles() -> dict[str, str]:
    """Return the printed title of each table, by its name without the form: `requests`."""
    titles: dict[str, str] = {}
    for table, layout in load_layout()["tables"].items():
        _, _, name = table.partition(".")
        titles[name] = layout["zh"]
    return titles


def find_titled_tables(title: str) -> list[str]:
    """Return the tables that a form prints under a title, whatever its brackets and marks.

    >>> find_titled_tables("第二十条第(一)项")
    ['art20_1']
    """
    plain_title = _normalize_title(title)
    return [
        name
        for name, printed in load_titles().items()
        if _normalize_title(printed) == plain_title
    ]


def _normalize_title(title: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", title))
