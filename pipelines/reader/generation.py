"""The generation of the forms that a text prints: by its markers, else by the rows of requests.

It is decided from the tables and never from the report's year.
"""

from __future__ import annotations

from typing import NamedTuple

from nianbao.pipelines.reader.tables.forms import (
    UNKNOWN,
    FormTable,
    get_table,
    load_forms,
)

_REQUEST_TABLES = ("g2019.requests", "g2021.requests")
_LEAST_ROWS = 8  # of a table of requests that stands alone
_SHORTEST_ROW = 6  # characters; a shorter label is a word of prose


class FormChoice(NamedTuple):
    """The generation, the rule that gave it, and how many markers of each are printed."""

    generation: str
    rule: str
    counts: dict[str, int]


def detect_generation(squeezed: str) -> FormChoice:
    """Choose the generation whose markers a squeezed text prints most of.

    It is "unknown" when too few markers are printed, or when two generations have as many. A
    table of requests has no marker of 2019, but rows enough.
    """
    forms = load_forms()
    counts: dict[str, int] = {}
    for generation, markers in forms.markers.items():
        counts[generation] = sum(marker in squeezed for marker in markers)
    most = max(counts.values())
    if most < forms.min_markers:
        generation = _detect_by_requests(squeezed)
        rule = "no_form" if generation == UNKNOWN else "rows_of_requests"
        return FormChoice(generation, rule, counts)
    winners = [generation for generation, count in counts.items() if count == most]
    if len(winners) > 1:
        return FormChoice(UNKNOWN, "two_forms", counts)
    return FormChoice(winners[0], "markers", counts)


def list_markers(generation: str, squeezed: str) -> list[str]:
    """Return the markers of a generation that a squeezed text prints."""
    markers = load_forms().markers[generation]
    return [marker for marker in markers if marker in squeezed]


def _detect_by_requests(squeezed: str) -> str:
    """Return the generation of a table of requests by its rows.

    Those of 2019 stand in the form of 2021 too, which has more.
    """
    plain = squeezed.replace("、", "")
    older, newer = map(get_table, _REQUEST_TABLES)
    if _count_rows(older, plain) < _LEAST_ROWS:
        return UNKNOWN
    older_cores = {core for row in older.rows for core in row.cores}
    for row in newer.rows:
        for core in row.cores:
            is_new = len(core) >= _SHORTEST_ROW and core not in older_cores
            if is_new and core in plain:
                return newer.generation
    return older.generation


def _count_rows(table: FormTable, plain: str) -> int:
    count = 0
    for row in table.rows:
        is_printed = any(
            len(core) >= _SHORTEST_ROW and core in plain for core in row.cores
        )
        count += is_printed
    return count
