"""Measures of the wide panel: from which cells of each form, and null where nothing is sure."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nianbao.archive.derived.figures import unpack_cell
from nianbao.archive.derived.form_cells import CellPlace
from nianbao.archive.derived.preferred_page import TABLE_PREFIXES
from nianbao.archive.read_model.overviews.main_figures import MainFigureReader
from nianbao.archive.read_model.panel.measures import (
    Measure,
    load_measures,
    load_parts_of_totals,
)
from nianbao.archive.read_model.panel.reader import (
    MeasureReader,
    MeasureValue,
    read_figures,
)
from nianbao.archive.read_model.panel.record import load_panel_record
from nianbao.archive.read_model.rows import column_names, column_types
from nianbao.archive.records import Figure
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels
from nianbao.pipelines.reader.tables.forms import read_forms_file

LABELS = load_cell_labels()
PLACES = {
    number: (label.table, label.row, label.column)
    for number, label in enumerate(LABELS, start=100)
}
NUMBERS = {place: number for number, place in PLACES.items()}
# The form that a report with a table has, by what the table's name begins with.
FORMS = {
    TABLE_PREFIXES.get(form["id"], form["id"]): form["id"]
    for form in read_forms_file()["generations"]
}
TABLES = sorted({label.table for label in LABELS})


def read(form: str | None, cells: Mapping[CellPlace, Any]) -> dict[str, MeasureValue]:
    """Return the measures of a report whose cells are stored as given."""
    stored = {str(NUMBERS[place]): [cell] for place, cell in cells.items()}
    values = MeasureReader(PLACES).read(form, json.dumps(stored))
    names = [measure.key for measure in load_measures()]
    return dict(zip(names, values, strict=True))


def filled(table: str) -> dict[CellPlace, Any]:
    """Return all cells of a table, each with a number of its own."""
    return {place: number for number, place in PLACES.items() if place[0] == table}


def form_of(table: str) -> str:
    return FORMS[table.partition(".")[0]]


def test_every_cell_of_a_measure_is_one_of_its_form() -> None:
    named = {
        (table, *cell)
        for measure in load_measures()
        for table, sums in measure.sources.items()
        for cell_sum in sums
        for cell in cell_sum
    }
    assert named - NUMBERS.keys() == set()
    parts = {
        (table, row, column)
        for table, columns in load_parts_of_totals().items()
        for _, row, _ in [place for place in NUMBERS if place[0] == table]
        for column in columns
    }
    assert parts - NUMBERS.keys() == set()


def test_every_measure_says_what_it_is_in_both_languages() -> None:
    measures = load_measures()
    assert len({measure.key for measure in measures}) == len(measures)
    for measure in measures:
        assert measure.en.isascii(), measure.key
        assert measure.unit_en.isascii(), measure.key
        assert not measure.zh.isascii(), measure.key
        assert not measure.unit_zh.isascii(), measure.key
        assert bool(measure.note_en) == bool(measure.note_zh), measure.key
        assert measure.note_en.isascii(), measure.key


def test_every_printed_total_and_outcome_is_a_measure() -> None:
    """What a form has one number for is in the panel, but for what only that form counts."""
    taken = {
        (table, *cell)
        for measure in load_measures()
        for table, sums in measure.sources.items()
        for cell_sum in sums
        for cell in cell_sum
    }
    left = [
        f"{label.table}.{label.row}"
        for label in LABELS
        if label.kind == "cell"
        and label.column in ("total", "decisions", "decisions_this_year", "year_value")
        and (label.table, label.row, label.column) not in taken
    ]
    assert left == []


def test_the_record_has_a_number_and_its_cells_for_every_measure() -> None:
    record = load_panel_record()
    names = column_names(record)
    types = column_types(record)
    keys = [measure.key for measure in load_measures()]
    assert list(names[12:]) == [*keys, *(f"{key}_source" for key in keys)]
    assert {types[key] for key in keys} == {float}
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("table", TABLES)
def test_each_measure_is_the_sum_of_the_cells_that_it_names(table: str) -> None:
    found = read(form_of(table), filled(table))
    for measure in load_measures():
        value, source = found[measure.key]
        if table not in measure.sources:
            assert value is None, measure.key
            continue
        cells = measure.sources[table][0]
        assert value == sum(NUMBERS[table, *cell] for cell in cells), measure.key
        names = " + ".join(f"{row}.{column}" for row, column in cells)
        assert source == f"{table}: {names}"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("stored", "status"),
    [
        ([None, "3 4", "ragged"], "ragged"),
        (None, "blank"),
        ([None, "—"], "text"),
        ("gone", "missing"),
    ],
    ids=str,
)
def test_a_sum_without_one_of_its_parts_is_null(
    table: str, stored: Any, status: str
) -> None:
    """Whatever cell is taken away, no measure of it has a number, and its cells say why."""
    for measure in load_measures():
        for place in places_of(measure, table):
            cells = filled(table)
            for other in alternatives_of(measure, table) | {place}:
                cells[other] = stored
                if stored == "gone":
                    del cells[other]
            value, source = read(form_of(table), cells)[measure.key]
            assert value is None, (measure.key, place)
            if cells:  # a table without any is another case
                assert f"({status})" in str(source), (measure.key, place)


def places_of(measure: Measure, table: str) -> set[CellPlace]:
    """Return the cells of a table that a measure is taken from first."""
    sums = measure.sources.get(table, ())[:1]
    return {(table, *cell) for cell_sum in sums for cell in cell_sum}


def alternatives_of(measure: Measure, table: str) -> set[CellPlace]:
    """Return a cell of each other way to the measure."""
    sums = measure.sources.get(table, ())
    other = {(table, *cell_sum[0]) for cell_sum in sums[1:]}
    parts = load_parts_of_totals().get(table, ())[:1]
    totals = {cell for cell_sum in sums for cell in cell_sum if cell[1] == "total"}
    return other | {(table, row, part) for row, _ in totals for part in parts}


def test_the_parts_of_a_total_stand_for_one_that_is_not_printed() -> None:
    table = "g2021.requests"
    parts = load_parts_of_totals()[table]
    cells: dict[CellPlace, Any] = {(table, "granted", part): 2 for part in parts}
    names = " + ".join(f"granted.{part}" for part in parts)
    for total in ({}, {(table, "granted", "total"): None}):
        assert read("g2021", cells | total)["granted"] == (12, f"{table}: {names}")
    cells[table, "granted", "total"] = 7  # what is printed goes before what adds up
    assert read("g2021", cells)["granted"] == (7, f"{table}: granted.total")


@pytest.mark.parametrize("total", [[None, "3 4", "ragged"], [None, "1l"], [None, "—"]])
@pytest.mark.parametrize("table", sorted(load_parts_of_totals()))
def test_a_total_that_is_printed_and_not_read_is_not_worked_out(
    table: str, total: Any
) -> None:
    """The sum of its parts may be another number than the one that stands there."""
    for measure in load_measures():
        for place in places_of(measure, table):
            if place[2] != "total":
                continue
            cells = filled(table) | {place: total}
            value, source = read(form_of(table), cells)[measure.key]
            assert value is None, (measure.key, place)
            assert f"{place[1]}.total (" in str(source)


# --- the forms before 2019, which no page of the sample has ------------------------------------

OLD_TABLES = [table for table in TABLES if form_of(table) not in ("g2019", "g2021")]


def test_rows_of_one_name_are_of_one_measure_in_all_old_forms() -> None:
    """The forms call a row alike where it counts the same: so does the panel."""
    rows = {table: {row for _, row, _ in filled(table)} for table in OLD_TABLES}
    for measure in load_measures():
        taken = {
            table: {row for _, row, _ in places_of(measure, table)}
            for table in OLD_TABLES
        }
        for one, other in itertools.permutations(OLD_TABLES, 2):
            assert taken[one] & rows[other] <= taken[other], (measure.key, one, other)


def test_parts_of_old_forms_add_up_in_the_panel() -> None:
    """Where the form says that a row is the sum of others, so are the measures of them."""
    constraints = [
        one for one in read_forms_file()["constraints"] if one["level"] == "form"
    ]
    compared = 0
    for table in OLD_TABLES:
        for constraint in constraints:
            if table in constraint["tables"]:
                for expression in constraint["expr"]:
                    compared += check_sum_of_measures(table, expression)
    assert compared > 2


def check_sum_of_measures(table: str, expression: str) -> int:
    """Fill in a sum and its parts, and check that the measures of all of them add up too."""
    whole, _, sides = expression.partition(" == ")
    parts = sides.split(" + ")
    measures, columns = {}, {}
    for measure in load_measures():
        for _, row, column in places_of(measure, table):
            measures[row] = measure.key
            columns[row] = column
    if not {whole, *parts} <= measures.keys():
        return 0
    numbers = {row: 10**power for power, row in enumerate(parts)}
    numbers[whole] = sum(numbers.values())
    cells = filled(table)
    for row, number in numbers.items():
        cells[table, row, columns[row]] = number
    found = read(form_of(table), cells)
    keys = {measures[row] for row in parts}
    assert found[measures[whole]].value == sum(found[key].value or 0 for key in keys)
    return 1


def test_an_inferred_cell_counts_and_is_marked() -> None:
    cells = {("g2019.requests", "granted", "total"): [0, "0", "assumed"]}
    assert read("g2019", cells)["granted"] == (
        0,
        "g2019.requests: granted.total (assumed)",
    )


def test_the_own_form_goes_before_another_on_the_same_page() -> None:
    """Where a page prints tables of two forms, those of the report's own count."""
    cells = {
        ("g2019.requests", "granted", "total"): 1,
        ("g2021.requests", "granted", "total"): 2,
        ("g2014.stats", "staff", "value"): 9,
        ("g2014.stats", "reviews", "value"): 3,
    }
    for form, value in {"g2019": 1, "g2021": 2}.items():
        found = read(form, cells)
        assert found["granted"].value == value
        # its own table of reviews is not there: another form's does not stand in for it
        assert found["reviews"].value is None
        assert "(missing)" in str(found["reviews"].source)
    assert read("unknown", cells)["reviews"].value == 3


def test_a_form_without_a_row_for_it_leaves_no_trace() -> None:
    found = read("g2008_local", filled("g2008.fujian"))
    assert found["carried_in"] == (None, None)
    assert found["received"].value is not None
    for nothing in (read(None, {}), read("unknown", {})):
        assert set(nothing.values()) == {(None, None)}
    assert MeasureReader(PLACES).read("g2021", None)[0] == (
        None,
        "g2021.requests: new_received.total (missing)",
    )


def test_rows_of_a_bodys_own_making_are_passed_over() -> None:
    stored = json.dumps({"99": [5, 6], "9000": [[None, "x"]]})
    values = MeasureReader(PLACES).read("unknown", stored)
    first = PLACES[100]
    assert [value.value for value in values if value.value is not None] == [
        6 for measure in load_measures() if first in places_of(measure, first[0])
    ]


MAIN_ROWS = ("received", "carried", "granted", "result", "review", "litigation", "law")
MAIN_PLACES = [
    place
    for place in PLACES.values()
    if any(word in place[1] for word in (*MAIN_ROWS, "applications", "repl"))
]
CELLS = st.one_of(
    st.none(),
    st.integers(0, 9),
    st.sampled_from([[None, "—"], [None, "12?", "ragged"], [3, "3件"], [2, "2", "assumed"]]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([None, "g2021", "g2019", "g2014_stats", "g2008_local", "other"]),
    st.dictionaries(st.sampled_from(TABLES), CELLS, min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(MAIN_PLACES), CELLS, max_size=30),
    st.booleans(),
)
def test_main_figures_and_charts_are_measures_of_the_panel(
    form: str | None,
    tables: dict[str, Any],
    single_cells: dict[CellPlace, Any],
    is_in_runs: bool,
) -> None:
    """Whatever a report prints of which tables, pages say the same number as the panel."""
    cells = {place: tables[place[0]] for place in NUMBERS if place[0] in tables}
    cells |= single_cells
    numbered = {NUMBERS[place]: cell for place, cell in cells.items()}
    numbered[9_999] = 7  # a row of the body's own making
    stored: dict[str, list[Any]] = {}
    last = first = 0
    for number, cell in sorted(numbered.items()):
        if not (is_in_runs and number == last + 1):
            first = number
        stored.setdefault(str(first), []).append(cell)
        last = number
    stored_cells = json.dumps(stored)
    values = MeasureReader(PLACES).read(form, stored_cells)
    keys = [measure.key for measure in load_measures()]
    panel = {key: value for key, (value, _) in zip(keys, values, strict=True)}
    main = MainFigureReader(PLACES).read(form, stored_cells)
    assert asdict(main) == {key: panel[key] for key in asdict(main)}
    figures = []
    for place, cell in cells.items():
        value, alignment = unpack_cell(cell)
        text = cell[1] if isinstance(cell, list) else str(value or "")
        figures.append(Figure(*place, value, text, alignment))
    assert read_figures(form, figures) == panel


def test_a_sum_is_not_known_where_a_part_of_it_is_not() -> None:
    table = "g2021.review_litigation"
    cells = {
        (table, "litigation_direct", "total"): 4,
        (table, "litigation_after_review", "total"): [None, "—"],
    }
    stored = {str(NUMBERS[place]): [cell] for place, cell in cells.items()}
    reader = MainFigureReader(PLACES)
    assert reader.read("g2021", json.dumps(stored)).lawsuits is None
    stored[str(NUMBERS[table, "litigation_after_review", "total"])] = [1]
    assert reader.read("g2021", json.dumps(stored)).lawsuits == 5
