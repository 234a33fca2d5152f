"""The outline of a report: headings and phrases that only a report has together.

The patterns are rules, in rules/is_report.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nianbao.archive.records import Section
from nianbao.pipelines.reader.document.document import DocumentParts
from nianbao.pipelines.reader.fields.sections import split_sections
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("is_report")

_MIN_ITEMS = 3  # different phrases of 2008, or parts of the overview
_MIN_SECTIONS = 3
_MAX_HEADING_LENGTH = 30
_ENUMERATORS = frozenset("(（一二三四五六123456")


def has_outline(document: DocumentParts, squeezed: str, *, known_form: bool) -> bool:
    """Tell whether the body has the outline of a report.

    Three of its sections, or two on disclosure, make one. A single one on disclosure is enough
    where the labels of the statutory tables are printed as well: `known_form` says that they
    are.
    """
    if known_form and _RULES.heading_run_together.find(squeezed):
        return True
    sections = [section for section in split_sections(document.body) if section.title]
    if _begins_with_whole_work(sections):
        return True
    items = set(_RULES.item_of_2008.pattern.findall(squeezed))
    if len(items) >= _MIN_ITEMS:
        return True
    if len(_find_overview_parts(document.body)) >= _MIN_ITEMS:
        return True
    return _has_sections(sections, known_form)


def _begins_with_whole_work(sections: Sequence[Section]) -> bool:
    """Tell whether one of the first two headings is that of the whole work."""
    titles = [squeeze(section.title) for section in sections[:2]]
    return any(map(_RULES.whole_work.find, titles))


def _has_sections(sections: Sequence[Section], known_form: bool) -> bool:
    """Tell whether there are enough sections of a report, and enough of them on disclosure."""
    keys: set[str] = set()
    disclosure_count = 0
    for section in sections:
        if section.key:
            keys.add(section.key)
        if _RULES.disclosure.find(section.title):
            disclosure_count += 1
    if known_form or len(keys) >= _MIN_SECTIONS:
        return disclosure_count >= 1
    return disclosure_count >= 2


def _find_overview_parts(lines: Iterable[str]) -> set[str]:
    """Return the fields of the overview that are headings of their own.

    主动公开, 依申请公开, 政府信息管理, 平台建设, 监督保障.
    """
    parts: set[str] = set()
    for line in lines:
        if len(line) < _MAX_HEADING_LENGTH and line[:1] in _ENUMERATORS:
            part = _RULES.part_of_overview.find(squeeze(line))
            if part:
                parts.add(part[1])
    return parts
