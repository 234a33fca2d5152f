"""Rules: the patterns of `rules.yaml` and `signs.yaml`, each with its examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent
SignPlace = Literal["page", "address"]


@dataclass(frozen=True, slots=True)
class PatternRule:
    """A pattern that decides something, with texts that it must match and must not match."""

    id: str
    about: str
    pattern: re.Pattern[str]
    matches: tuple[str, ...]
    rejects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignRule:
    """A pattern whose occurrence on a page speaks for a platform, with how far it convinces."""

    platform: str
    weight: float
    place: SignPlace
    pattern: re.Pattern[str]
    matches: tuple[str, ...]


@cache
def load_rules() -> dict[str, PatternRule]:
    """Read `rules.yaml` once; return the rules by id."""
    rules = {}
    entries = _load_yaml("rules.yaml")
    for rule_id, fields in entries.items():
        rules[rule_id] = PatternRule(
            id=rule_id,
            about=fields["about"],
            pattern=re.compile(fields["pattern"]),
            matches=tuple(fields["matches"]),
            rejects=tuple(fields["rejects"]),
        )
    return rules


@cache
def load_signs() -> tuple[SignRule, ...]:
    """Read `signs.yaml` once; return the signs in the order of the file."""
    signs = []
    for fields in _load_yaml("signs.yaml"):
        sign = SignRule(
            platform=fields["platform"],
            weight=fields["weight"],
            place=fields["place"],
            pattern=re.compile(fields["pattern"]),
            matches=tuple(fields["matches"]),
        )
        signs.append(sign)
    return tuple(signs)


def rule_pattern(rule_id: str) -> re.Pattern[str]:
    """Return the pattern of a rule; raise KeyError for a rule that `rules.yaml` does not have."""
    return load_rules()[rule_id].pattern


def _load_yaml(name: str) -> Any:
    text = (FOLDER / name).read_text("utf-8")
    return YAML(typ="safe").load(text)
