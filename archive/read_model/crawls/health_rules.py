"""The rules by which the health of a site is judged: their limits are kept in `health.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.finding_texts import load_finding_rules

RULES_FILE = Path(__file__).with_name("health.yaml")


@cache
def load_health_rules() -> dict[str, dict[str, Any]]:
    """Return the rules by id, and the advice for reasons that are no findings."""
    rules: dict[str, dict[str, Any]] = YAML(typ="safe").load(RULES_FILE)
    return rules


def get_limits(rule: str) -> dict[str, float]:
    """Return the numbers that decide a rule; raise KeyError for a rule without."""
    limits: dict[str, float] = load_health_rules()[rule]["limits"]
    return limits


def find_advice(rule: str, language: str = "en") -> str | None:
    """Return what a person can do about a reason; None where nothing is said."""
    finding_rule = load_finding_rules().get(rule)
    if finding_rule is not None:
        return finding_rule.advice[language]
    entry = load_health_rules().get(rule)
    return entry["advice"][language] if entry else None
