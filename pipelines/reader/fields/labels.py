"""Labels of the page's header and metadata table: 发布时间：…, 来源：…, 发布机构 | …

A label counts when it begins a line or a cell or follows something that is not a Chinese
character, so 开始时间, 留言时间 and 展会时间 never count as 时间. The labels themselves are
rules, in rules/labels.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.payload.normal_form import HAN, join_words
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("labels")

PUBLICATION_DATES = _RULES.publication_date.words
PLAIN_DATES = _RULES.plain_date.words  # only with a colon
OTHER_DATES = _RULES.other_date.words
PUBLISHERS = _RULES.publisher.words
SOURCES = _RULES.source.words
PERSONS = _RULES.person_or_body.words
NAMES = _RULES.title.words
_BOILERPLATE = _RULES.boilerplate.words
_EDITORS = frozenset(_RULES.editor.words)

_ALL = (
    *PUBLICATION_DATES,
    *PLAIN_DATES,
    *OTHER_DATES,
    *PUBLISHERS,
    *SOURCES,
    *NAMES,
    *_BOILERPLATE,
)
_ALL_SET = frozenset(_ALL)
# Words that prose uses too; 信息名称 and the like are none.
_NEED_COLON_OR_CELL = frozenset((*PLAIN_DATES, *SOURCES))
_NEED_COLON = _NEED_COLON_OR_CELL.union(_BOILERPLATE, ("标题", "名称"))


def _allow_spaces(name: str) -> str:
    return r"\s{0,6}".join(re.escape(character) for character in name)


_LONGEST_FIRST = sorted(_ALL, key=len, reverse=True)
_SPACED_NAMES = "|".join(map(_allow_spaces, _LONGEST_FIRST))
_FIRST_CHARACTERS = "".join(sorted({name[0] for name in _ALL}))
_LABEL = re.compile(
    rf"(?<![{HAN}])(?=[{_FIRST_CHARACTERS}])(?P<label>{_SPACED_NAMES})"
    r"\s*[\]】]?\s*(?P<colon>[:：])?\s*"
)
_LONG_NAMES = "|".join(re.escape(name) for name in _LONGEST_FIRST if len(name) > 1)
_LABEL_BEHIND_VALUE = re.compile(rf"(?<=[{HAN}\d])(?:{_LONG_NAMES})\s*[:：].*$")

_MAX_LINE_LENGTH = 600
_EVENT_LENGTH = 120  # characters of a line in which an event names its place
_DATE_LENGTH = 60  # characters of a value in which its date stands
_EDGE = " \t|　·•,，;；【】[]〖〗()（）-—>》"


@dataclass(frozen=True, slots=True)
class LabelField:
    """A label of the header, the value behind it, and the number of its line."""

    label: str
    value: str
    line: int


def find_labels(lines: Iterable[str]) -> Iterator[LabelField]:
    """Yield the labels of header lines with their values, in the order in which they stand.

    The value may stand behind the label, in the next cell, in the next line, or in the same column
    of the next row when a whole row is labels.
    """
    rows = [line[:_MAX_LINE_LENGTH] for line in lines]
    rows.append("")
    for number, (line, next_line) in enumerate(pairwise(rows)):
        fields = _read_columns(line, next_line, number)
        if fields:
            yield from fields
        else:
            yield from _read_line(line, next_line, number)


def has_label(line: str) -> bool:
    """Tell whether a line holds a label."""
    matches = _LABEL.finditer(line[:_MAX_LINE_LENGTH])
    return any(_is_label(line, match) for match in matches)


def is_imprint(line: str) -> bool:
    """Tell whether a line prints a source and an editor.

    Those are of an article, wherever they stand below it.
    """
    if "编" not in line or "源" not in line:
        return False
    names = {field.label for field in find_labels([line])}
    if names.isdisjoint(SOURCES):
        return False
    return not names.isdisjoint(_EDITORS)


def is_event(line: str, next_line: str) -> bool:
    """Tell whether a line prints when something takes place.

    Its label is 时间 or 日期, and a place stands beside it or an hour behind its date.
    """
    fields = []
    for field in find_labels([line]):
        if field.label in PLAIN_DATES:
            fields.append(field)
    if not fields:
        return False
    beginning = line[:_EVENT_LENGTH]
    if _RULES.event_place.find(beginning):
        return True
    next_beginning = next_line.lstrip(_EDGE)
    if _RULES.event_place.pattern.match(next_beginning):
        return True
    return any(map(_has_event_hour, fields))


def is_label_row(line: str) -> bool:
    """Tell whether a row is labels only: its values stand in the next one."""
    if "\t" not in line:
        return False
    cells = line.split("\t")
    if len(cells) <= 2:
        return False
    names = map(join_words, filter(None, cells))
    return _ALL_SET.issuperset(names)


def _read_columns(line: str, next_line: str, number: int) -> list[LabelField]:
    """Return the labels of a row with the values in the row below."""
    fields: list[LabelField] = []
    if not is_label_row(line):
        return fields
    names = line.split("\t")
    values = next_line.split("\t")
    for name, value in zip(names, values, strict=False):
        if name and value:
            label = join_words(name)
            fields.append(LabelField(label, _trim_value(value), number))
    return fields


def _read_line(line: str, next_line: str, number: int) -> Iterator[LabelField]:
    """Yield the labels of a line with the values behind them."""
    matches = []
    for match in _LABEL.finditer(line):
        if _is_label(line, match):
            matches.append(match)
    ends = [match.start() for match in matches[1:]]
    ends.append(len(line))
    for match, end in zip(matches, ends, strict=False):
        text = line[match.end() : end]
        value = _trim_value(text)
        yield from _read_label_behind_value(text, number)
        is_last = match is matches[-1]
        if is_last and not value and not _begins_with_label(next_line):
            value = _trim_value(next_line)
        yield LabelField(_extract_name(match), value, number)


def _read_label_behind_value(value: str, number: int) -> Iterator[LabelField]:
    """Yield the labels that stand right behind a value: 来源:本网时间:2022-01-20."""
    if ":" not in value and "：" not in value:
        return
    match = _LABEL_BEHIND_VALUE.search(value)
    if match is None:
        return
    if _RULES.time_of_something.find(value, 0, match.start()):
        return
    for field in find_labels([match[0]]):
        yield LabelField(field.label, field.value, number)


def _has_event_hour(field: LabelField) -> bool:
    stamp = dates.find_first_date(field.value[:_DATE_LENGTH])
    if stamp is None:
        return False
    return _RULES.event_hour.find(field.value, stamp.end) is not None


def _is_label(line: str, match: re.Match[str]) -> bool:
    """Tell a label from a word of prose by what stands around it."""
    if match["colon"]:
        return True
    name = _extract_name(match)
    before = line[: match.start()]
    after = line[match.end("label") :]
    if _ends_cell(before, after):
        return name not in _NEED_COLON_OR_CELL or "\t" in line
    if name in _NEED_COLON:
        return False
    begins_word = not before or before[-1] in " \t|"
    return begins_word and after[:1] in (" ", "")


def _ends_cell(before: str, after: str) -> bool:
    """Tell whether a label ends its cell, or is all of a cell or line."""
    if after[:1] in ("\t", "|"):
        return True
    begins_cell = not before or before[-1] in "\t|"
    return begins_cell and not after.strip()


def _begins_with_label(line: str) -> bool:
    match = _LABEL.match(line)
    return match is not None and _is_label(line, match)


def _trim_value(text: str) -> str:
    """Return a value without what stands around it.

    A bracket that belongs to it stays: 市场监管局(知识产权局).
    """
    value = _LABEL_BEHIND_VALUE.sub("", text).strip(_EDGE)
    for opening, closing in ("()", "（）"):
        is_open = value.count(opening) > value.count(closing)
        if is_open and value + closing in text:
            return value + closing
    return value


def _extract_name(match: re.Match[str]) -> str:
    return join_words(match["label"])
