"""Renders a report's tables into the layouts that were met, so that reading can be held against
what went in.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.pipelines.reader.tables import forms
from tests.reader import pages
from tests.reader.pages import cell, html_table, row

Key = tuple[str, str, str]
Rows = dict[
    str, dict[str, list[str]]
]  # table without its generation → row → cells as printed

KINDS = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
NOTICE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
PARENTS = {
    "refused": "（三）不予公开",
    "unable": "（四）无法提供",
    "not_processed": "（五）不予处理",
    "other_processing": "（六）其他处理",
}
_NUMERALS = "一二三四五六七八九"


@dataclass
class Report:
    """What a report prints: its tables under article 20 and of requests, and the fifteen
    outcomes.
    """

    generation: str
    rows: Rows
    outcomes: list[str]
    year: int = 2022

    def cells(self) -> dict[Key, str]:
        """Every cell with the text that is printed in it."""
        found: dict[Key, str] = {}
        for name, lines in self.rows.items():
            for key, values in lines.items():
                for column, value in zip(
                    pages.table(self.generation, name).figure_columns,
                    values,
                    strict=True,
                ):
                    found[f"{self.generation}.{name}", key, column.key] = value
        table = pages.table(self.generation, "review_litigation")
        keys = [
            (group.key, column.key)
            for group in table.groups
            for column in table.columns
        ]
        for (group, column), value in zip(keys, self.outcomes, strict=True):
            found[table.id, group, column] = value
        return found


@cache
def printed(generation: str) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Label as the form prints it and parent of every row, by table and key."""
    data: dict[str, Any] = YAML(typ="safe").load(
        Path(forms.__file__).with_name("forms.yaml")
    )
    return {
        (item["id"].split(".")[1], line["key"]): (line["label"], line.get("parent"))
        for item in data["tables"]
        if item["generation"] == generation
        for line in item.get("rows", ())
    }


@cache
def heads(generation: str, name: str) -> tuple[str, ...]:
    data: dict[str, Any] = YAML(typ="safe").load(
        Path(forms.__file__).with_name("forms.yaml")
    )
    item = next(item for item in data["tables"] if item["id"] == f"{generation}.{name}")
    return tuple(column["label"] for column in item["columns"])


# ---- rows of cells, as an extractor sees them ----


@dataclass
class Line:
    """A printed row: its label cells and its figures; `wide` tells the label that spans columns."""

    labels: list[str]
    values: list[str] = field(default_factory=list)


def disclosed_lines(report: Report) -> Iterator[Line]:
    for name, lines in report.rows.items():
        if not name.startswith("art20"):
            continue
        yield Line([f"第二十条第（{_NUMERALS[int(name.split('_')[1]) - 1]}）项"])
        yield Line(["信息内容", *heads(report.generation, name)])
        for key, values in lines.items():
            yield Line(
                [printed(report.generation).get((name, key), (key, None))[0]], values
            )


def request_lines(report: Report) -> Iterator[Line]:
    yield Line([NOTICE, "申请人情况"])
    yield Line(["自然人", "法人或其他组织", "总计"])
    yield Line(["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"])
    opened: set[str] = set()
    for key, values in report.rows["requests"].items():
        label, parent = printed(report.generation)["requests", key]
        labels = []
        if key == "granted":
            labels.append("三、本年度办理结果")
        if parent in PARENTS and parent not in opened:
            opened.add(parent)
            labels.append(PARENTS[parent])
        yield Line([*labels, label], values)


def outcome_lines(report: Report) -> Iterator[Line]:
    yield Line(["行政复议", "行政诉讼"])
    yield Line([*KINDS, "未经复议直接起诉", "复议后起诉"])
    yield Line([*KINDS, *KINDS])
    yield Line([], report.outcomes)


def lines(report: Report) -> list[list[Line]]:
    """The three parts of a report that hold tables."""
    return [
        list(disclosed_lines(report)),
        list(request_lines(report)),
        list(outcome_lines(report)),
    ]


# ---- flattened layouts ----

Layout = Callable[[Sequence[Line]], str]


def tab(part: Sequence[Line]) -> str:
    return "\n".join("\t".join([*line.labels, *line.values]) for line in part)


def tab_with_fillers(part: Sequence[Line]) -> str:
    """Blank leading cells for spans, as wide as the table."""
    width = (
        max(len(line.labels) for line in part if line.values)
        if any(line.values for line in part)
        else 1
    )
    made = []
    for line in part:
        before = (
            [""] * (width - len(line.labels))
            if line.values and len(line.labels) < width
            else []
        )
        made.append("\t".join([*before[:1], *line.labels, *before[1:], *line.values]))
    return "\n".join(made)


def markdown(part: Sequence[Line]) -> str:
    return "\n".join(
        " | ".join([*line.labels, *line.values]) + " | ||" for line in part
    )


def markdown_table(part: Sequence[Line]) -> str:
    """A table as converters write it: bars on both sides, a rule below the first row, rows
    padded at the end.
    """
    width = max((len(line.labels) + len(line.values) for line in part), default=0)
    rows = [[*line.labels, *line.values] for line in part]
    rows = [[*cells, *[""] * (width - len(cells))] for cells in rows]
    made = ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join([*made[:1], "| " + " | ".join(["---"] * width) + " |", *made[1:]])


def bar_behind(part: Sequence[Line]) -> str:
    return "\n|\n".join(
        "\n".join(f"{cell} |" for cell in [*line.labels, *line.values]) for line in part
    )


def cells_of(part: Sequence[Line]) -> list[str]:
    return [cell for line in part for cell in [*line.labels, *line.values]]


def lone_bars(part: Sequence[Line]) -> str:
    return "\n|\n".join(cells_of(part))


def cell_a_line(part: Sequence[Line]) -> str:
    return "\n\n".join(cells_of(part))


def cell_a_line_tight(part: Sequence[Line]) -> str:
    return "\n".join(cells_of(part))


def broken_cells(part: Sequence[Line]) -> str:
    """One cell a line, and longer labels broken within the cell: 商业\\n企业."""
    made = []
    for line in part:
        for label in line.labels:
            made += (
                [label[n : n + 9] for n in range(0, len(label), 9)]
                if len(label) > 9
                else [label[:2], label[2:]]
            )
        made += line.values
    return "\n".join(cell for cell in made if cell)


def begun_by_tab(part: Sequence[Line]) -> str:
    return "\n\n".join(
        "\n".join(
            f"\t{value if value.strip() else chr(160)}"
            for value in [*line.labels, *line.values]
        )
        for line in part
    )


_RADICALS = str.maketrans(
    "一二人大行力又口子工己方日月用立老自色行见门长民",
    "⼀⼆⼈⼤⾏⼒⼜⼝⼦⼯⼰⽅⽇⽉⽤⽴⽼⾃⾊⾏⻅⻔⻓⺠",
)


def pdf(part: Sequence[Line], *, width: int = 14, page: int = 11) -> str:
    """Text taken out of a PDF: spaces between figures, labels wrapped, narrow ones upright,
    pages numbered.
    """
    made: list[str] = []
    for line in part:
        narrow = not line.values and len(line.labels) > 4
        if narrow and line.labels[0] == KINDS[0]:
            made += itertools.chain.from_iterable(line.labels)  # 结/果/维/持
            continue
        if narrow:
            made += itertools.chain.from_iterable(
                [label[:2], label[2:]] for label in line.labels
            )
            continue
        for label in line.labels[:-1]:
            made += list(label) if label.startswith("三、") else [label]
        label = line.labels[-1] if line.labels else ""
        wrapped = [label[n : n + width] for n in range(0, len(label), width)]
        if len(wrapped) > 2 and line.values:
            made += [*wrapped, " ".join(line.values)]
        else:
            made += [*wrapped[:-1], " ".join([*wrapped[-1:], *line.values])]
    numbered = []
    for count, text in enumerate(made):
        numbered.append(text)
        if count % page == page - 1:
            numbered.append(f"- {count // page + 1} -")
    return "\n".join(text for text in numbered if text).translate(_RADICALS)


def pdf_centred(part: Sequence[Line]) -> str:
    """The same with the figures in the middle of a label's lines."""
    made: list[str] = []
    for line in part:
        made += line.labels[:-1]
        label = line.labels[-1] if line.labels else ""
        if line.values and len(label) > 12:
            half = len(label) // 2
            made += [label[:half], " ".join(line.values), label[half:]]
        else:
            made.append(" ".join([label, *line.values]).strip())
    return "\n".join(made)


def pdf_boxed(part: Sequence[Line]) -> str:
    """Tables of a PDF as an extractor of tables writes them; the page ends in the middle."""
    rows = ["| " + " | ".join([*line.labels, *line.values]) + " |" for line in part]
    middle = len(rows) // 2
    return "\n".join([*rows[:middle], "— 7 —", *rows[middle:]])


def glued(part: Sequence[Line]) -> str:
    """Nothing at all between cells and rows."""
    return "".join(cells_of(part))


def glued_rows(part: Sequence[Line]) -> str:
    return "\n".join("".join([*line.labels, *line.values]) for line in part)


MARKED: tuple[Layout, ...] = (begun_by_tab,)  # an empty cell is there
DELIMITED: tuple[Layout, ...] = (
    tab,
    tab_with_fillers,
    markdown,
    markdown_table,
    bar_behind,
    lone_bars,
    cell_a_line,
    cell_a_line_tight,
    broken_cells,
    begun_by_tab,
    pdf,
    pdf_centred,
    pdf_boxed,
)
GLUED: tuple[Layout, ...] = (glued, glued_rows)


def document(report: Report, layout: Layout) -> bytes:
    """A whole report as text in a layout."""
    title = f"青石县柳河镇{report.year}年政府信息公开工作年度报告"
    preamble = pages.PREAMBLE.replace("2022", str(report.year))
    made = [title, preamble, pages.SECTIONS[0], pages.PROSE[0]]
    for heading, part in zip(pages.SECTIONS[1:4], lines(report), strict=True):
        made += [heading, layout(part)]
    made += [pages.SECTIONS[4], pages.PROSE[1], pages.SECTIONS[5], pages.PROSE[2]]
    return "\n".join(made).encode()


# ---- HTML ----


def _disclosed(report: Report) -> str:
    made = []
    for line in disclosed_lines(report):
        cells = [*line.labels, *line.values]
        made.append(
            row(
                *[
                    cell(text, colspan=5 - len(cells) if n == len(cells) - 1 else 1)
                    for n, text in enumerate(cells)
                ]
            )
        )
    return html_table(*made)


def _request_rows(report: Report) -> list[str]:
    rows = report.rows["requests"]
    inner = sum(
        1 for key in rows if key not in ("new_received", "carried_in", "carried_out")
    )
    made = []
    for line, key in zip(list(request_lines(report))[3:], rows, strict=True):
        parent = printed(report.generation)["requests", key][1]
        values = [cell(value) for value in line.values]
        heads = [cell("三、本年度办理结果", rowspan=inner)] if key == "granted" else []
        if parent in PARENTS:
            siblings = sum(
                1
                for other in rows
                if printed(report.generation)["requests", other][1] == parent
            )
            heads += [cell(text, rowspan=siblings) for text in line.labels[:-1]]
            heads.append(cell(line.labels[-1]))
        elif parent == "results":
            heads.append(cell(line.labels[-1], colspan=2))
        else:
            heads.append(cell(line.labels[-1], colspan=3))
        made.append(row(*heads, *values))
    return made


def _parts(report: Report) -> list[str]:
    requests = html_table(*pages.request_header(), *_request_rows(report))
    return [_disclosed(report), requests, pages.outcomes(report.outcomes)]


def spans(report: Report) -> list[str]:
    return _parts(report)


def nested(report: Report) -> list[str]:
    return [
        f'<table width="100%"><tr><td>{part}</td></tr></table>'
        for part in _parts(report)
    ]


def split_in_two(report: Report) -> list[str]:
    first, _, third = _parts(report)
    rows = _request_rows(report)
    half = html_table(*pages.request_header(), *rows[:11])
    return [first, half + "<p>&nbsp;</p>" + html_table(*rows[11:]), third]


def split_with_header(report: Report) -> list[str]:
    first, _, third = _parts(report)
    rows = _request_rows(report)
    head = pages.request_header()
    return [first, html_table(*head, *rows[:11]) + html_table(*head, *rows[11:]), third]


def cut_headers(report: Report) -> list[str]:
    first, second, third = _parts(report)
    for label, cut in (
        ("本年新制作数量", "本年新"),
        ("本年新公开数量", "本年新"),
        ("现行有效件数", "现行有效"),
    ):
        first = first.replace(label, cut)
    return [first, second.replace("社会公益组织", "社会公益"), third]


def padded(report: Report) -> list[str]:
    return [
        part.replace("<p><span>", "<p>&nbsp; <span>")
        .replace("</tr>", "<td>&nbsp;</td></tr>")
        .replace("商业", "商 业")
        for part in _parts(report)
    ]


def in_word(report: Report) -> list[str]:
    """Word's markup: runs in runs, namespaced paragraphs, numbers broken over two spans."""
    style = 'class=MsoNormal style="mso-pagination:widow-orphan"'
    made = []
    for part in _parts(report):
        part = part.replace(
            "<p><span>",
            f'<p {style}><span lang="EN-US" style="font-size:12pt"><font face=宋体>',
        )
        part = part.replace("</span></p>", "</font><o:p></o:p></span></p>")
        for digit in "123456789":
            part = part.replace(f">{digit}", f"><b>{digit}</b>")
        made.append(part)
    return made


def one_table(report: Report) -> list[str]:
    whole = "".join(
        part.removeprefix('<table border="1"><tbody>').removesuffix("</tbody></table>")
        for part in _parts(report)
    )
    return [f"<table><tbody>{whole}</tbody></table>", "", ""]


def no_spans(report: Report) -> list[str]:
    """Rows without any span: every row has the cells that it states, no more."""
    return [
        html_table(
            *[
                row(*[cell(text) for text in [*line.labels, *line.values]])
                for line in part
            ]
        )
        for part in lines(report)
    ]


def paragraphs(report: Report) -> list[str]:
    """No table at all: a paragraph for each cell."""
    return [
        "".join(f"<p>{text}</p>" for text in cells_of(part)) for part in lines(report)
    ]


def preformatted(report: Report) -> list[str]:
    return [
        "".join(
            f"<p>{text}</p>" for text in tab(part).replace("\t", "&#9;").split("\n")
        )
        for part in lines(report)
    ]


Markup = Callable[[Report], list[str]]
MARKUPS: tuple[Markup, ...] = (
    spans,
    nested,
    split_in_two,
    split_with_header,
    cut_headers,
    padded,
    in_word,
    one_table,
    no_spans,
)
TABLELESS: tuple[Markup, ...] = (paragraphs,)


def page(report: Report, markup: Markup) -> bytes:
    """A whole page of the TRS family with the tables in a markup."""
    body = pages.body(report.generation, tables=markup(report)).replace(
        "2022年", f"{report.year}年"
    )
    return pages.trs(body, title=pages.TITLE.replace("2022", str(report.year))).encode()


# ---- what must come back ----


def number(text: str) -> int | float | None:
    """What a cell states, worked out without the reader."""
    plain = text.strip().strip("\u00a0")
    if plain.endswith("元"):
        plain = plain[:-1]
    if not plain or plain in ("-", "—", "——", "/"):
        return None
    return float(plain) if "." in plain else int(plain.replace(",", ""))


def count_cuts(digits: str, size: int) -> int:
    """Count the ways to cut digits into numbers without leading zeros (brute force)."""
    if size == 1:
        return len(digits) == 1 or digits[:1] not in ("", "0")
    longest = 1 if digits[:1] == "0" else len(digits) - size + 1
    return sum(
        count_cuts(digits[length:], size - 1) for length in range(1, longest + 1)
    )


def count_sums(digits: str, size: int) -> int:
    """Count the ways to cut digits so that the last number is the sum of the others."""
    return sum(
        count_cuts_of(digits[:cut], size - 1, int(digits[cut:]))
        for cut in range(size - 1, len(digits))
        if digits[cut] != "0" or cut == len(digits) - 1
    )


def count_cuts_of(digits: str, size: int, total: int) -> int:
    """Count the ways to cut digits into numbers without leading zeros of this sum."""
    if size == 1:
        return count_cuts(digits, 1) and int(digits) == total
    count = 0
    for length in range(1, len(digits) - size + 2):
        number = int(digits[:length])
        if number > total or (length > 1 and digits[0] == "0"):
            break
        count += count_cuts_of(digits[length:], size - 1, total - number)
    return count


def by_row(cells: Mapping[Key, str]) -> dict[tuple[str, str], list[str]]:
    """The printed cells of each row."""
    rows: dict[tuple[str, str], list[str]] = {}
    for (table, line, _), text in cells.items():
        rows.setdefault((table, line), []).append(text)
    return rows
