"""Any part of the reader that fails is a finding with its place, and the rest of the page is read."""

from __future__ import annotations

import dataclasses
import re
from importlib import import_module

import pytest

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.failures import PartFailedError
from tests.reader import pages

READER = "nianbao.pipelines.reader."
URL = "https://www.qingshi.gov.cn/zwgk/t20230118_5512345.html"
EVERYTHING = frozenset(field.name for field in dataclasses.fields(Reading))
TABLES = frozenset(("figures", "form"))
# The module that calls a part, the part, and what of a reading may be another without it.
PARTS: dict[str, tuple[str, str, frozenset[str]]] = {
    "the grids of the tables": ("document.parse", "extract_grids", frozenset()),
    "the links": ("document.parse", "_iter_links", frozenset(("attachments",))),
    "the images": ("document.parse", "_iter_addresses", frozenset()),
    "the labels": (
        "choices",
        "find_labels",
        frozenset(
            (
                "agency",
                "date_candidates",
                "published_basis",
                "published_at",
                "published_on",
            )
        ),
    ),
    "the signature": ("choices", "find_signature", frozenset(("signed_on", "agency"))),
    "the period": ("choices.dates", "find_period", frozenset(("period", "year_basis"))),
    "the list row": ("choices", "_list_year_places", frozenset()),
    "the report year": (
        "choices",
        "find_report_year",
        frozenset(("report_year", "year_basis", "agency")),
    ),
    "the form": ("choices", "detect_generation", TABLES),
    "the tables": ("choices.grid_reader", "read_grids", frozenset(("figures",))),
    "whether it is a report": ("choices", "judge_report", frozenset()),
    "the publication date": (
        "choices",
        "choose_publication_date",
        frozenset(
            ("published_on", "published_at", "published_basis", "date_candidates")
        ),
    ),
    "the opening": (
        "choices",
        "prepare_opening",
        frozenset(("agency", "compiled_by", "compiled_by_evidence")),
    ),
    "the issuing body": ("choices", "_choose_agency", frozenset(("agency",))),
    "who wrote it": (
        "choices",
        "find_compiler",
        frozenset(("compiled_by", "compiled_by_evidence")),
    ),
    "the region": ("choices", "_find_region", frozenset(("agency",))),
    "the attachments": ("reading", "collect_attachments", frozenset(("attachments",))),
    "whose host it is": ("reading", "_is_official", frozenset(("official",))),
    "the sections": ("reading", "split_sections", frozenset(("sections",))),
    "what is missing": ("reading", "find_missing", frozenset()),
    "what is open in the tables": ("reading", "find_unread_tables", frozenset()),
    "the sums of the tables": ("reading.checks", "find_violations", frozenset()),
    "the end of the page": ("reading", "find_cut", frozenset()),
}
WIDE_PARTS = {
    "the tables in the text": ("choices.flattened", "read_flattened_tables"),
    "the text of scripts": ("reading", "_read_script_text"),
    "what carries the report": ("reading", "find_unread_carrier"),
}
WHOLE_PARTS = (
    ("reading", "decode_payload"),
    ("reading", "build_document"),
    ("document.parse", "DomWalk"),
    ("choices", "_prepare_texts"),
    ("document.parse", "scan_source"),
    ("document.parse", "collect_metas"),
    ("document.document", "choose_title"),
    ("document.document", "complete_title"),
    ("document.document.header", "count_header_lines"),
    ("document.document", "remove_boilerplate"),
    ("reading", "compute_content_digest"),
)


class FaultError(Exception):
    """A fault that a test puts into the reader."""


def break_part(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> None:
    """Make a function fail where a module of the reader calls it."""
    target = _find_target(module)

    def fail(*_: object, **__: object) -> None:
        raise FaultError(name)

    monkeypatch.setattr(target, name, fail)


def _find_target(module: str) -> object:
    """Return a module, or the module that one has under a name: choices.dates."""
    try:
        return import_module(READER + module)
    except ModuleNotFoundError:
        parent, _, name = module.rpartition(".")
        return getattr(import_module(READER + parent), name)


def list_failures(reading: Reading) -> list[str]:
    return [
        finding.message
        for finding in reading.findings
        if (finding.rule, finding.severity) == ("reader.failed", "error")
    ]


PAGE = pages.trs(
    pages.body("g2021", signed="<p>柳河镇人民政府</p><p>2023年1月16日</p>")
    + '<a href="/att/1.pdf">附件：统计表.pdf</a>'
).encode()
WHOLE = read(PAGE, url=URL)


def test_the_whole_page() -> None:
    assert len(WHOLE.figures) > 150
    assert WHOLE.attachments
    assert list_failures(WHOLE) == []


@pytest.mark.parametrize("place", PARTS)
def test_a_part_that_fails_costs_no_other(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name, may_differ = PARTS[place]
    break_part(monkeypatch, module, name)
    reading = read(PAGE, url=URL)
    failures = list_failures(reading)
    assert any(message.startswith(f"{place} could not be read") for message in failures)
    for field in EVERYTHING - may_differ - {"findings"}:
        assert getattr(reading, field) == getattr(WHOLE, field), field
    known = {(f.table, f.row, f.column): f.value for f in WHOLE.figures}
    for figure in reading.figures:
        key = (figure.table, figure.row, figure.column)
        assert figure.value in (None, known[key])
    assert reading.published_on in (None, WHOLE.published_on)
    assert reading.report_year in (None, WHOLE.report_year)


WIDE_PAGE = (
    f"<html><head><title>{pages.TITLE}</title></head><body><div>{pages.TITLE}</div>"
    "<div>发布时间：2023-01-18</div><p>本报告由柳河镇编制，公开工作情况如下。</p></body></html>"
).encode()


@pytest.mark.parametrize("place", WIDE_PARTS)
def test_a_part_for_other_pages_that_fails_is_said(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_part(monkeypatch, *WIDE_PARTS[place])
    content = re.sub("</?t(?:able|body|r|d)[^>]*>", " ", pages.body("g2021"))
    page = WIDE_PAGE.replace("如下。".encode(), f"如下。{content}".encode())
    for payload in (WIDE_PAGE, page):
        reading = read(payload)
        assert reading.title == pages.TITLE
        if any(message.startswith(place) for message in list_failures(reading)):
            return
    pytest.fail("the part was not asked, or its failure is not said")


@pytest.mark.parametrize(("module", "name"), WHOLE_PARTS)
def test_a_page_of_which_nothing_is_known_has_no_reading(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no page without a report and no other version: it is read at the next chance."""
    break_part(monkeypatch, module, name)
    with pytest.raises((FaultError, PartFailedError)):
        read(PAGE)


def test_a_page_that_cannot_be_judged_is_none_without_a_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_part(monkeypatch, "choices", "judge_report")
    with pytest.raises(PartFailedError, match="whether it is a report"):
        read("会议通知\n请准时参加。".encode())


def test_a_table_that_fails_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    break_part(monkeypatch, "tables.review_table", "read_review_table")
    reading = read(PAGE)
    tables = {figure.table for figure in WHOLE.figures}
    assert tables - {f.table for f in reading.figures} == {"g2021.review_litigation"}
    assert any(message.startswith("table ") for message in list_failures(reading))


def test_want_of_memory_is_no_fault_of_the_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(READER + "choices.find_signature", fail)
    with pytest.raises(MemoryError):
        read(PAGE)
