"""Styles that hide text: what an inline style or the page's own style sheet declares.

Only the properties that can hide, strike out or raise text are kept. Of the sheet those rules
count that hold on a wide screen; selectors that this module cannot match never match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

import tinycss2

from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.selectors import Selector, parse_selectors

Declarations: TypeAlias = Mapping[str, str]  # by property, in lower case

_NOTHING: Declarations = {}
_PROPERTIES = frozenset(
    (
        *("display", "visibility", "opacity", "font-size", "color", "transform"),
        *("text-indent", "margin-left", "vertical-align", "clip", "clip-path"),
        *("text-decoration", "text-decoration-line", "position", "left", "top"),
        *("overflow", "width", "height", "max-height"),
    )
)
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
        ("margin-left", r"margin-left\s*:\s*-\s*\d{4}"),
        ("line-through", r"line-through"),
        ("clip", r"clip(?:-path)?\s*:"),
        ("transparent", r"color\s*:\s*transparent"),
        ("overflow", r"overflow\s*:\s*hidden"),
        ("scale(", r"transform\s*:\s*scale\(\s*0"),
    )
)
# The value of a style attribute, or a style element to the next tag.
_STYLE = re.compile(
    rb"""style(?:\s*=\s*("[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'>]{1,4000})|([^<=]*>[^<]*))"""
)
_HIDDEN_ATTRIBUTE = re.compile(rb"\shidden[\s>=/]")
_FAR_AWAY = re.compile(
    r"-\s*(?:\d{4,}(?:\.\d+)?(?:px|pt)?|\d{3,}(?:\.\d+)?(?:em|rem|vw|%))"
)
_NOTHING_LONG = re.compile(r"[+-]?0*(?:\.0*)?(?:px|pt|em|rem|%|cm|mm)?")
_CLIPPED = re.compile(
    r"rect\((?:[\s,]*(?:0|1)(?:px)?){4}\s*\)|inset\(\s*(?:50|100)%.*\)"
)
_SHOWN_WIDTH = 1280  # pixels of the screen on which a page is looked at
_WIDTH = re.compile(r"\(\s*(min|max)-width\s*:\s*(\d+)(?:\.\d+)?px\s*\)")
_MAX_SHEET_LENGTH = 300_000
_MAX_RULES = 4000
_MAX_NESTING = 5


@dataclass(frozen=True, slots=True)
class PageSource:
    """Whether the source of a page can hide or raise text.

    Asking each element of the tree for its style takes as long as half a parse.
    """

    has_hidden: bool  # by an attribute or an inline style
    has_hiding_sheet: bool
    has_raised: bool


def scan_source(payload: bytes) -> PageSource:
    """Look for styles and attributes that hide text in the source of a page."""
    source = payload.lower()
    matches = set(_STYLE.findall(source))
    inline_styles = {_decode(attribute).strip("\"'") for attribute, _ in matches}
    sheets = [_decode(sheet) for _, sheet in matches]
    has_hidden = b"hidden" in source and _HIDDEN_ATTRIBUTE.search(source) is not None
    return PageSource(
        has_hidden=has_hidden or any(map(hides, inline_styles)),
        has_hiding_sheet=any(map(may_hide, sheets)),
        has_raised=any(map(is_raised, inline_styles)),
    )


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
    if declarations.get("display") == "none" or has_no_text(declarations):
        return True
    return next(find_veils(declarations), None) is not None


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
        if name not in _PROPERTIES:
            continue
        value, mark, _ = value.partition("!")
        if name in important and not mark:
            continue
        if mark:
            important.add(name)
        declarations[name] = value.strip()
    return declarations or _NOTHING


def has_no_text(declarations: Declarations) -> bool:
    """Tell whether the text of an element and of all parts of it cannot be seen."""
    get = declarations.get
    struck = f"{get('text-decoration', '')} {get('text-decoration-line', '')}"
    if "line-through" in struck:
        return True
    if _is_zero(get("opacity")) or get("color") == "transparent":
        return True
    if get("position") in ("absolute", "fixed") and _is_off_screen(declarations):
        return True
    if _FAR_AWAY.match(get("margin-left", "")):
        return True
    if "scale(0" in get("transform", "").replace(" ", ""):
        return True
    if get("overflow") != "hidden":
        return False
    sizes = (get("width"), get("height"), get("max-height"))
    return any(map(_is_zero, sizes))


def _is_off_screen(declarations: Declarations) -> bool:
    places = (declarations.get("left", ""), declarations.get("top", ""))
    if any(map(_FAR_AWAY.match, places)):
        return True
    clips = (declarations.get("clip", ""), declarations.get("clip-path", ""))
    return any(map(_CLIPPED.match, clips))


def _is_zero(value: str | None) -> bool:
    if not value:
        return False
    return _NOTHING_LONG.fullmatch(value) is not None


def find_veils(declarations: Declarations) -> Iterator[str]:
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


@dataclass(frozen=True, slots=True)
class _Rule:
    """A selector and what it declares; `order` is the number of the rule in the page."""

    selector: Selector
    order: int
    declarations: Mapping[str, tuple[str, bool]]  # value, and whether it is important


@dataclass(slots=True)
class Sheet:
    """The rules of a page's own style sheets, by what their last part names."""

    rules: dict[str, list[_Rule]] = field(default_factory=dict)

    @property
    def names_tags(self) -> bool:
        """Whether the last part of some selector is neither a class nor an id."""
        return any(key[0] not in ".#" for key in self.rules)

    def merge(self, element: Element, own: Declarations) -> Declarations:
        """Return the declarations for an element, its own inline style included."""
        rules = self._find_rules(element)
        if not rules:
            return own
        winners: dict[str, tuple[tuple[bool, Any, int], str]] = {}
        for rule in rules:
            for name, (value, is_important) in rule.declarations.items():
                rank = (is_important, rule.selector.specificity, rule.order)
                if name not in winners or winners[name][0] <= rank:
                    winners[name] = (rank, value)
        declarations = {name: value for name, (_, value) in winners.items()}
        for name, value in own.items():
            if name not in winners or not winners[name][0][0]:
                declarations[name] = value
        return declarations

    def _find_rules(self, element: Element) -> Sequence[_Rule]:
        keys = [str(element.tag), "*"]
        identifier = element.get("id")
        if identifier:
            keys.append("#" + identifier.strip())
        for name in (element.get("class") or "").split():
            keys.append("." + name)
        matches: list[_Rule] = []
        for key in keys:
            for rule in self.rules.get(key, ()):
                if rule.selector.matches(element):
                    matches.append(rule)
        return matches


def read_own_sheets(root: Element) -> Sheet:
    """Return the rules of the style elements of a page that can hide text."""
    sheet = Sheet()
    count = 0
    for element in root.iter("style"):
        text = element.text or ""
        media = (element.get("media") or "").lower()
        is_short = len(text) <= _MAX_SHEET_LENGTH
        if not is_short or not _is_on_screen(media) or not may_hide(text):
            continue
        for prelude, content in _iter_rules(text):
            declarations = _parse_block(content)
            if not declarations:
                continue
            for selector in parse_selectors(prelude):
                count += 1
                if count > _MAX_RULES:
                    return sheet
                rule = _Rule(selector, count, declarations)
                sheet.rules.setdefault(selector.key, []).append(rule)
    return sheet


def _iter_rules(sheet: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the selectors and the block of each rule that holds on a screen."""
    for rule in tinycss2.parse_rule_list(
        sheet, skip_comments=True, skip_whitespace=True
    ):
        if rule.type == "qualified-rule":
            yield tinycss2.serialize(rule.prelude), rule.content
        elif rule.type == "at-rule" and rule.content is not None:
            is_media = rule.lower_at_keyword == "media"
            query = tinycss2.serialize(rule.prelude).lower()
            if is_media and depth < _MAX_NESTING and _is_on_screen(query):
                yield from _iter_rules(rule.content, depth + 1)


def _is_on_screen(query: str) -> bool:
    """Tell whether a media query holds on a wide screen; one that is not understood does not."""
    if not query.strip():
        return True
    return any(map(_holds_on_screen, query.split(",")))


def _holds_on_screen(query: str) -> bool:
    rest = query
    for bound, width in _WIDTH.findall(query):
        is_within = int(width) >= _SHOWN_WIDTH
        if bound == "min":
            is_within = int(width) <= _SHOWN_WIDTH
        if not is_within:
            return False
    rest = _WIDTH.sub("", rest)
    words = set(rest.split()) - {"and", "only", "screen", "all"}
    return not words


def _parse_block(content: Any) -> dict[str, tuple[str, bool]]:
    declarations: dict[str, tuple[str, bool]] = {}
    parts = tinycss2.parse_blocks_contents(
        content, skip_comments=True, skip_whitespace=True
    )
    for part in parts:
        if part.type == "declaration" and part.lower_name in _PROPERTIES:
            value = tinycss2.serialize(part.value).strip().lower()
            declarations[part.lower_name] = (value, part.important)
    return declarations
