"""No pattern tries a text in twice as many ways for each character more.

Each repeated part of a pattern is tried on its own, on runs of what it repeats, and cannot match
what is behind them: so all ways are gone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import islice, product
from typing import Any

import pytest

from nianbao.pipelines import reader
from nianbao.pipelines.reader.rules import load_rules as load_reader_rules
from nianbao.pipelines.reader.rules.rule_set import FOLDER
from nianbao.spiders import report_spider
from nianbao.spiders.discovery import columns
from nianbao.spiders.rules import load_rules, load_signs
from tests.growth import measure_time

PARSER: Any = import_module("re._parser")
COMPILER: Any = import_module("re._compiler")
CONSTANTS: Any = import_module("re._constants")
PACKAGES = tuple(
    f"nianbao.{name}." for name in ("spiders", "pipelines", "archive", "crawler")
)
LOADED = (reader, report_spider, columns)  # with all that they import
MANY = 9  # times; fewer are bounded
RUNS = (
    8,
    12,
    16,
    20,
)  # samples; the longest takes a second where each doubles the time
TRIES = 3  # a machine under load makes one call slow, never each
TOO_LONG = 0.02  # CPU seconds; what is no power takes some microseconds
MOST_SAMPLES = 100
OTHER_CHARACTERS = "\x01 a0年）|"  # what a class of characters may match
REPEATS = (CONSTANTS.MAX_REPEAT, CONSTANTS.MIN_REPEAT)


def find_patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns of all rules, and of the modules that are loaded with a spider."""
    patterns = {f"rule {id}": rule.pattern for id, rule in load_rules().items()}
    for number, sign in enumerate(load_signs()):
        patterns[f"sign {number} of {sign.platform}"] = sign.pattern
    for path in FOLDER.glob("*.yaml"):
        if path.stem != "shared":
            for rule in load_reader_rules(path.stem):
                patterns[f"rule {path.stem}.{rule.id}"] = rule.pattern
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGES):
            for key, value in vars(module).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    patterns.setdefault(f"{name}.{key}", value)
    return patterns


def find_repeats(argument: Any) -> Iterator[Any]:
    """Yield what is repeated many times in a parsed pattern, and is more than a character."""
    if isinstance(argument, tuple) and argument[:1] and argument[0] in REPEATS:
        _, most, items = argument[1]
        if most >= MANY and (len(items) > 1 or items[0][0] in (*REPEATS, *GROUPS)):
            yield argument
    if isinstance(argument, (tuple, list, PARSER.SubPattern)):
        for part in argument:
            yield from find_repeats(part)


GROUPS = (CONSTANTS.SUBPATTERN, CONSTANTS.BRANCH)


def write_samples(items: Any) -> list[str]:
    """Return some short texts that a part of a pattern matches."""
    choices = [write_item(operator, argument) for operator, argument in items]
    texts = map("".join, product(*choices))
    return list(dict.fromkeys(islice(texts, MOST_SAMPLES)))


def write_item(operator: Any, argument: Any) -> list[str]:
    if operator is CONSTANTS.LITERAL:
        return [chr(argument)]
    if operator is CONSTANTS.BRANCH:
        return [text for branch in argument[1] for text in write_samples(branch)]
    if operator is CONSTANTS.SUBPATTERN:
        return write_samples(argument[-1])
    if operator is CONSTANTS.ATOMIC_GROUP:
        return write_samples(argument)
    if operator in (*REPEATS, CONSTANTS.POSSESSIVE_REPEAT):
        least, _, part = argument
        samples = write_samples(part)
        texts = [text * max(1, least) for text in samples[:MOST_SAMPLES]]
        return texts if least else [*texts, ""]
    if operator in (CONSTANTS.IN, CONSTANTS.NOT_LITERAL, CONSTANTS.ANY):
        return list_characters(operator, argument)
    return [""]  # a place, and what stands around it


def list_characters(operator: Any, argument: Any) -> list[str]:
    """Return some characters of a class, the ends of its ranges among them."""
    texts = list(OTHER_CHARACTERS)
    if operator is CONSTANTS.IN:
        for kind, value in argument:
            if kind is CONSTANTS.LITERAL:
                texts.append(chr(value))
            elif kind is CONSTANTS.RANGE:
                texts.append(chr(value[0]))
    pattern = compile_items([(operator, argument)], flags=0)
    return [text for text in texts if pattern.fullmatch(text)]


def compile_items(items: list[Any], flags: int, state: Any = None) -> re.Pattern[str]:
    pattern = PARSER.SubPattern(state or PARSER.State(), items)
    return COMPILER.compile(pattern, flags)  # type: ignore[no-any-return]


def find_slow_run(repeat: Any, tree: Any, flags: int) -> str:
    """Return a sample of which a run takes too long; empty where there is none."""
    end = (CONSTANTS.AT, CONSTANTS.AT_END_STRING)
    pattern = compile_items([repeat, end], flags, tree.state)
    samples = [text for text in write_samples(repeat[1][2]) if text]
    for sample in dict.fromkeys(samples):
        for count in RUNS:
            text = sample * count + "\x00"
            times = (measure_time(pattern.match, text) for _ in range(TRIES))
            if all(seconds > TOO_LONG for seconds in times):
                return sample
    return ""


def find_slow_parts(pattern: re.Pattern[str]) -> list[str]:
    tree = PARSER.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    runs = (find_slow_run(repeat, tree, pattern.flags) for repeat in find_repeats(tree))
    return list(filter(None, runs))


@pytest.mark.parametrize(
    "source",
    [
        r"(?:\s*[(（][^()（）]{1,12}[)）]|\s*[>:|]+|\s*更多)+$",
        r"^(a|aa)+$",
        r"(?:[a-z]+\d*)*!",
        r"(?:x(?:年|\w)*-?)+?z",
        r"((?:ab)+|c)*d",
    ],
)
def test_a_power_is_noticed(source: str) -> None:
    assert find_slow_parts(re.compile(source))


@pytest.mark.parametrize(
    "source", [r"(?:[a-z]++\d*+)*+!", r"(?:a|b)+$", r"(?:-\w{1,3})+$"]
)
def test_what_is_no_power_is_left(source: str) -> None:
    assert find_slow_parts(re.compile(source)) == []


def test_no_pattern_takes_a_power_of_time() -> None:
    patterns = find_patterns()
    assert len(patterns) > 500
    slow = {name: find_slow_parts(pattern) for name, pattern in patterns.items()}
    assert {name: runs for name, runs in slow.items() if runs} == {}
