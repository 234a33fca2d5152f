"""The words of explanations: what a rule, a basis and a field are called."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("words.yaml")


@cache
def load_words() -> dict[str, dict[str, str]]:
    """Return the words of words.yaml: `rules` and `bases` by their names."""
    data: dict[str, Any] = YAML(typ="safe").load(_FILE)
    return data


def describe_rule(rule: str) -> str:
    """Return what a rule says, `report_year.title`; raise KeyError for one without words."""
    return load_words()["rules"][rule]


def describe_rules(rules: tuple[str, ...]) -> str:
    """Return what several rules say, in their order."""
    return "; ".join(map(describe_rule, rules))


def describe_basis(basis: str) -> str:
    """Return what a kind of place is called; `label:发布时间` is the label 发布时间."""
    bases = load_words()["bases"]
    kind, colon, name = basis.partition(":")
    if colon:
        return f"{bases[kind]} {name}"
    return bases[kind]
