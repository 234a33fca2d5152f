"""Actions of a script: the address that it opens, the form that it sends, the data it asks for.

Statements are followed one after the other as far as they are plain. Nothing is run.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.expressions import evaluate
from nianbao.spiders.scripts.functions import Script
from nianbao.spiders.scripts.text import match_brackets
from nianbao.spiders.scripts.values import (
    Environment,
    PageNumber,
    Value,
    find_field_key,
    operate,
)

SCRIPTED_ADDRESS = find_rule("scripted_address")
# The statements that count; what stands between them is passed over.
STATEMENT = re.compile(
    r"""(?P<condition>\bif\s*\()
    |(?P<otherwise>\belse\b)
    |(?P<returned>\breturn\b)
    |(?P<quotes>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)
    |(?:getElementById\(\s*['"](?P<id>[\w-]{1,60})['"]\s*\)
       |getElementsByName\(\s*['"](?P<named>[\w.-]{1,60})['"]\s*\)\s*\[\s*\d\s*\]
       |[.\]]\s*(?P<member>[\w-]{1,60})|\[\s*['"](?P<key>[\w.-]{1,60})['"]\s*\]
     )\s*\.\s*value\s*=(?!=)
    |\$\(\s*(?:"(?P<double>[^"]{1,80})"|'(?P<single>[^']{1,80})')\s*\)
     \s*\.\s*(?:val\((?!\s*\))|attr\(\s*['"]value['"]\s*,)
    |\bdocument\s*\.\s*(?P<write>write(?:ln)?)\s*\(
    |\.\s*(?P<submit>submit)\(\s*\)
    |(?<![\w$])(?:\$|jQuery|axios|http|\$http)\s*\.\s*(?P<service>post|get|getJSON|ajax|load)\s*\(
    |\)\s*\.\s*(?P<load>load)\s*\(
    |\b(?P<fetch>fetch|axios|ajax)\s*\(
    |\.\s*open\(\s*['"](?P<method>GET|POST|get|post)['"]\s*,
    |\b(?:(?:window|self|top|parent|document)\s*\.\s*){0,2}
     (?:location(?:\s*\.\s*(?:href|search))?\s*=(?!=)
       |location\s*\.\s*(?:replace|assign)\s*\(
       |open\s*\()(?P<opened>)
    |\b(?P<changed>[A-Za-z_$][\w$]{0,60}(?:\.[\w$]{1,60})?)\s*(?P<change>\+\+|--|\+=|-=|=(?![=>]))
    |(?:\+\+|--)\s*(?P<counted>[A-Za-z_$][\w$]{0,60})
    |(?<![.\w$])(?P<called>[A-Za-z_$][\w$]{0,60})\s*\(
    """,
    re.VERBOSE,
)
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
DEEPEST_CALL = 4
MOST_STATEMENTS = 200

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


class ActionReader:
    """Follows the statements of a script; `environment` changes with them."""

    def __init__(self, script: Script, environment: Environment) -> None:
        self.script = script
        self.environment = environment
        self.fields: dict[str, str] = {}
        self.form_action = ""
        self.actions: list[Action] = []
        self.written: list[str] = []
        self.returned: Value = None
        self.depth = 0
        self.statement_count = 0

    def read(self, text: str) -> Action | None:
        """Return the first action of a script."""
        self.follow(text)
        if self.actions:
            return self.actions[0]
        return None

    def follow(self, text: str) -> None:
        """Follow the statements of a text to its end."""
        _Statements(self, text).follow(0, len(text))

    def call(self, name: str, arguments: list[Value]) -> bool:
        """Follow a function of the script; return whether it has one of the name."""
        function = self.script.find_function(name)
        if function is None or self.depth == DEEPEST_CALL:
            return False
        names = self.environment.names
        outer_names = {key: names.get(key) for key in function.parameters}
        for index, parameter in enumerate(function.parameters):
            names[parameter] = arguments[index] if index < len(arguments) else ""
        self.depth += 1
        self.follow(function.body)
        self.depth -= 1
        names.update(outer_names)
        return True

    def add(self, action: Action) -> None:
        self.actions.append(action)


class _Statements:
    """The statements of one text."""

    def __init__(self, reader: ActionReader, text: str) -> None:
        self.reader = reader
        self.text = text
        self.closings = match_brackets(text)
        self.has_returned = False
        self.last_condition: Value = None

    def follow(self, position: int, end: int) -> None:
        while position < end and not self.has_returned:
            match = STATEMENT.search(self.text, position, end)
            self.reader.statement_count += 1
            if match is None or self.reader.statement_count > MOST_STATEMENTS:
                return
            position = max(self.take(match), match.start() + 1)

    def take(self, match: re.Match[str]) -> int:
        """Follow one statement; return where the next one begins."""
        groups = match.groupdict()
        for name, value in groups.items():
            if value is not None and name in HANDLERS:
                return HANDLERS[name](self, match)
        return match.end()

    def evaluate(self, position: int) -> tuple[Value, int]:
        value, end = evaluate(self.text, position, self.reader.environment)
        return value, max(end, position)

    # --- conditions

    def take_condition(self, match: re.Match[str]) -> int:
        opening = match.end() - 1
        closing = self.closings.get(opening)
        if closing is None:
            return match.end()
        value, end = self.evaluate(match.end())
        if self.text[end:closing].strip():
            value = None
        self.last_condition = value
        return self.follow_branch(closing + 1, value)

    def take_otherwise(self, match: re.Match[str]) -> int:
        condition = self.last_condition
        if condition is None:
            return match.end()
        return self.follow_branch(match.end(), not condition)

    def follow_branch(self, position: int, condition: Value) -> int:
        """Follow a branch unless its condition is false; return where it ends.

        Whether a branch whose condition is not known returns, is not known either.
        """
        start, end = self.find_branch(position)
        if condition is None or condition:
            self.follow(start, end)
            if condition is None:
                self.has_returned = False
        if condition is not None:
            self.last_condition = condition
        return end

    def find_branch(self, position: int) -> tuple[int, int]:
        while self.text[position : position + 1].isspace():
            position += 1
        closing = self.closings.get(position)
        if self.text[position : position + 1] == "{" and closing is not None:
            return position + 1, closing + 1
        for end in range(position, len(self.text)):
            if self.text[end] in ";}" or self.text.startswith("else", end):
                return position, end
        return position, len(self.text)

    def take_return(self, match: re.Match[str]) -> int:
        value, end = self.evaluate(match.end())
        if value is not None and self.reader.returned is None:
            self.reader.returned = value
        self.has_returned = True
        return end

    # --- forms

    def take_id(self, match: re.Match[str]) -> int:
        return self.set_field(f"#{match['id']}", match.end())

    def take_named(self, match: re.Match[str]) -> int:
        name = match["named"] or match["member"] or match["key"]
        return self.set_field(name, match.end())

    def take_selector(self, match: re.Match[str]) -> int:
        key = find_field_key(match["double"] or match["single"])
        if key is None:
            return match.end()
        return self.set_field(key, match.end())

    def set_field(self, key: str, position: int) -> int:
        value, end = self.evaluate(position)
        if value is not None and not isinstance(value, (dict, list)):
            self.reader.fields[key] = str(value)
            self.reader.environment.fields[key] = str(value)
        return end

    def take_submit(self, match: re.Match[str]) -> int:
        action = Action("submit", self.reader.form_action, dict(self.reader.fields))
        self.reader.add(action)
        return match.end()

    # --- addresses and data

    def take_opened(self, match: re.Match[str]) -> int:
        value, end = self.evaluate(match.end())
        if isinstance(value, str) and value:
            self.reader.add(Action("open", value))
        return max(end, match.end())

    def take_service(self, match: re.Match[str]) -> int:
        """Read `$.post(address, data)`, `$.get(…)`, and calls with one object."""
        position = match.end()
        if self.text[position : position + 20].lstrip().startswith("{"):
            return self.take_options(match)
        address, end = self.evaluate(position)
        if not isinstance(address, str):
            return max(end, position)
        data = None
        comma = COMMA.match(self.text, end)
        if comma:
            data, end = self.evaluate(comma.end())
        if isinstance(data, dict) and isinstance(data.get("params"), dict):
            data = data["params"]
        is_post = match["service"] == "post"
        self.reader.add(Action("send", address, data=data, is_post=is_post))
        return end

    def take_open_request(self, match: re.Match[str]) -> int:
        """Read `request.open("POST", address)` and what it sends."""
        address, end = self.evaluate(match.end())
        if not isinstance(address, str):
            return max(end, match.end())
        is_post = match["method"].upper() == "POST"
        data = None
        sent = SENT.search(self.text, end)
        if sent:
            data, _ = self.evaluate(sent.end())
        as_json = False
        if isinstance(data, str) and data.startswith("{"):
            data = json.loads(data)
            as_json = True
        self.reader.add(Action("send", address, {}, data, is_post, as_json))
        return end

    def take_fetch(self, match: re.Match[str]) -> int:
        """Read `fetch(address, {method, body})`, and `ajax({…})`."""
        position = match.end()
        if self.text[position : position + 20].lstrip().startswith("{"):
            return self.take_options(match)
        address, end = self.evaluate(position)
        if not isinstance(address, str):
            return max(end, position)
        self.add_request(address, self.text[end : self.find_end(match)])
        return end

    def take_options(self, match: re.Match[str]) -> int:
        options = self.text[match.end() : self.find_end(match)]
        place = URL.search(options)
        if place is None:
            return match.end()
        address, _ = evaluate(options, place.end(), self.reader.environment)
        if isinstance(address, str) and address:
            self.add_request(address, options)
        return match.end()

    def find_end(self, match: re.Match[str]) -> int:
        return self.closings.get(match.end() - 1, len(self.text))

    def add_request(self, address: str, options: str) -> None:
        """Take a request whose options name its method and its data."""
        environment = self.reader.environment
        method = _read_member(METHOD, options, environment)
        content_type = _read_member(CONTENT_TYPE, options, environment)
        data = _read_member(DATA, options, environment)
        if data is None and DATA.search(options):
            return
        as_json = bool(JSON_TYPE.search(str(content_type)))
        if isinstance(data, str) and data.startswith("{"):
            data = json.loads(data)
            as_json = True
        is_post = str(method).upper() == "POST"
        self.reader.add(Action("send", address, {}, data, is_post, as_json))

    def take_write(self, match: re.Match[str]) -> int:
        value, end = self.evaluate(match.end())
        if isinstance(value, str):
            self.reader.written.append(value)
        return max(end, match.end())

    # --- names

    def take_change(self, match: re.Match[str]) -> int:
        """Follow `n = value`, `n += value`, `n++`; n may be a part of an object."""
        name, change = match["changed"], match["change"]
        value: Value = 1
        end = match.end()
        if change not in ("++", "--"):
            value, end = self.evaluate(end)
        if change != "=":
            current, _ = evaluate(name, 0, self.reader.environment)
            value = operate(change[0], current, value)
        self.set_name(name, value)
        return end

    def set_name(self, name: str, value: Value) -> None:
        names = self.reader.environment.names
        owner, _, member = name.partition(".")
        if not member:
            names[name] = value
        elif member == "action" and isinstance(value, str):
            self.reader.form_action = value
        elif isinstance(names.get(owner), dict):
            names[owner][member] = value

    def take_counted(self, match: re.Match[str]) -> int:
        evaluate(match[0], 0, self.reader.environment)
        return match.end()

    def take_call(self, match: re.Match[str]) -> int:
        arguments = []
        position = match.end()
        closing = self.closings.get(match.end() - 1)
        while closing is not None and position < closing:
            value, end = self.evaluate(position)
            arguments.append(value)
            comma = self.text.find(",", max(end, position), closing)
            if comma < 0:
                break
            position = comma + 1
        if self.reader.call(match["called"], arguments) and closing is not None:
            return closing
        if arguments and is_address(arguments[0]):
            self.reader.add(Action("open", arguments[0]))
        return match.end()


HANDLERS = {
    "condition": _Statements.take_condition,
    "otherwise": _Statements.take_otherwise,
    "returned": _Statements.take_return,
    "id": _Statements.take_id,
    "named": _Statements.take_named,
    "member": _Statements.take_named,
    "key": _Statements.take_named,
    "double": _Statements.take_selector,
    "single": _Statements.take_selector,
    "write": _Statements.take_write,
    "submit": _Statements.take_submit,
    "service": _Statements.take_service,
    "load": _Statements.take_service,
    "fetch": _Statements.take_fetch,
    "method": _Statements.take_open_request,
    "opened": _Statements.take_opened,
    "changed": _Statements.take_change,
    "counted": _Statements.take_counted,
    "called": _Statements.take_call,
}


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
