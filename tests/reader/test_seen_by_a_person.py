"""What a person sees is what is read: hidden, struck out, raised and not written in digits."""

from __future__ import annotations

import random
from itertools import product

import lxml.html
import pytest

from nianbao.archive.records import Figure, Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.selectors import parse_selectors
from nianbao.pipelines.reader.page.sheets import read_own_sheets
from nianbao.pipelines.reader.tables import numbers
from tests.reader import pages

PERMITS = ("g2021.art20_5", "admin_permit", "decisions_this_year")
CELL = pages.cell(120, colspan=3)

HIDDEN = (
    "hidden",
    'hidden=""',
    'style="display:none"',
    'style="DISPLAY : None"',
    'style="visibility: hidden"',
    'style="font-size:0"',
    'style="font-size: 0px; color:red"',
    'style="opacity:0"',
    'style="position:absolute;left:-9999px"',
    'style="position:fixed; top:-10000px"',
    'style="display:inline-block;text-indent:-9999px"',
    'style="color:transparent"',
    'style="position:absolute;clip:rect(0,0,0,0)"',
    'style="overflow:hidden;width:0;display:inline-block"',
    'style="text-decoration:line-through"',
    'style="font:0/0 a"',
    'style="position:relative;left:-9999px"',
    'style="position:absolute;right:-9999px"',
    'style="position:absolute;top:-999px"',
    'style="display:inline-block;text-indent:-999px"',
    'style="display:inline-block;transform:translateX(-9999px)"',
    'style="display:inline-block;transform:translate(0, -9999px)"',
    'style="display:block;margin-top:-9999px"',
    'style="filter:opacity(0)"',
    'style="content-visibility:hidden"',
    'style="clip-path:inset(50%)"',
    'style="clip-path:circle(0)"',
    'style="-webkit-text-fill-color:transparent"',
    'style="display:inline-block;max-width:0;overflow:hidden"',
    'style="position:absolute;width:1px;height:1px;overflow:hidden"',
    'style="text-indent:100%;white-space:nowrap;overflow:hidden;display:inline-block"',
    'style="color:#fff"',
    'style="color:White"',
    'style="color: rgb(255, 255, 255)"',
    'style="color:#fefefe"',
    'style="color:#ffffff00"',
    'style="color:rgba(0,0,0,0)"',
    'style="color:hsl(0,0%,100%)"',
    'style="background:#f00;color:red"',
    'style="background-color:rgb(0 0 255);color:blue"',
)
# How a cell is written in which nobody sees 9, and one in which everybody does.
BLENDED = (
    "<font color=white>9</font>",
    '<font color="#FFFFFF">9</font>',
    '<b style="color:white">9</b>',
    '<span style="color:#fff"><b>9</b></span>',
    '<span style="background:#eee"><span style="color:#eee">9</span></span>',
    '<span style="background:#eee"><span style="background:none;color:#eee">9</span></span>',
    '<span style="background:url(a.png)"><i style="color:#fff;background:#fff">9</i></span>',
)
CONTRASTING = (
    "<font color=red>9</font>",
    '<span style="color:#fff;background:#06c">9</span>',
    '<span style="background:#06c"><span style="color:#fff">9</span></span>',
    '<span style="background:url(blue.png)"><span style="color:#fff">9</span></span>',
    '<span style="background:linear-gradient(red,blue);color:#fff">9</span>',
    '<span style="color:#fff"><b style="color:red">9</b></span>',
    '<span style="color:#fff"><b style="background:#000">9</b></span>',
    '<span style="color:#ddd">9</span>',
    '<span style="background:#fff"><i style="color:#000;background:#000">'
    '<u style="color:#fff">9</u></i></span>',
    '<span style="color:var(--white)">9</span>',
    '<span style="border-color:#fff">9</span>',
)
SHEETS = (
    (".j{display:none}", 'class="j"'),
    (".a .j, #x{display:none}", 'id="x"'),
    ("td .j{display:none}", 'class="k j"'),
    ("td > p > span > span.j{visibility:hidden}", 'class="j"'),
    ("[data-j]{display:none}", "data-j"),
    ("td em{display:none}", "em"),
    (
        ".j{display:inline} .j{display:none!important}",
        'class="j" style="display:inline"',
    ),
    ("@media screen{.j{display:none}}", 'class="j"'),
    ("@media (min-width: 800px){.j{display:none}}", 'class="j"'),
    (".j{text-decoration:line-through}", 'class="j"'),
    (".j{font-size:0}", 'class="j"'),
    (".j{color:#fff}", 'class="j"'),
    (".j{font:0/0 a}", 'class="j"'),
    (".j{position:relative;left:-9999px}", 'class="j"'),
)
SHOWN = (
    (".j{color:red}", 'class="j"'),
    (".j{color:#fff;background:#06c}", 'class="j"'),
    ("td{background:#06c} .j{color:#fff}", 'class="j"'),
    ("@media print{.j{display:none}}", 'class="j"'),
    ("@media (max-width: 600px){.j{display:none}}", 'class="j"'),
    (".j{display:none} td .j{display:inline}", 'class="j"'),
    (".j{display:none}", 'class="j" style="display:inline"'),
    (".j:hover{display:none}", 'class="j"'),
    (".j::before{display:none}", 'class="j"'),
    (".j .j{display:none}", 'class="j"'),
    ("", 'style="opacity:0.5"'),
    ("", 'style="font-size:0.8em"'),
    ("", 'style="position:absolute;left:0"'),
)


def read_cell(content: str, sheet: str = "") -> tuple[Figure, Reading]:
    """Return the figure of a page whose cell of 120 permits has another content."""
    body = pages.body().replace(CELL, pages.cell(content, colspan=3))
    page = pages.trs(body).replace(".a{color:red}", sheet)
    reading = read(page.encode())
    figures = [
        figure
        for figure in reading.figures
        if (figure.table, figure.row, figure.column) == PERMITS
    ]
    assert len(reading.figures) == 200
    return figures[0], reading


@pytest.mark.parametrize("attributes", HIDDEN)
def test_hidden_digits_are_not_read(attributes: str) -> None:
    figure, _ = read_cell(f"1<span {attributes}>9</span>20")
    assert (figure.value, figure.text) == (120, "120")


@pytest.mark.parametrize("markup", BLENDED)
def test_digits_in_the_colour_of_what_is_behind_them(markup: str) -> None:
    figure, _ = read_cell(f"1{markup}20")
    assert (figure.value, figure.text) == (120, "120")


@pytest.mark.parametrize("markup", CONTRASTING)
def test_digits_in_another_colour_than_what_is_behind_them(markup: str) -> None:
    figure, _ = read_cell(f"1{markup}20")
    assert figure.value == 1920


WHITE_HEADS = 'style="color:#fff"'
OUTER_SHEET = '<link rel="stylesheet" href="/css/table.css">'


def read_white_heads(sheet: str, row: str = "") -> Reading:
    """Read a page whose header cells are white, with what is behind them elsewhere."""
    body = pages.body().replace("<tr>", f"<tr {row}>", 1)
    start = body.index(f"<tr {row}>")
    end = body.index("</tr>", start)
    heads = body[start:end].replace("<td", f"<td {WHITE_HEADS}")
    page = pages.trs(body[:start] + heads + body[end:])
    return read(page.replace("</head>", f"{sheet}</head>").encode())


@pytest.mark.parametrize(
    ("sheet", "row"),
    [
        ("", 'style="background:#06c"'),
        ("", "bgcolor=#0066cc"),
        ("", "background=head.png"),
        ("<style>tr{background-color:#06c}</style>", ""),
        (OUTER_SHEET, ""),
    ],
)
def test_white_heads_on_what_is_not_white_are_read(sheet: str, row: str) -> None:
    assert len(read_white_heads(sheet, row).figures) == 200


def test_words_of_a_line_are_unseen_whatever_sheets_there_are() -> None:
    body = pages.body().replace(
        CELL, pages.cell('1<font color="#fff">9</font>20', colspan=3)
    )
    page = pages.trs(body).replace("</head>", f"{OUTER_SHEET}</head>")
    figures = {(f.table, f.row, f.column): f.value for f in read(page.encode()).figures}
    assert figures[PERMITS] == 120


@pytest.mark.parametrize("tag", ["s", "del", "strike", "rt"])
def test_gone_text_is_not_read(tag: str) -> None:
    figure, _ = read_cell(f"<{tag}>31</{tag}>120")
    assert (figure.value, figure.text) == (120, "120")


@pytest.mark.parametrize(("sheet", "attributes"), SHEETS)
def test_digits_hidden_by_the_pages_style_sheet(sheet: str, attributes: str) -> None:
    tag = "em" if attributes == "em" else "span"
    figure, _ = read_cell(f"1<{tag} {attributes}>9</{tag}>20", sheet)
    assert (figure.value, figure.text) == (120, "120")


@pytest.mark.parametrize(("sheet", "attributes"), SHOWN)
def test_digits_that_are_shown_are_read(sheet: str, attributes: str) -> None:
    figure, _ = read_cell(
        f"1<span {attributes}>9</span>20", f"{sheet} .z{{display:none}}"
    )
    assert figure.value == 1920


def test_parts_of_a_veiled_cell_can_be_shown() -> None:
    shown = '<b style="visibility:visible">120</b>'
    figure, _ = read_cell(f'<span style="visibility:hidden">9{shown}7</span>')
    assert figure.text == "120"


@pytest.mark.parametrize(
    "mark",
    [
        "<sup>2</sup>",
        "<sup>[1]</sup>",
        "<sup><a href='#n'>12</a></sup>",
        "<sub>1</sub>",
        '<span style="vertical-align:super">3</span>',
        "①",
        "⑫",
        "²",
        "[2]",
        "【3】",
        "〔注1〕",
        "*",
        "⑴",
    ],
)
def test_marks_of_notes_are_no_digits(mark: str) -> None:
    figure, _ = read_cell(f"120{mark}")
    assert figure.value == 120


@pytest.mark.parametrize(
    "space", [" ", "&nbsp;&nbsp;", "\u3000", "<br>", "</span><p>", "\n"]
)
def test_two_numbers_are_no_number(space: str) -> None:
    figure, reading = read_cell(f"120{space}115")
    assert figure.value is None
    assert "120" in figure.text
    assert "115" in figure.text
    assert "cell.not_read" in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize(
    "content",
    [
        '<img src="n.gif">',
        '<img src="n.gif" alt="120">',
        "<svg><text>120</text></svg>",
        "<canvas></canvas>",
        "<object data='a.svg'></object>",
        "<script>show(120)</script>",
    ],
)
def test_what_is_no_text_is_not_called_empty(content: str) -> None:
    figure, reading = read_cell(content)
    assert figure.value is None
    assert figure.text
    findings = {(f.rule, f.table, f.row, f.column) for f in reading.findings}
    assert ("cell.not_read", *PERMITS) in findings


@pytest.mark.parametrize(
    "content",
    [
        '<input value="120">',
        '<input type="text" value="120" disabled>',
        "<textarea>120</textarea>",
        "<select><option>1<option selected>120</select>",
        '<input type="hidden" value="9">120',
    ],
)
def test_values_of_controls_are_read(content: str) -> None:
    figure, _ = read_cell(content)
    assert figure.value == 120


INVISIBLE = ("200b", "200e", "200f", "202a", "202d", "2066", "2060", "feff", "ad")


@pytest.mark.parametrize("code", INVISIBLE)
def test_characters_that_nobody_sees(code: str) -> None:
    character = chr(int(code, 16))
    figure, reading = read_cell(character.join("(120)"[1:-1]) + character)
    assert (figure.value, figure.text) == (120, "120")
    assert character not in reading.text


def test_every_sign_before_every_number() -> None:
    signs = {
        1: ("", "+", "＋", "增", "增加", "新增", "↑"),
        -1: (
            "-",
            "－",
            "−",
            "–",
            "﹣",
            "‐",
            "减",
            "減",
            "负",
            "負",
            "减少",
            "減少",
            "↓",
        ),
    }
    for factor, number in product(signs, (1, 12, 345)):
        for sign in signs[factor]:
            for text in (f"{sign}{number}", f"{sign} {number}", f"{sign}{number}件"):
                assert numbers.parse_number(text) == factor * number, text


def test_hidden_cells_take_no_column() -> None:
    hidden = "<td hidden>8</td>"
    body = pages.body().replace(
        "<td><p><span>9</span>", f"{hidden}<td><p><span>9</span>"
    )
    reading = read(pages.trs(body).encode())
    new = [f.value for f in reading.figures if f.row == "new_received"]
    assert new == pages.REQUESTS_2021["new_received"]


def test_a_selector_of_many_parts_takes_no_time_without_bound() -> None:
    text = " ".join(["b"] * 300)
    (selector,) = parse_selectors(text)
    page = f"<style>{text}{{display:none}}</style>" + "<b>" * 200 + "1"
    assert read(page.encode()).text == "1"
    assert selector.key == "b"


_NAMES = ("div", "p", "b", ".a", ".c", "#d", "p.a", "b.c", "div#d", "P.A")


def _draw_page(seed: int) -> Element:
    """A page of nested elements, some named, and rules whose selectors have up to four parts."""
    drawn = random.Random(seed)
    attributes = ("", " class=a", " class='c a'", " id=d", " class=C")
    markup = "".join(
        f"<{drawn.choice(('div', 'b', 'i'))}{drawn.choice(attributes)}>"
        if drawn.random() < 0.6
        else "</b></i></div>"
        for _ in range(60)
    )
    rules = []
    for _ in range(40):
        parts = drawn.choices(_NAMES, k=drawn.randint(1, 4))
        rules.append(drawn.choice((" ", ">")).join(parts) + "{display:none}")
    return lxml.html.document_fromstring(f"<style>{''.join(rules)}</style>{markup}")


def test_what_an_element_stands_in_decides_as_its_selectors_do() -> None:
    hidden_count = 0
    for seed in range(40):
        root = _draw_page(seed)
        sheet = read_own_sheets(root, with_backgrounds=False)
        every_selector = read_own_sheets(root, with_backgrounds=False)
        every_selector.outer_names_left = -1  # all selectors are matched
        for element in root.iter("div", "b", "i"):
            declarations = sheet.merge(element, {})
            assert declarations == every_selector.merge(element, {})
            hidden_count += bool(declarations)
    assert hidden_count > 200


def _list_rules(page: str) -> list[str]:
    return [finding.rule for finding in read(page.encode()).findings]


@pytest.mark.parametrize(
    ("sheet", "elements"),
    [
        pytest.param(".a{display:none}" * 4001, 1, id="rules"),
        pytest.param(f".a{{display:none}}/*{'x' * 300_000}*/", 1, id="characters"),
        pytest.param(".c .a{display:none}" * 2000, 501, id="comparisons"),
    ],
)
def test_rules_of_style_that_do_not_count_are_said(sheet: str, elements: int) -> None:
    parts = "<p class=a>1</p>" * elements
    page = f"<html><style>{sheet}</style>{parts}"
    assert "styles.cut" in _list_rules(page)
    few_rules = f"<html><style>{sheet[:16]}</style>{parts}"
    assert "styles.cut" not in _list_rules(few_rules)
