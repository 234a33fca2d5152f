"""The statements of a script that count: forms, addresses, data of services, names, calls."""

from __future__ import annotations

import re
from typing import ClassVar

from nianbao.spiders.scripts.actions import (
    Action,
    is_address,
    read_opened_request,
    read_plain_service,
    read_request_options,
)
from nianbao.spiders.scripts.expressions import THIS_NAMES, evaluate
from nianbao.spiders.scripts.flow import Flow
from nianbao.spiders.scripts.values import (
    Reference,
    Value,
    find_field_key,
    limit,
    operate,
)

LONGEST_OPTIONS = 4_000  # characters of a call
LONGEST_GAP = 20  # characters of white space before an object
# Calls of the language and of the page, which do nothing but what is read here.
PLAIN_OWNERS = (
    "document",
    "Math",
    "JSON",
    "console",
    "parseInt",
    "Number",
    "String",
    "isNaN",
)
WRITTEN_PART = ".innerHTML"  # of an element: what is set to it is written into the page
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
    |\bfor\s*(?P<loop>\()
    |(?<![.\w$])(?P<owner>[A-Za-z_$][\w$]{0,40}\s*(?P<dot>\.)\s*)?
     (?P<called>[A-Za-z_$][\w$]{0,60})\s*\(
    """,
    re.VERBOSE,
)


class Statements(Flow):
    """The statements of one text."""

    pattern: ClassVar[re.Pattern[str]] = STATEMENT

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
        self.reader.actions.append(action)
        return match.end()

    # --- addresses and data

    def take_opened(self, match: re.Match[str]) -> int:
        value, end = self.evaluate(match.end())
        if isinstance(value, str) and value:
            self.reader.actions.append(Action("open", value))
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
            self.reader.actions.append(action)
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
        elif owner in THIS_NAMES and f"this.{member}" in names:
            names[f"this.{member}"] = value

    def take_counted(self, match: re.Match[str]) -> int:
        evaluate(match[0], 0, self.reader.environment)
        return match.end()

    def take_call(self, match: re.Match[str]) -> int:
        """Follow a call of a function of the script, or one that is given an address."""
        is_own = self.reader.script.find_function(match["called"]) is not None
        if not (is_own or match[0].startswith(PLAIN_OWNERS)):
            self.reader.is_known = False
        if match["owner"] and not is_own:
            return match.start("dot")
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
            self.reader.actions.append(Action("open", arguments[0]))
        return match.end()


Statements.handlers = {
    "condition": Statements.take_condition,
    "otherwise": Statements.take_otherwise,
    "returned": Statements.take_return,
    "id": Statements.take_id,
    "named": Statements.take_named,
    "member": Statements.take_named,
    "key": Statements.take_named,
    "double": Statements.take_selector,
    "single": Statements.take_selector,
    "link": Statements.take_link,
    "linked": Statements.take_link,
    "write": Statements.take_write,
    "submit": Statements.take_submit,
    "service": Statements.take_service,
    "load": Statements.take_service,
    "fetch": Statements.take_fetch,
    "method": Statements.take_open_request,
    "opened": Statements.take_opened,
    "changed": Statements.take_change,
    "counted": Statements.take_counted,
    "loop": Statements.take_loop,
    "called": Statements.take_call,
}
