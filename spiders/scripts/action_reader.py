"""Statements of a script, followed one after the other as far as they are plain.

Nothing is run.
"""

from __future__ import annotations

import re

from nianbao.spiders.scripts.actions import (
    Action,
    is_address,
    read_opened_request,
    read_plain_service,
    read_request_options,
)
from nianbao.spiders.scripts.expressions import evaluate
from nianbao.spiders.scripts.functions import Script
from nianbao.spiders.scripts.text import match_brackets
from nianbao.spiders.scripts.values import (
    Environment,
    Reference,
    Value,
    find_field_key,
    limit,
    operate,
)

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
    |(?:getElementById\(\s*['"](?P<link>[\w-]{1,60})['"]\s*\)\s*\.\s*href\s*=(?!=)
       |\$\(\s*['"]\#(?P<linked>[\w-]{1,60})['"]\s*\)\s*\.\s*attr\(\s*['"]href['"]\s*,)
    |(?P<write>\bdocument\s*\.\s*write(?:ln)?\s*\(
       |\.\s*innerHTML\s*\+?=(?!=)
       |\)\s*\.\s*(?:html|append|prepend|after)\s*\((?!\s*\))
       |\.\s*insertAdjacentHTML\(\s*['"]\w{1,20}['"]\s*,)
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
    |(?<![.\w$])(?:(?:this|that|self|_this|vm)\s*\.\s*)?(?P<called>[A-Za-z_$][\w$]{0,60})\s*\(
    """,
    re.VERBOSE,
)
BRANCH_END = re.compile(r"[;}]|\belse\b")
DEEPEST_CALL = 4
LONGEST_OPTIONS = 4_000  # characters of a call
LONGEST_GAP = 20  # characters of white space before an object
MOST_STATEMENTS = 200
WRITTEN_PART = ".innerHTML"  # of an element: what is set to it is written into the page


class ActionReader:
    """Follows the statements of a script; `environment` changes with them."""

    def __init__(self, script: Script, environment: Environment) -> None:
        self.script = script
        self.environment = environment
        self.fields: dict[str, str] = {}
        self.form_action = ""
        self.actions: list[Action] = []
        self.written: list[str] = []
        self.addresses: dict[str, str] = {}  # set to links, by their id
        self.returned: Value = None
        self.calls: list[str] = []  # functions that are being followed
        self.doubt_count = 0  # branches around whose condition is not known
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
        """Follow a function of the script, once; return whether it has one of the name."""
        function = self.script.find_function(name)
        if function is None or name in self.calls or len(self.calls) == DEEPEST_CALL:
            return False
        names = self.environment.names
        outer_names = {key: names.get(key) for key in function.parameters}
        for index, parameter in enumerate(function.parameters):
            names[parameter] = arguments[index] if index < len(arguments) else ""
        self.calls.append(name)
        self.follow(function.body)
        self.calls.pop()
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
        if condition is None:
            self.reader.doubt_count += 1
            self.follow(start, end)
            self.reader.doubt_count -= 1
            self.has_returned = False
        elif condition:
            self.follow(start, end)
        if condition is not None:
            self.last_condition = condition
        return end

    def find_branch(self, position: int) -> tuple[int, int]:
        while self.text[position : position + 1].isspace():
            position += 1
        closing = self.closings.get(position)
        if self.text[position : position + 1] == "{" and closing is not None:
            return position + 1, closing + 1
        ending = BRANCH_END.search(self.text, position)
        if ending is None:
            return position, len(self.text)
        return position, ending.start()

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
        if self.has_options(match):
            return self.take_options(match)
        is_post = match["service"] == "post"
        action, end = read_plain_service(
            self.text, match.end(), self.reader.environment, is_post=is_post
        )
        return self.add_action(action, end)

    def take_open_request(self, match: re.Match[str]) -> int:
        """Read `request.open("POST", address)` and what it sends."""
        is_post = match["method"].upper() == "POST"
        action, end = read_opened_request(
            self.text, match.end(), self.reader.environment, is_post=is_post
        )
        return self.add_action(action, end)

    def take_fetch(self, match: re.Match[str]) -> int:
        """Read `fetch(address, {method, body})`, and `ajax({…})`."""
        if self.has_options(match):
            return self.take_options(match)
        address, end = self.evaluate(match.end())
        if not isinstance(address, str):
            return max(end, match.end())
        options = self.text[end : self.find_end(match)]
        action = read_request_options(options, self.reader.environment, address)
        return self.add_action(action, end)

    def take_options(self, match: re.Match[str]) -> int:
        options = self.text[match.end() : self.find_end(match)]
        action = read_request_options(options, self.reader.environment)
        return self.add_action(action, match.end())

    def has_options(self, match: re.Match[str]) -> bool:
        """Tell whether a call is given one object."""
        return self.text[match.end() : match.end() + LONGEST_GAP].lstrip()[:1] == "{"

    def add_action(self, action: Action | None, end: int) -> int:
        if action is not None:
            self.reader.add(action)
        return end

    def find_end(self, match: re.Match[str]) -> int:
        longest = match.end() + LONGEST_OPTIONS
        return min(self.closings.get(match.end() - 1, longest), longest)

    def take_link(self, match: re.Match[str]) -> int:
        value, end = self.evaluate(match.end())
        if isinstance(value, str):
            self.reader.addresses[match["link"] or match["linked"]] = value
        return max(end, match.end())

    def take_write(self, match: re.Match[str]) -> int:
        value, end = self.evaluate(match.end())
        self.add_written(value)
        return max(end, match.end())

    def add_written(self, value: Value) -> None:
        if isinstance(value, str):
            self.reader.written.append(value)

    # --- names

    def take_change(self, match: re.Match[str]) -> int:
        """Follow `n = value`, `n += value`, `n++`; n may be a part of an object."""
        name, change = match["changed"], match["change"]
        value: Value = 1
        end = match.end()
        if change not in ("++", "--"):
            value, end = self.evaluate(end)
        if name.endswith(WRITTEN_PART):
            self.add_written(value)
            return end
        if change != "=":
            current, _ = evaluate(name, 0, self.reader.environment)
            value = operate(change[0], current, value)
        self.set_name(name, value)
        return end

    def set_name(self, name: str, value: Value) -> None:
        """Set a name; one whose value is not known stands for itself.

        A flag that a branch sets whose condition is not known stays as it was.
        """
        names = self.reader.environment.names
        owner, _, member = name.partition(".")
        if not member:
            is_flag = isinstance(value, bool) and isinstance(names.get(name), bool)
            if not (is_flag and self.reader.doubt_count):
                names[name] = Reference(name) if value is None else value
        elif member == "action" and isinstance(value, str):
            self.reader.form_action = value
        elif isinstance(names.get(owner), dict):
            whole = limit(names[owner] | {member: value})
            if whole is not None:
                names[owner] = whole

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
    "link": _Statements.take_link,
    "linked": _Statements.take_link,
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
