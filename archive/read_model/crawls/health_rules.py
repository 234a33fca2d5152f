"""The rules by which the health of a site is judged: limits and advice, kept in `health.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

RULES_FILE = Path(__file__).with_name("health.yaml")


@cache
def load_health_rules() -> dict[str, dict[str, Any]]:
    """Return the rules by id; an id that ends with a dot stands for all that begin so."""
    rules: dict[str, dict[str, Any]] = YAML(typ="safe").load(RULES_FILE)
    return rules


def get_limits(rule: str) -> dict[str, float]:
    """Return the numbers that decide a rule; raise KeyError for a rule without."""
    limits: dict[str, float] = load_health_rules()[rule]["limits"]
    return limits


def find_advice(rule: str, language: str = "en") -> str | None:
    """Return what a person can do about a finding of a rule; None where nothing is said."""
    rules = load_health_rules()
    family = f"{rule.partition('.')[0]}."
    entry = rules.get(rule) or rules.get(family)
    return entry["advice"][language] if entry else None
