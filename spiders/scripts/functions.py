"""Functions of a script: where they stand, how they are called, what elements they are tied to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from nianbao.spiders.scripts.expressions import evaluate
from nianbao.spiders.scripts.text import match_brackets, strip_comments
from nianbao.spiders.scripts.values import Environment, Value

PARAMETERS = r"\((?P<parameters>[^(){}]{0,120})\)"
KEY = r"(?:\b(?P<key>[\w$]{1,40})['\"]?\s{0,9}[:=]\s{0,9})?(?P<begin>)"
FUNCTION = re.compile(
    rf"{KEY}\b(?:async\s{{1,9}})?function\s{{0,9}}(?P<name>[\w$]{{0,40}})\s{{0,9}}"
    rf"{PARAMETERS}\s*(?P<open>\{{)"
)
ARROW = re.compile(
    rf"{KEY}(?:async\s{{0,9}})?(?:{PARAMETERS}|\b(?P<parameter>[\w$]{{1,40}}))"
    r"\s{0,9}=>\s*(?P<open>\{)?"
)
METHOD = re.compile(
    rf"(?P<begin>)\b(?P<key>[\w$]{{1,40}})\s{{0,9}}{PARAMETERS}\s*(?P<open>\{{)"
)
NO_METHODS = frozenset(("if", "for", "while", "switch", "catch", "function", "with"))
NAME = re.compile(r"[\w$]+")
SIMPLE_STEP = re.compile(r"(?P<tag>[\w-]*)(?P<mark>[#.][\w-]+)?")
EVENTS = "(?:click|change|scroll|hashchange)"
# `$("#more").click(`, `$(".more").on("click",`, `getElementById("more").onclick =`,
# `$(document).on("click", ".more",`, `window.addEventListener("scroll",`
LISTENER = re.compile(
    rf"""
    (?:(?P<get>getElementById|querySelector|\$|jQuery)
       \(\s*(?:['"](?P<selector>[^'"\n]{{1,60}})['"]|(?P<object>window|document))\s*\)
      |(?<![.\w$])(?P<bare>[A-Za-z_$][\w$]{{0,40}}))
    \s*\.\s*
    (?:(?P<short>{EVENTS})\(
      |(?:on|bind|live|addEventListener|delegate)\(\s*
       (?:['"](?P<inner_first>[^'"\n]{{1,60}})['"]\s*,\s*(?=['"]{EVENTS}['"]))?
       ['"](?P<event>{EVENTS})[^'"\n]{{0,20}}['"]\s*,
       (?:\s*['"](?P<inner>[^'"\n]{{1,60}})['"]\s*,)?
      |on(?P<member>{EVENTS})\s*=)
    \s*(?P<handler>[\w$(])""",
    re.VERBOSE,
)
# var next = document.getElementById("next")
ELEMENT_NAME = re.compile(
    r"""(?<![.\w$])(?P<name>[A-Za-z_$][\w$]{0,40})\s*=\s*(?:document\s*\.\s*)?
    (?P<get>getElementById|querySelector|\$|jQuery)\(\s*['"](?P<selector>[^'"\n]{1,60})['"]\s*\)""",
    re.VERBOSE,
)
# What a component begins with: data: {page: 1}, data() { return {page: 1} }
COMPONENT_DATA = re.compile(
    r"\bdata\s*(?::\s*(?:function\s*)?)?(?:\(\s*\)\s*\{\s*return\s*)?(?=\{)"
)
# The names of functions that run when a page is opened.
STARTUP_NAMES = frozenset(("onload", "ready", "mounted", "created", "$", "jQuery"))
VARIABLE = re.compile(
    r"(?:\b(?:var|let|const)\s+|[;,{}]\s*|^[ \t]*)"
    r"(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}=(?![=>])\s*",
    re.MULTILINE,
)
LONGEST_BODY = 4_000  # characters of a function that are looked at
LONGEST_ARROW = 300  # characters of one without a body in brackets
MOST_FUNCTIONS = 400
MOST_LISTENERS = 60
MOST_COMPONENTS = 10
MOST_VARIABLES = 400
MOST_ARGUMENTS = 12
LONGEST_GAP = 40  # characters between an argument and its comma


@dataclass(frozen=True, slots=True)
class ScriptFunction:
    """A function: how it is named, what it takes, its body, where it begins and ends."""

    name: str
    parameters: tuple[str, ...]
    body: str
    start: int
    end: int = 0


@dataclass(frozen=True, slots=True)
class Listener:
    """What a script runs on an event of the elements that a selector means.

    `selector` is one step, such as `#more`, `.more` or `a`; `around` the one before it.
    `window` and `document` are selectors as well.
    """

    event: str
    selector: str
    around: str
    body: str
    start: int


@dataclass(slots=True)
class Script:
    """A script without comments, its brackets and functions, and what its variables begin with."""

    text: str
    closings: dict[int, int]
    functions: list[ScriptFunction] = field(default_factory=list)
    environment: Environment = field(default_factory=Environment)
    listeners: list[Listener] = field(default_factory=list)
    # What runs when the page is opened: the script without the bodies of its functions.
    startup: str = ""

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
    read_component(script, script.environment)
    script.listeners = list(_find_listeners(script))
    script.startup = _read_startup(script)
    return script


def _read_startup(script: Script) -> str:
    pieces = []
    position = 0
    later = {listener.start for listener in script.listeners}
    for function in script.functions:
        is_run = not function.name or function.name in STARTUP_NAMES
        is_run = is_run and function.start not in later
        if is_run or function.start < position:
            continue
        pieces.append(script.text[position : function.start])
        position = max(function.end, function.start)
    pieces.append(script.text[position:])
    return "".join(pieces)


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


def read_component(script: Script, environment: Environment) -> None:
    """Take what the components of a script begin with, as parts of `this`."""
    for match in islice(COMPONENT_DATA.finditer(script.text), MOST_COMPONENTS):
        value, _ = evaluate(script.text, match.end(), environment)
        if not isinstance(value, dict):
            continue
        for name, part in value.items():
            environment.names.setdefault(f"this.{name}", part)


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
        start=match.start("begin"),
        end=script.closings.get(match.start("open"), match.end() - 1) + 1,
    )


def _read_body(script: Script, match: re.Match[str]) -> str:
    if not match["open"]:  # an arrow with a value behind it
        line = script.text[match.end() : match.end() + LONGEST_ARROW]
        return f"return {line}"
    closing = script.closings.get(match.start("open"), match.end() + LONGEST_BODY)
    end = min(closing, match.end() + LONGEST_BODY)
    return script.text[match.end() : end]


def _find_listeners(script: Script) -> Iterator[Listener]:
    """Yield what a script ties to events, as many as are looked at."""
    bodies = {function.start: function.body for function in script.functions}
    elements = _name_elements(script.text)
    for match in islice(LISTENER.finditer(script.text), MOST_LISTENERS):
        position = match.start("handler")
        body = bodies.get(position)
        if body is None:
            named = NAME.match(script.text, position)
            function = script.find_function(named[0]) if named else None
            body = function.body if function else None
        if body is None:
            continue
        event = match["short"] or match["event"] or match["member"]
        steps = _read_steps(match, elements)
        around = steps[-2] if len(steps) > 1 else ""
        yield Listener(event, steps[-1], around, body, position)


def _name_elements(text: str) -> dict[str, str]:
    """Return the selectors of the elements that a script has names for."""
    names = {"window": "window", "document": "document"}
    for match in islice(ELEMENT_NAME.finditer(text), MOST_LISTENERS):
        names.setdefault(match["name"], _read_selector(match))
    return names


def _read_selector(match: re.Match[str]) -> str:
    if match["get"] == "getElementById":
        return f"#{match['selector']}"
    return match["selector"]


def _read_steps(match: re.Match[str], elements: dict[str, str]) -> list[str]:
    """Return the steps of the selector of a listener, each an id, a class or a tag."""
    name = match["object"] or match["bare"]
    outer = elements.get(name, "") if name else _read_selector(match)
    inner = match["inner"] or match["inner_first"] or ""
    steps = []
    for step in f"{outer} {inner}".split():
        simple = SIMPLE_STEP.match(step)
        if simple:
            steps.append(simple["mark"] or simple["tag"])
    return steps or [""]
