"""Text in the colour of what is behind it: a person does not see it.

What is behind it is what the page itself declares, the nearest first; a picture is not known. Where
nothing is declared it is white, unless sheets from elsewhere can say otherwise: then only words
within a line count that declare their colour themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from tinycss2.color4 import parse_color

from nianbao.pipelines.reader.page.containers import Element

Declarations: TypeAlias = Mapping[str, str]

# Differences of red, green or blue, of 1, that nobody sees.
_LEAST_CONTRAST = 0.04
_PARTS_OF_LINES = frozenset(("span", "font", "b", "strong", "i", "em", "u", "p", "sup"))
_CONTROLS = frozenset(("button", "input", "select", "textarea", "mark"))
_PICTURE = re.compile(r"url\(|gradient\(|image")
_TOKEN = re.compile(r"#[0-9a-f]+|(?:rgb|hsl)a?\([^()]*\)|[a-z]+")
# <font color="white">, <td bgcolor=#fff>
# The word comes first in the pattern: what begins with white space is looked for six times as long.
_ATTRIBUTE = re.compile(
    rb"""color(?:(?<=\scolor)|(?<=\s(bg)color))\s*=\s*["']?\s*(#?\w{3,20})"""
)


class Colour(NamedTuple):
    """A colour by its parts, from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float

    def is_like(self, other: Colour) -> bool:
        """Tell whether nobody sees one on the other."""
        parts = zip(self[:3], other[:3], strict=True)
        return all(abs(one - another) < _LEAST_CONTRAST for one, another in parts)


WHITE = Colour(1, 1, 1, 1)


@lru_cache(maxsize=1024)
def parse_colour(value: str) -> Colour | None:
    """Return the colour that a value of a style or an attribute names; None for any other."""
    colour = parse_color(value.strip())
    if colour is None or isinstance(colour, str):
        return None
    try:
        red, green, blue = colour.to("srgb").coordinates
    except (ValueError, NotImplementedError):
        return None
    return Colour(red or 0, green or 0, blue or 0, colour.alpha)


def may_blend(source: bytes, styles: Iterable[Declarations]) -> bool:
    """Tell whether inline styles or attributes of a page can make text like what is behind it."""
    colours: set[str] = set()
    behind = {"white"}
    for style in styles:
        if "color" in style:
            colours.add(style["color"])
        behind.update(_iterate_backgrounds(style))
    if b"<font" in source or b"bgcolor" in source:
        for is_background, value in set(_ATTRIBUTE.findall(source)):
            names = behind if is_background else colours
            names.add(value.decode("utf-8", "replace"))
    backgrounds = [colour for colour in map(_find_colour, behind) if colour]
    return any(_is_among(value, backgrounds) for value in colours)


def _is_among(value: str, backgrounds: Sequence[Colour]) -> bool:
    colour = parse_colour(value)
    if colour is None:
        return False
    return not colour.alpha or any(map(colour.is_like, backgrounds))


def _iterate_backgrounds(style: Declarations) -> Iterable[str]:
    for name in ("background-color", "background"):
        if name in style:
            yield style[name]


@lru_cache(maxsize=1024)
def _find_colour(value: str) -> Colour | None:
    """Return the colour among the values of a background."""
    for token in _TOKEN.findall(value):
        colour = parse_colour(token)
        if colour is not None:
            return colour
    return None


class Blending:
    """Works out which elements of a page have text in the colour of what is behind it."""

    def __init__(
        self, collect: Callable[[Element], Declarations], *, has_outer_sheets: bool
    ) -> None:
        self._collect = collect
        self._has_outer_sheets = has_outer_sheets
        # False: a picture or a control; None: nothing is declared up to the root.
        self._behind: dict[Element, Colour | bool | None] = {}

    def hides(self, element: Element, declarations: Declarations) -> bool:
        """Tell whether nobody sees the text of an element for its colour."""
        colour = parse_colour(declarations.get("color", ""))
        if colour is None:
            return False
        if not colour.alpha:
            return True
        behind = self._find_behind(element)
        if behind is None:
            behind = self._guess_behind(element)
        return isinstance(behind, Colour) and colour.is_like(behind)

    def has_own(self, element: Element, declarations: Declarations) -> bool:
        """Tell whether an element has a colour of its own, or something else behind it."""
        if element.tag == "a" or "color" in declarations:
            return True
        return self._find_own(element, declarations) is not None

    def _guess_behind(self, element: Element) -> Colour | None:
        """Return white where nothing on the page or beside it can say otherwise."""
        if not self._has_outer_sheets:
            return WHITE
        is_own = element.get("color") or "color" in (element.get("style") or "").lower()
        return WHITE if is_own and element.tag in _PARTS_OF_LINES else None

    def _find_behind(self, element: Element) -> Colour | bool | None:
        path: list[Element] = []
        behind: Colour | bool | None = None
        place: Element | None = element
        while place is not None:
            if place in self._behind:
                behind = self._behind[place]
                break
            path.append(place)
            behind = self._find_own(place, self._collect(place))
            if behind is not None:
                break
            place = place.getparent()
        for place in path:
            self._behind[place] = behind
        return behind

    def _find_own(
        self, element: Element, declarations: Declarations
    ) -> Colour | bool | None:
        """Return what an element puts behind its text, None where it lets through."""
        if element.tag in _CONTROLS or element.get("background"):
            return False
        for value in _iterate_backgrounds(declarations):
            if _PICTURE.search(value):
                return False
            colour = _find_colour(value)
            if colour and colour.alpha:
                return colour if colour.alpha == 1 else False
        return _find_colour((element.get("bgcolor") or "").lower())
