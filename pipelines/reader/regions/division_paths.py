"""The divisions at the beginning of a name: 江西省宜春市上高县 in 江西省宜春市上高县锦江镇."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nianbao.archive.divisions.table import Division, DivisionTable

YearRelation = Literal["in_force", "older_name", "newer_name"]

# 双江拉祜族佤族布朗族傣族自治县 is the longest name with 15 characters.
_NAME_LENGTHS = range(16, 1, -1)
# Years within which a name of another time is still printed, or already.
_MOST_YEARS_LATE = 10
_MOST_YEARS_EARLY = 5


@dataclass(frozen=True, slots=True)
class DivisionPath:
    """Divisions one inside the other at the beginning of a text, the last one being `unit`."""

    unit: int
    end: int  # where the divisions end in the text
    length: int  # how many divisions they are
    year_relation: YearRelation
    short_name: (
        str  # the last one as printed when it lacks its 省 or 市 (平顶山), else empty
    )
    divisions: tuple[Division, ...]
    is_stem: bool = False  # the last one is a county without its kind: 滕州, 上高

    @property
    def is_in_county(self) -> bool:
        return self.divisions[-1].level == "county"


def parse_division_paths(
    table: DivisionTable, text: str, year: int, *, with_stems: bool = False
) -> list[DivisionPath]:
    """Return every way to understand the divisions at the beginning of a text.

    上高县锦江镇 gives the path of 上高县; 江西省上高县锦江镇 those of 江西省 and of 上高县.
    `with_stems` gives those of counties without their kind too, 江西上高工业园区.
    """
    paths = list(_iterate_paths(table, text, year, 0, ()))
    if with_stems:
        paths += _iterate_stem_paths(table, text, year, paths)
    return paths


def _iterate_paths(
    table: DivisionTable, text: str, year: int, start: int, above: tuple[Division, ...]
) -> Iterator[DivisionPath]:
    for length in _NAME_LENGTHS:
        word = text[start : start + length]
        if len(word) < length:
            continue
        end = start + length
        for division in table.names.get(word, ()):
            yield from _extend_path(table, text, year, end, above, division, "")
        for division in table.short_names.get(word, ()):
            yield from _extend_path(table, text, year, end, above, division, word)


def _iterate_stem_paths(
    table: DivisionTable, text: str, year: int, paths: list[DivisionPath]
) -> Iterator[DivisionPath]:
    """Yield the paths that end in a county without its kind, alone or behind other divisions."""
    yield from _find_stems(table, text, year, None)
    for path in paths:
        if not path.is_in_county:
            yield from _find_stems(table, text, year, path)


def _find_stems(
    table: DivisionTable, text: str, year: int, above: DivisionPath | None
) -> Iterator[DivisionPath]:
    start = above.end if above else 0
    divisions = above.divisions if above else ()
    for length in _NAME_LENGTHS:
        word = text[start : start + length]
        if len(word) < length:
            continue
        for division in table.county_stems.get(word, ()):
            if not division.covers(year):
                continue
            if not _lies_in_last(table, division, divisions):
                continue
            yield DivisionPath(
                unit=division.unit,
                end=start + length,
                length=len(divisions) + 1,
                year_relation="in_force",
                short_name=word,
                divisions=(*divisions, division),
                is_stem=True,
            )


def _extend_path(
    table: DivisionTable,
    text: str,
    year: int,
    end: int,
    above: tuple[Division, ...],
    division: Division,
    short_name: str,
) -> Iterator[DivisionPath]:
    """Yield the path that a division makes with those above it, and the paths beyond it."""
    if not _is_near_in_time(division, year):
        return
    if not _lies_in_last(table, division, above):
        return
    divisions = (*above, division)
    yield DivisionPath(
        unit=division.unit,
        end=end,
        length=len(divisions),
        year_relation=_relate_to_year(table, divisions, year),
        short_name=short_name,
        divisions=divisions,
    )
    if division.level != "county":
        yield from _iterate_paths(table, text, year, end, divisions)


def _is_near_in_time(division: Division, year: int) -> bool:
    if year < division.first - _MOST_YEARS_EARLY:
        return False
    return year <= division.last + _MOST_YEARS_LATE


def _lies_in_last(
    table: DivisionTable, division: Division, above: tuple[Division, ...]
) -> bool:
    """Tell whether a division lies, or at any time lay, in the one printed before it."""
    if not above:
        return True
    parent = above[-1]
    if parent.level == "province":
        is_same_province = division.code[:2] == parent.code[:2]
        return division.level != "province" and is_same_province
    if division.level != "county":
        return False
    return bool(_list_spans_within(table, division, parent))


def _list_spans_within(
    table: DivisionTable, division: Division, prefecture: Division
) -> list[Division]:
    """Return the spans of years in which a county was part of a prefecture."""
    spans: list[Division] = []
    for span in table.units[division.unit]:
        if not span.prefecture:
            continue
        if any(
            parent.unit == prefecture.unit for parent in table.codes[span.prefecture]
        ):
            spans.append(span)
    return spans


def _relate_to_year(
    table: DivisionTable, divisions: tuple[Division, ...], year: int
) -> YearRelation:
    """Tell whether names, and the prefecture printed before a county, are those of the year."""
    for division in divisions:
        spans = [
            span for span in table.units[division.unit] if span.name == division.name
        ]
        relation = _relate_spans_to_year(spans, year)
        if relation != "in_force":
            return relation
    if len(divisions) > 1 and divisions[-2].level == "prefecture":
        spans = _list_spans_within(table, divisions[-1], divisions[-2])
        return _relate_spans_to_year(spans, year)
    return "in_force"


def _relate_spans_to_year(spans: list[Division], year: int) -> YearRelation:
    if not spans or any(span.covers(year) for span in spans):
        return "in_force"
    if spans[-1].last < year:
        return "older_name"
    return "newer_name"
