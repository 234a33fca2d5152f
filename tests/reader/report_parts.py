"""The report of `files/report.html` in parts: to be put into pages of other shapes."""

from __future__ import annotations

import re
from pathlib import Path

TITLE = "西霞县自然资源局2024年政府信息公开工作年度报告"
PAGE = Path(__file__).with_name("files") / "report.html"
SHELL = (
    '<html><head><meta charset="utf-8"><title>{title}_西霞县人民政府</title></head><body>'
    '<div class="nav"><a href="/">首页</a> <a href="/zwgk/">政务公开</a></div>'
    '<h1>{title}</h1><div class="info">发布时间：2025-01-20 来源：县自然资源局</div>'
    '{content}<div class="footer">主办单位：西霞县人民政府</div></body></html>'
)


def load_text() -> str:
    """Return the markup of the report below its title."""
    source = PAGE.read_text("utf-8")
    start = source.index('<div class="TRS_Editor">') + len('<div class="TRS_Editor">')
    return source[start : source.rindex("</div>")]


def put_into_shell(content: str, title: str = TITLE) -> str:
    """Return a page of a site with some content below the title."""
    return SHELL.format(title=title, content=content)


def show_inline(text: str) -> str:
    """Return a page that simply has the text of the report."""
    return put_into_shell(f'<div class="TRS_Editor">{text}</div>')


def split_text(text: str, count: int, *, in_tables: bool = False) -> list[str]:
    """Return the markup of a report cut into so many parts, between paragraphs or rows."""
    pieces = re.split(r"(?=<p[ >])(?![^<]*</t[dh]>)", _mark_cells(text))
    if in_tables:
        pieces = re.split(r"(?=<tr[ >])", text)
        return _close_tables(_group(pieces, count))
    return [part.replace("<\x00p", "<p") for part in _group(pieces, count)]


def _mark_cells(text: str) -> str:
    """Return markup in which the paragraphs of cells are no places to cut at."""

    def hide(match: re.Match[str]) -> str:
        return match[0].replace("<p", "<\x00p")

    return re.sub(r"<table.*?</table>", hide, text, flags=re.DOTALL)


def _group(pieces: list[str], count: int) -> list[str]:
    size = -(-len(pieces) // count)
    groups = [pieces[start : start + size] for start in range(0, len(pieces), size)]
    return ["".join(group) for group in groups]


def _close_tables(parts: list[str]) -> list[str]:
    """Return parts whose tables are whole elements where one was cut through."""
    closed = []
    is_open = False
    for part in parts:
        markup = f"<table><tbody>{part}" if is_open else part
        is_open = markup.rfind("<table") > markup.rfind("</table")
        closed.append(f"{markup}</tbody></table>" if is_open else markup)
    return closed
