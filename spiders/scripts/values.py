"""Values of a script: texts, numbers, objects, and names that have none.

None stands for all that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Value = Any  # str, int, bool, dict, list, Reference; None: not known

NAMED_FIELD = re.compile(r"\[?name=['\"]?([\w.-]+)")
OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "==": lambda left, right: str(left) == str(right),
    "===": lambda left, right: left == right,
    "!=": lambda left, right: str(left) != str(right),
    "!==": lambda left, right: left != right,
    "<": lambda left, right: int(left) < int(right),
    ">": lambda left, right: int(left) > int(right),
    "<=": lambda left, right: int(left) <= int(right),
    ">=": lambda left, right: int(left) >= int(right),
    "+": lambda left, right: _add(left, right),
    "-": lambda left, right: int(left) - int(right),
    "*": lambda left, right: int(left) * int(right),
    "/": lambda left, right: int(left) // int(right),
    "%": lambda left, right: int(left) % int(right),
    "&&": lambda left, right: left and right,
    "||": lambda left, right: left or right,
}
LARGEST = 10**15
LONGEST_TEXT = 2_000  # characters of a value


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that has no value: `document.forms`, or an element of the page, `#page`."""

    path: str


@dataclass(frozen=True, slots=True)
class PageNumber:
    """The argument of a pager's function: a number, or an object that has it as a part.

    `size` is how many rows a page has, where the script says so.
    """

    number: int
    size: int | None = None


@dataclass(slots=True)
class Environment:
    """What names stand for; `fields` are those of forms, by `#id` and by name."""

    names: dict[str, Value] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Environment:
        """Return an environment that can be changed without changing this one."""
        return Environment(deepcopy(self.names), dict(self.fields))


def simplify(value: Value) -> Value:
    """Return the number of a pager's argument, None for a mere reference."""
    if isinstance(value, PageNumber):
        return value.number
    if isinstance(value, Reference):
        return None
    return value


def find_field_key(selector: str) -> str | None:
    """Return the key of the field that a selector of an element means: `#id` or its name."""
    if re.fullmatch(r"(?:\w+)?#[\w-]+", selector):
        return selector[selector.index("#") :]
    named = NAMED_FIELD.search(selector)
    if named:
        return named[1]
    return None


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    text = f"{left}{right}"
    if len(text) > LONGEST_TEXT:
        return None
    return text


def operate(sign: str, left: Value, right: Value) -> Value:
    left, right = simplify(left), simplify(right)
    if left is None or right is None:
        return None
    if isinstance(left, dict) or isinstance(right, dict):
        return None
    value = OPERATIONS[sign](left, right)
    if isinstance(value, int) and abs(value) > LARGEST:
        return None
    return value
