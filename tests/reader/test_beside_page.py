"""Body and year of a page that names none: from the list's row, its column, the site's name."""

from __future__ import annotations

import itertools

import pytest

from nianbao.archive.records import Hints, Reading
from nianbao.pipelines.reader import read
from tests.reader.pages import SECTIONS

REGION = "河南省平顶山市叶县"
BODIES = ("叶县教育局", "教育局", "叶县任店镇人民政府", "任店镇", "昆阳街道办事处")
COLUMN_BODIES = (
    "县教育局",
    "叶县水利局",
    "任店镇",
    "昆阳街道",
    "县发改委",
    "县外事办公室",
)
SITE_BODIES = ("叶县教育局", "平顶山市水利局", "叶县公共资源交易中心")
PROSE = "按照县里的部署推进政府信息公开，全年公布各类信息四百余条。"


def page(lines: tuple[str, ...] = (), *, title: str = "详情", heading: str = "") -> str:
    """Return a report page that names no body and no year, but for what is added."""
    body = "".join(f"<p>{line}</p>" for line in (*lines, *SECTIONS, PROSE))
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{heading}"
        f'<div class="TRS_Editor">{body}</div></body></html>'
    )


def read_page(source: str, **hints: str) -> Reading:
    return read(source.encode(), hints=Hints(region=REGION, **hints))  # type: ignore[arg-type]


def row(body: str, year: int = 2022) -> str:
    return f"{body}{year}年政府信息公开工作年度报告"


def agency(reading: Reading) -> tuple[str | None, str | None]:
    return reading.agency.printed, reading.agency.basis


def year(reading: Reading) -> tuple[int | None, str | None]:
    return reading.report_year, reading.year_basis


def test_a_page_that_names_nothing_stays_blank() -> None:
    found = read_page(page())
    assert found.is_report
    assert agency(found) == (None, None)
    assert year(found) == (None, None)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("number", [2009, 2019, 2024])
def test_the_row_gives_body_and_year(body: str, number: int) -> None:
    found = read_page(page(), list_title=row(body, number), column="政府信息公开年报")
    assert agency(found) == (body, "list")
    assert year(found) == (number, "list")
    assert {"basis": "list", "text": body} in found.agency.candidates
    assert "agency.missing" not in {finding.rule for finding in found.findings}


@pytest.mark.parametrize(
    ("title", "wanted_body", "wanted_year"),
    [
        ("2022年政府信息公开工作年度报告", None, 2022),
        ("二〇二二年政府信息公开工作年度报告", None, 2022),
        ("叶县教育局政府信息公开工作年度报告", "叶县教育局", None),
        ("2022年政府信息公开工作年度报告（叶县教育局）", "叶县教育局", 2022),
        ("【教育局】2022年政府信息公开年报", "教育局", 2022),
        ("叶县教育局2022年政府信息公开年报 2023-01-18", "叶县教育局", 2022),
        ("叶县教育局2022年政府信息公开年报（2023年1月18日）", "叶县教育局", 2022),
        # of which one is the report's is not said
        ("2021-2022年政府信息公开工作年度报告", None, None),
        ("叶县教育局和叶县水利局2022年政府信息公开年报", None, 2022),
        ("叶县教育局、叶县水利局2022年政府信息公开年报", None, 2022),
        # the topic is that of the column
        ("2022年年报", None, 2022),
        ("叶县教育局2022年度报告", "叶县教育局", 2022),
        # no title of a report
        ("2022年", None, None),
        ("2022", None, None),
        ("叶县教育局", None, None),
        ("叶县教育局2022年统计年报", None, None),
        ("叶县教育局2022年工作总结", None, None),
        ("各部门2022年政府信息公开年报", None, 2022),
        ("2022年各乡镇政府信息公开年报", None, 2022),
        ("点击查看", None, None),
    ],
)
def test_what_a_row_gives(
    title: str, wanted_body: str | None, wanted_year: int | None
) -> None:
    found = read_page(page(), list_title=title, column="政府信息公开年报")
    assert (found.agency.printed, found.report_year) == (wanted_body, wanted_year)
    assert found.agency.basis == ("list" if wanted_body else None)
    assert found.year_basis == ("list" if wanted_year else None)


@pytest.mark.parametrize("column", ["统计年报", "年报", None])
def test_a_row_without_a_topic_needs_a_column_that_has_it(column: str | None) -> None:
    hints = {"column": column} if column else {}
    found = read_page(page(), list_title="叶县教育局2022年年报", **hints)
    assert (found.agency.printed, found.report_year) == (None, None)


@pytest.mark.parametrize("body", COLUMN_BODIES)
@pytest.mark.parametrize("behind", ["", "年报", "政府信息公开年报", "-信息公开专栏"])
def test_a_column_named_after_a_body(body: str, behind: str) -> None:
    found = read_page(page(), column=body + behind, list_title="2022年政府信息公开年报")
    assert agency(found) == (body, "column")
    assert year(found) == (2022, "list")


@pytest.mark.parametrize(
    ("column", "body"),
    [
        ("县教育局办公室", "县教育局"),
        ("任店镇党政办", "任店镇"),
        ("任店镇党政办公室", "任店镇"),
    ],
)
def test_a_column_named_after_the_office_of_a_body(column: str, body: str) -> None:
    assert agency(read_page(page(), column=column)) == (body, "column")


@pytest.mark.parametrize(
    "column",
    [
        "政府信息公开年报", "年报", "2022年", "部门年报", "县直部门", "乡镇街道", "乡镇人民政府", "镇街",
        "各委办局", "区县教育局", "县政府", "县政府办公室", "叶县人民政府", "叶县", "市直单位", "直属机构",
        "开发区", "叶县经济开发区管委会", "学校", "医院", "党政办公室", "历年年报", "教育局、水利局",
    ],
)  # fmt: skip
def test_a_column_of_several_bodies_or_of_none(column: str) -> None:
    found = read_page(page(), column=column, site_name="叶县人民政府")
    assert agency(found) == (None, None)
    assert "agency.missing" in {finding.rule for finding in found.findings}


def test_the_year_is_never_that_of_a_column_or_a_date() -> None:
    hints = {"column": "2022年政府信息公开年报", "list_date": "2023-01-20"}
    assert year(read_page(page(), list_title="政府信息公开年报", **hints)) == (
        None,
        None,
    )


@pytest.mark.parametrize("body", SITE_BODIES)
@pytest.mark.parametrize("behind", ["", "网站", "门户网站", "政府信息公开平台"])
def test_a_site_of_a_body(body: str, behind: str) -> None:
    found = read_page(page(), site_name=body + behind, column="政府信息公开年报")
    assert agency(found) == (body, "site")


@pytest.mark.parametrize(
    "site_name",
    [
        "叶县人民政府", "叶县人民政府门户网站", "叶县人民政府办公室", "叶县", "任店镇人民政府", "任店镇",
        "昆阳街道办事处", "平顶山高新技术产业开发区管理委员会", "叶县政务服务网", "www.yexian.gov.cn",
        "教育局", "基层政府信息公开年报汇编",
    ],
)  # fmt: skip
def test_a_portal_is_no_evidence_of_the_body(site_name: str) -> None:
    found = read_page(page(), site_name=site_name, column="政府信息公开年报")
    assert agency(found) == (None, None)


@pytest.mark.parametrize("column", ["区县教育局年报", "下属单位", "直属学校", "各县区"])
def test_a_column_of_others_on_the_site_of_a_body(column: str) -> None:
    found = read_page(page(), site_name="平顶山市教育局", column=column)
    assert agency(found) == (None, None)


AGREEING = {
    "list_title": row("教育局"),
    "column": "县教育局",
    "site_name": "叶县教育局",
}
OTHERS = {
    "list_title": row("叶县水利局"),
    "column": "县水利局",
    "site_name": "叶县水利局",
}
BASES = {"list_title": "list", "column": "column", "site_name": "site"}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_agrees_is_taken_in_order(count: int) -> None:
    for names in itertools.combinations(AGREEING, count):
        hints = {name: AGREEING[name] for name in names}
        found = read_page(page(), **hints)
        assert found.agency.basis == BASES[names[0]]
        assert found.agency.name == "河南省平顶山市叶县教育局"
        bases = [candidate["basis"] for candidate in found.agency.candidates]
        assert bases == [BASES[name] for name in names]


def test_what_contradicts_is_no_evidence() -> None:
    for one, other in itertools.permutations(AGREEING, 2):
        found = read_page(page(), **{one: AGREEING[one], other: OTHERS[other]})
        assert agency(found) == (None, None)
        (missing,) = [item for item in found.findings if item.rule == "agency.missing"]
        assert "水利局" in missing.message
        assert "教育局" in missing.message


PRINTED = (
    ("标题", page(title=row("水利局", 2021), heading=f"<h1>{row('水利局', 2021)}</h1>")),
    (
        "编制",
        page(
            (
                "本报告由水利局编制，公布2021年政府信息公开情况。"
                "统计期限自2021年1月1日起至2021年12月31日止。",
            )
        ),
    ),
    ("落款", page(("2021年，我局推进政务公开。",)).replace(PROSE, f"{PROSE}</p><p>水利局</p><p>2022年1月10日")),
)  # fmt: skip


@pytest.mark.parametrize("source", [source for _, source in PRINTED])
@pytest.mark.parametrize("hints", [{}, AGREEING, OTHERS])
def test_what_the_page_prints_goes_first(source: str, hints: dict[str, str]) -> None:
    found = read_page(source, **hints)
    assert agency(found) == ("水利局", "page")
    assert year(found) == (2021, "page")
    outer = {"list", "column", "site"}
    assert not outer & {candidate["basis"] for candidate in found.agency.candidates}


def test_a_row_that_is_shown_as_the_title_and_contradicts_the_page_is_told() -> None:
    source = page(("统计期限自2021年1月1日起至2021年12月31日止。",))
    found = read_page(source, list_title=row("叶县水利局", 2022))
    assert found.title == row("叶县水利局", 2022)
    assert year(found) == (2021, "page")
    (finding,) = [
        item for item in found.findings if item.rule == "report_year.disagreement"
    ]
    assert (finding.expected, finding.found) == ("2022", "2021")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("全年发文三件，其中2022年印发两件。", (2022, "page")),
        ("2021年发文三件，2022年两件，2021年底办结。", (2022, "list")),
        ("2021年发文三件。", (None, None)),
        ("全年发文三件。", (2022, "list")),
    ],
)
def test_years_that_a_text_speaks_of_and_the_row(
    text: str, wanted: tuple[int | None, str | None]
) -> None:
    assert year(read_page(page((text,)), list_title=row("教育局"))) == wanted


def test_words_of_a_sentence_that_are_no_body_and_the_row() -> None:
    """An agency of the page that is nowhere, against a row that is: blank, not wrong."""
    source = page(("本报告由青石政府根据条例编制。",))
    assert agency(read_page(source)) == ("青石政府", "page")
    found = read_page(source, list_title=row("叶县水利局"))
    assert agency(found) == (None, None)


ERRORS = (
    "对不起，您所访问的内容正在审核中，请稍后再来。如有疑问请与管理员联系。",
    "系统维护中，给您带来不便敬请谅解，请过一段时间再访问本站。",
    "首页 新闻中心 政务服务 互动交流 " * 5,
    "政府信息公开 政务公开 互动交流 首页 " * 5,
)


@pytest.mark.parametrize("text", ERRORS)
def test_no_row_makes_a_report_of_an_error_page(text: str) -> None:
    source = f"<html><title>叶县人民政府</title><body><p>{text}</p></body></html>"
    found = read_page(source, list_title=row("叶县教育局"), column="县教育局")
    assert not found.is_report
    assert year(found) == (None, None)


def test_the_json_has_the_bases() -> None:
    found = read_page(page(), list_title=row("叶县教育局"))
    assert Reading.from_json(found.to_json()) == found
    text = found.to_json()
    assert '"basis": "list"' in text
    assert '"year_basis": "list"' in text


def test_a_reading_of_an_earlier_reader_has_no_bases() -> None:
    found = read_page(page(), list_title=row("叶县教育局"))
    text = found.to_json().replace(', "year_basis": "list"', "")
    keys = ', "basis": "list", "township_code": null}, "published_on"'
    assert keys in text
    text = text.replace(keys, '}, "published_on"')
    earlier = Reading.from_json(text)
    assert (earlier.year_basis, earlier.agency.basis) == (None, None)
    assert earlier.agency.printed == "叶县教育局"
