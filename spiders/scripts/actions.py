"""Actions of a script: the address that it opens, the form that it sends, the data it asks for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.expressions import evaluate
from nianbao.spiders.scripts.values import Environment, PageNumber, Value

SCRIPTED_ADDRESS = find_rule("scripted_address")
MEMBER = r"\b{name}['\"]?\s*:\s*"
URL, DATA, METHOD, CONTENT_TYPE = (
    re.compile(MEMBER.format(name=name))
    for name in (
        "url",
        r"(?:data|body|params)",
        r"(?:type|method)",
        r"content-?type",
    )
)
SENT = re.compile(r"\.\s*send\(\s*(?=[^)\s])")
COMMA = re.compile(r"\s*,\s*(?=[\w{'\"`$])")
JSON_TYPE = re.compile("json", re.IGNORECASE)

ActionKind = Literal["open", "submit", "send"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a script does: open an address, submit the form with some fields set, send data.

    `fields` are by `#id` or name for a form. Text in `data` is a query string or JSON.
    """

    kind: ActionKind
    address: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    data: Any = None
    is_post: bool = False
    as_json: bool = False


def is_address(value: Value) -> bool:
    """Tell whether a value of a script is an address, and no name."""
    return isinstance(value, str) and SCRIPTED_ADDRESS.find(value) is not None


def _read_address(
    text: str, position: int, environment: Environment
) -> tuple[str | None, int]:
    """Read an argument that is an address; return where it ends. None for another value."""
    value, end = evaluate(text, position, environment)
    if not isinstance(value, str):
        return None, max(end, position)
    return value, end


def read_plain_service(
    text: str, position: int, environment: Environment, *, is_post: bool
) -> tuple[Action | None, int]:
    """Read the arguments of `$.post(address, data)` and `$.get(…)`; return where they end."""
    address, end = _read_address(text, position, environment)
    if address is None:
        return None, end
    data = None
    comma = COMMA.match(text, end)
    if comma:
        data, end = evaluate(text, comma.end(), environment)
    if isinstance(data, dict) and isinstance(data.get("params"), dict):
        data = data["params"]
    # $("#list").load("rows.jsp #list"): of the answer only a part is taken
    address, _, _ = address.strip().partition(" ")
    return Action("send", address, data=data, is_post=is_post), end


def read_opened_request(
    text: str, position: int, environment: Environment, *, is_post: bool
) -> tuple[Action | None, int]:
    """Read the address of `request.open("POST", address)`, and what is sent behind it."""
    address, end = _read_address(text, position, environment)
    if address is None:
        return None, end
    data = None
    sent = SENT.search(text, end)
    if sent:
        data, _ = evaluate(text, sent.end(), environment)
    return _build_request(address, data, is_post=is_post, as_json=False), end


def read_request_options(
    options: str, environment: Environment, address: str | None = None
) -> Action | None:
    """Read a request whose options name its method and its data, and its address without one."""
    if address is None:
        value = _read_member(URL, options, environment)
        if not isinstance(value, str) or not value:
            return None
        address = value
    method = _read_member(METHOD, options, environment)
    content_type = _read_member(CONTENT_TYPE, options, environment)
    data = _read_member(DATA, options, environment)
    if data is None and DATA.search(options):
        return None
    is_post = str(method).upper() == "POST"
    as_json = bool(JSON_TYPE.search(str(content_type)))
    return _build_request(address, data, is_post=is_post, as_json=as_json)


def _build_request(address: str, data: Any, *, is_post: bool, as_json: bool) -> Action:
    if isinstance(data, str) and data.startswith("{"):
        data = _parse_json(data)
        as_json = True
    return Action("send", address, data=data, is_post=is_post, as_json=as_json)


def _parse_json(text: str) -> Any:
    """Return what a text in JSON holds; the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _read_member(
    pattern: re.Pattern[str], options: str, environment: Environment
) -> Value:
    match = pattern.search(options)
    if match is None:
        return None
    value, _ = evaluate(options, match.end(), environment)
    if isinstance(value, PageNumber):
        return value.number
    return value
