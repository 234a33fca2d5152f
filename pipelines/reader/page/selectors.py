"""Selectors of a style sheet, matched against the elements of a page.

Tags, classes, ids, attributes and what stands within or right below what are matched; a selector
with anything else (:hover, ::before, siblings) never matches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import cssselect
from cssselect import parser

from nianbao.pipelines.reader.page.containers import Element

_MAX_LENGTH = 2000  # characters of the selectors of one rule
_MAX_ANCESTORS = 60  # that are looked at


class _UnknownSelectorError(Exception):
    """A selector that is not matched here."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A parsed selector: `key` is the class, id or tag that its last part names, or *.

    `outer_names` are all that the parts before the last one name, each as `get_names` has it.
    """

    tree: Any
    specificity: tuple[int, int, int]
    key: str
    outer_names: frozenset[str]

    def matches(self, element: Element) -> bool:
        """Tell whether the selector holds for an element."""
        return _matches(self.tree, element)


@lru_cache(maxsize=1024)
def parse_selectors(text: str) -> tuple[Selector, ...]:
    """Return the selectors of a rule, without those that never match."""
    return tuple(_iter_selectors(text))


def _iter_selectors(text: str) -> Iterator[Selector]:
    if len(text) > _MAX_LENGTH:
        return
    for part in text.split(","):
        try:
            (selector,) = cssselect.parse(part)
            if selector.pseudo_element is not None:
                continue
            tree = selector.parsed_tree
            key = _find_key(tree)
        except (cssselect.SelectorError, _UnknownSelectorError, ValueError):
            continue
        outer_names: set[str] = set()
        while isinstance(tree, parser.CombinedSelector):
            tree = tree.selector
            outer_names.update(_iter_names(tree))
        yield Selector(
            selector.parsed_tree,
            selector.specificity(),
            key,
            frozenset(outer_names),
        )


def get_names(element: Element) -> set[str]:
    """Return tag, id and classes of an element, as selectors name them."""
    names = {str(element.tag)}
    identifier = element.get("id")
    if identifier:
        names.add("#" + identifier.strip())
    for name in (element.get("class") or "").split():
        names.add("." + name)
    return names


def _iter_names(tree: Any) -> Iterator[str]:
    """Yield tag, ids and classes of the last part of a selector."""
    if isinstance(tree, parser.CombinedSelector):
        tree = tree.subselector
    while not isinstance(tree, parser.Element):
        if isinstance(tree, parser.Hash):
            yield "#" + tree.id
        elif isinstance(tree, parser.Class):
            yield "." + tree.class_name
        tree = tree.selector
    if tree.element is not None:
        yield tree.element.lower()


def _find_key(tree: Any) -> str:
    """Return what the last part of a selector names. Raises _UnknownSelectorError."""
    if isinstance(tree, parser.CombinedSelector):
        if tree.combinator not in (" ", ">"):
            raise _UnknownSelectorError
        _find_key(tree.selector)
        return _find_key(tree.subselector)
    if isinstance(tree, parser.Hash):
        _find_key(tree.selector)
        return "#" + tree.id
    if isinstance(tree, parser.Class):
        _find_key(tree.selector)
        return "." + tree.class_name
    if isinstance(tree, parser.Attrib):
        if tree.operator not in ("exists", "="):
            raise _UnknownSelectorError
        return _find_key(tree.selector)
    if isinstance(tree, parser.Element):
        return (tree.element or "*").lower()
    raise _UnknownSelectorError


def _matches(tree: Any, element: Element) -> bool:
    if isinstance(tree, parser.CombinedSelector):
        if not _matches(tree.subselector, element):
            return False
        return _matches_above(tree, element)
    if isinstance(tree, parser.Element):
        return tree.element is None or tree.element.lower() == element.tag
    if not _matches(tree.selector, element):
        return False
    if isinstance(tree, parser.Hash):
        return bool((element.get("id") or "").strip() == tree.id)
    if isinstance(tree, parser.Class):
        return tree.class_name in (element.get("class") or "").split()
    value = element.get(tree.attrib.lower())
    if tree.operator == "exists":
        return value is not None
    return bool(value == str(tree.value.value))


def _matches_above(tree: Any, element: Element) -> bool:
    """Tell whether what stands before a combinator holds above an element.

    Of several ancestors for a part the nearest counts: trying all takes time without bound.
    """
    if tree.combinator == ">":
        parent = element.getparent()
        return parent is not None and _matches(tree.selector, parent)
    part = tree.selector
    if isinstance(part, parser.CombinedSelector):
        part = part.subselector
    for ancestor in islice(element.iterancestors(), _MAX_ANCESTORS):
        if _matches(part, ancestor):
            return _matches(tree.selector, ancestor)
    return False
