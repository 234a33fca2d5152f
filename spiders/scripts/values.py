"""Values of a script: texts, numbers, objects, and names that have none.

None stands for all that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Any  # str, int, float, bool, dict, list, Reference; None: not known

NAMED_FIELD = re.compile(r"\[?name=['\"]?([\w.-]+)")
OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "==": lambda left, right: str(left) == str(right),
    "===": lambda left, right: left == right,
    "!=": lambda left, right: str(left) != str(right),
    "!==": lambda left, right: left != right,
    "<": lambda left, right: _to_number(left) < _to_number(right),
    ">": lambda left, right: _to_number(left) > _to_number(right),
    "<=": lambda left, right: _to_number(left) <= _to_number(right),
    ">=": lambda left, right: _to_number(left) >= _to_number(right),
    "+": lambda left, right: _add(left, right),
    "-": lambda left, right: _to_number(left) - _to_number(right),
    "*": lambda left, right: _to_number(left) * _to_number(right),
    "/": lambda left, right: _divide(left, right),
    "%": lambda left, right: _to_number(left) % _to_number(right),
    "&&": lambda left, right: left and right,
    "||": lambda left, right: left or right,
}
LARGEST = 10**15
LONGEST_TEXT = 2_000  # characters of a value
MOST_PARTS = 300  # of an object, those of the objects in it too


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


@dataclass(frozen=True, slots=True)
class PageElement:
    """An element of the page that a script is given, as `this`."""

    attributes: Mapping[str, str]
    text: str = ""

    def read_part(self, name: str) -> Value:
        """Return a part of the element, or what reads its attributes; None for others."""
        if name in ELEMENT_METHODS:
            return ElementMethod(self, name)
        if name in ELEMENT_TEXTS:
            return self.text
        if name == "dataset":
            return _read_data(self.attributes)
        return self.attributes.get(name)


@dataclass(frozen=True, slots=True)
class ElementMethod:
    """A method of an element, before it is called."""

    element: PageElement
    name: str

    def call(self, values: list[Value]) -> Value:
        """Return what the method reads of the element."""
        if self.name in ELEMENT_TEXTS:
            return self.element.text
        if self.name == "val":
            return self.element.attributes.get("value", "")
        if not values or not isinstance(values[0], str):
            return None
        if self.name == "data":
            return _read_data(self.element.attributes).get(_join_words(values[0]))
        return self.element.attributes.get(values[0])


ELEMENT_TEXTS = frozenset(("text", "html", "innerHTML", "innerText", "textContent"))
ELEMENT_METHODS = frozenset(("getAttribute", "attr", "data", "val", "text", "html"))


def _read_data(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the data attributes by the names that scripts have for them."""
    return {
        _join_words(name.removeprefix("data-")): value
        for name, value in attributes.items()
        if name.startswith("data-")
    }


def _join_words(name: str) -> str:
    """Return how a script writes the name of a data attribute: data-page-no is pageNo."""
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)


CallFunction = Callable[[str, list[Any]], Any]


@dataclass(slots=True)
class Environment:
    """What names stand for; `fields` are those of forms, by `#id` and by name.

    `call` gives what a function of the script returns, None where that is not known.
    """

    names: dict[str, Value] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    call: CallFunction | None = None

    def copy(self) -> Environment:
        """Return an environment that can be changed without changing this one.

        Values are never changed themselves, only replaced.
        """
        return Environment(dict(self.names), dict(self.fields))


def simplify(value: Value) -> Value:
    """Return the number of a pager's argument, None for a mere reference."""
    if isinstance(value, PageNumber):
        return value.number
    if isinstance(value, (Reference, ElementMethod)):
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


def limit(value: Value) -> Value:
    """Return a value, None for a text that is too long or an object of too many parts.

    Values that are made of themselves over and over double each time.
    """
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return None
    if isinstance(value, (dict, list)) and _count_parts(value) > MOST_PARTS:
        return None
    return value


def _count_parts(value: dict[str, Value] | list[Value]) -> int:
    """Return how many parts an object has, up to a few more than it may have."""
    count = 0
    waiting: list[Value] = [value]
    while waiting and count <= MOST_PARTS:
        part = waiting.pop()
        count += 1
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return count


NO_OPERANDS = (dict, PageElement)


def _to_number(value: Value) -> int | float:
    """Return a number; raise ValueError or TypeError for what is none."""
    if isinstance(value, float):
        return value
    return int(value)


def _divide(left: Value, right: Value) -> int | float:
    quotient = _to_number(left) / _to_number(right)
    if quotient == int(quotient):
        return int(quotient)
    return quotient


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left + right
    return limit(f"{left}{right}")


def operate(sign: str, left: Value, right: Value) -> Value:
    left, right = simplify(left), simplify(right)
    if left is None or right is None:
        return None
    if isinstance(left, NO_OPERANDS) or isinstance(right, NO_OPERANDS):
        return None
    value = OPERATIONS[sign](left, right)
    if isinstance(value, (int, float)) and not abs(value) <= LARGEST:
        return None
    return value
