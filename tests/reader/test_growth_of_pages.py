"""Hostile pages: what the whole reader does grows with the page, not faster.

GROWTH=all measures every shape at its full size; a small run sees what grows much too fast.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import pytest

from nianbao.pipelines.reader import read
from tests.growth import LINEAR, measure_growth
from tests.reader import pages

# In a small run what is quadratic is not seen before it takes some tenths of a second.
IS_WHOLE = os.environ.get("GROWTH") == "all"
SIZE = 8_000 if IS_WHOLE else 500  # elements
BEFORE, _, AFTER = pages.trs(pages.body("g2021") + "@").partition("@")
URL = "https://www.example.gov.cn/zwgk/t20230118_1.html"


def repeat(unit: str, count: int) -> str:
    return unit * count


def write_row(unit: str, count: int) -> str:
    return f"<table><tr>{unit * count}</tr></table>"


def nest(before: str, after: str, count: int) -> str:
    depth = min(count, 4_000)
    return before * depth + "x" + after * depth


UNITS = {
    "paragraphs": "<p>政府信息公开",
    "tables of one cell": "<table><tr><td>规章<td>1</table>",
    "tables with a header": "<table><tr><td>信息内容<td>本年制发件数<tr><td>规章<td>1</table>",
    "tables never closed": "<table><tr><td>",
    "cells never closed": "<td>",
    "elements never closed": "<div><span><b>",
    "ends without a beginning": "</div></td></table>",
    "struck runs": "<s>1</s>2",
    "hidden runs": "<span style='display:none'>1</span>2",
    "hidden blocks": "<div hidden>1</div>2",
    "covered runs": "<span style='visibility:hidden'>1<b style='visibility:visible'>2</b></span>",
    "runs of the colour behind": "<span style='color:#fff;background:#fff'>1</span>2",
    "containers": "<div class=article><span class=content>1</span></div>",
    "titles": "<h1>柳河镇2022年政府信息公开工作年度报告</h1>",
    "title lines": "<p>柳河镇2022年政府信息公开工作年度报告</p>",
    "dates": "<p>发布时间：2023-01-18</p>",
    "signatures": "<p>柳河镇人民政府</p><p>2023年1月18日</p>",
    "labels": "<p>来源：柳河镇人民政府 发布机构：西霞县</p>",
    "sections": "<p>一、总体情况</p><p>二、主动公开</p>",
    "agencies": "<p>本报告由柳河镇人民政府编制</p>",
    "periods": "<p>自2022年1月1日起至2022年12月31日止</p>",
    "links": "<a href='/f/1.pdf'>附件1：统计表.pdf</a>",
    "images": "<img src='/1.jpg'>",
    "frames": "<iframe src='/1.html'></iframe>",
    "metas": "<meta name=PubDate content='2023-01-18'>",
    "scripts": "<script>var a='<p>政府信息公开';</script>",
    "styles": "<style>.a{display:none}</style>",
    "style rules": "<style>.a1,.a2{color:red} td b{display:none}</style><b class=a1>x</b>",
    "textareas": "<textarea><p>政府信息公开</textarea>",
    "lists": "<ul><li>1<li>2</ul>",
    "line breaks": "<br>政府信息公开",
    "breadcrumbs": "<a href=/>首页</a> &gt; ",
    "amounts": "<p>收取费用1,234.5万元</p>",
    "prose of figures": "<p>收到申请12件，办理行政复议3件，诉讼4件。</p>",
    "comments": "<!-- x -->",
    "entities": "&nbsp;&#50;&amp;",
    "rare characters": "區⺠\u0301",
    "brackets": "<p>（（（一）",
    "places": "<p>山西省太原市小店区人民政府</p>",
}
IN_CELLS = {
    "raised marks": "<sup>1</sup>2",
    "raised runs": "<span style='vertical-align:super'>1</span>2",
    "controls": "<input value=1>2",
    "choices": "<select><option>1</select>",
    "pictures": "<img alt=1>",
    "inner tables": "<table><tr><td>1</table>",
    "paragraphs of a cell": "<p>1",
}
CELLS = {
    "cells in a row": "<td>1",
    "labelled cells in a row": "<td>规章<td>1",
    "wide cells in a row": "<td colspan=1000>1",
    "high cells in a row": "<td rowspan=1000>1",
    "rows": "<tr><td>规章<td>1<td>2<td>3",
    "rows of high cells": "<tr><td rowspan=900>规章<td>1",
    "rows of wide cells": "<tr><td colspan=90>规章<td>1",
    "rows of a form": "<tr><td>行政许可<td>1<tr><td>行政处罚<td>2",
    "rows of groups": "<tr><td rowspan=3>本年度办理结果<td>予以公开<td>1",
    "empty rows": "<tr>",
}
NESTED = {
    "elements within elements": ("<div>", "</div>"),
    "tables within tables": ("<table><tr><td>", "</table>"),
    "hidden within hidden": ("<div style='display:none'>1", "</div>"),
    "shown in part": (
        "<div style='visibility:hidden'>1<b style='visibility:visible'>",
        "</b></div>",
    ),
    "containers within containers": ("<div class=content>1", "</div>"),
    "covered within covered": ("<div style='visibility:hidden'>1", "</div>"),
    "raised within raised": ("<sup>", "</sup>"),
}
SHAPES: dict[str, Callable[[int], str]] = {
    **{name: partial(repeat, unit) for name, unit in UNITS.items()},
    **{name: partial(write_row, unit) for name, unit in CELLS.items()},
    **{
        name: lambda count, unit=unit: write_row(f"<td>{unit * 50}", count // 20)
        for name, unit in IN_CELLS.items()
    },
    **{
        f"{name} in one cell": lambda count, unit=unit: write_row(
            f"<td>规章<td>{unit * count}", 1
        )
        for name, unit in IN_CELLS.items()
    },
    **{name: partial(nest, *tags) for name, tags in NESTED.items()},
    "a long attribute": lambda count: (
        f"<p style='{'a:b;' * count}' class='{'c ' * count}'>x"
    ),
    "many attributes": lambda count: (
        f"<p {' '.join(f'a{n}=1' for n in range(count))}>x"
    ),
    "a long word": lambda count: "<p>" + "政" * (20 * count),
    "a long number": lambda count: "<p>" + "1" * (20 * count),
    "a long label": lambda count: f"<table><tr><td>{'规章' * (5 * count)}<td>1</table>",
    "nested brackets in a cell": lambda count: (
        f"<table><tr><td>规{'(' * (5 * count)}章{')' * (5 * count)}<td>1</table>"
    ),
    "a long sheet": lambda count: (
        "<style>"
        + "".join(f".a{n} .b{n}{{display:none}}" for n in range(count))
        + "</style>"
        + "".join(f"<i class=a{n}><b class=b{n}>x</b></i>" for n in range(count))
    ),
    "a long title": lambda count: (
        f"<title>{'。' * (8 * count)}</title><h1>{'。' * count}</h1>"
    ),
    "a long body": lambda count: (
        f"<p>发布机构：{'柳河' * count}局</p><p>{'审计' * count}局</p><p>2023年1月18日</p>"
    ),
    "a title of many parts": lambda count: f"<title>{'柳河镇年报_' * count}</title>",
}


if not IS_WHOLE:
    # Linear from a million comparisons of rules with elements on, which take a second.
    del SHAPES["style rules"]


def read_shape(filling: str) -> object:
    return read((BEFORE + filling + AFTER).encode(), url=URL)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_page_is_read_in_linear_time(shape: str) -> None:
    assert measure_growth(read_shape, SHAPES[shape], SIZE) < LINEAR
