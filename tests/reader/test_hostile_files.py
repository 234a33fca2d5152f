"""Hostile office files: each ends with a named finding or a reading; none ends the program.

HOSTILE_FILES=300 reads so many; FIRST_HOSTILE_FILE begins with another. Where nothing was done to
what a file says, it says what the whole report says, or less.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import date
from multiprocessing import active_children

import pytest

from nianbao.archive.records import Hints, Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reading_pool import (
    PageToRead,
    ReadingPool,
    explain_failure,
    is_fault_of_page,
)
from tests.processes import list_children, measure_peak
from tests.reader import hostile_files
from tests.reader.bad_files import read_sample

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
COUNT = int(os.environ.get("HOSTILE_FILES", "16"))
FIRST = int(os.environ.get("FIRST_HOSTILE_FILE", "1"))
# A small run leaves out what makes or reads tens of megabytes.
LARGE = (
    "be_long",
    "draw_forms",
    "hide_without_end",
    "inflate_often",
    "nest_arrays",
    "pack_otherwise",
    "refer_in_circles",
    "show_much_text",
    "unpack_to_much",
)
MOST_MEGABYTES = 600
# of the processor in all: a file that takes more than a page may ends its process
MOST_SECONDS_EACH = 31
# what a file must say where it is not read; the reader's own failure names how it ended
REFUSALS = (
    "payload.not_text",
    "file.protected",
    "file.damaged",
    "file.too_large",
    "file.unsupported",
    "page.too_large",
    "sheet.cut",  # all that it holds stands far out
)
WHOLE = read(read_sample("docx"))
FIGURES = {(f.table, f.row, f.column): f.value for f in WHOLE.figures}
TRUTHFUL = ("cut_off", "lack_part", "have_many_parts", "have_many_sheets")


@pytest.fixture
def pool() -> Iterator[ReadingPool]:
    pool = ReadingPool(1)
    yield pool
    pool.close()
    assert active_children() == []


def is_in_small_run(name: str) -> bool:
    return COUNT > 50 or not name.startswith(LARGE)


def test_hostile_files(pool: ReadingPool) -> None:
    began = time.monotonic()
    others = list_children()
    peaks = [0]
    ends: dict[str, str] = {}
    files = hostile_files.make_files(COUNT, FIRST, is_in_small_run)
    for name, payload in files:
        ends[name] = read_to_the_end(pool, name, payload)
        peaks += map(measure_peak, list_children() - others)
    assert len(ends) == COUNT
    assert time.monotonic() - began < 2 * MOST_SECONDS_EACH * COUNT
    assert 0 < max(peaks) < MOST_MEGABYTES * 1000


def read_to_the_end(pool: ReadingPool, name: str, payload: bytes) -> str:
    """Read a file in the pool; return how that ended, after a look at what was read."""
    day = date(2026, 1, 1)
    future = pool.submit(PageToRead(payload, None, Hints(), visited_on=day))
    error = future.exception()
    if error is not None:
        # on a busy machine the time that passes ends before that of the processor
        assert is_fault_of_page(error, is_second=True), (name, repr(error))
        return explain_failure(error)
    reading = future.result()
    rules = [finding.rule for finding in reading.findings]
    assert "reader.failed" not in rules, (name, reading.findings)
    if reading.text.strip():
        require_truth(name, reading)
    else:
        assert rules[0] in REFUSALS, (name, rules)
    return rules[0] if rules else "read"


def require_truth(name: str, reading: Reading) -> None:
    """A file that was cut, or holds more beside the report, states no other figure."""
    if name.startswith(TRUTHFUL):
        for figure in reading.figures:
            value = FIGURES[figure.table, figure.row, figure.column]
            assert figure.value in (None, value), (name, figure)
