"""The header of a document: the lines from its title to where the prose begins.

In plain text, and where a container holds the header as well, it has to be told from the body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nianbao.pipelines.reader.fields import agencies, dates, labels, titles
from nianbao.pipelines.reader.page import boilerplate
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_space,
    squeeze,
)

_LIMIT = 30  # lines; the header is never longer
_SHORT = 45  # characters; a longer line without a label is prose
_WHOLE = 8  # characters; a shorter title is the name of a column, and prose can hold it
_SENTENCE = re.compile(r"[。；;!！]|[，,].*[，,]")
_HAN_NUMBER = "[一二三四五六七八九十]+"
_SECTION = re.compile(
    rf"^\s*(?:{_HAN_NUMBER}、|[(（]{_HAN_NUMBER}[)）]|第{_HAN_NUMBER}[条章部])"
)
_WRITTEN = re.compile(
    r"供稿|撰稿|摄影|通讯员|记者|字号|字体|(?:浏览|阅读|点击|访问)(?:次数|量)?\s*[:：]?\s*\d"
)
_TRAIL = re.compile(r"^\s*[>》»]|[>»]\s*\S+\s*[>»]")  # breadcrumbs
_FOOTER = re.compile(
    r"版权所有|主办单位|承办单位|网站标识码|ICP备|公网安备|网站地图|上一篇|下一篇|友情链接|相关链接$"
)


def split(lines: Sequence[str], title: str | None, *, holds_header: bool = True) -> int:
    """Return how many of the first lines are header.

    A container that holds no header can still begin with the title, a metadata table or chrome;
    a bare date there belongs to the text.
    """
    wanted, above = squeeze(title or ""), ""
    end = _titled(lines, wanted) if holds_header else 0
    for number, line in enumerate(lines[end:_LIMIT], end):
        plain = fold_forms(line)
        following = fold_forms(lines[number + 1]) if number + 1 < len(lines) else ""
        if _SECTION.match(plain) or labels.is_event(plain, following):
            break
        bare = dates.is_date(plain)
        cover = bare and (
            not holds_header or ("年" in plain and agencies.is_agency(squeeze(above)))
        )
        values = labels.is_row(above)
        above = plain
        if values or (not cover and is_header_line(plain, wanted)):
            end = number + 1
        elif len(plain) > _SHORT or _SENTENCE.search(plain) or not holds_header:
            break
    return end


def _titled(lines: Sequence[str], wanted: str) -> int:
    """Return how many of the first lines stand above the last that is the title, that one
    included.
    """
    if len(wanted) < _WHOLE:
        return 0
    return max(
        (
            number + 1
            for number, line in enumerate(lines[:_LIMIT])
            if squeeze(line) == wanted
        ),
        default=0,
    )


def _repeats(squeezed: str, wanted: str) -> bool:
    """Tell whether a line is the title or a part of it."""
    if (
        len(squeezed) <= 3
        or not wanted
        or len(squeezed) > 2 * len(wanted) + (30 if len(wanted) >= _WHOLE else 4)
    ):
        return False
    return squeezed in wanted or wanted in squeezed


def is_header_line(line: str, wanted: str) -> bool:
    """Tell whether a line is title, label, date or chrome."""
    squeezed = squeeze(line)
    if _repeats(squeezed, wanted):
        return True
    if len(line) > 300:
        return False
    return bool(
        (
            len(squeezed) <= _SHORT + 15
            and titles.heading([line])
            and not _SENTENCE.search(line)
        )
        or dates.is_date(line)
        or (dates.find_leading_date(line) and labels.has_label(line))
        or (
            "。" not in line
            and (labels.has_label(line) or _has_strange_label(line, squeezed))
        )
        or boilerplate.is_chrome(line)
        or _TRAIL.search(line)
        or _is_imprint(line)
    )


def _has_strange_label(line: str, squeezed: str) -> bool:
    """Tell whether a line holds a label in traditional characters or with pinyin:
    發(fā)布時(shí)間.
    """
    return squeezed != remove_space(line) and labels.has_label(squeezed)


def _is_imprint(line: str) -> bool:
    """Tell a short line of a day and who wrote it or how many read it: (2022-03-14)
    (县审计局供稿).
    """
    if len(line) > _SHORT or "。" in line or not _WRITTEN.search(line):
        return False
    return len(list(dates.find_dates(line))) == 1


def footer(lines: Sequence[str]) -> int:
    """Return the number of the line at which the site's footer begins, or how many lines there
    are.
    """
    for number, line in enumerate(lines):
        if number > 5 and len(line) < 200 and _FOOTER.search(line):
            return number
    return len(lines)
