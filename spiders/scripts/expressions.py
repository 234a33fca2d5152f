"""Expressions of a script: what they are, as far as they are plain.

Texts, numbers, objects, sums, comparisons and choices are read, and the fields of a form.
"""

from __future__ import annotations

import re

from nianbao.archive.charsets import join_surrogates
from nianbao.spiders.scripts.plain_calls import BARE_CALLS, VALUE_CALLS, call_on_text
from nianbao.spiders.scripts.values import (
    ElementMethod,
    Environment,
    PageElement,
    PageNumber,
    Reference,
    Value,
    find_field_key,
    limit,
    operate,
    simplify,
)

TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
        |(?P<template>`(?:[^`\\]|\\.)*`)
        |(?P<number>\d{1,15}(?:\.\d+)?)
        |(?P<name>[A-Za-z_$][\w$]*)
        |(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||\+\+|--|[-+*/%<>?:!.,()\[\]{}])
    )""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
TEMPLATE_PART = re.compile(r"\$\{([^{}]{1,200})\}")
CONSTANTS: dict[str, Value] = {
    "true": True,
    "false": False,
    "null": "",
    "undefined": "",
}
THIS_NAMES = frozenset(("this", "self", "that", "_this", "vm"))
PAGE_SIZES = frozenset(("limit", "size", "pageSize", "pagesize", "perPage"))
# From what binds least to what binds most.
LEVELS = (
    ("||",),
    ("&&",),
    ("==", "===", "!=", "!=="),
    ("<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)
MOST_STEPS = 400  # of one expression
LONGEST_PLACE = 6  # digits of the place of an item
DEEPEST = 30  # brackets within brackets


class NotPlainError(Exception):
    """An expression is none that is read here."""


def evaluate(text: str, position: int, environment: Environment) -> tuple[Value, int]:
    """Return the value of the expression at a place of a script, and where it ends."""
    parser = _Parser(text, position, environment)
    try:
        value = parser.parse_choice()
    except (NotPlainError, ValueError, TypeError, ArithmeticError):
        return None, position
    return limit(simplify(value)), parser.position


class _Parser:
    """Reads one expression from a place of a script."""

    def __init__(self, text: str, position: int, environment: Environment) -> None:
        self.text = text
        self.position = position
        self.environment = environment
        self.step_count = 0
        self.depth = 0

    # --- tokens

    def peek(self) -> re.Match[str] | None:
        return TOKEN.match(self.text, self.position)

    def take(self, token: re.Match[str]) -> None:
        self.position = token.end()
        self.step_count += 1
        if self.step_count > MOST_STEPS:
            raise NotPlainError

    def accept(self, *signs: str) -> str | None:
        """Take the next token where it is one of some signs, and return it."""
        token = self.peek()
        if token is None or token["sign"] not in signs:
            return None
        self.take(token)
        return token["sign"]

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise NotPlainError

    # --- operators

    def parse_choice(self) -> Value:
        """Read a value, or a choice of two: `a ? b : c`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotPlainError
        condition = self.parse_level(0)
        if self.accept("?"):
            chosen = self.parse_choice()
            self.expect(":")
            other = self.parse_choice()
            condition = simplify(condition)
            if condition is None:
                chosen = None
            elif not condition:
                chosen = other
            self.depth -= 1
            return chosen
        self.depth -= 1
        return condition

    def parse_level(self, level: int) -> Value:
        if level == len(LEVELS):
            return self.parse_sign()
        value = self.parse_level(level + 1)
        while sign := self.accept(*LEVELS[level]):
            right = self.parse_level(level + 1)
            value = operate(sign, value, right)
        return value

    def parse_sign(self) -> Value:
        if self.accept("!"):
            value = simplify(self.parse_sign())
            return None if value is None else not value
        if self.accept("-"):
            return operate("-", 0, self.parse_sign())
        if self.accept("+"):
            return self.parse_sign()
        change = self.accept("++", "--")
        if change:
            return self.change_name(change)
        return self.parse_chain()

    def change_name(self, change: str) -> Value:
        """Read the name behind `++`, and return its value after the change."""
        token = self.peek()
        if token is None or not token["name"]:
            raise NotPlainError
        self.take(token)
        value = operate(change[0], self.environment.names.get(token["name"]), 1)
        self.environment.names[token["name"]] = value
        return value

    # --- names, calls and parts

    def parse_chain(self) -> Value:
        """Read a value and what follows it: parts, calls, `++`."""
        token = self.peek()
        value = self.parse_primary()
        if token is not None and token["name"] and self.accept("++"):
            self.environment.names[token["name"]] = operate("+", value, 1)
            return value
        while sign := self.accept(".", "[", "("):
            if sign == ".":
                value = self.take_part(value, self.take_name())
            elif sign == "[":
                part = self.parse_choice()
                self.expect("]")
                value = self.take_part(value, str(simplify(part)))
            else:
                value = self.call(value, self.parse_list(")"))
        return value

    def take_name(self) -> str:
        token = self.peek()
        if token is None or not token["name"]:
            raise NotPlainError
        self.take(token)
        return token["name"]

    def take_part(self, value: Value, name: str) -> Value:
        if isinstance(value, dict):
            return value.get(name)
        if isinstance(value, list):
            return _take_item(value, name)
        if isinstance(value, PageNumber):
            return value.size if name in PAGE_SIZES else value
        if isinstance(value, PageElement):
            return value.read_part(name)
        if isinstance(value, Reference):
            return self.take_part_of_reference(value, name)
        if isinstance(value, (str, int)):
            return Reference(f"={value}.{name}")
        return None

    def take_part_of_reference(self, reference: Reference, name: str) -> Value:
        owner = "this" if reference.path in THIS_NAMES else reference.path
        path = f"{owner}.{name}"
        if name != "value":
            return self.environment.names.get(path, Reference(path))
        key = find_field_key(reference.path) or reference.path.rpartition(".")[2]
        return self.environment.fields.get(key)

    def call(self, function: Value, arguments: list[Value]) -> Value:
        values = [simplify(argument) for argument in arguments]
        if isinstance(function, PageNumber):  # api.getCurrent()
            return function
        if isinstance(function, ElementMethod):
            return function.call(values)
        if not isinstance(function, Reference):
            return None
        return self.call_function(function.path, values)

    def call_function(self, path: str, values: list[Value]) -> Value:
        """Return what a function of the language, the script or the page gives."""
        first = values[0] if values else None
        owner, _, method = path.rpartition(".")
        if owner.startswith("="):
            return call_on_text(owner[1:], method, values)
        if path in BARE_CALLS:
            return BARE_CALLS[path]
        if path in VALUE_CALLS:
            return None if first is None else VALUE_CALLS[path](first)
        own_name = path.removeprefix("this.")
        value = None
        if self.environment.call is not None and "." not in own_name:
            value = self.environment.call(own_name, values)
        if value is None:
            value = self.call_on_page(owner, method or path, first)
        return value

    def call_on_page(self, owner: str, method: str, first: Value) -> Value:
        """Return the element or the value of a field that a call looks up in the page."""
        if method in ("$", "jQuery") and isinstance(first, PageElement):
            return first
        if method in ("$", "jQuery", "querySelector") and isinstance(first, str):
            return Reference(first)
        if method == "getElementById":
            return Reference(f"#{first}")
        if method == "getElementsByName":
            return Reference(f"[name={first}]")
        if method == "val" and first is None:
            key = find_field_key(owner)
            return self.environment.fields.get(key or "")
        return None

    # --- what stands alone

    def parse_primary(self) -> Value:
        token = self.peek()
        if token is None:
            raise NotPlainError
        if token["string"]:
            self.take(token)
            return _unescape(token["string"][1:-1])
        if token["number"]:
            self.take(token)
            return int(float(token["number"]))
        if token["template"]:
            self.take(token)
            return self.fill_template(token["template"][1:-1])
        if token["name"]:
            return self.parse_name(token)
        return self.parse_bracket()

    def parse_name(self, token: re.Match[str]) -> Value:
        name = token["name"]
        if name in ("function", "return", "async", "await", "typeof"):
            raise NotPlainError
        self.take(token)
        if name == "new":  # new Date().getTime(), new URLSearchParams(…)
            return self.parse_primary()
        if name in CONSTANTS:
            return CONSTANTS[name]
        return self.environment.names.get(name, Reference(name))

    def parse_bracket(self) -> Value:
        sign = self.accept("(", "{", "[")
        if sign == "(":
            value = self.parse_choice()
            self.expect(")")
            return value
        if sign == "{":
            return self.parse_object()
        if sign == "[":
            return limit([simplify(value) for value in self.parse_list("]")])
        raise NotPlainError

    def parse_list(self, closing: str) -> list[Value]:
        values: list[Value] = []
        while not self.accept(closing):
            values.append(self.parse_choice())
            if not self.accept(","):
                self.expect(closing)
                break
        return values

    def parse_object(self) -> Value:
        members: dict[str, Value] = {}
        while not self.accept("}"):
            name = self.take_key()
            if self.accept(":"):
                members[name] = simplify(self.parse_choice())
            else:
                members[name] = simplify(self.environment.names.get(name))
            if not self.accept(","):
                self.expect("}")
                break
        return limit(members)

    def take_key(self) -> str:
        token = self.peek()
        if token is None or token["sign"]:
            raise NotPlainError
        self.take(token)
        return token["name"] or token["number"] or token["string"][1:-1]

    def fill_template(self, text: str) -> Value:
        pieces = []
        position = 0
        for part in TEMPLATE_PART.finditer(text):
            value, _ = evaluate(part[1], 0, self.environment)
            if value is None:
                return None
            pieces.append(f"{text[position : part.start()]}{value}")
            position = part.end()
        pieces.append(text[position:])
        return limit("".join(pieces))


def _take_item(items: list[Value], place: str) -> Value:
    """Return an item of a list, or how many there are."""
    if place == "length":
        return len(items)
    if place.isdecimal() and len(place) < LONGEST_PLACE and int(place) < len(items):
        return items[int(place)]
    return None


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            return chr(int(code[1:], 16))
        return ESCAPED.get(code, code)

    return join_surrogates(ESCAPE.sub(replace, text))
