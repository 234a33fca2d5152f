"""Report pages of our own in the shapes of real ones, and what happens to real ones: each mutation
changes a page and says which cells it no longer prints.

A page is made with a token in the place of each figure, so that the cell of each is known.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import html
from lxml.html import HtmlElement

from tests.reader import pages, rendering
from tests.reader.rendering import Key, Report

Number = int | float | None
Random = random.Random

PUBLISHED = "2023-01-18"
SIGNATURE = '<p align="right">柳河镇人民政府</p><p align="right">2023年1月16日</p>'
MARKUPS = (
    rendering.spans,
    rendering.nested,
    rendering.split_in_two,
    rendering.split_with_header,
    rendering.cut_headers,
    rendering.padded,
    rendering.in_word,
    rendering.one_table,
    rendering.no_spans,
)


@dataclass
class MutablePage:
    """A page as a tree, the element of each figure, and what must not be read any more.

    `finish` are changes of the source that are done last; `encode` makes bytes of it.
    """

    root: HtmlElement
    truth: dict[Key, Number]
    cells: dict[Key, HtmlElement]
    lost: set[Key] = field(default_factory=set)
    # Rows that have lost a cell or have one too many: both in one row show nothing of it.
    uneven: set[HtmlElement] = field(default_factory=set)
    finish: list[Callable[[str], str]] = field(default_factory=list)
    charset: str = "utf-8"
    content_type: str | None = None
    log: list[str] = field(default_factory=list)

    def write(self) -> bytes:
        """Return the bytes of the page."""
        source = html.tostring(self.root, encoding="unicode", doctype="<!DOCTYPE html>")
        for change in self.finish:
            source = change(source)
        return source.encode(self.charset, "xmlcharrefreplace")

    def list_rows(self) -> list[HtmlElement]:
        """Return the rows with figures."""
        rows = dict.fromkeys(cell.getparent() for cell in self.cells.values())
        return [row for row in rows if row is not None]

    def list_keys(self, row: HtmlElement) -> list[Key]:
        return [key for key, cell in self.cells.items() if cell.getparent() is row]

    def list_tables(self) -> list[HtmlElement]:
        tables = dict.fromkeys(_find_table(cell) for cell in self.cells.values())
        return [table for table in tables if table is not None]

    def list_header_rows(self, table: HtmlElement) -> list[HtmlElement]:
        rows = set(self.list_rows())
        return [row for row in table.iter("tr") if row not in rows]

    def list_labels(self, row: HtmlElement) -> list[HtmlElement]:
        """Return the cells of a row before its first figure."""
        figures = set(self.cells.values())
        labels: list[HtmlElement] = []
        for cell in row:
            if cell in figures:
                break
            labels.append(cell)
        return labels

    def pick_cell(self, dice: Random) -> Key:
        """Return the key of a figure, more often one that is not zero."""
        keys = list(self.cells)
        filled = [key for key in keys if self.truth[key]]
        return dice.choice(filled if filled and dice.random() < 0.8 else keys)


def _find_table(cell: HtmlElement) -> HtmlElement | None:
    return next(cell.iterancestors("table"), None)


# ---- pages ----


def hanweb(content: str, *, title: str) -> str:
    """A page with a table of metadata above a container between comments."""
    return f"""<html><head><title>{title}</title><meta charset="utf-8">
<meta name="pubdate" content="2023-01-18 10:20"><meta name="author" content="王一"></head><body>
<div id="barrierfree_container"><table class="xxgk"><tr><td>索引号：</td><td>0145/2023-00012</td>
<td>分类：</td><td>年报</td></tr><tr><td>发布机构：</td><td>柳河镇</td><td>发布日期：</td>
<td>2023-01-18</td></tr><tr><td>标题：</td><td colspan=3>{title}</td></tr></table>
<div id="zoom"><!--ZJEG_RSS.content.begin-->{content}<!--ZJEG_RSS.content.end--></div>
<p>附件：</p></div><div class="foot">网站地图 | 版权所有 青石县人民政府</div></body></html>"""


def ucap(content: str, *, title: str) -> str:
    """A page of the Kaipuyun family: JSON-LD, a source line, recommended articles."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title} - 青石县人民政府</title>
<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2023-01-18">
<script>var siteId = 12; var columnId = 3301;</script></head><body>
<div class="header"><ul><li>首页</li><li>要闻动态</li><li>政务公开</li></ul></div>
<h1 class="title">{title}</h1><p class="sources">发布时间：2023年01月18日 10:20 信息来源：柳河镇 字号：大 中 小</p>
<div id="UCAP-CONTENT"><div class="trs_editor_view">{content}</div></div>
<div class="related"><h3>相关阅读</h3><ul><li><a>青石县2020年政府信息公开工作年度报告</a> 2021-03-02</li></ul></div>
</body></html>"""


SHELLS: tuple[Callable[..., str], ...] = (
    pages.trs,
    pages.vsb,
    pages.old,
    hanweb,
    ucap,
)


def make_page(number: int, report: Report) -> MutablePage:
    """Return a page of a report; its number says how it is laid out."""
    tokens: dict[str, tuple[Key, str]] = {}
    cells = report.cells()
    marked = _mark(report, tokens, cells)
    markup = MARKUPS[number % len(MARKUPS)]
    content = pages.body(report.generation, tables=markup(marked), signed=SIGNATURE)
    source = SHELLS[number % len(SHELLS)](content, title=pages.TITLE)
    root = html.document_fromstring(source)
    found: dict[Key, HtmlElement] = {}
    for element in root.iter():
        for name in ("text", "tail"):
            token = (getattr(element, name) or "").strip()
            if token in tokens:
                key, text = tokens[token]
                setattr(element, name, text)
                found[key] = _find_cell(
                    element if name == "text" else element.getparent()
                )
    assert len(found) == len(cells)
    truth = {key: rendering.number(text) for key, text in cells.items()}
    return MutablePage(root, truth, found)


def _find_cell(element: HtmlElement) -> HtmlElement:
    while element.tag not in ("td", "th"):
        element = element.getparent()
    return element


def _mark(
    report: Report, tokens: dict[str, tuple[Key, str]], cells: dict[Key, str]
) -> Report:
    """Return the report with a token for each figure."""
    numbers = iter(cells.items())

    def mark(_: str) -> str:
        token = f"§{len(tokens)}§"
        tokens[token] = next(numbers)
        return token

    rows = {
        name: {key: list(map(mark, values)) for key, values in lines.items()}
        for name, lines in report.rows.items()
    }
    return Report(
        report.generation, rows, list(map(mark, report.outcomes)), report.year
    )


# ---- mutations: spans ----


def _iter_spans(page: MutablePage) -> Iterator[tuple[HtmlElement, str]]:
    for table in page.list_tables():
        for cell in table.iter("td", "th"):
            for name in ("colspan", "rowspan"):
                if cell.get(name):
                    yield cell, name


def lose_span(page: MutablePage, dice: Random) -> None:
    spans = list(_iter_spans(page))
    if spans:
        cell, name = dice.choice(spans)
        del cell.attrib[name]


def lose_spans_of_a_table(page: MutablePage, dice: Random) -> None:
    table = dice.choice(page.list_tables())
    names = dice.choice((("colspan",), ("rowspan",), ("colspan", "rowspan")))
    for cell in table.iter("td", "th"):
        for name in names:
            cell.attrib.pop(name, None)


def change_span(page: MutablePage, dice: Random) -> None:
    spans = list(_iter_spans(page))
    if spans:
        cell, name = dice.choice(spans)
        value = int(cell.get(name).strip("+px. ")[:1]) + dice.choice((-1, 1))
        cell.set(name, str(value))


def add_span(page: MutablePage, dice: Random) -> None:
    cell = dice.choice(list(dice.choice(page.list_tables()).iter("td", "th")))
    cell.set(dice.choice(("colspan", "rowspan")), str(dice.randint(2, 3)))


def write_spans_oddly(page: MutablePage, dice: Random) -> None:
    for cell, name in _iter_spans(page):
        odd = dice.choice(("{}", "{}px", " {}", "+{}", "{}.0", "0{}"))
        cell.set(name, odd.format(cell.get(name)))


# ---- mutations: hidden text ----

HIDDEN = (
    'style="display:none"',
    "hidden",
    'style="display : none !important"',
    'style="visibility:hidden"',
    'style="font-size:0"',
    'style="opacity:0"',
    'style="position:absolute;left:-9999px"',
    'class="gone"',
    'style="text-decoration:line-through"',
    'style="color:#fff"',
    'style="color:white;background-color:#fefefe"',
    'style="font:0/0 a"',
    'style="position:relative;top:-9999px"',
    'style="text-indent:-999px;display:inline-block"',
    'style="filter:opacity(0)"',
)
HIDDEN_TEXTS = (
    *(f"<span {attributes}>{{}}</span>" for attributes in HIDDEN),
    "<font color=white>{}</font>",
    "<s>{}</s>",
    "<del>{}</del>",
    "<!-- {} -->",
    "<script>var n = {};</script>",
    "<style>.x{{top:{}px}}</style>",
    "<noscript>{}</noscript>",
    "<template>{}</template>",
)
SHEET = "<style>.gone{display:none} .veil{visibility:hidden}</style>"


def _add_sheet(page: MutablePage) -> None:
    head = page.root.find("head")
    if not any("gone{" in (style.text or "") for style in head.iter("style")):
        head.append(html.fragment_fromstring(SHEET))


def _parse(markup: str) -> HtmlElement:
    return html.fragment_fromstring(markup, create_parent="span")


def hide_text_in_cell(page: MutablePage, dice: Random) -> None:
    _add_sheet(page)
    cell = page.cells[page.pick_cell(dice)]
    markup = dice.choice(HIDDEN_TEXTS).format(dice.randint(1, 99))
    _insert(cell, markup, at_end=dice.random() < 0.5)


def _insert(cell: HtmlElement, markup: str, *, at_end: bool) -> None:
    """Put markup before or behind what a cell holds, within its innermost element."""
    target = cell
    while len(target) == 1 and not (target.text or "").strip():
        target = target[0]
    piece = _parse(markup)
    if at_end:
        target.append(piece)
        return
    piece.tail = target.text
    target.text = None
    target.insert(0, piece)


def _set_hidden(element: HtmlElement, dice: Random) -> None:
    attributes = dice.choice(
        ({"style": "display:none"}, {"hidden": ""}, {"class": "gone"})
    )
    element.attrib.update(attributes)


def hide_figure(page: MutablePage, dice: Random) -> None:
    _add_sheet(page)
    key = page.pick_cell(dice)
    cell = page.cells[key]
    if dice.random() < 0.4:
        cell.set("class", "veil")
        page.lost.add(key)
    elif cell.getparent() not in page.uneven:
        page.uneven.add(cell.getparent())
        _set_hidden(cell, dice)
        page.lost.add(key)


def hide_header_cell(page: MutablePage, dice: Random) -> None:
    _add_sheet(page)
    rows = page.list_header_rows(dice.choice(page.list_tables()))
    if rows:
        _set_hidden(dice.choice(list(dice.choice(rows))), dice)


def hide_row(page: MutablePage, dice: Random) -> None:
    _add_sheet(page)
    row = dice.choice(page.list_rows())
    page.lost.update(page.list_keys(row))
    _set_hidden(row, dice)


def put_hidden_row(page: MutablePage, dice: Random) -> None:
    _add_sheet(page)
    row = dice.choice(page.list_rows())
    old = _change_figures(row, dice)
    for cell in old:
        cell.attrib.pop("rowspan", None)
    _set_hidden(old, dice)
    if dice.random() < 0.5:
        row.addprevious(old)
    else:
        row.addnext(old)


def _change_figures(element: HtmlElement, dice: Random) -> HtmlElement:
    """Return a copy of an element, its numbers others."""
    other = copy.deepcopy(element)
    for part in other.iter():
        if (part.text or "").strip().isdigit():
            part.text = str(dice.randint(10_000, 99_999))
    other.tail = None
    return other


def put_hidden_column(page: MutablePage, dice: Random) -> None:
    _add_sheet(page)
    table = dice.choice(page.list_tables())
    place = dice.randint(0, 3)
    for row in list(table.iter("tr")):
        cell = html.fragment_fromstring(f"<td>{dice.randint(1, 99)}</td>")
        _set_hidden(cell, dice)
        row.insert(min(place, len(row)), cell)


def put_hidden_table(page: MutablePage, dice: Random) -> None:
    _add_sheet(page)
    table = dice.choice(page.list_tables())
    old = _change_figures(table, dice)
    box = html.fragment_fromstring('<div style="display:none"></div>')
    box.append(old)
    table.addprevious(box)


# ---- mutations: how figures and labels are written ----

NOTES = (
    "<sup>1</sup>",
    "<sup>[2]</sup>",
    "<sup>注</sup>",
    "①",
    "²",
    "[1]",
    "［2］",
    "【注1】",
    "*",
    "※",
    '<span style="vertical-align:super">1</span>',
    '<a href="#n1"><sup>(1)</sup></a>',
)


def mark_figure(page: MutablePage, dice: Random) -> None:
    for _ in range(dice.randint(1, 5)):
        cell = page.cells[page.pick_cell(dice)]
        _insert(cell, dice.choice(NOTES), at_end=True)


def mark_label(page: MutablePage, dice: Random) -> None:
    labels = page.list_labels(dice.choice(page.list_rows()))
    if labels:
        _insert(labels[-1], dice.choice(NOTES), at_end=True)


def write_figure_otherwise(page: MutablePage, dice: Random) -> None:
    """Full width, with a unit, padded, digits in runs of their own, in a form control."""
    for _ in range(dice.randint(1, 9)):
        key = page.pick_cell(dice)
        cell = page.cells[key]
        text = cell.text_content().strip()
        if len(cell) and cell.find(".//p") is None and cell.find(".//span") is None:
            continue
        if not text.isdecimal() or int(text) != page.truth[key]:
            continue
        padding = dice.choice(("\u00a0", "\u3000", "\u200b", "\ufeff", " \n "))
        ways = (
            text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
            f"{text}件",
            f"{text} 条",
            f"{int(text):,}",
            f"{padding}{text}{padding}",
            "".join(f"<span>{digit}</span>" for digit in text),
            f"<font>{text[:1]}</font><b>{text[1:]}</b>",
            f"<p>{text}</p><p>&nbsp;</p>",
            f"<br>{text}<br>",
            f'<input type="text" value="{text}" readonly>',
            f"<u>{text}</u>",
            f"{text[:1]}<!-- x -->{text[1:]}",
        )
        _replace(cell, dice.choice(ways))


def _replace(cell: HtmlElement, markup: str) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.text = None
    piece = _parse(markup)
    cell.append(piece)


def write_no_number(page: MutablePage, dice: Random) -> None:
    key = page.pick_cell(dice)
    ways = (
        "",
        "—",
        "/",
        "见附件",
        "12 34",
        "<p>12</p><p>34</p>",
        '<img src="n.png" alt="12">',
        "详见备注1",
        "&nbsp;",
        "<script>document.write(12)</script>",
        "12/34",
        "3~5",
        "50%",
    )
    _replace(page.cells[key], dice.choice(ways))
    page.lost.add(key)


# ---- mutations: rows, cells and columns ----


def drop_row(page: MutablePage, dice: Random) -> None:
    row = dice.choice(page.list_rows())
    page.lost.update(page.list_keys(row))
    row.drop_tree()


def drop_header_row(page: MutablePage, dice: Random) -> None:
    rows = page.list_header_rows(dice.choice(page.list_tables()))
    if rows:
        dice.choice(rows).drop_tree()


def swap_rows(page: MutablePage, dice: Random) -> None:
    row = dice.choice(page.list_rows())
    other = row.getnext()
    if other is not None and other in page.list_rows():
        row.addprevious(other)


def repeat_row(page: MutablePage, dice: Random) -> None:
    row = dice.choice(page.list_rows())
    row.addnext(copy.deepcopy(row))


def has_words(cell: HtmlElement) -> bool:
    return len(cell.text_content().strip()) > 1 and any(
        map(str.isalpha, cell.text_content())
    )


def blank_label(page: MutablePage, dice: Random) -> None:
    row = dice.choice(page.list_rows())
    # not a cell of a column that was put between label and figures
    labels = [cell for cell in page.list_labels(row) if has_words(cell)]
    if labels:
        _replace(labels[-1], dice.choice(("", "&nbsp;", "网上办理的其他事项", "备注")))
        page.lost.update(page.list_keys(row))


def drop_figure(page: MutablePage, dice: Random) -> None:
    key = page.pick_cell(dice)
    row = page.cells[key].getparent()
    if row not in page.uneven:
        page.uneven.add(row)
        page.cells[key].drop_tree()
        page.lost.add(key)


def put_cell(page: MutablePage, dice: Random) -> None:
    """A cell too many, empty or with a number, somewhere among the figures of a row."""
    cell = page.cells[page.pick_cell(dice)]
    if cell.getparent() in page.uneven:
        return
    page.uneven.add(cell.getparent())
    text = dice.choice(("", "", "0", str(dice.randint(1, 99))))
    piece = html.fragment_fromstring(f"<td>{text}</td>")
    if dice.random() < 0.5:
        cell.addprevious(piece)
    else:
        cell.addnext(piece)


def swap_figures(page: MutablePage, dice: Random) -> None:
    """Two columns change places, heads and all: only in tables of one row of heads."""
    for table in dice.sample(page.list_tables(), len(page.list_tables())):
        rows = [row for row in table.iter("tr") if len(row) == len(table.find(".//tr"))]
        size = len(rows[0])
        if len(rows) < len(list(table.iter("tr"))) or size < 3:
            continue
        if not page.list_header_rows(table):  # the rest of a table that was split
            continue
        if any(
            cell.get("colspan") or cell.get("rowspan") for row in rows for cell in row
        ):
            continue
        first, second = sorted(dice.sample(range(1, size), 2))
        for row in rows:
            one, other = row[first], row[second]
            row.remove(other)
            row.insert(first, other)
            row.remove(one)
            row.insert(second, one)
        return


def split_table(page: MutablePage, dice: Random) -> None:
    row = dice.choice(page.list_rows())
    parent = row.getparent()
    table = _find_table(row)
    if table is None or parent is None:
        return
    following = [row, *row.itersiblings("tr")]
    rest = html.fragment_fromstring("<table><tbody></tbody></table>")
    rest[0].extend(following)
    table.addnext(rest)


def put_into_thead(page: MutablePage, dice: Random) -> None:
    table = dice.choice(page.list_tables())
    first = table.find(".//tr")
    count = dice.randint(1, 4)
    rows = [first, *first.itersiblings("tr")][:count]
    head = html.fragment_fromstring("<table><thead></thead></table>")[0]
    head.extend(rows)
    table.insert(0, head)


def put_foot_first(page: MutablePage, dice: Random) -> None:
    table = dice.choice(page.list_tables())
    rows = list(table.iter("tr"))
    foot = html.fragment_fromstring("<table><tfoot></tfoot></table>")[0]
    foot.append(rows[-1])
    table.insert(0, foot)


def _put_column(
    page: MutablePage, dice: Random, head: str, texts: Sequence[str], place: str
) -> None:
    """Put a column of local making into the rows of a table, and a head above it."""
    table = dice.choice(page.list_tables())
    figures = set(page.cells.values())
    has_head = False
    for row in list(table.iter("tr")):
        if row in page.uneven:
            continue
        own = [number for number, cell in enumerate(row) if cell in figures]
        spots = {"first": 0, "last": len(row), "figures": own[0] if own else 1}
        text = dice.choice(texts)
        if not own:
            text = "" if has_head else head
            has_head = True
        row.insert(spots[place], html.fragment_fromstring(f"<td>{text}</td>"))
        page.uneven.add(row)


def put_number_column(page: MutablePage, dice: Random) -> None:
    """Numbers in any order: nobody can say that they are only that."""
    _put_column(page, dice, "序号", [str(number) for number in range(1, 40)], "first")


NUMBER_HEADS = ("序号", "编号", "序 号", "序", "No.", "行次", "")
NUMBERS: Sequence[Callable[[int], str]] = (
    str,
    lambda number: f"{number:02}",
    lambda number: f"{number}.",
    lambda number: f"({number})",
    lambda number: "一二三四五六七八九十"[number % 10],
    lambda number: f"A{number:03}",
    lambda _: "",
)


def number_rows(page: MutablePage, dice: Random) -> None:
    """Number the rows below the header of a table in a column before all others."""
    table = dice.choice(page.list_tables())
    add_number_column(
        page,
        table,
        dice.choice(NUMBER_HEADS),
        dice.choice(NUMBERS),
        dice.random() < 0.5,
    )


def add_number_column(
    page: MutablePage,
    table: HtmlElement,
    head: str,
    write: Callable[[int], str],
    is_spanned: bool,
) -> None:
    """Put a column of numbers first; its head spans the header, or blank cells fill it up."""
    figure_rows = set(page.list_rows())
    rows = list(table.iter("tr"))
    count = 0
    height = 0
    while height < len(rows) and rows[height] not in figure_rows:
        height += 1
    for number, row in enumerate(rows):
        if number >= height:
            count += 1
            text, span = write(count), ""
        else:
            text, span = head if number == 0 else "", f' rowspan="{height}"'
        if number >= height or number == 0 or not is_spanned:
            markup = f"<td{span if is_spanned and number == 0 else ''}>{text}</td>"
            row.insert(0, html.fragment_fromstring(markup))
            page.uneven.add(row)


def put_unit_column(page: MutablePage, dice: Random) -> None:
    _put_column(page, dice, "单位", ("件", "项", "宗", "个"), "figures")


def put_old_column(page: MutablePage, dice: Random) -> None:
    """The figures of the year before, beside those of the year."""
    texts = [str(number) for number in (0, 0, 3, 17, 250, 4031)]
    place = dice.choice(("figures", "last"))
    _put_column(page, dice, dice.choice(("2021年", "上年数", "去年同期")), texts, place)


def misprint_label(page: MutablePage, dice: Random) -> None:
    labels = page.list_labels(dice.choice(page.list_rows()))
    if labels:
        text = labels[-1].text_content()
        place = dice.randrange(len(text)) if text else 0
        ways = (
            text[:place] + text[place + 1 :],
            text[:place] + "某" + text[place + 1 :],
        )
        _replace(labels[-1], dice.choice((*ways, f"{text}（件）", f"{text}：")))


def turn_table(page: MutablePage, dice: Random) -> None:
    """Rows become columns: nobody can say what then stands where but by both labels."""
    table = dice.choice(page.list_tables())
    rows = [list(row) for row in table.iter("tr")]
    width = max(map(len, rows))
    for row in list(table.iter("tr")):
        row.getparent().remove(row)
    for number in range(width):
        turned = html.Element("tr")
        turned.extend(row[number] for row in rows if number < len(row))
        for cell in turned:
            cell.attrib.pop("colspan", None)
            cell.attrib.pop("rowspan", None)
        table.append(turned)


def flatten_table(page: MutablePage, dice: Random) -> None:
    """A table becomes lines of text, as copying leaves it."""
    table = dice.choice(page.list_tables())
    separator = dice.choice(("\t", " ", "  ", "\n", " | "))
    texts = []
    for row in table.iter("tr"):
        cells = [" ".join(cell.text_content().split()) for cell in row]
        texts.append(separator.join(cells))
    box = html.Element("div")
    for line in "\n".join(texts).split("\n"):
        paragraph = html.Element("p")
        paragraph.text = line
        box.append(paragraph)
    table.addprevious(box)
    table.drop_tree()


# ---- mutations: around the tables ----

CHROME_LINES = (
    "网站地图",
    "打印本页 关闭窗口",
    "【字体：大 中 小】",
    "上一篇：青石县石桥镇2021年政府信息公开工作年度报告",
    "责任编辑：王一",
    "扫一扫在手机打开当前页",
    "分享到：微信 微博",
    "浏览次数：1208",
    "您现在的位置：首页 > 政务公开 > 年报",
    "今天是2024年5月7日 星期二",
    "版权所有：青石县人民政府 备案号：12001233号",
    "访问量：20230302",
    "附件：青石县石桥镇2019年政府信息公开工作年度报告.docx",
)
CHROME_SENTENCES = (
    "本镇在网站主办单位的指导下完善了网站地图和联系我们栏目，全年更新12次。",
    "依据<关于印发年度报告格式的通知>编制，详见相关链接所列的文件。",
    "全年点击政务公开专栏的浏览次数有所增加，未收到打印、关闭等方面的意见。",
    "当前位置不够明显的问题已经整改，下一篇幅说明收费情况。",
)
NAVIGATION = (
    '<ul class="list"><li><a>青石县2021年政府信息公开工作年度报告</a><span>2022-01-29</span></li>'
    "<li><a>关于召开会议的公告</a><span>[2024-03-02]</span></li></ul>"
)


def _list_paragraphs(page: MutablePage) -> list[HtmlElement]:
    """Return the paragraphs of the text, none of them within its tables."""
    tables = set(page.list_tables())
    return [
        element
        for element in page.root.iter("p")
        if tables.isdisjoint(element.iterancestors("table"))
        and len(element.text_content()) > 20
    ]


def put_chrome_line(page: MutablePage, dice: Random) -> None:
    paragraph = dice.choice(_list_paragraphs(page))
    tag = dice.choice(("p", "div"))
    line = html.fragment_fromstring(f"<{tag}>{dice.choice(CHROME_LINES)}</{tag}>")
    if dice.random() < 0.5:
        paragraph.addprevious(line)
    else:
        paragraph.addnext(line)


def put_chrome_sentence(page: MutablePage, dice: Random) -> None:
    paragraph = dice.choice(_list_paragraphs(page))
    paragraph.text = (paragraph.text or "") + dice.choice(CHROME_SENTENCES)


def put_navigation(page: MutablePage, dice: Random) -> None:
    body = page.root.find("body")
    places = (0, len(body))
    body.insert(dice.choice(places), html.fragment_fromstring(NAVIGATION))


# ---- mutations: dates ----

DAYS = (
    "2023年1月18日",
    "2023年01月18日 10:20",
    "2023/01/18",
    "2023.1.18",
    "2023-1-18",
    "2023-01-18 10:20:33",
    "2023年元月18日",
    "二〇二三年一月十八日",
    "２０２３年１月１８日",
    "2023 - 01 - 18",
    "2023-01-1810:20",
)
ZONES = (
    "2023-01-18T10:20:00+08:00",
    "2023-01-17T20:20:00Z",
    "2023-01-17T20:20:00+00:00",
    "2023-01-17 20:20:00 +0000",
    "2023-01-17 20:20:00 UTC",
    "2023-01-18 10:20",
    "Wed, 18 Jan 2023 02:20:00 GMT",
)
OTHER_DATES = (
    "成文日期：2023-01-10",
    "生成日期：2023年1月9日",
    "更新时间：2023-02-07 08:00",
    "有效期：2028-01-18",
    "访问时间：2024-05-07 08:00",
    "采集时间：2023-03-03",
    "截止日期：2022-12-31",
)
_DAY = re.compile(r"2023-01-18 10:20|2023年01月18日 10:20|2023-01-18")


def _iter_metas(page: MutablePage) -> Iterator[HtmlElement]:
    for meta in page.root.iter("meta"):
        if (meta.get("name") or "").lower() == "pubdate":
            yield meta


def spell_day(page: MutablePage, dice: Random) -> None:
    day = dice.choice(DAYS)
    for element in page.root.find("body").iter():
        for name in ("text", "tail"):
            text = getattr(element, name)
            if isinstance(text, str) and _DAY.search(text):
                setattr(element, name, _DAY.sub(day, text))


def give_zone(page: MutablePage, dice: Random) -> None:
    for meta in _iter_metas(page):
        meta.set("content", dice.choice(ZONES))


def lose_day(page: MutablePage, dice: Random) -> None:
    """The page's own line of the day, or its meta tag, or both."""
    if dice.random() < 0.7:
        for meta in list(_iter_metas(page)):
            meta.drop_tree()
    if dice.random() < 0.7:
        for element in page.root.find("body").iter():
            for name in ("text", "tail"):
                text = getattr(element, name)
                if isinstance(text, str) and _DAY.search(text):
                    setattr(element, name, _DAY.sub("", text))


def put_other_date(page: MutablePage, dice: Random) -> None:
    for element in page.root.find("body").iter():
        text = element.text or ""
        if isinstance(element.tag, str) and _DAY.search(text):
            other = dice.choice(OTHER_DATES)
            texts = (f"{other} {text}", f"{text} {other}")
            element.text = dice.choice(texts)
            return


# ---- mutations: the source ----


def encode_otherwise(page: MutablePage, dice: Random) -> None:
    page.charset = dice.choice(("gbk", "gb18030", "utf-16", "utf-8-sig", "gbk"))
    declared = dice.choice(("utf-8", "gb2312", "gbk", "", "x-user-defined"))
    for meta in list(page.root.iter("meta")):
        if meta.get("charset") or meta.get("http-equiv"):
            meta.drop_tree()
    if declared:
        meta = html.fragment_fromstring(f'<meta charset="{declared}">')
        page.root.find("head").insert(0, meta)
    page.content_type = dice.choice(
        (None, "text/html", f"text/html; charset={declared}")
    )


_ENDS = re.compile(r"</(?:td|tr|p|th|li|tbody)>")


def leave_tags_open(page: MutablePage, dice: Random) -> None:
    ends = dice.choice((("td",), ("tr",), ("td", "tr"), ("p",), ("tbody",)))
    pattern = re.compile(
        rf"</(?:{'|'.join(ends)})>\s*(?=<(?:td|tr|p|/table|/tr|/tbody)\b)"
    )
    if ends == ("p",):
        pattern = re.compile(r"</p>(?=</td>)")
    page.finish.append(lambda source: pattern.sub("", source))


def write_in_capitals(page: MutablePage, dice: Random) -> None:
    tags = dice.sample(("table", "tbody", "tr", "td", "p", "span", "div"), 4)
    pattern = re.compile(rf"</?(?:{'|'.join(tags)})\b")
    page.finish.append(lambda source: pattern.sub(lambda tag: tag[0].upper(), source))


def indent(page: MutablePage, dice: Random) -> None:
    space = dice.choice(("\n", "\r\n\t\t", "\n<!-- -->\n"))
    pattern = re.compile(r"(?<=[>])(?=</?(?:table|tbody|tr|td)\b)")
    page.finish.append(lambda source: pattern.sub(space, source))


def wrap_table(page: MutablePage, dice: Random) -> None:
    table = dice.choice(page.list_tables())
    ways = (
        "<table><tr><td></td></tr></table>",
        '<table border="0" width="100%"><tbody><tr><td align="center"></td></tr></tbody></table>',
        '<div style="overflow-x:auto"></div>',
        "<center></center>",
        "<blockquote></blockquote>",
    )
    box = html.fragment_fromstring(dice.choice(ways))
    table.addprevious(box)
    inner = box
    while len(inner):
        inner = inner[0]
    inner.append(table)


def make_heads(page: MutablePage, dice: Random) -> None:
    table = dice.choice(page.list_tables())
    for row in page.list_header_rows(table):
        for cell in row:
            cell.tag = "th"


def wrap_cells(page: MutablePage, dice: Random) -> None:
    table = dice.choice(page.list_tables())
    tag = dice.choice(("div", "p", "span", "font", "strong", "a"))
    for cell in table.iter("td"):
        box = html.Element(tag)
        box.text, cell.text = cell.text, None
        box.extend(list(cell))
        cell.append(box)


Mutation = Callable[[MutablePage, Random], None]
MUTATIONS: Sequence[Mutation] = (
    lose_span,
    lose_spans_of_a_table,
    change_span,
    add_span,
    write_spans_oddly,
    hide_text_in_cell,
    hide_figure,
    hide_header_cell,
    hide_row,
    put_hidden_row,
    put_hidden_column,
    put_hidden_table,
    mark_figure,
    mark_label,
    write_figure_otherwise,
    write_no_number,
    drop_row,
    drop_header_row,
    swap_rows,
    repeat_row,
    blank_label,
    drop_figure,
    put_cell,
    swap_figures,
    put_number_column,
    number_rows,
    put_unit_column,
    put_old_column,
    misprint_label,
    turn_table,
    flatten_table,
    split_table,
    put_into_thead,
    put_foot_first,
    put_chrome_line,
    put_chrome_sentence,
    put_navigation,
    spell_day,
    give_zone,
    lose_day,
    put_other_date,
    encode_otherwise,
    leave_tags_open,
    write_in_capitals,
    indent,
    wrap_table,
    make_heads,
    wrap_cells,
)


_ORDER = {flatten_table: -1, repeat_row: 1}


def mutate(page: MutablePage, dice: Random) -> None:
    """Change a page in one to three ways."""
    mutations = dice.sample(MUTATIONS, dice.randint(1, 3))
    # lines are made of all that a table holds: nothing may be hidden in it by then; and what a
    # row has lost its copy has lost too
    mutations.sort(key=lambda mutation: _ORDER.get(mutation, 0))
    for mutation in mutations:
        if page.cells:
            mutation(page, dice)
            page.log.append(mutation.__name__)
            _forget_removed(page)


def _forget_removed(page: MutablePage) -> None:
    """Forget the cells that are no part of the page any more."""
    for key, cell in list(page.cells.items()):
        if cell.getparent() is None or page.root not in cell.iterancestors():
            del page.cells[key]
