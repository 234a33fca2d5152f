"""Tables rendered into every layout that was met and read back: every cell equal, or said to be
lost.

The invented reports run always; the tables checked by hand lie beside the checkout and are
never part of it.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Set
from pathlib import Path

import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from tests.reader import pages, rendering
from tests.reader.rendering import (
    DELIMITED,
    GLUED,
    MARKED,
    MARKUPS,
    TABLELESS,
    Layout,
    Markup,
    Report,
)

TRUTH = Path(__file__).parents[2].parent / "shared" / "data" / "truth"
RENAMED = {
    "partial": "partially_granted",
    "deny_state_secret": "refused_state_secret",
    "deny_law_forbidden": "refused_other_law",
    "deny_security_stability": "refused_safety_stability",
    "deny_third_party": "refused_third_party",
    "deny_internal": "refused_internal_affairs",
    "deny_process": "refused_process_info",
    "deny_enforcement_file": "refused_enforcement_file",
    "deny_admin_query": "refused_admin_query",
    "unable_unclear_after_supplement": "unable_unclear",
    "refuse_petition": "not_processed_petition",
    "refuse_repeat": "not_processed_duplicate",
    "refuse_publication": "not_processed_publication",
    "refuse_excessive": "not_processed_excessive",
    "refuse_reissue": "not_processed_confirmation",
    "other_no_supplement": "other_no_correction",
    "other_single_row": "other_processing",
    "total_processed": "result_total",
    "regulations": "art20_1 rules",
    "normative": "art20_1 normative_documents",
    "licensing": "art20_5 admin_permit",
    "other_mgmt": "art20_5 other_services",
    "punishment": "art20_6 admin_penalty",
    "coercion": "art20_6 admin_coercion",
    "fees_wan_yuan": "art20_8 admin_fees",
    "fees": "art20_8 admin_fees",
    "procurement": "art20_9 government_procurement",
}
HAND_CHECKED = (
    "hongze_2023",
    "pingtan_2019",
    "pingtan_2021",
    "pingtan_2023",
    "suqian_2023",
)


# ---- reports ----


def hand_checked(name: str) -> tuple[Report, list[str]]:
    """A report checked by hand, and the violations that it really prints."""
    paths = [TRUTH / f"{name}.json", TRUTH / f"{name}.tsv"]
    path = next((path for path in paths if path.exists()), None)
    if path is None:
        pytest.skip(f"the tables {name} are not beside this checkout")
    if path.suffix == ".tsv":
        return from_rows(path), []
    truth = json.loads(path.read_text("utf-8"))
    generation = "g2019" if truth["template"].startswith("2019") else "g2021"
    rows: rendering.Rows = {}
    for key, values in truth["table2"].items():
        table, line = RENAMED[key].split()
        cells = (
            values
            if isinstance(values, list)
            else values.split(" (")[0].split(" | ")
            if key == "procurement"
            else [values]
        )
        rows.setdefault(table, {})[line] = [str(cell) for cell in cells]
    rows["requests"] = {
        RENAMED.get(key, key): list(map(str, values))
        for key, values in truth["table3"].items()
    }
    outcomes = [str(value) for group in truth["table4"].values() for value in group]
    return Report(generation, rows, outcomes, truth["report_year"]), truth[
        "violations_in_the_published_document"
    ]


def from_rows(path: Path) -> Report:
    with path.open(encoding="utf-8") as stream:
        rows = {
            line[0]: line[1:]
            for line in csv.reader(stream, delimiter="\t")
            if not line[0].startswith("#")
        }
    outcomes = rows.pop("review_litigation")
    none = {
        name: {key: ["0"] * len(cells) for key, cells in given.items()}
        for name, given in pages.DISCLOSED_2021.items()
    }
    return Report("g2021", {**none, "requests": rows}, outcomes, 2023)


def invented(seed: int, generation: str) -> Report:
    """A report whose numbers add up, of one to four digits, many of them zero."""
    dice = random.Random(f"{seed} {generation}")
    size = dice.choice((3, 30, 400, 4000))

    def count() -> int:
        return dice.choice((0, 0, 0, dice.randint(0, 9), dice.randint(0, size)))

    def totalled(values: list[int]) -> list[int]:
        return [*values, sum(values)]

    leaves = [
        row.key for row in pages.table(generation, "requests").rows if row.is_leaf
    ]
    results = {
        key: totalled([count() if dice.random() < 0.6 else 0 for _ in range(6)])
        for key in leaves
    }
    total = [sum(column) for column in zip(*results.values(), strict=True)]
    carried_out = totalled([count() for _ in range(6)])
    both = [a + b for a, b in zip(total, carried_out, strict=True)]
    carried_in = totalled([dice.randint(0, value) for value in both[:6]])
    new = [a - b for a, b in zip(both, carried_in, strict=True)]
    requests = {
        "new_received": new,
        "carried_in": carried_in,
        **results,
        "result_total": total,
        "carried_out": carried_out,
    }
    rows: rendering.Rows = {}
    for name, given in (
        pages.DISCLOSED_2021 if generation == "g2021" else pages.DISCLOSED_2019
    ).items():
        rows[name] = {
            key: [str(count()) for _ in values] for key, values in given.items()
        }
    if generation == "g2021":
        rows["art20_8"]["admin_fees"] = [
            f"{dice.randint(0, 90000)}.{dice.randint(0, 999999):06}"
        ]
    else:
        rows["art20_5"]["admin_permit"][1] = f"+{dice.randint(1, 99)}"
        rows["art20_6"]["admin_penalty"][1] = f"-{dice.randint(1, 99)}"
        rows["art20_9"]["government_procurement"][1] = (
            f"{dice.randint(1, 10**7)}.{dice.randint(10, 99)}元"
        )
        rows["art20_1"]["normative_documents"] = [
            str(n) for n in sorted(count() for _ in range(3))
        ]
    if dice.random() < 0.3:
        rows["art20_6"]["admin_coercion"][0] = (
            f"{dice.randint(1, 9)},{dice.randint(0, 999):03}"
        )
    rows["requests"] = {key: list(map(str, values)) for key, values in requests.items()}
    outcomes = [
        value for _ in range(3) for value in totalled([count() for _ in range(4)])
    ]
    return Report(generation, rows, list(map(str, outcomes)))


# ---- comparison ----


def compare(
    report: Report, reading: Reading, *, may_be_lost: Set[tuple[str, str]] = frozenset()
) -> None:
    """Hold every cell of a reading against the report; rows in `may_be_lost` may be ragged,
    none may be wrong.
    """
    assert reading.form == report.generation
    found = {(f.table, f.row, f.column): f for f in reading.figures}
    wanted = report.cells()
    wrong = []
    for key, text in wanted.items():
        figure = found.get(key)
        if figure is not None and figure.alignment != "ragged":
            assumed = (
                figure.alignment == "assumed"
                and figure.value == 0
                and key[:2] in may_be_lost
            )
            good = figure.value == rendering.number(text) or assumed
        else:
            good = key[:2] in may_be_lost and (figure is None or figure.value is None)
        if not good:
            wrong.append((key, text, figure))
    assert wrong == []
    assert set(found) <= set(wanted)


def errors(reading: Reading) -> list[tuple[str, str | None]]:
    return [(f.rule, f.row) for f in reading.findings if f.severity == "error"]


def ambiguous(report: Report) -> set[tuple[str, str]]:
    """The rows that digits without anything between them do not tell, by brute force."""
    lost = set()
    tables = rendering.by_row(report.cells())
    for (table, line), cells in tables.items():
        name = table.split(".")[1]
        if name == "review_litigation" or len(cells) == 1:
            continue
        digits = "".join(cells)
        count = rendering.count_cuts
        if name == "requests":
            count = rendering.count_sums
        sure = digits.isdecimal() and (name == "requests" or len(digits) <= 12)
        if not sure or count(digits, len(cells)) != 1:
            lost.add((table, line))
    groups = [report.outcomes[n : n + 5] for n in (0, 5, 10)]
    if (
        any(sum(map(int, group[:4])) != int(group[4]) for group in groups)
        or len("".join(report.outcomes)) > 15
    ):
        lost |= {key for key in tables if key[0].endswith("review_litigation")}
    return lost


def blank_rows(report: Report) -> set[tuple[str, str]]:
    """The rows with an empty cell; one in the table of outcomes loses them all."""
    rows = rendering.by_row(report.cells())
    lost = {
        key for key, cells in rows.items() if any(not text.strip() for text in cells)
    }
    if any(table.endswith("review_litigation") for table, _ in lost):
        lost |= {key for key in rows if key[0].endswith("review_litigation")}
    return lost


# ---- tests ----


@pytest.mark.parametrize("markup", [*MARKUPS, *TABLELESS])
@pytest.mark.parametrize("name", HAND_CHECKED)
def test_hand_checked_tables_in_markup(name: str, markup: Markup) -> None:
    report, violations = hand_checked(name)
    reading = read(rendering.page(report, markup))
    compare(report, reading)
    assert errors(reading) == [
        ("rl.group_total", text.split()[1].rstrip(":")) for text in violations
    ]


@pytest.mark.parametrize("layout", DELIMITED)
@pytest.mark.parametrize("name", HAND_CHECKED)
def test_hand_checked_tables_in_text(name: str, layout: Layout) -> None:
    report, violations = hand_checked(name)
    reading = read(rendering.document(report, layout))
    compare(report, reading)
    assert errors(reading) == [
        ("rl.group_total", text.split()[1].rstrip(":")) for text in violations
    ]


@pytest.mark.parametrize("layout", GLUED)
@pytest.mark.parametrize("name", HAND_CHECKED)
def test_hand_checked_tables_without_separators(name: str, layout: Layout) -> None:
    report, _ = hand_checked(name)
    reading = read(rendering.document(report, layout))
    compare(report, reading, may_be_lost=ambiguous(report))
    assert errors(reading) == []


@pytest.mark.parametrize("markup", [*MARKUPS, *TABLELESS])
@pytest.mark.parametrize("generation", ["g2019", "g2021"])
def test_invented_tables_in_markup(generation: str, markup: Markup) -> None:
    for seed in range(4):
        report = invented(seed, generation)
        reading = read(rendering.page(report, markup))
        compare(report, reading)
        assert errors(reading) == [], (seed, markup.__name__)


@pytest.mark.parametrize("layout", DELIMITED)
@pytest.mark.parametrize("generation", ["g2019", "g2021"])
def test_invented_tables_in_text(generation: str, layout: Layout) -> None:
    for seed in range(4):
        report = invented(seed, generation)
        reading = read(rendering.document(report, layout))
        compare(report, reading)
        assert errors(reading) == [], (seed, layout.__name__)


@pytest.mark.parametrize("layout", GLUED)
@pytest.mark.parametrize("generation", ["g2019", "g2021"])
def test_invented_tables_without_separators(generation: str, layout: Layout) -> None:
    read_rows = 0
    for seed in range(8):
        report = invented(seed, generation)
        reading = read(rendering.document(report, layout))
        lost = ambiguous(report)
        compare(report, reading, may_be_lost=lost)
        assert errors(reading) == [], (seed, layout.__name__)
        stated = {(f.table, f.row) for f in reading.figures if f.value is not None}
        assert (
            not {key for key in lost if not key[0].endswith("review_litigation")}
            & stated
        )
        read_rows += len(stated)
    assert read_rows > 8 * 20


@pytest.mark.parametrize("layout", DELIMITED)
@pytest.mark.parametrize("generation", ["g2019", "g2021"])
def test_cells_printed_empty(generation: str, layout: Layout) -> None:
    """A blank is None and never 0; where the layout does not show it, the row is ragged."""
    for seed in range(4):
        report = invented(seed, generation)
        dice = random.Random(seed)
        for key in dice.sample(sorted(report.rows["requests"]), 6):
            report.rows["requests"][key][dice.randrange(7)] = ""
        report.rows["art20_1"]["rules"][dice.randrange(3)] = ""
        if seed % 2:
            report.outcomes[dice.randrange(15)] = ""
        reading = read(rendering.document(report, layout))
        compare(
            report,
            reading,
            may_be_lost=set() if layout in MARKED else blank_rows(report),
        )
        assert errors(reading) == [], (seed, layout.__name__)


@pytest.mark.parametrize("layout", DELIMITED)
def test_a_row_that_lost_cells(layout: Layout) -> None:
    for seed in range(4):
        report = invented(seed, "g2021")
        cut = invented(seed, "g2021")
        dice = random.Random(seed)
        lost = set()
        for key in dice.sample(sorted(report.rows["requests"]), 5):
            cut.rows["requests"][key] = report.rows["requests"][key][
                dice.choice((0, 1, 2)) : dice.choice((5, 6))
            ]
            lost.add(("g2021.requests", key))
        reading = read(rendering.document(cut, layout))
        ragged = {(f.table, f.row) for f in reading.figures if f.alignment == "ragged"}
        assert ragged <= lost
        compare(report, reading, may_be_lost=lost)
        assert errors(reading) == []


@pytest.mark.parametrize("layout", DELIMITED)
def test_a_local_row_in_text(layout: Layout) -> None:
    report = invented(1, "g2021")
    report.rows["art20_6"]["行政检查"] = ["31"]
    compare(report, read(rendering.document(report, layout)))


@pytest.mark.parametrize("markup", [*MARKUPS, *TABLELESS])
def test_a_local_row_in_markup(markup: Markup) -> None:
    report = invented(1, "g2021")
    report.rows["art20_6"]["行政检查"] = ["31"]
    compare(report, read(rendering.page(report, markup)))


def test_a_real_pdf() -> None:
    """186 cells, and two sums that are printed wrong."""
    report, violations = hand_checked("hongze_2023")
    reading = read((TRUTH.parent / "pdf" / "hongze_2023.pdf").read_bytes())
    compare(report, reading)
    assert len(errors(reading)) == len(violations) == 2
