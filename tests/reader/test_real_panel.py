"""The wide panel of real tables: each value leads back to cells that the page prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.archive.derived.figures import pack_cell
from nianbao.archive.read_model.panel.measures import load_measures
from nianbao.archive.read_model.panel.reader import MeasureReader
from nianbao.archive.records import Figure, Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MARKS = re.compile(r"[\s,，+＋]")
PLACES = {
    number: (label.table, label.row, label.column)
    for number, label in enumerate(load_cell_labels())
}
NUMBERS = {place: str(number) for number, place in PLACES.items()}
Measured = list[tuple[str, float | None, str | None]]


def materials() -> Iterator[bytes]:
    """Yield the pages and the texts that have tables."""
    for path in sorted((DATA / "pages").glob("pingtan_*.html")):
        yield path.read_bytes()
    for path in sorted((DATA / "reports").glob("*.json")):
        excerpt = json.loads(path.read_text("utf-8"))["excerpt"]
        if "结转" in excerpt or "答复" in excerpt:
            yield excerpt.encode()


def measure(reading: Reading) -> Measured:
    """Return the measures of a reading as an archive gives them."""
    stored = {}
    for figure in reading.figures:
        number = NUMBERS.get((figure.table, figure.row, figure.column))
        if number is not None:
            stored[number] = [pack_cell(figure)]
    values = MeasureReader(PLACES).read(reading.form, json.dumps(stored))
    return [
        (one.key, *value) for one, value in zip(load_measures(), values, strict=True)
    ]


def test_each_value_leads_back_to_a_printed_cell() -> None:
    if not DATA.is_dir():
        pytest.skip("the tables of ../shared/data are not beside this checkout")
    checked: dict[str, int] = {}
    for page in materials():
        reading = read(page)
        printed = MARKS.sub("", page.decode())
        figures = {
            f"{figure.table}: {figure.row}.{figure.column}": figure
            for figure in reading.figures
        }
        for key, value, source in measure(reading):
            if value is None:
                continue
            cells = list(source_cells(str(source), figures))
            assert value == sum(figure.value or 0 for figure in cells), key
            for figure in cells:
                assert figure.value is not None, key
                assert MARKS.sub("", figure.text) in printed, (key, figure)
            form = str(reading.form)
            checked[form] = checked.get(form, 0) + 1
    assert {"g2019", "g2021"} <= checked.keys(), checked
    assert sum(checked.values()) > 200, checked


def source_cells(source: str, figures: dict[str, Figure]) -> Iterator[Figure]:
    table, _, names = source.partition(": ")
    for name in names.split(" + "):
        yield figures[f"{table}: {name.partition(' (')[0]}"]
