"""The page's own style sheets: what their rules declare of an element.

Those rules count that hold on a wide screen; selectors that are not matched here never match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

import tinycss2

from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.page.selectors import (
    Selector,
    get_names,
    parse_selectors,
)
from nianbao.pipelines.reader.page.styles import (
    FONT_OF_NO_SIZE,
    PROPERTIES,
    Declarations,
    may_hide,
)

_SHEET_PROPERTIES = PROPERTIES | {"font"}
_BACKGROUNDS = frozenset(("background", "background-color"))
_SHOWN_WIDTH = 1280  # pixels of the screen on which a page is looked at
_WIDTH = re.compile(r"\(\s*(min|max)-width\s*:\s*(\d+)(?:\.\d+)?px\s*\)")
_MAX_SHEET_LENGTH = 300_000
_MAX_RULES = 4000
_SHEETS_KEPT = 16  # of the sites that are read just now
_MAX_NESTING = 5
# of rules with elements in a page: behind them no rule counts
_MOST_COMPARISONS = 1_000_000
# Names that are kept of what elements stand in: behind them every selector is matched.
_MOST_OUTER_NAMES = 2_000_000


# By property, the value and whether it is important.
SheetDeclarations: TypeAlias = Mapping[str, tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A selector and what it declares; `order` is the number of the rule in the page."""

    selector: Selector
    order: int
    declarations: SheetDeclarations


@dataclass(slots=True)
class Sheet:
    """The rules of a page's own style sheets, by what their last part names.

    `is_cut` says that some rules do not count: there are too many, or too many to compare.
    """

    rules: dict[str, list[_Rule]] = field(default_factory=dict)
    is_cut: bool = False
    comparisons_left: int = _MOST_COMPARISONS
    # By element, what it and all that it stands in are named.
    outer_names: dict[Element, frozenset[str]] = field(default_factory=dict)
    outer_names_left: int = _MOST_OUTER_NAMES

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
        matches: list[_Rule] = []
        outer_names: frozenset[str] | None = None
        for key in ("*", *get_names(element)):
            rules = self.rules.get(key, ())
            self.comparisons_left -= len(rules)
            if self.comparisons_left < 0:
                self.is_cut = True
                break
            if rules and outer_names is None:
                outer_names = self._collect_outer_names(element)
            for rule in rules:
                if outer_names and not rule.selector.outer_names <= outer_names:
                    continue
                if rule.selector.matches(element):
                    matches.append(rule)
        return matches

    def _collect_outer_names(self, element: Element) -> frozenset[str]:
        """Return what the elements are named in which one stands; empty where that is too much.

        Most selectors name a part that no outer element is: to find that out at the elements
        one by one took most of the time of a real page.
        """
        path: list[Element] = []
        names: frozenset[str] = frozenset()
        for outer in element.iterancestors():
            if outer in self.outer_names:
                names = self.outer_names[outer]
                break
            path.append(outer)
        for outer in reversed(path):
            own_names = get_names(outer)
            if not own_names <= names:
                self.outer_names_left -= len(names) + len(own_names)
                if self.outer_names_left < 0:
                    return frozenset()
                names = names | own_names
            self.outer_names[outer] = names
        return names


def read_own_sheets(root: Element, *, with_backgrounds: bool) -> Sheet:
    """Return the rules of the style elements of a page that can hide text."""
    names = _SHEET_PROPERTIES if with_backgrounds else _SHEET_PROPERTIES - _BACKGROUNDS
    sheet = Sheet()
    count = 0
    for element in root.iter("style"):
        text = element.text or ""
        media = (element.get("media") or "").lower()
        if not _is_on_screen(media) or not may_hide(text):
            continue
        if len(text) > _MAX_SHEET_LENGTH:
            sheet.is_cut = True
            continue
        for selector, declarations in _parse_sheet(text, names):
            count += 1
            if count > _MAX_RULES:
                sheet.is_cut = True
                return sheet
            rule = _Rule(selector, count, declarations)
            sheet.rules.setdefault(selector.key, []).append(rule)
    return sheet


@lru_cache(maxsize=_SHEETS_KEPT)
def _parse_sheet(
    text: str, names: frozenset[str]
) -> tuple[tuple[Selector, SheetDeclarations], ...]:
    """Return the selectors of a style sheet, each with what its rule declares of some properties.

    The pages of a site have the same sheet, and to parse it takes as long as to read the page.
    """
    rules: list[tuple[Selector, SheetDeclarations]] = []
    for prelude, content in _iter_rules(text):
        declarations = _parse_block(content, names)
        if not declarations:
            continue
        for selector in parse_selectors(prelude):
            rules.append((selector, declarations))
            if len(rules) > _MAX_RULES:
                return tuple(rules)
    return tuple(rules)


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


def _parse_block(content: Any, names: frozenset[str]) -> dict[str, tuple[str, bool]]:
    declarations: dict[str, tuple[str, bool]] = {}
    parts = tinycss2.parse_blocks_contents(
        content, skip_comments=True, skip_whitespace=True
    )
    for part in parts:
        if part.type != "declaration" or part.lower_name not in names:
            continue
        name = part.lower_name
        value = tinycss2.serialize(part.value).strip().lower()
        if name == "font":
            if not FONT_OF_NO_SIZE.match(value):
                continue
            name, value = "font-size", "0"
        declarations[name] = (value, part.important)
    return declarations
