"""docs/questions.md: each of the ten questions is answered in the browser and by its commands, and
the answer is what the sample province declares.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nianbao.archive import Archive
from nianbao.archive.browse.page import BrowsePage, RawAnswer
from nianbao.sample.province import Truth
from tests.browse.asked_pages import ask_page, make_request
from tests.crawl.commands import run_line
from tests.kept_samples import KeptSample, crawled_states

DOCS = Path(__file__).parents[2] / "docs"
FORMATS = ("csv", "atom")
XIXIA = "西霞县"


class Question(NamedTuple):
    """A question with the addresses, commands and facts of its answer."""

    text: str
    addresses: list[str]
    commands: list[str]
    facts: list[str]


def read_questions(name: str) -> list[Question]:
    questions = []
    for section in (DOCS / name).read_text("utf-8").split("\n## ")[1:]:
        prose = re.sub(r"^```.*?^```", "", section, flags=re.M | re.S)
        _, _, answer = re.split(r"^(Answer: |答：)", prose, maxsplit=1, flags=re.M)
        questions.append(
            Question(
                text=section.partition("\n")[0],
                addresses=re.findall(r"`(/[^`]+)`", prose),
                commands=re.findall(r"^nianbao .*$", section, re.M),
                facts=re.findall(r"`([^`]+)`", answer),
            )
        )
    return questions


QUESTIONS = read_questions("questions.md")


@pytest.fixture(scope="module")
def province() -> KeptSample:
    return crawled_states(1, 2)


@pytest.fixture(scope="module")
def truths(province: KeptSample) -> list[Truth]:
    return [truth for state in (1, 2) for truth in province.province.truths(state)]


def test_the_chinese_page_says_the_same() -> None:
    chinese = read_questions("questions.zh.md")
    assert len(QUESTIONS) == len(chinese) == 10
    for one, other in zip(QUESTIONS, chinese, strict=True):
        assert one[1:] == other[1:]


def ask(archive: Archive, address: str) -> str:
    """Return what is at an address, in the format that it ends in."""
    path, _, query = address.partition("?")
    stem, _, format_ = path.rpartition(".")
    if format_ in FORMATS:
        return ask_page(archive, stem, format_)
    full = f"{path}?{query}" if query else path
    route, request = make_request(full)
    page = route.view(archive.db, request)
    if isinstance(page, RawAnswer):
        return page.body.decode()
    assert isinstance(page, BrowsePage)
    return ask_page(archive, full)


@pytest.mark.parametrize("number", range(1, 11))
def test_both_ways_give_the_answer(
    number: int, province: KeptSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = QUESTIONS[number - 1]
    block = re.findall(
        r"^```yaml\n(.*?)^```", (DOCS / "questions.md").read_text("utf-8"), re.M | re.S
    )
    (tmp_path / "county.yaml").write_text(block[0], "utf-8")
    monkeypatch.chdir(tmp_path)
    assert 1 <= len(question.commands) <= 2
    printed = ""
    for command in question.commands:
        printed += run_line(command, "--archive", province.archive)
    with Archive(province.archive) as archive:
        pages = "".join(ask(archive, address) for address in question.addresses)
    assert question.facts
    for fact in question.facts:
        assert re.search(rf"(?<!\d){re.escape(fact)}(?!\d)", printed), fact
        assert re.search(rf"(?<!\d){re.escape(fact)}(?!\d)", pages), fact


def test_charts_draw_what_the_table_says(province: KeptSample) -> None:
    """Also of governments whose level nobody knows: a name tells one."""
    region = "/region/样例省北原市"
    with Archive(province.archive) as archive:
        places = ask(archive, f"{region}/places-received.svg")
        sums = ask(archive, f"{region}/received.svg")
    assert "样例省北原市西霞县 2021：58" in places
    assert "下级政府合计 2021：" in sums


# --- what the sample declares -----------------------------------------------------------


def ask_json(province: KeptSample, line: str) -> Any:
    return json.loads(run_line(f"{line} --json", "--archive", province.archive))


def sum_cells(truth: Truth, *cells: str) -> float | None:
    """Return the sum of cells, each `table row column`; None where one has no number."""
    form = truth.form.removesuffix("_local")
    values = {cell[:3]: cell[3] for cell in truth.figures}
    numbers = []
    for cell in cells:
        table, row, column = cell.split()
        numbers.append(values.get((f"{form}.{table}", row, column)))
    if None in numbers:
        return None
    return sum(number for number in numbers if number is not None)


def test_who_has_no_report_is_as_declared(
    province: KeptSample, truths: list[Truth]
) -> None:
    years = defaultdict(set)
    for truth in truths:
        if truth.agency and truth.agency.startswith(XIXIA):
            years[truth.agency].add(truth.report_year)
    declared = {name for name, own in years.items() if 2021 not in own}
    rows = ask_json(province, QUESTIONS[0].commands[0])
    assert {row["agency"] for row in rows if row["state"] == "missing"} == declared
    assert {row["agency"] for row in rows if row["state"] == "published"} == (
        years.keys() - declared
    )


def test_requests_by_county_are_as_declared(
    province: KeptSample, truths: list[Truth]
) -> None:
    declared: dict[tuple[str, int], set[float | None]] = defaultdict(set)
    for truth in truths:
        is_county = re.fullmatch(r"..县人民政府", truth.agency or "")
        if is_county and truth.report_year and not truth.ragged:
            value = sum_cells(truth, "requests new_received total")
            key = ((truth.agency or "").removesuffix("人民政府"), truth.report_year)
            if value is not None:
                declared[key].add(value)
    lines = ask_json(province, QUESTIONS[2].commands[0])
    found = {
        (line["region"].removeprefix("样例省北原市"), line["report_year"]): line[
            "value"
        ]
        for line in lines
        if line["bodies"] == "government"
    }
    compared = found.keys() & declared.keys()
    assert len(compared) > 40
    for key in compared:
        assert found[key] in declared[key], key


def test_broken_sums_are_those_that_are_declared(
    province: KeptSample, truths: list[Truth]
) -> None:
    declared = {
        (truth.agency, truth.report_year) for truth in truths if truth.violations
    }
    rows = ask_json(province, QUESTIONS[3].commands[0])
    found = {(row["agency"], row["report_year"]) for row in rows}
    assert found
    assert found <= declared


def test_what_was_lost_is_as_declared(
    province: KeptSample, truths: list[Truth]
) -> None:
    declared: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for truth in truths:
        if truth.agency != "兰汀市人民政府" or truth.ragged:
            continue
        reviews = sum_cells(truth, "review_litigation review corrected")
        lawsuits = sum_cells(
            truth,
            "review_litigation litigation_direct corrected",
            "review_litigation litigation_after_review corrected",
        )
        for name, value in (
            ("reviews_corrected", reviews),
            ("lawsuits_corrected", lawsuits),
        ):
            if value is not None and 2019 <= (truth.report_year or 0) <= 2023:
                declared[name, truth.report_year or 0]["value"] = value
    lines = ask_json(province, QUESTIONS[5].commands[0])
    found = {
        (line["measure"], line["report_year"]): line["value"]
        for line in lines
        if line["bodies"] == "government" and line["region"] == "样例省兰汀市"
    }
    assert found == {key: one["value"] for key, one in declared.items()}
