"""The parts of reading fields: labels of a header, titles, years, signatures, sections, links."""

from __future__ import annotations

import pytest

from nianbao.archive.records import Agency, Finding, Period
from nianbao.pipelines.reader.fields import dates, labels, titles
from nianbao.pipelines.reader.fields.agencies import AgencyChoice, NameChoice
from nianbao.pipelines.reader.fields.attachments import collect_attachments
from nianbao.pipelines.reader.fields.compilers import Speaker, choose_body_of_office
from nianbao.pipelines.reader.fields.missing import find_missing
from nianbao.pipelines.reader.fields.official_host import is_official_host
from nianbao.pipelines.reader.fields.publication_date import PublicationDate
from nianbao.pipelines.reader.fields.report_year import (
    YearPlaces,
    find_report_year,
    iterate_page_years,
    list_other_years,
)
from nianbao.pipelines.reader.fields.sections import is_section_title, split_sections
from nianbao.pipelines.reader.fields.signature import (
    Signature,
    find_signature,
    iterate_signatures,
)
from nianbao.pipelines.reader.fields.title_lines import find_report_title

# --- labels ---------------------------------------------------------------------------------

LABELS = {
    "发布时间：2021-01-20": [("发布时间", "2021-01-20")],
    "发布时间:2021-01-20 来源:柳河县民政局": [
        *(("发布时间", "2021-01-20"), ("来源", "柳河县民政局")),
    ],
    "发 布 时 间：2021-01-20": [("发布时间", "2021-01-20")],
    "【发布时间】2021-01-20": [],
    "[发布时间]:2021-01-20": [("发布时间", "2021-01-20")],
    "发布时间 2021-01-20": [("发布时间", "2021-01-20")],
    "发布时间2021-01-20": [],
    "发布时间\t2021-01-20": [("发布时间", "2021-01-20")],
    "发布时间|2021-01-20": [("发布时间", "2021-01-20")],
    "发布时间|\n2021-01-20": [("发布时间", "2021-01-20")],
    "发布时间\n2021-01-20": [("发布时间", "2021-01-20")],
    "发布时间\n来源：柳河县民政局": [("发布时间", ""), ("来源", "柳河县民政局")],
    "发布时间：\n2021-01-20": [("发布时间", "2021-01-20")],
    "开始时间：2021-01-20": [("开始时间", "2021-01-20")],
    "留言时间：2021-01-20": [],
    "时间：2021-01-20": [("时间", "2021-01-20")],
    "时间 2021-01-20": [],
    "时间\t2021-01-20": [("时间", "2021-01-20")],
    "来源\n柳河县民政局": [],
    "来源\t柳河县民政局": [("来源", "柳河县民政局")],
    "来源：柳河县民政局发布时间：2021-01-20": [
        *(("发布时间", "2021-01-20"), ("来源", "柳河县民政局")),
    ],
    "来源：市场监管局（知识产权局）": [("来源", "市场监管局（知识产权局）")],
    "来源:市场监管局(知识产权局)": [("来源", "市场监管局(知识产权局)")],
    "（来源：柳河县民政局）": [("来源", "柳河县民政局")],
    "名称\t索引号\t发布时间\n年报\tA1\t2021-01-20": [
        *(("名称", "年报"), ("索引号", "A1"), ("发布时间", "2021-01-20")),
    ],
    "": [],
    "柳河县民政局": [],
}


@pytest.mark.parametrize("text", LABELS)
def test_the_labels_of_a_header(text: str) -> None:
    lines = text.split("\n")
    fields = list(labels.find_labels(lines))
    assert [(one.label, one.value) for one in fields] == LABELS[text]
    below = list(labels.find_labels(["", *lines]))
    assert [one.line for one in below] == [one.line + 1 for one in fields]
    assert all(0 <= one.line < len(lines) for one in fields)
    assert labels.has_label(lines[0]) is any(one.line == 0 for one in fields)


@pytest.mark.parametrize(
    ("lines", "is_one"),
    [
        ("时间：2021-01-20 地点：会议室", True),
        ("时间：2021-01-20\n地点：会议室", True),
        ("时间：2021-01-20\n来源：本网", False),
        ("发布时间：2021-01-20\n地点：会议室", False),
        ("地点：会议室\n", False),
        ("", False),
    ],
)
def test_a_line_on_an_event(lines: str, is_one: bool) -> None:
    line, _, next_line = lines.partition("\n")
    assert labels.is_event(line, next_line) is is_one


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("来源：本网 责任编辑：王某", True),
        ("来源：本网 编辑：王某", True),
        ("来源：本网", False),
        ("责任编辑：王某", False),
        ("编者按：源头", False),
    ],
)
def test_an_imprint(line: str, is_one: bool) -> None:
    assert labels.is_imprint(line) is is_one


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("名称\t索引号\t发布时间", True),
        ("名称\t\t索引号", True),
        ("名称\t索引号", False),
        ("名称\t索引号\t2021-01-20", False),
        ("名称 索引号 发布时间", False),
    ],
)
def test_a_row_of_labels(line: str, is_one: bool) -> None:
    assert labels.is_label_row(line) is is_one


# --- titles ---------------------------------------------------------------------------------

REPORT = "2022年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (f"柳河县民政局{REPORT}", f"柳河县民政局{REPORT}"),
        (f"柳河县民政局\n{REPORT}", f"柳河县民政局{REPORT}"),
        ("柳河县民政局2022年\n政府信息公开\n工作年度报告", f"柳河县民政局{REPORT}"),
        ("柳河县民政局\n2022年\n政府信息公开\n工作年度报告", f"柳河县民政局{REPORT}"),
        ("柳河县民政局2022年\n\n政府信息公开工作年度报告", f"柳河县民政局{REPORT}"),
        (f"首页\t{REPORT}\t2023-01-20", REPORT),
        (f"首页 > 年报 > 柳河县民政局{REPORT}", f"柳河县民政局{REPORT}"),
        ("首页 > 年报", None),
        (f"标题：柳河县民政局{REPORT}", f"柳河县民政局{REPORT}"),
        (f"名称：{REPORT}\n柳河县民政局{REPORT}", f"柳河县民政局{REPORT}"),
        (f"柳河县民政局{REPORT}的说明", f"柳河县民政局{REPORT}的说明"),
        (f"| 柳河县民政局{REPORT} |", f"柳河县民政局{REPORT}"),
        (f"## 柳河县民政局\n**{REPORT}**", f"柳河县民政局{REPORT}"),
        (f"柳河县民政局\n关于{REPORT}", f"柳河县民政局关于{REPORT}"),
        ("柳河县民政局欢迎您", None),
        ("", None),
        ("\n" * 19 + REPORT, REPORT),
        ("\n" * 20 + REPORT, None),
        ("甲" * 50 + REPORT[5:], "甲" * 50 + REPORT[5:]),
        ("甲" * 60 + REPORT[5:], None),
        ("\n".join(f"柳河县{name}局{REPORT}" for name in ("民政", "林业", "财政")), 1),
        (
            "\n".join(
                f"柳河县{name}局{REPORT}" for name in ("民政", "林业", "财政", "水务")
            ),
            None,
        ),
        (f"柳河县\n政府信息公开年报\n柳河县民政局{REPORT}", f"柳河县民政局{REPORT}"),
        (f"柳河县民政局\n柳河县民政局{REPORT}", f"柳河县民政局{REPORT}"),
    ],
)
def test_the_title_among_the_first_lines(lines: str, title: str | int | None) -> None:
    found = find_report_title(lines.split("\n"))
    if title == 1:
        assert found == lines.split("\n")[0]
    else:
        assert found == title


@pytest.mark.parametrize(
    ("title", "fullness", "year"),
    [
        (f"柳河县民政局{REPORT}", 3, 2022),
        (REPORT, 2, 2022),
        ("柳河县民政局政府信息公开工作年度报告", 1, None),
        ("政府信息公开工作年度报告", 0, None),
        ("关于政府信息公开工作年度报告", 0, None),
        ("二〇二一年政府信息公开工作年度报告", 2, 2021),
        ("关于2022年政府信息公开工作年度报告", 2, 2022),
    ],
)
def test_how_full_a_title_is(title: str, fullness: int, year: int | None) -> None:
    assert titles.measure_fullness(title) == fullness
    assert titles.extract_year(title) == year
    assert titles.names_report(title)
    assert titles.names_specific_report(title) is (fullness > 0)


@pytest.mark.parametrize(
    ("page_title", "title"),
    [
        (f"{REPORT}_柳河县人民政府", REPORT),
        (f"柳河县人民政府 - {REPORT}", REPORT),
        (f" {REPORT} ", REPORT),
        ("会议纪要_柳河县人民政府", "会议纪要"),
        ("", None),
        (" _ ", None),
    ],
)
def test_what_a_page_title_says(page_title: str, title: str | None) -> None:
    assert titles.extract_document_title(page_title) == title


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        (f"附件1：{REPORT}", REPORT),
        (f"附件：{REPORT}", REPORT),
        (REPORT, REPORT),
        ("附件：会议纪要", "附件：会议纪要"),
        (f"【柳河县民政局】{REPORT}", f"【柳河县民政局】{REPORT}"),
    ],
)
def test_what_stands_before_a_title(title: str, rest: str) -> None:
    assert titles.strip_before_title(title) == rest


# --- the report year ------------------------------------------------------------------------

OWN = Period("2022-01-01", "2022-12-31")


def year_of(
    title: str | None = None,
    period: Period | None = None,
    text: str = "",
    row: int | None = None,
    shown: bool = False,
) -> tuple[object, ...]:
    found = find_report_year(YearPlaces(title, period, text, row, shown))
    said = [
        (one.rule.rpartition(".")[2], one.severity, one.expected, one.found)
        for one in found.findings
    ]
    return (found.year, found.basis, found.rule, *said)


def test_where_the_report_year_stands() -> None:
    told = ("disagreement", "warning")
    assert year_of() == (None, None, "none")
    assert year_of(REPORT) == (2022, "page", "title")
    assert year_of(period=OWN) == (2022, "page", "period")
    assert year_of(REPORT, OWN, "2019年2019年", 2022, True) == (2022, "page", "title")
    assert year_of(REPORT.replace("2022", "2021"), OWN) == (
        *(2021, "page", "title", (*told, "2021", "2022")),
    )
    assert year_of(REPORT, row=2021, shown=True) == (
        *(2022, "page", "title", (*told, "2021", "2022")),
    )
    assert year_of(REPORT, row=2021) == (2022, "page", "title")
    assert year_of(row=2021) == (2021, "list", "row")
    assert year_of(text="2021年、2021年、2020年") == (2021, "page", "most_frequent")
    both = {"text": "2021年、2021年、2020年"}
    assert year_of(**both, row=2021) == (2021, "page", "most_frequent")  # type: ignore[arg-type]
    assert year_of(**both, row=2020) == (2020, "list", "row")  # type: ignore[arg-type]
    assert year_of(**both, row=2019) == (  # type: ignore[arg-type]
        *(None, None, "row_contradicted", (*told, "2019", "2021")),
    )
    school = year_of(period=Period("2021-09-01", "2022-08-31"))
    assert school == (2021, "page", "period", ("school_year", "info", None, None))
    assert year_of(text="2021年，本局主动公开信息10条。") == (
        2021,
        "page",
        "disclosure",
    )
    assert year_of(text="截至2021年12月31日，") == (2021, "page", "closing_day")
    assert year_of(text="文" * 7990 + "2021年") == (2021, "page", "most_frequent")
    assert year_of(text="文" * 8000 + "2021年") == (None, None, "none")


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (
            YearPlaces(REPORT, Period("2021-01-01", "2021-12-31"), ""),
            ("title", 2022, "period", 2021),
        ),
        (
            YearPlaces(REPORT, None, "", 2021, is_row_shown=True),
            ("list", 2021, "page", 2022),
        ),
        (YearPlaces(None, None, "2022年", 2021), ("list", 2021, "page", 2022)),
    ],
)
def test_a_disagreement_names_both_places(
    places: YearPlaces, said: tuple[str, int, str, int]
) -> None:
    (finding,) = find_report_year(places).findings
    assert tuple(finding.parameters.values()) == said
    assert all(str(word) in finding.message for word in said[1::2])


def test_the_years_that_a_page_names() -> None:
    places = YearPlaces(REPORT, OWN, "2021年，本局主动公开信息10条。", 2020)
    named = list(iterate_page_years(places))
    assert [(one.place, one.year) for one in named] == [
        *(("title", 2022), ("period", 2022), ("disclosure", 2021)),
    ]
    assert named[0].words == REPORT
    assert named[1].words == "2022年1月1日"
    assert named[2].words.startswith("2021年")
    text = "、".join(f"{year}年" for year in (2021, 2021, 2020, 2019, 2019, 2019, 2018))
    others = list_other_years(YearPlaces(None, None, text, 2020))
    assert others == [
        *(("row", 2020, ""), ("most_frequent", 2019, "3 ×")),
        *(("most_frequent", 2021, "2 ×"), ("most_frequent", 2020, "1 ×")),
    ]
    assert list_other_years(YearPlaces(None, None, "")) == []


# --- what is missing ------------------------------------------------------------------------

NO_DATE = PublicationDate(None, None, None, (), ())
ON_A_DAY = PublicationDate("2023-01-20", None, "label", (), ())
IN_TITLE = {"basis": "title", "text": "柳河县民政局"}
IN_ROW = {"basis": "list", "text": "柳河县林业局"}


def miss(
    agency: Agency, generation: str = "g2021", *, ambiguous: bool = False
) -> list[Finding]:
    choice = AgencyChoice(agency, ambiguous, NameChoice(None, ()), ())
    return list(find_missing(choice, agency, ON_A_DAY, generation))


def test_what_a_report_has_not() -> None:
    named = Agency(printed="柳河县民政局")
    assert miss(named) == []
    assert miss(named, ambiguous=True) == []
    choice = AgencyChoice(named, False, NameChoice(None, ()), ())
    (undated,) = find_missing(choice, named, NO_DATE, "g2021")
    assert (undated.rule, undated.severity) == ("published_on.missing", "info")
    (bare,) = miss(named, "unknown")
    assert (bare.rule, bare.severity) == ("tables.missing", "warning")
    (nobody,) = miss(Agency())
    (doubted,) = miss(Agency(candidates=(IN_ROW,)))
    (titled,) = miss(Agency(candidates=(IN_TITLE,)))
    for finding in (nobody, doubted, titled):
        assert (finding.rule, finding.severity) == ("agency.missing", "warning")
    assert nobody.message == titled.message
    assert nobody.parameters == titled.parameters == {"case": "none"}
    assert doubted.parameters["case"] == "in_doubt"
    assert "柳河县林业局" in doubted.message
    (open_one,) = miss(Agency(candidates=(IN_TITLE, IN_ROW)), ambiguous=True)
    assert (open_one.rule, open_one.severity) == ("agency.ambiguous", "warning")
    assert "柳河县民政局" in open_one.message
    assert "柳河县林业局" in open_one.message


# --- signatures -----------------------------------------------------------------------------

BODY = [f"第{number}段说明了工作情况。" for number in range(12)]
SIGNED = "2023-01-18"


@pytest.mark.parametrize(
    ("lines", "signature"),
    [
        ("柳河县民政局\n2023年1月18日", ("柳河县民政局", SIGNED, "agency_above_date")),
        ("柳河县民政局2023年1月18日", ("柳河县民政局", SIGNED, "agency_and_date")),
        ("柳河县民政局(2023年1月18日)", ("柳河县民政局", SIGNED, "agency_and_date")),
        ("2023年1月18日", (None, SIGNED, "date_alone")),
        ("柳河县民政局", ("柳河县民政局", None, "agency_alone")),
        ("无其他事项2023年1月18日", None),
        ("2023年1月18日 10:20", None),
        ("2023年1月18日召开会议", None),
        (
            "文" * 60 + "。 柳河县民政局 2023年1月18日",
            ("柳河县民政局", SIGNED, "end_of_line"),
        ),
        ("文" * 60 + "。2023年1月18日", None),
        ("文" * 60 + "。 柳河县民政局 2023年1月18日会议", None),
        ("\n".join(["2023年1月18日", *["段落。"] * 7]), (None, SIGNED, "date_alone")),
        ("\n".join(["2023年1月18日", *["段落。"] * 8]), None),
        (
            "\n".join(["柳河县民政局", "2023年1月18日", *["段落。"] * 8]),
            ("柳河县民政局", SIGNED, "agency_above_date"),
        ),
        (
            "\n".join(["柳河县民政局", *["段落。"] * 2]),
            ("柳河县民政局", None, "agency_alone"),
        ),
        ("\n".join(["柳河县民政局", *["段落。"] * 3]), None),
        ("\n".join(["柳河县民政局", "2023年1月18日", *["段落。"] * 30]), None),
    ],
)
def test_the_end_of_a_body(
    lines: str, signature: tuple[str | None, str | None, str] | None
) -> None:
    found = find_signature([*BODY, *lines.split("\n")])
    if signature is None:
        assert found == Signature()
        return
    assert (found.agency, found.signed_on, found.rule) == signature
    assert found.line in lines.split("\n")
    assert found.line


def test_signatures_from_the_last_to_the_first() -> None:
    lines = [
        *BODY,
        "柳河县民政局",
        "2023年1月18日",
        "附件",
        "柳河县林业局2023年1月19日",
    ]
    found = [(one.agency, one.signed_on) for one in iterate_signatures(lines)]
    assert found == [
        *(("柳河县林业局", "2023-01-19"), ("柳河县民政局", "2023-01-18")),
        ("柳河县民政局", None),
    ]
    assert list(iterate_signatures([])) == []
    assert find_signature(["柳河县民政局"]) == Signature()


# --- sections -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("一、总体情况", True),
        ("一．总体情况", True),
        ("十二、地方特色", True),
        ("一、总体情况。", False),
        ("一、总体情况\t1", False),
        ("总体情况", False),
        ("、总体情况", True),
        ("主动公开政府信息情况", True),
        ("三、本年度办理结果", False),
        ("三、本年", False),
        ("三、本年度办理结果 1 2 3", False),
        ("一、" + "长" * 48, True),
        ("一、" + "长" * 49, False),
        ("", False),
    ],
)
def test_the_title_of_a_section(line: str, is_one: bool) -> None:
    assert is_section_title(line) is is_one


def test_a_body_in_sections() -> None:
    def split(*lines: str) -> list[tuple[str | None, str, str]]:
        return [(one.key, one.title, one.text) for one in split_sections(lines)]

    assert split("前言", "二行") == []
    assert split("前言", "一、总体情况", "甲", "乙") == [
        *(("preamble", "", "前言"), ("overview", "一、总体情况", "甲\n乙")),
    ]
    assert split("一、总体情况", "二、地方特色") == [
        *(("overview", "一、总体情况", ""), (None, "二、地方特色", "")),
    ]
    line = "前言" + "文" * 50 + "。 一、总体情况 甲。 二、主动公开政府信息情况 乙。"
    assert split(line) == [
        ("preamble", "", "前言" + "文" * 50 + "。"),
        ("overview", "一、总体情况", "甲。"),
        ("proactive_disclosure", "二、主动公开政府信息情况", "乙。"),
    ]


# --- links, hosts, offices ------------------------------------------------------------------


def test_linked_files() -> None:
    links = [
        *(("a.pdf", ""), ("/down?id=1", "年报.DOCX"), ("/x.html", "说明")),
        *(("javascript:a.pdf", ""), ("JAVASCRIPT:a.pdf", ""), ("mailto:a.pdf", "")),
        *(("#a.pdf", ""), ("a.pdf", "again"), ("b.pdfx", ""), ("c.zip?x=1", "")),
        *(("down", "年报.pdf"), ("http://[::1/a.pdf", "")),
    ]
    found = collect_attachments(links, "http://a.gov.cn/b/c.html")
    assert [one.url for one in found] == [
        *("http://a.gov.cn/b/a.pdf", "http://a.gov.cn/down?id=1"),
        *("http://a.gov.cn/b/c.zip?x=1", "http://[::1/a.pdf"),
    ]
    assert {one.text for one in found} == {""}
    assert [one.url for one in collect_attachments(links[:2], None)] == [
        *("a.pdf", "/down?id=1"),
    ]


@pytest.mark.parametrize(
    ("url", "domain", "is_official"),
    [
        (None, "", None),
        ("", "", None),
        ("http://[::1", "", None),
        ("http://www.liuhe.gov.cn/a", "", True),
        ("http://www.liuhe.com/a", "", False),
        ("http://www.liuhe.gov.cn.copy.com/a", "", False),
        ("http://WWW.LIUHE.GOV.CN/a", "www.liuhe.gov.cn", True),
        ("http://mz.liuhe.gov.cn/a", "www.liuhe.gov.cn", True),
        ("http://www.liuhe.gov.cn/a", "www.other.gov.cn", False),
        ("http://www.liuhe.gov.cn/a", "www.other.gov.cn; http://liuhe.gov.cn/", True),
        ("http://xliuhe.gov.cn/a", "liuhe.gov.cn", False),
        ("http://www.liuhe.gov.cn/a", " ; ", True),
    ],
)
def test_the_bodys_own_host(
    url: str | None, domain: str, is_official: bool | None
) -> None:
    metas = {"sitedomain": domain} if domain else {}
    assert is_official_host(url, metas) is is_official


@pytest.mark.parametrize(
    ("name", "prose", "body"),
    [
        ("柳河县民政局", "我办", "柳河县民政局"),
        ("柳河县民政局办公室", "", "柳河县民政局"),
        ("柳河县民政局办公室", "我办编制", "柳河县民政局办公室"),
        ("柳河县人民政府办公室", "我县编制", "柳河县人民政府"),
        ("柳河县人民政府办公室", "我办编制", "柳河县人民政府办公室"),
        ("柳河县人民政府办公室", "", "?"),
        ("柳河镇党政办公室", "我镇编制", "柳河镇"),
        ("柳河镇党政办公室", "我办编制", "柳河镇党政办公室"),
        ("柳河镇党政办公室", "我局编制", "?"),
    ],
)
def test_whose_report_an_office_writes(name: str, prose: str, body: str) -> None:
    assert choose_body_of_office(name, prose) == body


@pytest.mark.parametrize(
    ("prose", "names", "body"),
    [
        ("我局编制", ["柳河县民政局", "柳河县人民政府"], "柳河县民政局"),
        ("我局编制", ["柳河县民政局", "柳河县林业局"], ""),
        ("我局编制", ["做好柳河县民政局", "柳河县民政局"], "柳河县民政局"),
        ("我县编制", ["柳河县民政局", "柳河县人民政府"], "柳河县"),
        ("我办编制", ["柳河县民政局"], ""),
        ("", ["柳河县民政局"], ""),
        ("我局编制", [], ""),
    ],
)
def test_the_body_that_speaks(prose: str, names: list[str], body: str) -> None:
    assert Speaker.listen(prose).find_own_body(names) == body


# --- dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://a.gov.cn/202101/t20210120_1239406.shtml", "2021-01-20"),
        ("http://a.gov.cn/art/2021/1/20/art_1.html", "2021-01-20"),
        ("http://a.gov.cn/2021-01/20/content_1.htm", "2021-01-20"),
        ("http://a.gov.cn/20220725/847939.html", "2022-07-25"),
        ("http://a.gov.cn/202301/30/1679499a.html", "2023-01-30"),
        ("http://a.gov.cn/202301/content_1.html", None),
        ("http://a.gov.cn/20221340/20220725/847939.html", "2022-07-25"),
        ("http://a.gov.cn/", None),
    ],
)
def test_the_day_in_an_address(url: str, day: str | None) -> None:
    found = dates.find_url_date(url)
    assert (found and found.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20210120", "2021-01-20"),
        (" 20210120091400 ", "2021-01-20"),
        ("202101200914", "2021-01-20"),
        ("20211320", None),
        ("Wed Jan 20 09:14:00 CST 2021", "2021-01-20"),
        ("Tue Jan 17 16:30:00 UTC 2023", "2023-01-18"),
        ("Tue Jan 17 15:59:00 UTC 2023", "2023-01-17"),
        ("Tue Dec 31 16:00:00 GMT 2024", "2025-01-01"),
        ("Tue, 17 Jan 2023 16:30:00 +0000", "2023-01-18"),
        ("Tue, 17 Jan 2023 23:30:00 +08:00", "2023-01-17"),
        ("Tue, 17 Jan 2023 11:30:00 -0430", "2023-01-18"),
        ("Tue, 17 Jan 2023 11:29:00 -0430", "2023-01-17"),
        ("17 Jan 2023 23:30", "2023-01-17"),
        ("Tue, 37 Jan 2023 16:30:00 +0000", None),
        ("Jan 17", None),
    ],
)
def test_the_stamp_of_a_program(text: str, day: str | None) -> None:
    stamp = dates.parse_machine_date(text)
    assert (stamp and stamp.day.isoformat()) == day
    if stamp:
        assert (stamp.text, stamp.time, stamp.instant) == (text.strip(), None, None)
        assert (stamp.start, stamp.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "is_one", "leads"),
    [
        ("2021-01-20", True, True),
        ("[2021-01-20]", True, True),
        ("• 2021年1月20日 |", True, False),
        ("2021-01-20 年报", False, True),
        ("年报 2021-01-20", False, False),
        ("（2021-01-20）", False, False),
        ("(2021-01-20)", True, True),
        ("年报", False, False),
        (" " * 70 + "2021-01-20", True, False),
    ],
)
def test_a_text_that_is_a_date(text: str, is_one: bool, leads: bool) -> None:
    assert dates.is_date(text) is is_one
    assert (dates.find_leading_date(text) is not None) is leads
