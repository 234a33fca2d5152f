"""The objects of a page of an OFD: the characters of its texts, the lines of its paths, images.

Each stands in a box of the page (`Boundary`), in which its own places begin; a matrix (`CTM`) can
turn or stretch them. Lengths are millimetres.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

from nianbao.pipelines.reader.payload.formats.drawn_text import Glyph
from nianbao.pipelines.reader.payload.formats.ruled_tables import Rule
from nianbao.pipelines.reader.payload.zip_parts import Element

_ABOVE = 0.85  # of the size of a character: how far it stands above its line
_NARROW = 0.5  # of its size: how wide a Latin character is
_MOST_DISTANCES = 20_000  # between the characters of a text
_MOST_POINTS = 400  # of a path: one with more is a picture
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NOT_DRAWN = "false"

_Matrix: TypeAlias = tuple[float, float, float, float, float, float]
_Point: TypeAlias = tuple[float, float]
_SAME: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def iter_glyphs(text_object: Element) -> Iterator[Glyph]:
    """Yield the characters of a text with their places on the page; none of one that is hidden."""
    if _is_hidden(text_object):
        return
    size = _read_number(text_object.get("Size"), 0.0)
    stretch = _read_number(text_object.get("HScale"), 1.0)
    origin, matrix = _read_place(text_object)
    x = y = 0.0
    for code in text_object.iterchildren("{*}TextCode"):
        x = _read_number(code.get("X"), x)
        y = _read_number(code.get("Y"), y)
        distances_across = _read_distances(code.get("DeltaX"))
        distances_down = _read_distances(code.get("DeltaY"))
        across, down = x, y
        for number, character in enumerate(code.text or ""):
            width = size * stretch * (_NARROW if character.isascii() else 1.0)
            corners = (
                (across, down - _ABOVE * size),
                (across + width, down + (1 - _ABOVE) * size),
            )
            box = _draw_box([_place(point, origin, matrix) for point in corners])
            yield Glyph(character, *box)
            if not distances_across and not distances_down:
                across += width
            across += _get(distances_across, number)
            down += _get(distances_down, number)


def iter_rules(path_object: Element) -> Iterator[Rule]:
    """Yield the lines of a path: each that is drawn, or the box of an area that is filled."""
    if _is_hidden(path_object):
        return
    origin, matrix = _read_place(path_object)
    data = path_object.findtext("{*}AbbreviatedData") or ""
    for points in _iter_outlines(data):
        places = [_place(point, origin, matrix) for point in points]
        if path_object.get("Fill") == "true":
            yield _draw_box(places)
        if path_object.get("Stroke") != _NOT_DRAWN:
            for line in pairwise(places):
                yield _draw_box(list(line))


def measure_image(image_object: Element) -> float:
    """Return how much of a page an image covers, in square millimetres."""
    if _is_hidden(image_object):
        return 0.0
    return measure_box(image_object.get("Boundary"))


def measure_box(text: str | None) -> float:
    """Return the area of a box that is written as its place, width and height."""
    numbers = _read_numbers(text)
    return numbers[2] * numbers[3] if len(numbers) == 4 else 0.0


def _is_hidden(element: Element) -> bool:
    """Tell whether an object, or what it stands in, is not shown."""
    for each in (element, *element.iterancestors("*")):
        if each.get("Visible") == "false" or each.get("Alpha") == "0":
            return True
    return False


def _read_place(element: Element) -> tuple[_Point, _Matrix]:
    """Return where the places of an object begin on the page, and how they are turned."""
    boundary = _read_numbers(element.get("Boundary"))
    origin = (boundary[0], boundary[1]) if len(boundary) == 4 else (0.0, 0.0)
    numbers = _read_numbers(element.get("CTM"))
    if len(numbers) != 6:
        return origin, _SAME
    a, b, c, d, e, f = numbers
    return origin, (a, b, c, d, e, f)


def _place(point: _Point, origin: _Point, matrix: _Matrix) -> _Point:
    x, y = point
    a, b, c, d, e, f = matrix
    across = a * x + c * y + e
    down = b * x + d * y + f
    return origin[0] + across, origin[1] + down


def _draw_box(points: list[_Point]) -> Rule:
    across = [x for x, _ in points]
    down = [y for _, y in points]
    return Rule(min(across), min(down), max(across), max(down))


def _read_distances(text: str | None) -> list[float]:
    """Return how far characters stand from the one before; `g 3 4.5` is 4.5 three times."""
    distances: list[float] = []
    words = iter((text or "").split())
    for word in words:
        if word != "g":
            distances.append(_read_number(word, 0.0))
            continue
        count = int(min(_read_number(next(words, None), 0.0), _MOST_DISTANCES))
        distances += [_read_number(next(words, None), 0.0)] * max(count, 0)
        if len(distances) > _MOST_DISTANCES:
            break
    return distances


def _get(distances: list[float], number: int) -> float:
    """Return a distance; the last one holds for the characters behind."""
    if not distances:
        return 0.0
    return distances[min(number, len(distances) - 1)]


def _iter_outlines(data: str) -> Iterator[list[_Point]]:
    """Yield the outlines of a path as points: S and M begin one, L goes on, C closes it."""
    points: list[_Point] = []
    for number, step in enumerate(_STEP.finditer(data)):
        if number > _MOST_POINTS:
            return
        sign, numbers = step[1], _read_numbers(step[2])
        if sign in "SM":
            if points:
                yield points
            points = []
        if sign == "C" and points:
            points.append(points[0])
        elif len(numbers) >= 2:
            points.append((numbers[-2], numbers[-1]))
    if points:
        yield points


def _read_numbers(text: str | None) -> list[float]:
    numbers = [float(number) for number in _NUMBER.findall(text or "")]
    return [number for number in numbers if math.isfinite(number)]


def _read_number(text: str | None, default: float) -> float:
    return next(iter(_read_numbers(text)), default)
