"""Functions and methods of the language that scripts of list pages call, and what they give."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from urllib.parse import urlencode

from nianbao.spiders.scripts.values import Reference, Value, limit

PLAIN_METHODS = frozenset(("toString", "trim", "valueOf"))


def call_on_text(text: str, method: str, values: list[Value]) -> Value:
    """Return what a method of a text or a number gives; None for one that is not read here."""
    if method in PLAIN_METHODS:
        return text
    match method, values:
        case "replace", [str(old), str() | int() as new]:
            return limit(text.replace(old, str(new), 1))
    return None


def _give_back(value: Value) -> Value:
    return value


def _write_query(value: Value) -> str:
    """Return what `new URLSearchParams(…)` is as text."""
    if isinstance(value, dict):
        return urlencode({name: str(part) for name, part in value.items()})
    return str(value).removeprefix("?")


def _write_json(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)


def _round_with(function: Callable[[float], int]) -> Callable[[Value], int]:
    def round_value(value: Value) -> int:
        return function(value if isinstance(value, float) else int(value))

    return round_value


# Functions of one value.
VALUE_CALLS: dict[str, Callable[[Value], Value]] = {
    "String": _give_back,
    "encodeURI": _give_back,
    "encodeURIComponent": _give_back,
    "escape": _give_back,
    "jQuery.trim": _give_back,
    "$.trim": _give_back,
    "URLSearchParams": _write_query,
    "parseInt": int,
    "Number": int,
    "parseFloat": int,
    "eval": int,
    "Math.floor": _round_with(math.floor),
    "Math.ceil": _round_with(math.ceil),
    "Math.round": _round_with(round),
    "JSON.stringify": _write_json,
}
# Functions of none. What differs at every call, so that no cache answers, may be any value.
BARE_CALLS: dict[str, Value] = {
    "Date": Reference("Date()"),
    "Date.now": 0,
    "Date().getTime": 0,
    "Date().valueOf": 0,
    "Math.random": 0,
}
