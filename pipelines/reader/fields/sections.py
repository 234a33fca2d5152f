"""Sections: the report's outline, by the titles that the forms give it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from nianbao.archive.records import Section
from nianbao.pipelines.reader.payload.normal_form import extract_core
from nianbao.pipelines.reader.rules import load_rules
from nianbao.pipelines.reader.tables import forms

_RULES = load_rules("sections")

_NUMBERED_TITLE = re.compile(
    r"^\s*[一二三四五六七八九十]{1,3}\s*[、.．,，:：]\s*(?P<title>\S.*)$"
)
_TITLE_IN_LINE = re.compile(
    r"(?<![^\s。；：:|…])"
    r"(?P<head>[一二三四五六七八九]、\s*(?P<title>[^\s。，,；;:：|]{4,40}))"
    r"(?=[\s。|:：]|$)"
)
# Behind a row's label in the text of a PDF.
_FIGURES_BEHIND_LABEL = re.compile(r"(?:\s+[\d,.—/-]+)+\s*$")
_MIN_LABEL_LENGTH = 2  # characters of a row's label that a line breaks off
_MIN_TITLE_LENGTH = 8  # characters of the core of a title without a number
_MAX_TITLE_LENGTH = 50
_MAX_TITLES_IN_LINE = 200


@dataclass(slots=True)
class _Part:
    """A section while its lines are collected."""

    key: str | None
    title: str
    lines: list[str] = field(default_factory=list)


def split_sections(lines: Sequence[str]) -> tuple[Section, ...]:
    """Return the sections of a body in their order.

    What stands before the first is the preamble. A body without any title has no sections.
    """
    parts = [_Part("preamble", "")]
    for line in _break_lines(lines):
        if is_section_title(line):
            parts.append(_Part(find_section_key(line), line))
        else:
            parts[-1].lines.append(line)
    if len(parts) == 1:
        return ()
    if not parts[0].lines:
        del parts[0]
    sections = []
    for part in parts:
        text = "\n".join(part.lines)
        sections.append(Section(part.key, part.title, text))
    return tuple(sections)


def is_section_title(line: str) -> bool:
    """Tell whether a line is the title of a section, enumerator included, and no prose."""
    if len(line) > _MAX_TITLE_LENGTH or "\t" in line:
        return False
    if line[-1:] in "。；;，,":
        return False
    label = _FIGURES_BEHIND_LABEL.sub("", line)
    if _is_row_label(extract_core(label)):
        return False
    if _NUMBERED_TITLE.match(line):
        return True
    core = extract_core(line)
    if core not in forms.load_forms().sections:
        return False
    return line[:1] == "、" or len(core) >= _MIN_TITLE_LENGTH


@lru_cache(maxsize=4096)
def _is_row_label(core: str) -> bool:
    """Tell the label of a row, or as much of it as one line of a PDF has: 三、本年."""
    known_forms = forms.load_forms()
    if core in known_forms.row_cores:
        return True
    if len(core) < _MIN_LABEL_LENGTH:
        return False
    if not any(label.startswith(core) for label in known_forms.row_cores):
        return False
    return not any(title.startswith(core) for title in known_forms.sections)


def find_section_key(title: str) -> str | None:
    """Return the forms' key of a section title; None when the title is local."""
    core = extract_core(title)
    key = forms.load_forms().sections.get(core)
    if key:
        return key
    for rule in _RULES:
        if rule.find(core):
            return rule.id
    return None


def _break_lines(lines: Sequence[str]) -> Iterator[str]:
    """Break lines at known section titles that stand within them.

    All of a report in one line was seen.
    """
    for line in lines:
        if len(line) <= _MAX_TITLE_LENGTH or "、" not in line:
            yield line
        else:
            yield from _break_line(line)


def _break_line(line: str) -> Iterator[str]:
    start = 0
    for match in islice(_TITLE_IN_LINE.finditer(line), _MAX_TITLES_IN_LINE):
        if _is_known_title(match["title"]):
            yield from _iter_text(line[start : match.start()])
            yield match["head"]
            start = match.end()
    yield from _iter_text(line[start:])


def _is_known_title(title: str) -> bool:
    if extract_core(title) in forms.load_forms().sections:
        return True
    return find_section_key(title) == "other_matters"


def _iter_text(part: str) -> Iterator[str]:
    """Yield a piece of a line unless it is empty."""
    text = part.strip(" |\t")
    if text:
        yield text
