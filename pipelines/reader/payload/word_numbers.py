"""The numbers of lists in Word: a DOCX holds how they are counted, and not what is printed.

They are written before the text of their paragraphs. Where a number is not sure it is left out: one
of a format that is not known here, or one that counts what stands above it before that has begun.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

_DIGITS = "一二三四五六七八九"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_SEQUENCES = {
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩",
    "ideographDigital": _DIGITS,
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "lowerLetter": ascii_lowercase,
    "upperLetter": ascii_uppercase,
    "lowerRoman": _ROMAN,
    "upperRoman": [number.upper() for number in _ROMAN],
}
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting")
_COUNTER = re.compile(r"%([1-9])")
_HIDDEN_MARKS = ("moveFrom", "vanish")
_LEVELS = 9  # that a list has
_LONGEST_TEXT = 40  # characters around the numbers of a level
_MOST_PARENTS = 20  # styles that a style is based on, one after the other


_Counts: TypeAlias = dict[int, int | None]  # by level; None for one passed over


class _Level(NamedTuple):
    """How the paragraphs of a level are counted; `text` has %1 for the number of the first."""

    start: int
    form: str
    text: str
    is_close: bool  # nothing stands between the number and the text


class _Numbering(NamedTuple):
    """A list: the definition that it has, and the numbers with which its levels begin anew."""

    definition: str
    starts: dict[int, int]


class NumberWriter:
    """Writes the numbers of the paragraphs of one file, in their order."""

    def __init__(self, numbering: Element, styles: Element | None) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}  # by definition
        self._style_levels: dict[tuple[str, str], int] = {}
        self._lists: dict[str, _Numbering] = {}
        self._unsure: set[str] = set()  # definitions
        self._styles: dict[str, Element] = {}
        self._counts: dict[str, _Counts] = {}  # by definition
        self._begun: set[tuple[str, int]] = set()  # levels of lists
        for definition in numbering.iterchildren("{*}abstractNum"):
            self._add_definition(definition)
        for number in numbering.iterchildren("{*}num"):
            self._add_list(number)
        if styles is not None:
            for style in styles.iterchildren("{*}style"):
                self._styles[_get(style, "styleId")] = style

    def _add_definition(self, definition: Element) -> None:
        name = _get(definition, "abstractNumId")
        for level in definition.iterchildren("{*}lvl"):
            number = _read_int(_get(level, "ilvl"), 0)
            style = _get_value(level, "pStyle")
            if style:
                self._style_levels[name, style] = number
            text = _get_value(level, "lvlText")
            is_plain = level.find("{*}isLgl") is None
            is_plain = is_plain and level.find("{*}lvlRestart") is None
            if is_plain and len(text) <= _LONGEST_TEXT:
                self._levels[name, number] = _Level(
                    _read_int(_get_value(level, "start"), 0),
                    _get_value(level, "numFmt") or "decimal",
                    text,
                    _get_value(level, "suff") == "nothing",
                )

    def _add_list(self, number: Element) -> None:
        definition = _get_value(number, "abstractNumId")
        starts: dict[int, int] = {}
        for override in number.iterchildren("{*}lvlOverride"):
            if override.find("{*}lvl") is not None:  # it counts in its own way
                self._unsure.add(definition)
            start = _read_int(_get_value(override, "startOverride"), -1)
            if start >= 0:
                starts[_read_int(_get(override, "ilvl"), 0)] = start
        self._lists[_get(number, "numId")] = _Numbering(definition, starts)

    def write(self, root: Element) -> None:
        """Write the numbers of the paragraphs of a part before their text.

        A paragraph whose end is deleted is the beginning of the next one.
        """
        beginning: Element | None = None
        for paragraph in root.iter("{*}p"):
            mark = paragraph.find("{*}pPr/{*}rPr")
            if mark is not None and mark.find("{*}del") is not None:
                beginning = paragraph if beginning is None else beginning
                continue
            place = None if _is_hidden(mark) else self._find_place(paragraph)
            text = None if place is None else self._count(*place)
            if text:
                _put_before(paragraph if beginning is None else beginning, text)
            beginning = None

    def _find_place(self, paragraph: Element) -> tuple[str, int] | None:
        """Return the list and the level of a paragraph: its own, else those of its style."""
        properties = paragraph.find("{*}pPr")
        if properties is None:
            return None
        own = properties.find("{*}numPr")
        if own is not None and own.find("{*}numId") is not None:
            return _get_value(own, "numId"), _read_int(_get_value(own, "ilvl"), 0)
        place = self._find_place_of_style(_get_value(properties, "pStyle"))
        if place is None or own is None:
            return place
        number, level = place
        return number, _read_int(_get_value(own, "ilvl"), level)

    def _find_place_of_style(self, name: str) -> tuple[str, int] | None:
        """Return the list and the level of a style, or of the nearest one that it is based on."""
        for _ in range(_MOST_PARENTS):
            style = self._styles.get(name)
            if style is None:
                return None
            numbering = style.find("{*}pPr/{*}numPr")
            if numbering is not None and numbering.find("{*}numId") is not None:
                number = _get_value(numbering, "numId")
                of_list = self._lists.get(number)
                key = (of_list.definition if of_list else "", name)
                level = _read_int(_get_value(numbering, "ilvl"), 0)
                return number, self._style_levels.get(key, level)
            name = _get_value(style, "basedOn")
        return None

    def _count(self, number: str, level: int) -> str | None:
        """Count a paragraph; return its number as it is printed, None where that is not sure."""
        numbering = self._lists.get(number)
        if numbering is None or level >= _LEVELS:
            return None
        definition = numbering.definition
        form = self._levels.get((definition, level))
        counts = self._counts.setdefault(definition, {})
        for deeper in range(level + 1, _LEVELS):
            counts.pop(deeper, None)
        for upper in range(level):
            counts.setdefault(upper, None)
        before = counts.get(level)
        if level in numbering.starts and (number, level) not in self._begun:
            counts[level] = numbering.starts[level]
        elif before is not None:
            counts[level] = before + 1
        elif form is None or level in counts:  # programs count it in other ways
            self._unsure.add(definition)
        else:
            counts[level] = form.start
        self._begun.add((number, level))
        if form is None or definition in self._unsure:
            return None
        return self._write_number(definition, form, counts)

    def _write_number(
        self, definition: str, form: _Level, counts: _Counts
    ) -> str | None:
        """Return the number of a level with those above it."""
        pieces: list[str] = []
        for number, piece in enumerate(_COUNTER.split(form.text)):
            if number % 2 == 0:
                pieces.append(piece)
                continue
            level = int(piece) - 1
            other = self._levels.get((definition, level))
            count = counts.get(level)
            if other is None or count is None:
                return None
            written = _write_count(count, other.form)
            if written is None:
                return None
            pieces.append(written)
        text = "".join(pieces)
        if form.form == "bullet" or not text:
            return None
        return text if form.is_close or not text[-1].isascii() else f"{text} "


def _is_hidden(mark: Element | None) -> bool:
    """Tell whether the mark at the end of a paragraph is hidden or moved away."""
    if mark is None:
        return False
    return any(mark.find("{*}" + name) is not None for name in _HIDDEN_MARKS)


def _write_count(count: int, form: str) -> str | None:
    """Return a number in a format; None where it is not sure how that is written."""
    if form == "decimal":
        return str(count)
    if form in _CHINESE:
        return _write_chinese(count)
    sequence = _SEQUENCES.get(form, "")
    return sequence[count - 1] if 1 <= count <= len(sequence) else None


def _write_chinese(count: int) -> str | None:
    """Return a number from 1 to 99: 十, 十一, 二十一."""
    if not 1 <= count <= 99:
        return None
    tens, ones = divmod(count, 10)
    before = _DIGITS[tens - 1] if tens > 1 else ""
    after = _DIGITS[ones - 1] if ones else ""
    return f"{before}十{after}" if tens else after


def _put_before(paragraph: Element, text: str) -> None:
    """Put a text before that of a paragraph, behind its properties."""
    namespace = str(paragraph.tag).partition("}")[0] + "}"
    run = etree.Element(namespace + "r")
    etree.SubElement(run, namespace + "t").text = text
    properties = paragraph.find("{*}pPr")
    paragraph.insert(0 if properties is None else paragraph.index(properties) + 1, run)


def _get(element: Element, name: str) -> str:
    for key, value in element.attrib.items():
        if str(key).endswith("}" + name):
            return str(value)
    return ""


def _get_value(parent: Element, name: str) -> str:
    child = parent.find("{*}" + name)
    return "" if child is None else _get(child, "val")


def _read_int(text: str, default: int) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else default
