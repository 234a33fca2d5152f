"""What an explanation is made of: fields, candidates, and the places where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

# `header`, `body` and `tail` are lines of the page; the rest stands beside them.
PagePart: TypeAlias = Literal[
    "header",
    "body",
    "tail",
    "title",
    "meta",
    "address",
    "list",
    "column",
    "site",
    "divisions",
]
FieldValue: TypeAlias = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A place on a page, or beside it.

    `line` counts the lines of a text, or those of the markup in which `element` begins, from 1;
    `element` is the path of an HTML element, `text` what is printed there.
    """

    part: PagePart
    text: str
    line: int | None = None
    element: str | None = None


@dataclass(frozen=True, slots=True)
class FieldCandidate:
    """A value that a place gives for a field, the rule that judged it, and that in words.

    `basis` names the kind of place, `text` is what is printed there.
    """

    value: FieldValue
    basis: str
    text: str
    rule: str
    why: str
    is_chosen: bool
    place: PagePlace | None = None


@dataclass(frozen=True, slots=True)
class FieldExplanation:
    """A field of a reading: its value, the rules that chose it in their order, the candidates.

    `why` says the rules in words.
    """

    field: str
    value: FieldValue
    rules: tuple[str, ...]
    why: str
    candidates: tuple[FieldCandidate, ...] = ()
