"""Rules: the patterns of `rules.yaml` and `signs.yaml`, each with its examples.

The files say what a rule has. They are written as those of `pipelines/reader/rules`, which the
spiders cannot import.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent
SignPlace = Literal["page", "address"]


@dataclass(frozen=True, slots=True)
class LinkRule:
    """A pattern that decides what is followed, with the texts that it must find or not find.

    `find` looks for the pattern in the way that the rule says; `pattern` is for replacing and
    finding all.
    """

    id: str
    why: str
    seen: str
    pattern: re.Pattern[str]
    find: Callable[[str], re.Match[str] | None]
    any_of: tuple[str, ...]
    matches: tuple[str, ...]
    rejects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignRule:
    """A pattern that speaks for a platform, with how far it alone convinces."""

    platform: str
    weight: float
    place: SignPlace
    pattern: re.Pattern[str]
    matches: tuple[str, ...]


@cache
def load_rules() -> dict[str, LinkRule]:
    """Read `rules.yaml` once; return the rules by id. Raises ValueError for an id used twice."""
    rules: dict[str, LinkRule] = {}
    for entry in _load_yaml("rules.yaml")["rules"]:
        rule = _build_rule(entry)
        if rule.id in rules:
            raise ValueError(f"rules.yaml: two rules have the id {rule.id}")
        rules[rule.id] = rule
    return rules


@cache
def load_signs() -> tuple[SignRule, ...]:
    """Read `signs.yaml` once; return the signs in the order of the file."""
    signs = []
    for entry in _load_yaml("signs.yaml"):
        sign = SignRule(
            platform=entry["platform"],
            weight=entry["weight"],
            place=entry["place"],
            pattern=re.compile(entry["pattern"]),
            matches=tuple(entry["matches"]),
        )
        signs.append(sign)
    return tuple(signs)


def find_rule(rule_id: str) -> LinkRule:
    """Return a rule; raise KeyError for one that `rules.yaml` does not have."""
    return load_rules()[rule_id]


def _build_rule(entry: dict[str, Any]) -> LinkRule:
    any_of = tuple(entry.get("any_of", ()))
    alternatives = "|".join(any_of)
    expression = entry.get("pattern", "{any_of}")
    expression = expression.replace("{any_of}", f"(?:{alternatives})")
    pattern = re.compile(expression)
    finders = {
        "search": pattern.search,
        "match": pattern.match,
        "fullmatch": pattern.fullmatch,
    }
    return LinkRule(
        id=entry["id"],
        why=entry["why"],
        seen=entry["seen"],
        pattern=pattern,
        find=finders[entry["find"]],
        any_of=any_of,
        matches=tuple(entry["matches"]),
        rejects=tuple(entry["rejects"]),
    )


def _load_yaml(name: str) -> Any:
    text = (FOLDER / name).read_text("utf-8")
    return YAML(typ="safe").load(text)
