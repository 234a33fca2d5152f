"""Figures of a version, and which of them differ between two readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archive.records import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

Place = tuple[str, str, str]  # table, row, column


class Difference(NamedTuple):
    """A cell that says something else: `before` and `after` as printed, None where there is no such cell."""

    table: str
    row: str
    column: str
    before: str | None
    after: str | None


def of_version(db: Database, version_id: int) -> tuple[Figure, ...]:
    """Return the figures of a version."""
    rows = db.execute(
        'SELECT "table", "row", "column", value, text, alignment FROM figures WHERE version_id = ?', [version_id]
    ).fetchall()
    return tuple(Figure(*row) for row in rows)


def differences(old: Iterable[Figure], new: Iterable[Figure]) -> list[Difference]:
    """Return the cells whose number differs, or, where one has none, whose printed text does; in order of the table."""
    before, after = _placed(old), _placed(new)
    places = dict.fromkeys([*before, *after])
    return [
        Difference(*place, *(figure.text if figure else None for figure in (before.get(place), after.get(place))))
        for place in sorted(places)
        if _says(before.get(place)) != _says(after.get(place))
    ]


def _placed(figures: Iterable[Figure]) -> dict[Place, Figure]:
    return {(figure.table, figure.row, figure.column): figure for figure in figures}


def _says(figure: Figure | None) -> int | float | str | None:
    if figure is None:
        return None
    return figure.text.strip() if figure.value is None else figure.value
