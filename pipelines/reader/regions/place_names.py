"""Whether a text begins with a place of the table, and whether it is the name of a body there.

It is the positive evidence for names that begin with words of sentences: 其塔木镇 is a town,
新华区 a district, though 其 and 新华 begin no names elsewhere.
"""

from __future__ import annotations

from functools import lru_cache

from nianbao.archive.divisions.table import DivisionTable, load_division_table
from nianbao.pipelines.reader.regions.division_paths import parse_division_paths
from nianbao.pipelines.reader.regions.names import parse_body, parse_township

# Names of divisions are understood some years before and behind: these two cover 2007 to today.
_YEARS = (2012, 2023)
_SHORTEST_TOWNSHIP = 3


@lru_cache(maxsize=2048)
def names_listed_body(name: str) -> bool:
    """Tell whether a name is one of a body of a listed place."""
    table = load_division_table()
    if parse_township(table, name, _is_anywhere) is not None:
        return True
    for year in _YEARS:
        for path in parse_division_paths(table, name, year):
            if not path.short_name and _is_body(table, name[path.end :]):
                return True
    return False


def _is_anywhere(_: int) -> bool:
    return True


def _is_body(table: DivisionTable, tail: str) -> bool:
    return parse_body(table, tail, _is_anywhere) is not None


@lru_cache(maxsize=2048)
def begins_with_place(text: str) -> bool:
    """Tell whether a text begins with the name of a listed division or township."""
    table = load_division_table()
    for end in range(_SHORTEST_TOWNSHIP, min(len(text), 16) + 1):
        word = text[:end]
        if word in table.names or any(table.iterate_townships(word)):
            return True
    return text[:2] in table.names
