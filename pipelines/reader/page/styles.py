"""Styles that hide text: what an inline style or the page's own style sheet declares.

Only the properties that can hide, strike out or raise text are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from nianbao.pipelines.reader.page.colours import may_blend

Declarations: TypeAlias = Mapping[str, str]  # by property, in lower case

_NOTHING: Declarations = {}
PROPERTIES = frozenset(
    (
        *("display", "visibility", "opacity", "font-size", "color", "transform"),
        *("text-indent", "margin-left", "vertical-align", "clip", "clip-path"),
        *("text-decoration", "text-decoration-line", "position", "left", "top"),
        *("right", "bottom", "overflow", "width", "height", "max-height", "max-width"),
        *("background", "background-color", "filter", "content-visibility"),
        *("-webkit-text-fill-color", "margin-top"),
    )
)
_WHITE = r"(?:#f[ef][ef]|white|rgba?\(\s*25\d|rgba\([^)]*,\s*0\s*\)|#\w{6}00\b)"
# White, and nothing put behind it by the same rule.
_WHITE_RULE = rf"\{{(?![^{{}}]*background)[^{{}}]*(?<![-\w])color\s*:\s*{_WHITE}"
# Words of a style sheet without which no style hides, each with what makes it hide.
_HIDING = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        ("display", r"display\s*:\s*none"),
        ("visibility", r"visibility\s*:\s*(?:hidden|collapse)"),
        ("opacity", r"opacity\s*:\s*(?:0|\.0)"),
        ("font-size", r"font-size\s*:\s*[.0]"),
        ("text-indent", r"text-indent\s*:\s*-\s*\d{3}"),
        ("position", r"position\s*:\s*(?:absolute|fixed)"),
        # margins and places far away
        ("-", r"(?:left|right|top|bottom)\s*:\s*-\s*(?:\d{4}|9\d\d)"),
        ("translate", r"translate[xy]?\([^)]{0,40}-\s*(?:\d{4}|9\d\d)"),
        ("line-through", r"line-through"),
        ("clip", r"clip(?:-path)?\s*:"),
        ("transparent", r"color\s*:\s*transparent"),
        ("filter", r"filter\s*:\s*opacity\(\s*0"),
        ("content-visibility", r"content-visibility\s*:\s*hidden"),
        (
            "font",
            r"(?<![-\w])font\s*:[^;{}]{0,60}?(?<![\w.#])0(?:px|pt|em|rem|%)?\s*[/ ]",
        ),
        ("color", _WHITE_RULE),
        ("overflow", r"overflow\s*:\s*hidden"),
        ("scale(", r"transform\s*:\s*scale\(\s*0"),
    )
)
# The value of a style attribute, or a style element to the next tag.
_STYLE = re.compile(
    rb"""style(?:\s*=\s*("[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'>]{1,4000})|([^<=]*>[^<]*))"""
)
_WHITE_BLOCK = re.compile(_WHITE_RULE)
_OUTER_SHEET = re.compile(rb"<link\s[^>]{0,500}stylesheet")
_HIDDEN_ATTRIBUTE = re.compile(rb"\shidden[\s>=/]")
_FAR_AWAY = re.compile(
    r"-\s*(?:(?:\d{4,}|9\d\d)(?:\.\d+)?(?:px|pt)?|\d{3,}(?:\.\d+)?(?:em|rem|vw|%))"
)
_MOVED_AWAY = re.compile(
    rf"translate(?:x|y|3d)?\(\s*(?:[^(),]{{1,20}},\s*)?{_FAR_AWAY.pattern}"
)
_INDENTED_AWAY = re.compile(r"(?:[1-9]\d\d)(?:\.\d+)?%")
FONT_OF_NO_SIZE = re.compile(
    r"(?:[a-z-]+\s+)*0+(?:\.0*)?(?:px|pt|em|rem|%)?(?:\s*/|\s|$)"
)
_NOTHING_LONG = re.compile(r"[+-]?0*(?:\.0*)?(?:px|pt|em|rem|%|cm|mm)?")
_CLIPPED = re.compile(r"rect\((?:[\s,]*(?:0|1)(?:px)?){4}\s*\)")
_CLIPPED_AWAY = re.compile(r"inset\(\s*(?:50|100)%.*\)|(?:circle|ellipse)\(\s*0")
_NOT_WIDE = re.compile(r"[01](?:px)?")
_MOVABLE = ("absolute", "fixed", "relative")


@dataclass(frozen=True, slots=True)
class PageSource:
    """Whether the source of a page can hide or raise text.

    Asking each element of the tree for its style takes as long as half a parse.
    """

    has_hidden: bool  # by an attribute or an inline style
    has_blending: bool  # colours like what can be behind them
    has_outer_sheets: bool  # that were not read; asked where colours blend
    has_hiding_sheet: bool
    has_raised: bool


class Hiding(NamedTuple):
    """What declarations hide of an element's text: all of it with all its parts, or what a
    part of it shows again by setting one of the properties `veils`."""

    is_whole: bool
    veils: tuple[str, ...]


def scan_source(payload: bytes) -> PageSource:
    """Look for styles and attributes that hide text in the source of a page."""
    pieces = _STYLE.split(payload.lower())
    attributes = set(filter(None, pieces[1::3]))
    own_sheets = set(filter(None, pieces[2::3]))
    # Inline styles are most of a page that Word wrote: the rest is looked through in no time.
    rest = b" ".join((*pieces[::3], *own_sheets))
    inline_styles = {_decode(attribute).strip("\"'") for attribute in attributes}
    sheets = list(map(_decode, own_sheets))
    has_hidden = b"hidden" in rest and _HIDDEN_ATTRIBUTE.search(rest) is not None
    has_blending = may_blend(rest, map(parse_style, inline_styles))
    has_blending = has_blending or any(map(_WHITE_BLOCK.search, sheets))
    return PageSource(
        has_hidden=has_hidden or any(map(hides, inline_styles)),
        has_blending=has_blending,
        has_outer_sheets=has_blending and _has_outer_sheets(rest),
        has_hiding_sheet=any(map(may_hide, sheets)),
        has_raised=any(map(is_raised, inline_styles)),
    )


def _has_outer_sheets(source: bytes) -> bool:
    return b"@import" in source or _OUTER_SHEET.search(source) is not None


def _decode(source: bytes) -> str:
    return source.decode("utf-8", "replace")


def may_hide(sheet: str) -> bool:
    """Tell cheaply whether a style sheet can hide or strike out text."""
    sheet = sheet.lower()
    return any(word in sheet and hiding.search(sheet) for word, hiding in _HIDING)


def hides(style: str) -> bool:
    """Tell whether an inline style hides or strikes out text."""
    declarations = parse_style(style)
    if not declarations:
        return False
    if declarations.get("display") == "none":
        return True
    hiding = find_hiding(declarations)
    return hiding.is_whole or bool(hiding.veils)


@lru_cache(maxsize=2048)
def parse_style(style: str) -> Declarations:
    """Return the declarations of an inline style that can hide text."""
    if ":" not in style:
        return _NOTHING
    declarations: dict[str, str] = {}
    important: set[str] = set()
    for part in style.lower().split(";"):
        name, _, value = part.partition(":")
        name = name.strip()
        if name == "font" and FONT_OF_NO_SIZE.match(value.strip()):
            name, value = "font-size", "0"
        if name not in PROPERTIES:
            continue
        value, mark, _ = value.partition("!")
        if name in important and not mark:
            continue
        if mark:
            important.add(name)
        declarations[name] = value.strip()
    return declarations or _NOTHING


def find_hiding(declarations: Declarations) -> Hiding:
    """Return what declarations hide of the text of an element that has its place."""
    return _find_hiding(tuple(declarations.items()))


@lru_cache(maxsize=2048)
def _find_hiding(declarations: tuple[tuple[str, str], ...]) -> Hiding:
    values = dict(declarations)
    return Hiding(_has_no_text(values), tuple(_find_veils(values)))


def _has_no_text(declarations: Declarations) -> bool:
    """Tell whether the text of an element and of all parts of it cannot be seen."""
    get = declarations.get
    struck = f"{get('text-decoration', '')} {get('text-decoration-line', '')}"
    if "line-through" in struck:
        return True
    if _is_clear(declarations) or _is_off_screen(declarations):
        return True
    return get("overflow") == "hidden" and _has_no_room(declarations)


def _is_clear(declarations: Declarations) -> bool:
    """Tell whether what is behind the text is seen through it."""
    get = declarations.get
    if _is_zero(get("opacity")) or get("color") == "transparent":
        return True
    if get("-webkit-text-fill-color") == "transparent":
        return True
    if "opacity(0)" in get("filter", "").replace(" ", ""):
        return True
    return get("content-visibility") == "hidden"


def _is_off_screen(declarations: Declarations) -> bool:
    get = declarations.get
    position = get("position")
    places = [get("margin-left", ""), get("margin-top", "")]
    if position in _MOVABLE:
        places += [get(name, "") for name in ("left", "top", "right", "bottom")]
    if any(map(_FAR_AWAY.match, places)):
        return True
    transform = get("transform", "").replace(" ", "")
    if "scale(0" in transform or _MOVED_AWAY.search(transform):
        return True
    is_cut = position in ("absolute", "fixed") and _CLIPPED.match(get("clip", ""))
    return bool(is_cut) or _CLIPPED_AWAY.match(get("clip-path", "")) is not None


def _has_no_room(declarations: Declarations) -> bool:
    """Tell whether an element that cuts off what does not fit has no room for any text."""
    get = declarations.get
    sizes = (get("width"), get("height"), get("max-height"), get("max-width"))
    if any(map(_is_zero, sizes)):
        return True
    if _INDENTED_AWAY.match(get("text-indent", "")):
        return True
    is_dot = _NOT_WIDE.fullmatch(get("width", ""))
    return bool(is_dot) and _NOT_WIDE.fullmatch(get("height", "")) is not None


def _is_zero(value: str | None) -> bool:
    if not value:
        return False
    return _NOTHING_LONG.fullmatch(value) is not None


def _find_veils(declarations: Declarations) -> Iterator[str]:
    """Yield the properties that hide text of an element until a part of it sets them again."""
    if declarations.get("visibility") in ("hidden", "collapse"):
        yield "visibility"
    if _is_zero(declarations.get("font-size")):
        yield "font-size"
    if _FAR_AWAY.match(declarations.get("text-indent", "")):
        yield "text-indent"


def is_raised(style: str) -> bool:
    """Tell whether an inline style sets text above or below its line."""
    return parse_style(style).get("vertical-align") in ("super", "sub")
