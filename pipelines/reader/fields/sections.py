"""Sections: the report's outline, by the titles that the forms give it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from nianbao.archive.records import Section
from nianbao.pipelines.reader.payload.normal_form import extract_core
from nianbao.pipelines.reader.tables import forms

_NUMBERED = re.compile(
    r"^\s*[一二三四五六七八九十]{1,3}\s*[、.．,，:：]\s*(?P<title>\S.*)$"
)
_INLINE = re.compile(
    r"(?<![^\s。；：:|…])(?P<head>[一二三四五六七八九]、\s*(?P<title>[^\s。，,；;:：|]{4,40}))(?=[\s。|:：]|$)"
)
_FIGURES = re.compile(
    r"(?:\s+[\d,.—/-]+)+\s*$"
)  # behind a row's label in the text of a PDF
_LEAST_BEGUN = 2  # characters of a row's label that a line breaks off
_LONGEST_TITLE, _MOST_TITLES = 50, 200  # characters of a title; titles within one line

# What a local title must say to be taken for a section of the form.
_WORDS = (
    ("fees", re.compile(r"收费|减免")),
    ("review_litigation", re.compile(r"复议|诉讼")),
    ("requests", re.compile(r"依?申请公开|收到和处理|申请(?:办理|情况)")),
    ("problems_improvements", re.compile(r"存在.{0,6}问题|改进|不足")),
    (
        "other_matters",
        re.compile(
            r"其他(?:需要?)?(?:要)?(?:报告|说明)|其他(?:报告)?事项|需要说明|需报告"
        ),
    ),
    ("appendix", re.compile(r"附表|附件|统计表")),
    ("proactive_disclosure", re.compile(r"主动公开")),
    ("overview", re.compile(r"概述|总体|基本情况|工作概况|工作情况$")),
)


def read(lines: Sequence[str]) -> tuple[Section, ...]:
    """Return the sections of a body in their order; what stands before the first is the
    preamble.
    """
    found: list[tuple[str | None, str, list[str]]] = [("preamble", "", [])]
    for line in _broken(lines):
        title = heading(line)
        if title is None:
            found[-1][2].append(line)
        else:
            found.append((key_of(title), title, []))
    if len(found) == 1:
        return ()
    return tuple(
        Section(key, title, "\n".join(body))
        for key, title, body in found
        if title or body
    )


def heading(line: str) -> str | None:
    """Return the title that a line is, enumerator included; None when it is prose."""
    if len(line) > _LONGEST_TITLE or "\t" in line or line[-1:] in "。；;，,":
        return None
    if _is_row(extract_core(_FIGURES.sub("", line))):
        return None
    if _NUMBERED.match(line):
        return line
    if extract_core(line) in forms.load_forms().sections and (
        line[:1] == "、" or len(extract_core(line)) >= 8
    ):
        return line
    return None


@lru_cache(maxsize=4096)
def _is_row(core: str) -> bool:
    """Tell a row of a table, or as much of its label as one line of a PDF has: 三、本年."""
    known = forms.load_forms()
    if core in known.row_cores:
        return True
    begun = len(core) >= _LEAST_BEGUN and any(
        row.startswith(core) for row in known.row_cores
    )
    return begun and not any(title.startswith(core) for title in known.sections)


def key_of(title: str) -> str | None:
    """Return the forms' key of a section title; None when the title is local."""
    core = extract_core(title)
    if key := forms.load_forms().sections.get(core):
        return key
    return next((key for key, words in _WORDS if words.search(core)), None)


def _broken(lines: Sequence[str]) -> Iterator[str]:
    """Break lines at known section titles that stand within them (all of a report in one line
    was seen).
    """
    known = forms.load_forms().sections
    for line in lines:
        if len(line) <= _LONGEST_TITLE or "、" not in line:
            yield line
            continue
        start = 0
        for match in islice(_INLINE.finditer(line), _MOST_TITLES):
            if extract_core(match["title"]) in known or key_of(match["title"]) in (
                "other_matters",
            ):
                yield from _stated(line[start : match.start()])
                yield match["head"]
                start = match.end()
        yield from _stated(line[start:])


def _stated(part: str) -> Iterator[str]:
    if part := part.strip(" |\t"):
        yield part
