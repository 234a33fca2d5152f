"""The outline of a report: known sections by key, on every form."""

from __future__ import annotations

import pytest

from nianbao.pipelines.reader import read
from tests.reader import pages

KEYS = [
    "overview",
    "proactive_disclosure",
    "requests",
    "review_litigation",
    "problems_improvements",
    "other_matters",
]
OLD = {
    "overview": "一、概述",
    "proactive_disclosure": "二、主动公开政府信息的情况",
    "requests": "三、政府信息依申请公开办理情况",
    "fees": "四、政府信息公开的收费及减免情况",
    "review_litigation": "五、因政府信息公开申请行政复议、提起行政诉讼的情况",
    "problems_improvements": "六、政府信息公开工作存在的主要问题及改进措施",
    "appendix": "七、需要说明的其他事项与附表",
}


def keys(page: str) -> list[str | None]:
    return [section.key for section in read(page.encode()).sections]


@pytest.mark.parametrize("generation", ["g2019", "g2021"])
def test_the_six_of_the_form(generation: str) -> None:
    reading = read(pages.trs(pages.body(generation)).encode())
    assert [section.key for section in reading.sections] == ["preamble", *KEYS]
    assert [section.title for section in reading.sections[1:]] == list(pages.SECTIONS)
    assert reading.sections[0].text.startswith("本报告由青石县柳河镇人民政府")
    assert reading.sections[5].text == pages.PROSE[1]


@pytest.mark.parametrize("lost", [None, "四"])
def test_the_outline_of_2008(lost: str | None) -> None:
    """Outlines differ by region, and numbering can be lost: 、因政府信息公开… was seen."""
    titles = [title.removeprefix(lost) if lost else title for title in OLD.values()]
    body = "".join(f"<p>{title}</p><p>{pages.PROSE[0]}</p>" for title in titles)
    page = pages.trs(body, title="青石县柳河镇2017年政府信息公开工作年度报告")
    assert keys(page) == list(OLD)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("（一）总体情况", None),
        ("四、因政府信息公开工作被申请行政复议、提起行政诉讼情况", "review_litigation"),
        ("四、政府信息公开行政法复议、行政诉讼情况", "review_litigation"),
        ("五、政府信息公开工作存在的主要问题及改进情况", "problems_improvements"),
        ("五、存在的主要问题和改进措施", "problems_improvements"),
        ("六、其他需报告的事项", "other_matters"),
        ("六、需要说明的其他事项", "other_matters"),
        ("三、行政机关收到和处理政府信息公开申请情况", "requests"),
        ("三 、 收到和处理政府信息公开申请情况", "requests"),
        ("七、 乡村振兴", None),
    ],
)
def test_a_title(title: str, key: str | None) -> None:
    page = pages.trs(
        f"<p>{pages.PREAMBLE}</p><p>一、总体情况</p><p>{pages.PROSE[0]}</p><p>{title}</p><p>{pages.PROSE[1]}</p>"
    )
    found = keys(page)
    assert found[:2] == ["preamble", "overview"]
    assert found[2:] == ([key] if title[0] != "（" else [])


def test_rows_of_tables_are_no_sections() -> None:
    """一、本年新收… is numbered like a section, in whatever layout it stands."""
    body = (
        pages.body("g2021")
        + "<p>一、本年新收政府信息公开申请数量</p><p>四、结转下年度继续办理</p>"
    )
    assert keys(pages.trs(body)) == ["preamble", *KEYS]


def test_the_mobile_form_has_the_same_sections() -> None:
    assert (
        keys(pages.vsb(pages.body("g2021")))
        == keys(pages.trs(pages.body("g2021")))
        == keys(pages.old(pages.body("g2021")))
    )
