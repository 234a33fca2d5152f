"""Whole report pages, changed as real ones are: no cell and no date is silently wrong.

MUTATED_PAGES says how many; 2,000 and more by hand, few in CI.
"""

from __future__ import annotations

import itertools
import os
import random
from collections import Counter
from functools import cache

from nianbao.archive.records import Hints, Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.tables.forms import get_tables
from tests.reader import mutations
from tests.reader.mutations import (
    NUMBER_HEADS,
    NUMBERS,
    PUBLISHED,
    MutablePage,
    add_number_column,
    make_page,
    mutate,
)
from tests.reader.test_round_trip import invented

COUNT = int(os.environ.get("MUTATED_PAGES", "60"))
FIRST = int(os.environ.get("FIRST_MUTATED_PAGE", "0"))
PAGES = 20


def make(number: int) -> MutablePage:
    generation = ("g2021", "g2019")[number % 2]
    return make_page(number, invented(number, generation))


@cache
def list_form_rows(generation: str) -> frozenset[tuple[str, str]]:
    rows = set()
    for table in get_tables(generation):
        rows |= {(table.id, row.key) for row in (*table.rows, *table.groups)}
    return frozenset(rows)


def compare(page: MutablePage, reading: Reading) -> tuple[list[str], Counter[str]]:
    """Return what is wrong in a reading, and how many cells are right or ragged."""
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    for figure in reading.figures:
        key = (figure.table, figure.row, figure.column)
        if figure.value is None:
            counts["blank"] += 1
        elif key in page.truth:
            is_assumed = figure.alignment == "assumed" and figure.value == 0
            is_there = key not in page.lost or is_assumed
            if is_there and figure.value == page.truth[key]:
                counts["right"] += 1
            else:
                truth = "nothing" if key in page.lost else page.truth[key]
                wrong.append(
                    f"{key} is {truth}, read {figure.value} {figure.alignment}"
                )
        elif (figure.table, figure.row) in list_form_rows(figure.table[:5]):
            wrong.append(f"{key} is not there, read {figure.value}")
    if reading.published_on not in (PUBLISHED, None):
        wrong.append(f"published on {reading.published_on} {reading.published_basis}")
    if reading.report_year not in (2022, None):
        wrong.append(f"report year {reading.report_year}")
    rules = {finding.rule for finding in reading.findings}
    if "reader.failed" in rules:
        wrong.append("reader.failed")
    counts["wrong"] = len(wrong)
    counts["all"] = len(page.truth)
    counts["dates"] = reading.published_on == PUBLISHED
    counts["reports"] = reading.is_report
    return wrong, counts


def test_pages_are_read_as_they_are_made() -> None:
    for number in range(PAGES):
        page = make(number)
        wrong, counts = compare(page, read(page.write()))
        assert wrong == [], number
        assert counts["right"] == counts["all"], number
        assert counts["dates"] == 1, number


def test_a_column_that_numbers_the_rows_leaves_no_figure_unread() -> None:
    """序号 | 信息内容 | …; without a head of its own only where words stand behind the numbers."""
    cases = itertools.product(range(0, 18, 5), (*NUMBER_HEADS[:-1:2], ""), NUMBERS[:3])
    for number, head, write in cases:
        page = make(number)
        for table in page.list_tables():
            add_number_column(page, table, head, write, bool(number % 2))
        wrong, counts = compare(page, read(page.write()))
        assert wrong == [], (number, head)
        assert head == "" or counts["right"] == counts["all"], (number, head)
        assert counts["right"] > 0.9 * counts["all"], (number, head)


TURNED = (
    (),
    (mutations.number_rows,),
    (mutations.put_unit_column,),
    (mutations.split_table,),
    (mutations.hide_row, mutations.repeat_row),
)


def test_no_figure_is_read_of_a_table_that_was_turned() -> None:
    """Nor where rows of zeros, of heads alone or of 总计 and a sum come out of it."""
    for number, others in itertools.product(range(0, PAGES, 2), TURNED):
        page = make(number)
        dice = random.Random(f"{number} {len(others)}")
        mutations.turn_table(page, dice)
        for mutation in others:
            mutation(page, dice)
        wrong, _ = compare(page, read(page.write()))
        assert wrong == [], (number, others)


def test_mutated_pages_are_never_wrong() -> None:
    total: Counter[str] = Counter()
    faults: list[str] = []
    by_mutation: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + COUNT):
        dice = random.Random(seed)
        page = make(seed % PAGES)
        mutate(page, dice)
        hints = Hints(content_type=page.content_type)
        wrong, counts = compare(page, read(page.write(), hints=hints))
        total += counts
        if wrong:
            by_mutation.update(page.log)
            faults.append(f"{seed} {page.log}: {'; '.join(wrong[:3])}")
    print(dict(total), by_mutation.most_common())
    assert faults == []
    assert total["right"] > 0.9 * total["all"]
    assert total["dates"] > 0.8 * COUNT
    assert total["reports"] == COUNT
