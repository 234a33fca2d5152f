"""Functions of a script: where they stand, how they are called, what elements they are tied to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nianbao.spiders.scripts.expressions import evaluate
from nianbao.spiders.scripts.text import match_brackets, strip_comments
from nianbao.spiders.scripts.values import Environment, Value

PARAMETERS = r"\((?P<parameters>[^(){}]{0,120})\)"
KEY = r"(?:\b(?P<key>[\w$]{1,40})['\"]?\s{0,9}[:=]\s{0,9})?"
FUNCTION = re.compile(
    rf"{KEY}\bfunction\s{{0,9}}(?P<name>[\w$]{{0,40}})\s{{0,9}}{PARAMETERS}\s*(?P<open>\{{)"
)
ARROW = re.compile(
    rf"{KEY}(?:async\s{{0,9}})?(?:{PARAMETERS}|\b(?P<parameter>[\w$]{{1,40}}))"
    r"\s{0,9}=>\s*(?P<open>\{)?"
)
METHOD = re.compile(rf"\b(?P<key>[\w$]{{1,40}})\s{{0,9}}{PARAMETERS}\s*(?P<open>\{{)")
NO_METHODS = frozenset(("if", "for", "while", "switch", "catch", "function", "with"))
NAME = re.compile(r"[\w$]+")
# `$("#more").click(`, `$(".more").on("click",`, `getElementById("more").onclick =`
CLICK = re.compile(
    r"""
    (?:\$|jQuery|querySelector|getElementById)
    \(\s*['"](?P<selector>[#.]?[\w-]{1,40})['"]\s*\)
    \s*\.\s*
    (?:click\(|(?:on|bind|live|addEventListener)\(\s*['"]click['"]\s*,|onclick\s*=)
    \s*(?P<name>[\w$]{1,40})""",
    re.VERBOSE,
)
DELEGATED_CLICK = re.compile(
    r"""
    \.\s*(?:on|delegate)\(\s*(?:['"]click['"]\s*,\s*)?
    ['"](?P<selector>[#.][\w-]{1,40})['"]\s*,\s*(?:['"]click['"]\s*,\s*)?
    (?P<name>[\w$]{1,40})""",
    re.VERBOSE,
)
VARIABLE = re.compile(
    r"(?:\b(?:var|let|const)\s+|[;,{}]\s*|^[ \t]*)"
    r"(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}=(?![=>])\s*",
    re.MULTILINE,
)
LONGEST_BODY = 4_000  # characters of a function that are looked at
LONGEST_ARROW = 300  # characters of one without a body in brackets
MOST_FUNCTIONS = 400
MOST_VARIABLES = 400
MOST_ARGUMENTS = 12
LONGEST_GAP = 40  # characters between an argument and its comma


@dataclass(frozen=True, slots=True)
class ScriptFunction:
    """A function: how it is named, what it takes, its body, where it begins."""

    name: str
    parameters: tuple[str, ...]
    body: str
    start: int


@dataclass(slots=True)
class Script:
    """A script without comments, its brackets and functions, and what its variables begin with."""

    text: str
    closings: dict[int, int]
    functions: list[ScriptFunction] = field(default_factory=list)
    environment: Environment = field(default_factory=Environment)
    click_bodies: dict[str, str] = field(default_factory=dict)  # by selector

    def find_function(self, name: str) -> ScriptFunction | None:
        """Return the first function of a name."""
        for function in self.functions:
            if function.name == name:
                return function
        return None


def read_script(text: str, fields: dict[str, str] | None = None) -> Script:
    """Return what a script has; `fields` are those of the page's forms, by `#id` and by name."""
    text = strip_comments(text)
    script = Script(text, match_brackets(text))
    script.functions = _find_functions(script)
    script.environment.fields.update(fields or {})
    read_variables(script, script.environment)
    _tie_clicks(script)
    return script


def read_variables(script: Script, environment: Environment) -> None:
    """Take what each variable is set to first, in the order of the script."""
    for count, match in enumerate(VARIABLE.finditer(script.text)):
        if count == MOST_VARIABLES:
            return
        if match["name"] in environment.names:
            continue
        value, _ = evaluate(script.text, match.end(), environment)
        if value is not None:
            environment.names[match["name"]] = value


def read_arguments(script: Script, opening: int) -> list[Value]:
    """Return the arguments of the call whose bracket opens at a place; None for unknown ones."""
    arguments: list[Value] = []
    closing = script.closings.get(opening)
    position = opening + 1
    while closing is not None and len(arguments) < MOST_ARGUMENTS:
        value, end = evaluate(script.text, position, script.environment)
        end = max(end, position)
        if not script.text[end : end + LONGEST_GAP].strip().startswith((",", ")")):
            value = None
        arguments.append(value)
        position = script.text.find(",", end, closing) + 1
        if position == 0:
            break
    return arguments


def _find_functions(script: Script) -> list[ScriptFunction]:
    functions: dict[int, ScriptFunction] = {}
    for pattern in (FUNCTION, ARROW, METHOD):
        for match in pattern.finditer(script.text):
            function = _build_function(script, match)
            if function is not None:
                functions.setdefault(match.end(), function)
            if len(functions) == MOST_FUNCTIONS:
                break
    return sorted(functions.values(), key=lambda function: function.start)


def _build_function(script: Script, match: re.Match[str]) -> ScriptFunction | None:
    groups = match.groupdict()
    name = groups.get("name") or groups.get("key") or ""
    if match.re is METHOD and name in NO_METHODS:
        return None
    parameters = groups.get("parameters") or groups.get("parameter") or ""
    return ScriptFunction(
        name=name,
        parameters=tuple(NAME.findall(parameters)),
        body=_read_body(script, match),
        start=match.start(),
    )


def _read_body(script: Script, match: re.Match[str]) -> str:
    if not match["open"]:  # an arrow with a value behind it
        line = script.text[match.end() : match.end() + LONGEST_ARROW]
        return f"return {line}"
    closing = script.closings.get(match.start("open"), match.end() + LONGEST_BODY)
    end = min(closing, match.end() + LONGEST_BODY)
    return script.text[match.end() : end]


def _tie_clicks(script: Script) -> None:
    """Note what a click on an element runs, where the script ties it."""
    for selector, name, position in _find_ties(script.text):
        function = _find_tied_function(script, name, position)
        if function is not None:
            script.click_bodies.setdefault(selector, function.body)


def _find_ties(text: str) -> Iterator[tuple[str, str, int]]:
    for pattern in (CLICK, DELEGATED_CLICK):
        for match in pattern.finditer(text):
            selector = match["selector"]
            if selector[0] not in "#.":
                selector = f"#{selector}"
            yield selector, match["name"], match.start("name")


def _find_tied_function(
    script: Script, name: str, position: int
) -> ScriptFunction | None:
    if name != "function":
        return script.find_function(name)
    for function in script.functions:
        if function.start == position:
            return function
    return None
