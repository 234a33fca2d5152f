"""Addresses that a script of a list page leads to: an assignment, a call, a call by number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.rules import find_rule

SCRIPTED_ADDRESS = find_rule("scripted_address")
QUOTED = re.compile(r"""(['"])([^'"\s]{1,300})\1""")
NUMBER_CALL = re.compile(r"\b(\w{1,40})\(\s*['\"]?(\d{1,4})['\"]?\s*[,)]")
VALUE_CALL = re.compile(r"\b(\w{1,40})\(\s*this\.(?:value|options\b[^)]{0,80})")
FUNCTION = re.compile(
    r"\bfunction\s+(\w{1,40})\s*\(\s*(\w{1,40})\s*(?:,[^(){}]{0,80})?\)\s*\{"
)
ASSIGNED = re.compile(r"(?=[=(]\s*([^;\n{}]{3,200}))")
TERM = re.compile(
    r"""\s*(?:
        (?P<quote>['"])(?P<text>[^'"]*)(?P=quote)
        | \(?\s*(?P<name>\w+)\s*(?:(?P<sign>[-+])\s*(?P<offset>\d+)\s*(?!\s*['"]))?\)?
    )\s*(?P<plus>\+)?""",
    re.VERBOSE,
)
LONGEST_BODY = 600  # characters of a function that are looked at
COMMENTS = re.compile(r"/\*.*?\*/|(?m:^\s*//[^\n]*$)", re.S)


@dataclass(frozen=True, slots=True)
class PagingFunction:
    """A function of the page that is called with the number of a page."""

    parameter: str
    body: str

    def find_address(self, number: int) -> str | None:
        """Return the address that the function opens for a page; None where it is not plain."""
        for match in ASSIGNED.finditer(self.body):
            address = _join_terms(match[1], self.parameter, number)
            if address and SCRIPTED_ADDRESS.find(address):
                return address
        return None


@dataclass(frozen=True, slots=True)
class PageScripts:
    """The scripts of a page, and the functions that they define."""

    text: str
    functions: dict[str, PagingFunction] = field(default_factory=dict)

    def find_address(self, script: str) -> str | None:
        """Return the address that a piece of script leads to; None where it names none."""
        address = _find_quoted_address(script)
        if address:
            return address
        call = NUMBER_CALL.search(script)
        if call is None:
            return None
        return self.find_numbered_address(call[1], int(call[2]))

    def find_value_address(self, script: str, number: int) -> str | None:
        """Return the address of a page that is chosen by number: `goto(this.value)`."""
        call = VALUE_CALL.search(script)
        if call is None:
            return None
        return self.find_numbered_address(call[1], number)

    def find_numbered_address(self, name: str, number: int) -> str | None:
        """Return the address that a function opens for a page number."""
        function = self.functions.get(name)
        if function is None:
            return None
        return function.find_address(number)


def read_scripts(page: ListPage) -> PageScripts:
    """Return the scripts of a page without their comments."""
    pieces = page.xpath("//script/text()").getall()
    text = COMMENTS.sub("", "\n".join(pieces))
    functions = {}
    for match in FUNCTION.finditer(text):
        body = text[match.end() : match.end() + LONGEST_BODY]
        body, _, _ = body.partition("function ")
        functions[match[1]] = PagingFunction(match[2], body)
    return PageScripts(text, functions)


def _find_quoted_address(script: str) -> str | None:
    """Return the first quoted address that is not a part of a longer one."""
    for match in QUOTED.finditer(script):
        before = script[: match.start()].rstrip()
        after = script[match.end() :].lstrip()
        is_part = before.endswith("+") or after.startswith("+")
        if not is_part and SCRIPTED_ADDRESS.find(match[2]):
            return match[2]
    return None


def _join_terms(expression: str, parameter: str, number: int) -> str | None:
    """Return the text of `'list_' + n + '.html'`; None where n is not in it, or more is."""
    pieces = []
    has_number = False
    position = 0
    while True:
        term = TERM.match(expression, position)
        if term is None:
            return None
        if term["quote"]:
            pieces.append(term["text"])
        elif term["name"] == parameter:
            has_number = True
            pieces.append(str(_add_offset(number, term)))
        else:
            return None
        position = term.end()
        if not term["plus"]:
            break
    if not has_number:
        return None
    return "".join(pieces)


def _add_offset(number: int, term: re.Match[str]) -> int:
    offset = int(term["offset"] or 0)
    if term["sign"] == "-":
        return number - offset
    return number + offset
