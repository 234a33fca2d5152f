"""Explanations: what each field was chosen among, on every page that we have."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from lxml import html
from rich.console import Console

from nianbao.archive.finding_texts import load_finding_rules
from nianbao.archive.records import Hints, Reading
from nianbao.crawler.commands.cli import main
from nianbao.crawler.commands.terminal.explanations import print_explanation
from nianbao.pipelines import reader
from nianbao.pipelines.reader import is_report
from nianbao.pipelines.reader.explain.explain import ExplainedReading, explain
from nianbao.pipelines.reader.explain.records import (
    FieldExplanation,
    FieldValue,
    PagePlace,
)
from nianbao.pipelines.reader.explain.words import describe_basis, load_words
from nianbao.sample.province import DEFAULT_SEED, Province
from tests.reader import pages

TODAY = date(2026, 11, 30)
FOLDERS = (
    Path(__file__).parents[1] / "accuracy" / "pages",
    Path(__file__).with_name("files"),
)
ROW = Hints(
    list_title="青石县教育局2020年政府信息公开工作年度报告",
    list_date="2021-02-03",
    column="青石县教育局",
    region="湖北省",
)
PROVINCE_PAGES = 40
ROW_URL = "https://www.qingshi.gov.cn/art/2021/2/1/art_1.html"


class Page(NamedTuple):
    name: str
    payload: bytes
    url: str | None = None
    hints: Hints = Hints()


def explain_page(page: Page) -> ExplainedReading:
    return explain(page.payload, url=page.url, hints=page.hints, today=TODAY)


def reader_page(content: str) -> bytes:
    return pages.trs(content).encode()


def text_page(name: str, *lines: str, url: str | None = None, **hints: Any) -> Page:
    return Page(name, "\n".join(lines).encode(), url, Hints(**hints))


ROW_TITLE = "叶县{}2020年政府信息公开工作年度报告"
TWO_BODIES = {"list_title": ROW_TITLE.format("水利局"), "column": "县教育局"}
SECTIONS = pages.SECTIONS[:3]
OUTWEIGHED = "2020年，县委和政府办公室认真做好政府信息公开工作。"
LIST_ROWS = "".join(
    f"<li><a>柳河镇{year}年政府信息公开工作年度报告</a></li>"
    for year in range(2012, 2022)
)
LIST = (
    "<html><head><title>历年年报_柳河县</title></head><body><div class='content'>"
    f"<p>政府信息公开年报。</p><ul>{LIST_ROWS}</ul></div></body></html>"
)
FLATTENED_TABLE = ("第二十条第（五）项", "信息内容\t本年处理决定数量", "行政许可\t120")
LONG_END = (
    f"{'本年度没有其他需要报告的事项，也没有收费。' * 4} 高桥镇人民政府 2023年1月5日"
)
MARKERS_2021 = "本年制发件数、本年废止件数、现行有效件数"
UNREAD_TABLE = f"{MARKERS_2021}。行政许可、本年处理决定数量 3"
TITLE_2022 = "高桥镇2022年政府信息公开工作年度报告"
LAW = "本报告根据《中华人民共和国政府信息公开条例》编制。"
PROSE = "我镇认真做好政府信息公开工作，回应群众关切。"
MARKERS_2019 = "本年新制作数量、本年新公开数量、对外公开总数量"
OWN_PAGES = (
    text_page("nothing", "　"),
    text_page("one body in the row, one in the column", PROSE, **TWO_BODIES),
    text_page("no body", *SECTIONS, OUTWEIGHED, list_title=ROW_TITLE.format("教育局")),
    text_page(
        "a place and a body of it",
        "北京市2020年政府信息公开工作年度报告",
        f"本报告由北京市统计局编制。{LAW}",
    ),
    text_page("specimen", "某县粮食局2020年政府信息公开工作年度报告", LAW),
    text_page("region in the text", TITLE_2022, f"我镇在沙县区东部。{LAW}"),
    text_page(
        "two that wrote it",
        TITLE_2022,
        "本报告由沙县高桥镇人民政府编制。本报告由沙县财政局编制。",
    ),
    text_page("fewer", TITLE_2022, MARKERS_2019, "本年制发件数"),
    text_page("two forms", TITLE_2022, MARKERS_2019, MARKERS_2021),
    Page("requests alone", reader_page(pages.requests("g2019"))),
    Page("list", LIST.encode()),
    text_page("lines", TITLE_2022, MARKERS_2021, *FLATTENED_TABLE),
    text_page("other work", "法治政府建设情况", "推进法治政府建设，公开。"),
    text_page("quarter", "上半年政府信息公开工作情况统计", PROSE),
    text_page("own host", TITLE_2022, LAW, official_host=True),
    text_page("last day", "截至2022年12月31日，信息公开不多。"),
    text_page("other year", "我镇2021年修路。", LAW, list_title=TITLE_2022),
    text_page("no year", "高桥镇政府信息公开工作年度报告", LAW),
    text_page("signed", TITLE_2022, LAW, *[PROSE] * 12, "高桥镇人民政府 2023年1月5日"),
    text_page("signed below", TITLE_2022, *[PROSE] * 12, "2023年1月5日"),
    text_page("no day", TITLE_2022, *[PROSE] * 12, "沙县高桥镇人民政府"),
    text_page("end of a line", TITLE_2022, *[PROSE] * 9, LONG_END),
    text_page("unread", TITLE_2022, UNREAD_TABLE),
)


@cache
def sample_pages() -> tuple[Page, ...]:
    return tuple(_iterate_pages())


def _iterate_pages() -> Iterator[Page]:
    for folder in FOLDERS:
        paths = sorted((*folder.glob("*.html"), *folder.glob("*.txt")))
        for path in paths:
            yield Page(path.name, path.read_bytes())
        for path in paths[::4]:
            yield Page(f"{path.name} of a row", path.read_bytes(), ROW_URL, ROW)
    province = Province(DEFAULT_SEED)
    for url, page in islice(province.pages(1).items(), PROVINCE_PAGES):
        yield Page(url, page.body, url)
    yield from OWN_PAGES


def get_values(reading: Reading) -> dict[str, FieldValue]:
    """Return what a reading says of each field that is explained."""
    period = reading.period
    return {
        "is_report": reading.is_report,
        "title": reading.title,
        "report_year": reading.report_year,
        "period": f"{period.start} to {period.end}" if period else None,
        "agency": reading.agency.printed,
        "agency_name": reading.agency.name,
        "compiled_by": reading.compiled_by,
        "published_on": reading.published_on,
        "signed_on": reading.signed_on,
        "form": reading.form,
        "tables": tuple(dict.fromkeys(figure.table for figure in reading.figures)),
        "official": reading.official,
    }


def check_field(field: FieldExplanation, value: FieldValue) -> None:
    assert field.value == value
    chosen = [item.value for item in field.candidates if item.is_chosen]
    if field.field == "tables":
        assert set(chosen) == set(field.value or ()), field
    elif value is not None and (field.field, value) not in (
        ("form", "unknown"),
        ("is_report", False),
    ):
        assert chosen == [value], field
    else:
        assert set(chosen) <= {value}, field


def test_what_is_chosen_is_what_the_reading_says_and_every_rule_explains_a_page() -> (
    None
):
    rules: set[str] = set()
    for page in sample_pages():
        explained = explain_page(page)
        values = get_values(explained.reading)
        assert [field.field for field in explained.fields] == list(values)
        for field in explained.fields:
            check_field(field, values[field.field])
            rules.update(field.rules)
            for candidate in field.candidates:
                rules.add(candidate.rule)
                assert describe_basis(candidate.basis)
                assert candidate.why
    steps = {f"is_report.{rule}" for rule, _, _ in is_report._STEPS}
    assert rules == load_words()["rules"].keys() | steps


def test_an_explained_reading_is_the_reading() -> None:
    for page in sample_pages()[::5]:
        reading = reader.read(page.payload, url=page.url, hints=page.hints, today=TODAY)
        assert explain_page(page).reading == reading, page.name


def find_field(explained: ExplainedReading, name: str) -> FieldExplanation:
    return next(field for field in explained.fields if field.field == name)


def chosen_place(explained: ExplainedReading, name: str) -> PagePlace:
    """Return where the candidate stands that was chosen for a field."""
    field = find_field(explained, name)
    (candidate,) = [item for item in field.candidates if item.is_chosen]
    assert candidate.place is not None
    return candidate.place


HIDDEN = '<div style="display:none"><h1>隐藏的标题</h1></div>'
REPORT_PAGE = f"""<html><head><title>年报</title></head><body>
{HIDDEN}
<div class="nav"><a>首页</a></div>
<div><h1>沙县<b>高桥镇</b>2022年政府信息公开工作年度报告</h1>
<p>成文日期：2023-01-05</p><p>发布日期：2023-01-09</p>
<div class="TRS_Editor"><p>{LAW}</p>
<p>{PROSE}</p>
<p>沙县高桥镇人民政府</p>
<p>2023年1月5日</p></div></div></body></html>"""


@pytest.mark.parametrize(
    ("field", "line", "text"),
    [
        ("title", 4, "沙县高桥镇2022年政府信息公开工作年度报告"),
        ("agency", 8, "沙县高桥镇人民政府"),
        ("published_on", 5, "发布日期：2023-01-09"),
        ("signed_on", 9, "2023年1月5日"),
    ],
)
def test_the_place_is_an_element_of_the_page_as_it_came(
    field: str, line: int, text: str
) -> None:
    place = chosen_place(explain(REPORT_PAGE.encode()), field)
    assert (place.line, place.text.replace(" ", "")) == (line, text)
    (element,) = html.fromstring(REPORT_PAGE).xpath(place.element)
    assert element.text_content() == text


def test_the_place_in_a_text_is_its_line() -> None:
    lines = ("2023年1月9日", "", TITLE_2022, LAW, *[PROSE] * 12, "2023年1月9日")
    explained = explain("\n".join(lines).encode())
    assert chosen_place(explained, "title").line == 3
    assert chosen_place(explained, "signed_on").line == len(lines)


def test_a_place_beside_the_page_is_named() -> None:
    explained = explain(LAW.encode(), hints=ROW, url="https://a.gov.cn/20210204/1.html")
    assert chosen_place(explained, "title").part == "list"
    places = [item.place for item in find_field(explained, "published_on").candidates]
    assert [place and place.part for place in places] == ["list", "address"]


@pytest.mark.parametrize(
    "content", ["<p>" * 4000 + TITLE_2022, f"<b>{TITLE_2022}</b>" * 4000, "<" * 9000]
)
def test_hostile_pages_are_explained_in_time(content: str) -> None:
    started = time.process_time()
    explain(f"<html><body>{content}</body></html>".encode())
    assert time.process_time() - started < 5


def run_read(*words: str, payload: bytes = REPORT_PAGE.encode()) -> Result:
    return CliRunner().invoke(main, ["read", "-", *words], input=payload)


def test_the_command_explains_in_json() -> None:
    plain = json.loads(run_read("--json").stdout)
    explained = json.loads(run_read("--explain", "--json").stdout)
    explanation = explained.pop("explanation")
    assert explained == plain
    assert list(explanation) == list(get_values(reader.read(REPORT_PAGE.encode())))
    assert explanation["agency"]["rules"] == ["agency.strong", "agency.fuller_name"]


def test_the_explanation_is_printed_for_a_person() -> None:
    out = Console(record=True, width=160, file=io.StringIO())
    print_explanation(out, explain(REPORT_PAGE.encode()).fields)
    text = out.export_text()
    assert "the page's own title names it (report_year.title)" in text
    assert "header, line 4, /html/body/div[3]/h1: 沙县高桥镇" in text


@pytest.mark.parametrize(
    ("region", "name"),
    [
        (None, None),
        ("350405", "福建省三明市沙县高桥镇人民政府"),
        ("沙县", "福建省三明市沙县高桥镇人民政府"),
        ("湖北省十堰市", None),
    ],
)
def test_a_page_is_read_as_one_of_a_site_of_a_region(
    region: str | None, name: str | None
) -> None:
    words = ["--region", region] if region else []
    page = f"高桥镇2019年政府信息公开工作年度报告\n{LAW}".encode()
    reading = json.loads(run_read("--json", *words, payload=page).stdout)
    assert reading["agency"]["name"] == name


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("鼓楼区", "鼓楼区 could be 江苏省南京市鼓楼区 320106, "),
        ("武汉市江厦区", "near it are"),
        ("武汉市江厦区", "湖北省武汉市江夏区 420115"),
        ("351499", "no division has or had the code 351499"),
        ("", "The name or the code of a division is wanted."),
    ],
)
def test_an_unknown_region_is_named_with_those_near_it(region: str, words: str) -> None:
    result = run_read("--region", region)
    assert result.exit_code == 2
    assert words in result.stderr.replace("\n", " ")


def test_every_finding_says_what_its_parameters_make() -> None:
    rules = load_finding_rules()
    found = set()
    for page in sample_pages():
        reading = reader.read(page.payload, url=page.url, hints=page.hints, today=TODAY)
        for finding in Reading.from_json(reading.to_json()).findings:
            rule = rules[finding.rule]
            assert finding.parameters is not None
            assert rule.write(finding.parameters, "en") == finding.message
            assert rule.write(finding.parameters, "zh")
            assert finding.severity in rule.severities
            found.add(finding.rule)
    assert len(found) > 10
