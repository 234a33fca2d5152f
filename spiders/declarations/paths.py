"""Paths in JSON: `data.list.0`, and what a text is that is JSON itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

WHOLE = "$"  # the path of an answer itself
NOTHING = object()  # what a path leads to that an answer does not have


def follow_path(
    value: Any,
    path: str,
) -> Any:
    """Return what stands at a path; a text on the way is read as JSON.

    It is `NOTHING` where the path leads nowhere.
    """
    if path == WHOLE:
        return value
    for step in path.split("."):
        if isinstance(value, str):
            value = parse_json(value)
        value = _take_step(value, step)
        if value is NOTHING:
            break
    return value


def _take_step(
    value: Any,
    step: str,
) -> Any:
    if isinstance(value, Mapping) and step in value:
        return value[step]
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return NOTHING


def parse_json(text: str) -> Any:
    """Return what a text is in JSON; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def parse_json_object(text: str) -> dict[str, Any]:
    """Return the object that a text is in JSON; an empty one for any other text."""
    value = parse_json(text)
    return value if isinstance(value, dict) else {}
