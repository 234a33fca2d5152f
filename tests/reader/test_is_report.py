"""What is a report of the kind and what stands beside it; title and year."""

from __future__ import annotations

import pytest

from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.document.document import build_document
from nianbao.pipelines.reader.is_report import judge_report, prepare_page
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.tables import forms
from nianbao.pipelines.reader.tables.figures import Figures
from tests.reader import pages

TEXT = "\n".join(
    [
        pages.PREAMBLE,
        *pages.SECTIONS[:2],
        pages.PROSE[0],
        *pages.SECTIONS[2:],
        pages.PROSE[1],
    ]
)


@pytest.mark.parametrize(
    "title",
    [
        "柳河镇2022年政府信息公开工作年度报告",
        "柳河镇2022年政务公开年度报告",
        "柳河镇2022年度信息公开年报",
        "柳河镇二〇二二年政府信息公开年度报告",
        "2022年度柳河镇政府信息公开工作情况报告",
        "柳河镇政府信息公开2022年度报告",
    ],
)
def test_reports(title: str) -> None:
    reading = read(pages.trs(pages.body(), title=title).encode())
    assert (reading.is_report, reading.report_year, reading.title) == (
        True,
        2022,
        title,
    )


@pytest.mark.parametrize(
    "title",
    [
        "《柳河镇2022年政府信息公开工作年度报告》解读",
        "一图读懂柳河镇2022年政府信息公开工作年度报告",
        "柳河镇2022年政府网站工作年度报表",
        "柳河镇2022年法治政府建设年度报告",
        "关于做好2022年政府信息公开工作年度报告编制工作的通知",
        "关于2022年政府信息公开工作要点落实情况的函",
        "关于印发政府信息公开工作年度报告格式的通知",
        "柳河镇2022年部门决算",
        "404 页面不存在",
        "政府信息公开指南",
    ],
)
def test_look_alikes(title: str) -> None:
    content = "<p>现将有关事项说明如下，请各单位抓好落实。</p>" * 4
    reading = read(pages.trs(content, title=title).encode())
    assert (reading.is_report, reading.form, reading.report_year, reading.figures) == (
        False,
        None,
        None,
        (),
    )


def test_an_interpretation_with_tables_is_still_none() -> None:
    title = "柳河镇2022年政府信息公开工作年度报告解读"
    assert not read(pages.trs(pages.body(), title=title).encode()).is_report


def test_a_list_is_none() -> None:
    rows = "".join(
        f"<li><a>柳河镇{year}年政府信息公开工作年度报告</a></li>"
        for year in range(2012, 2022)
    )
    assert not read(
        f"<html><body><div class='content'><ul>{rows}</ul></div></body></html>".encode()
    ).is_report


def test_a_text_without_title_is_told_by_preamble_outline_or_tables() -> None:
    assert read(TEXT.encode()).is_report
    assert read(
        ("现将我镇2020年度政府信息公开工作情况报告如下：" + pages.PROSE[0]).encode()
    ).is_report
    assert not read((pages.PROSE[0] * 3).encode()).is_report


def test_a_work_summary_is_a_report_only_with_the_statutory_tables() -> None:
    summary = "<p>现将柳河镇2022年度推进政务公开工作情况总结如下：</p>"
    plain = pages.trs(
        summary + f"<p>{pages.PROSE[0]}</p>" * 3, title="柳河镇2022年政务公开工作总结"
    )
    tabled = pages.trs(summary + pages.body(), title="柳河镇2022年政务公开工作总结")
    assert not read(plain.encode()).is_report
    assert read(tabled.encode()).is_report


@pytest.mark.parametrize(
    ("title", "text", "year"),
    [
        (
            "柳河镇2021年政府信息公开工作年度报告",
            "所列数据的统计期限自2021年1月1日起至2021年12月31日止。",
            2021,
        ),
        (
            "柳河镇政府信息公开工作年度报告",
            "所列数据的统计期限自2021年1月1日起至2021年12月31日止。",
            2021,
        ),
        (
            "柳河镇政府信息公开工作年度报告",
            "2021年，我镇依法公开。根据《关于做好2020年工作的通知》（国办发〔2019〕60号）。",
            2021,
        ),
        ("柳河镇政府信息公开工作年度报告", "我镇依法公开政府信息。", None),
    ],
)
def test_the_year(title: str, text: str, year: int | None) -> None:
    reading = read(
        f"{title}\n一、总体情况\n{text}\n二、主动公开政府信息情况\n{pages.PROSE[1]}".encode()
    )
    assert (reading.is_report, reading.report_year) == (True, year)


def test_a_year_that_the_period_contradicts() -> None:
    page = pages.trs(pages.body(), title="青石县柳河镇2023年政府信息公开工作年度报告")
    reading = read(page.encode())
    (finding,) = [
        finding
        for finding in reading.findings
        if finding.rule == "report_year.disagreement"
    ]
    assert (reading.report_year, finding.expected, finding.found) == (
        2023,
        "2023",
        "2022",
    )


def test_sections_by_their_keys() -> None:
    reading = read(pages.trs(pages.body()).encode())
    assert [section.key for section in reading.sections] == [
        "preamble",
        "overview",
        "proactive_disclosure",
        "requests",
        "review_litigation",
        "problems_improvements",
        "other_matters",
    ]
    assert reading.sections[1].text == pages.PROSE[0]


def test_sections_within_one_line() -> None:
    line = " ".join(
        [
            pages.PREAMBLE,
            pages.SECTIONS[0],
            pages.PROSE[0],
            pages.SECTIONS[4],
            pages.PROSE[1],
            "六、其他需报告的事项",
            "无。",
        ]
    )
    reading = read(f"{pages.TITLE}\n{line}".encode())
    assert [section.key for section in reading.sections] == [
        "preamble",
        "overview",
        "problems_improvements",
        "other_matters",
    ]


OF_ANOTHER_KIND = [
    "青石县社会保险事业局2020年上半年政府信息公开工作报告",
    "青石县社会保险事业局2020年第一季度政府信息公开工作报告",
    "青石县2020年政府信息公开工作年度报告编制说明",
    "青石县2020年政府信息公开工作年度报告发布情况通报",
    "青石县2020年法治政府建设情况报告",
    "青石县2020年政府网站工作年度报表",
    "青石县2020年信访工作年度报告",
    "青石县水务公司2020年度企业年度报告",
    "青石县2020年政府信息公开社会评议报告",
    "青石县2020年政府信息公开满意度调查报告",
    "青石县2020年政府信息公开保密审查自查报告",
    "青石县2020年政府信息公开保密审查工作情况报告",
    "数说青石县2020年政府信息公开工作年度报告",
    "青石县2020年政府信息公开工作年度报告亮点",
    "青石县2020年政府信息公开工作年度报告常见问题解答",
    "青石县2020年政府信息公开工作年度报告评议结果",
    "青石县2020年政府信息公开工作要点落实情况报告",
    "青石县2020年度双公示信息公开情况报告",
    "青石县2020年政府采购信息公开情况报告",
    "青石县2020年政府信息公开行政复议诉讼情况分析报告",
    "青石县2020年建议提案办理情况报告",
]


@pytest.mark.parametrize("title", OF_ANOTHER_KIND)
def test_a_title_of_another_kind_over_the_text_of_a_report(title: str) -> None:
    body = [
        pages.PREAMBLE,
        *(
            line
            for pair in zip(pages.SECTIONS, pages.PROSE, strict=False)
            for line in pair
        ),
    ]
    assert not read("\n".join([title, *body]).encode()).is_report
    markup = "".join(f"<p>{line}</p>" for line in body)
    assert not read(pages.trs(markup, title=title).encode()).is_report


@pytest.mark.parametrize(
    "body",
    [
        "第一条 各科室于每年12月底前将政府信息公开年度报告报办公室。\n第二条 政府信息公开工作年度报告应涵盖全年。",
        "让年报说话\n根据《中华人民共和国政府信息公开条例》的规定，各级行政机关应当在每年3月31日前公布本机关的政府信息公开工作"
        "年报。\n国办信息公开办事前印发《关于做好政府信息公开年度报告编制发布工作的通知》。",
        "现将一年来的工作报告如下。\n一、推进法治政府建设的举措\n加强法治政府建设，推进政务公开，编制政府信息公开年度报告。",
    ],
)
def test_other_papers_that_speak_of_reports(body: str) -> None:
    assert not read(body.encode()).is_report


def test_a_day_in_two_folders_of_the_address() -> None:
    title = "柳河镇2022年政府信息公开工作年度报告"
    url = "http://www.qingshi.gov.cn/columns/bad1076f/202301/30/1679499a.html"
    reading = read(f"{title}\n一、总体情况\n{pages.PROSE[1]}".encode(), url=url)
    assert (reading.published_on, reading.published_basis) == ("2023-01-30", "url")


def test_a_sentence_about_reports_is_no_title() -> None:
    body = (
        "信息名称 关于做好2021年政府信息公开年度报告编制工作的通知\n公开日期 2022-01-05\n"
        "2021年政府信息公开年度报告应包括以下内容：主动公开情况、依申请公开情况、复议和诉讼情况。\n"
        * 2
    )
    reading = read(body.encode())
    assert (reading.is_report, reading.title) == (
        False,
        "关于做好2021年政府信息公开年度报告编制工作的通知",
    )


@pytest.mark.parametrize(
    "lead",
    [
        "新华网青石3月31日电（记者张三）",
        "本报讯 ",
        "中新社青石4月1日电 ",
        "人民网青石3月31日电 记者李四报道，",
        "云岭网讯昨日，",
        "手机报订阅\n下载客户端\n云岭新闻网讯 ",
    ],
)
def test_news_of_a_report_is_none(lead: str) -> None:
    text = f"{lead}青石县政府31日发布2021年政府信息公开年度报告，这是其发布的首份报告。\n报告指出，全年收到申请三件。"
    reading = read(text.encode())
    assert (reading.is_report, reading.title) == (False, None)


@pytest.mark.parametrize(
    "opening",
    [
        "依据《中华人民共和国政府信息公开条例》（以下简称《条例》）第五十条规定，编制本报告。",
        "根据《政府信息公开条例》第五十条，制作本报告。",
    ],
)
def test_a_preamble_in_other_words(opening: str) -> None:
    assert read(
        f"{opening}\n2021年，我局推进公开。\n全年收到申请16件。".encode()
    ).is_report


def test_a_newspaper_quotes_a_report() -> None:
    text = "审计署在17日发布的《审计署2021年政府信息公开工作报告》中称，将加大公开力度。\n专家如何评价？"
    assert not read(text.encode()).is_report


def test_the_year_of_a_cover_is_not_the_reports() -> None:
    text = "青石县统计局\n2018年3月\n本报告是根据条例，由青石县统计局编制的2017年度政府信息公开年度报告。\n一、概述"
    assert read(text.encode()).report_year == 2017


def test_the_captions_of_a_form_are_no_articles_of_rules() -> None:
    captions = "\n".join(f"第二十条第（{number}）项 | | |" for number in "一五六八")
    text = f"{pages.PREAMBLE}\n一、总体情况\n{pages.PROSE[0]}\n二、主动公开政府信息情况\n{captions}\n表格见附件图片。"
    assert read(text.encode()).is_report


def test_a_letter_under_which_a_report_stands() -> None:
    letter = "青石县人民政府办公室关于公布\n青石县2021年度政府信息公开工作年度报告的通知\n各乡镇人民政府：\n现予公布。\n"
    assert not read(letter.encode()).is_report
    assert read(
        f"{letter}青石县2021年度政府信息公开工作年度报告\n{TEXT}".encode()
    ).is_report


def test_a_book_of_other_bodies_summaries() -> None:
    paper = "青石县公安局政务公开工作总结\n2021年12月22日\n" + TEXT
    assert read(
        f"青石县公安局2021年政府信息公开工作年度报告\n{TEXT}".encode()
    ).is_report
    assert not read(f"2021年政务公开工作总结汇编（30篇）\n{paper}".encode()).is_report


@pytest.mark.parametrize(
    "text",
    [
        "今年4月1日，2021年度政府信息公开年度报告专题上线，展示了各地的政府信息公开年度报告，便于公众监督。",
        "根据《政府信息公开条例》，结合网友意见，选出10家优秀年度报告，其中省级政府5家。",
        "为便于公民获取信息，根据《政府信息公开条例》有关规定，编制本指南，需要信息公开服务的可以查阅。",
    ],
)
def test_news_and_guides_are_none(text: str) -> None:
    assert not read((text + "\n" + "公开工作得到了群众好评。" * 5).encode()).is_report


@pytest.mark.parametrize(
    ("text", "is_report", "reason"),
    [
        (
            "柳河镇2022年政府信息公开工作年度报告解读\n我镇",
            False,
            "another kind of document",
        ),
        (
            "柳河镇2022年政府信息公开工作年度报告\n我镇依法主动公开政府信息两百条,没有收到申请。",
            True,
            "the title names",
        ),
        ("各县人民政府,市直各部门:\n现将要点印发给你们。", False, "a notice or letter"),
        ("第一条 为了规范政府信息公开工作,制定本规定。", False, "rules"),
        ("我镇财政收入一百万元。", False, "never speaks of disclosure"),
        ("本报告由柳河镇编制,公布政府信息公开情况。", True, "the preamble"),
        ("我镇政务公开工作取得进展。", False, "nothing speaks"),
    ],
)
def test_the_step_that_decides(text: str, is_report: bool, reason: str) -> None:
    document = build_document(text, None)
    body = squeeze("".join(document.body))
    verdict = judge_report(prepare_page(document, body, forms.UNKNOWN, Figures()))
    assert verdict.is_report is is_report
    assert reason in verdict.reason


UNTITLED = (
    "2021年,我县把公开摆在重要位置,依法公开规划,及时公开预算,主动公开批准结果,公开招录信息。"
    "(一)主动公开更加及时。集中公开规章,公开清单,公开采购结果,在网站公开会议。"
    "(二)公开平台更加好用。全年公开文件一百二十件,按时答复申请。"
)


@pytest.mark.parametrize(
    ("heading", "text", "is_report"),
    [
        ("一、总体情况", UNTITLED, True),
        ("一、總體情況", UNTITLED, True),
        ("一、概述", UNTITLED, True),
        ("一、总体要求", UNTITLED, False),
        ("一、总体情况", UNTITLED.replace("公开", "服务"), False),
        ("一、总体情况", UNTITLED.replace("2021年,我县", "为了便民,要"), False),
    ],
)
def test_a_report_without_its_title(heading: str, text: str, is_report: bool) -> None:
    assert (
        read(f"{heading}\n{text}\n信息公开工作继续进行。".encode()).is_report
        is is_report
    )


GUIDE = """一、主动公开的政府信息
本镇公开机构职能。
二、依申请公开政府信息
受理机构为党政办。
三、政府信息公开工作机构
"""


@pytest.mark.parametrize(
    "opening",
    [
        "根据《政府信息公开条例》和省市公开办有关规定，制定本公开指南。",
        "根据《政府信息公开条例》有关规定，结合我镇实际，制定本信息公开工作制度。",
        "为了方便群众，特编制本政府信息公开目录。",
        "根据《条例》，制作本指南，供查阅。",
    ],
)
def test_a_text_that_calls_itself_something_else(opening: str) -> None:
    assert not read(f"{opening}\n{GUIDE}".encode()).is_report


def test_a_report_of_guides_that_were_written() -> None:
    text = "本报告由青石县林业局编制。\n我局编制本机关信息公开指南和目录。\n"
    assert read(text.encode()).is_report


@pytest.mark.parametrize(
    "text",
    [
        "政府信息公开工作自查报告青石县我县公开工作扎实开展，现将自查情况报告如下：一、组织领导到位。",
        "根据通知要求，结合实际进行了认真自查，现将政府信息公开工作自查情况汇报如下：\n一、组织领导。",
        "(三)组织编制本单位的政府信息公开指南、政府信息公开目录和政府信息公开年度工作报告,(四)进行保密审查。",
        "2021年政务公开年终总结10篇\n文档编号:1565\n现将我局2021年度政务公开工作报告如下：一、主动公开。",
        "内容预览：\n关于政务公开工作情况的调研报告 根据计划开展调研，现将调研情况报告如下。政务公开工作有进展。",
        "度政府信息公开工作报告范文(22篇)\n年度政府信息公开工作报告\n2017年，我办推进政务公开。",
        "下面是小编整理的政府信息公开工作汇报，供大家借鉴。\n现将我局政府信息公开工作情况汇报如下：",
        "政务公开工作总结（三篇）\n现将我局2021年度政务公开工作报告如下：一、主动公开。",
    ],
)
def test_self_checks_duties_and_shops_of_documents(text: str) -> None:
    assert not read(text.encode()).is_report


def test_a_report_says_that_checks_were_made() -> None:
    text = "青石县林业局2021年政府信息公开工作年度报告\n经认真自查，现将自查情况报告如下。\n"
    assert read((text + "我局全年公开信息三条。").encode()).is_report


def test_a_paragraph_above_a_source_is_no_title() -> None:
    text = (
        "每年3月31日，是信息公开工作年度报告的节点。各级机关应公布年报。今年有新特点。"
    )
    for page in (
        f"{text}\n来源：云岭新闻 2021-04-02\n展示平台上线。",
        f"<html><body><p>{text}</p><p>来源：云岭新闻 2021-04-02</p><p>展示平台上线。</p></body></html>",
    ):
        reading = read(page.encode())
        assert (reading.is_report, reading.title) == (False, None)


@pytest.mark.parametrize(
    "opening",
    [
        "本学年度报告是根据《高等学校信息公开办法》等要求，由云岭学院办公室编制完成。",
        "本学年报告由云岭学院编制，统计期限为2020年9月1日至2021年8月31日。",
        "我校信息公开工作着眼于巩固基础，稳步推进，现将2021年度此项工作开展情况报告如下。",
    ],
)
def test_the_preamble_of_a_school(opening: str) -> None:
    text = f"{opening}\n一、概述\n学校坚持依法治校，推进信息公开。"
    assert read(text.encode()).is_report


@pytest.mark.parametrize(
    "opening",
    [
        "我局贯彻条例，开展政府信息公开工作。2008年主要工作情况如下。",
        "我镇扎实推进政府信息公开工作。现将2013年工作情况报告如下：",
    ],
)
def test_a_text_that_names_its_work_in_the_sentence_before(opening: str) -> None:
    assert read(f"{opening}\n一、基础工作".encode()).is_report


def test_a_text_that_says_of_what_it_is_made_is_no_mere_summary() -> None:
    text = (
        "现公布2021年度青石县产业园管理委员会信息公开年度工作情况。{}"
        "现将年度内的政府信息公开情况总结如下：\n全年公开信息三条。"
    )
    parts = "报告由总体情况、主动公开政府信息情况、其他需要报告的事项组成。"
    assert read(text.format(parts).encode()).is_report
    assert not read(text.format("").encode()).is_report


def test_a_report_without_its_title_and_a_paragraph_above_the_heading() -> None:
    text = f"{UNTITLED}\n一、总体情况\n信息公开工作继续进行。"
    assert read(text.encode()).is_report
    plan = text.replace("2021年,我县", "为了便民,要")
    assert not read(plan.encode()).is_report


def test_a_report_without_its_title_whose_year_comes_later() -> None:
    text = "公开透明是责任政府的标志。" + UNTITLED + "信息公开工作继续进行。"
    assert read(f"一、概述\n{text}".encode()).is_report
