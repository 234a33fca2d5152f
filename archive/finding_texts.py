"""The texts of findings: a rule and its parameters become a sentence, in English or Chinese.

What is said of each rule stands in finding_rules.yaml. Whoever finds something gives the rule and
the parameters; the sentence is made of them. The English one is stored beside them and is part of
what the feed knows a finding by.

>>> finding = make_finding("tables.unread", "warning", {"table": "g2021.requests"})
>>> finding.message
'g2021.requests is printed in a layout that was not read'
>>> translate_message(finding.rule, finding.message, finding.parameters, "zh")
'g2021.requests 的版式未能识读'
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple, TypeAlias

from ruamel.yaml import YAML

from nianbao.archive.records import Finding, Severity

Texts: TypeAlias = Mapping[str, str]  # by language
Parameters: TypeAlias = Mapping[str, Any]

LANGUAGES = ("en", "zh")
_FILE = Path(__file__).with_name("finding_rules.yaml")
_CASE = "case"  # the parameter that decides between several sentences of a rule
_NONE = {"en": "None", "zh": "无"}
_FORMATTER = Formatter()


@dataclass(frozen=True, slots=True)
class ListStyle:
    """How a list is written: each entry by the first template it has all names of, and between."""

    each: Sequence[str]
    join: str


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A rule that findings are of, with all that is said of it.

    `messages` are its sentences by case, `""` where it has one; `words` those for values of a
    parameter; `lists` the styles of lists by parameter and language.
    """

    id: str
    title: Texts
    severities: tuple[Severity, ...]
    says: Texts
    advice: Texts
    messages: Mapping[str, Texts]
    words: Mapping[str, Mapping[Any, Texts]]
    lists: Mapping[str, Mapping[str, ListStyle]]
    example: Parameters

    def write(self, parameters: Parameters, language: str) -> str:
        """Return the sentence for some parameters; raise KeyError for one that is missing."""
        template = self.messages[parameters.get(_CASE, "")][language]
        values = self._write_values(parameters, language)
        return template.format_map(values)

    def _write_values(self, values: Parameters, language: str) -> dict[str, Any]:
        return {
            name: self._write_value(name, value, language)
            for name, value in values.items()
        }

    def _write_value(self, name: str, value: Any, language: str) -> Any:
        """Return a value as a sentence has it; a number stays one, for the sentence's format."""
        if value is None:
            return _NONE[language]
        if isinstance(value, Mapping):
            return self._write_entry(name, value, language)
        if isinstance(value, (list, tuple)):
            entries = [self._write_entry(name, entry, language) for entry in value]
            return self.lists[name][language].join.join(entries)
        if isinstance(value, str) and name in self.words:
            word = self.words[name].get(value)
            return value if word is None else word[language]
        return value

    def _write_entry(self, name: str, entry: Any, language: str) -> str:
        """Return an entry of a list, or a value that has fields, by the style of the list."""
        if not isinstance(entry, Mapping):
            entry = {"item": self._write_value(name, entry, language)}
        values = self._write_values(entry, language)
        for template in self.lists[name][language].each:
            if list_names(template) <= values.keys():
                return template.format_map(values)
        raise KeyError(f"{self.id}: {name} has no style for {sorted(values)}")


@cache
def list_names(template: str) -> frozenset[str]:
    """Return the names that a template asks for."""
    names = {name for _, name, _, _ in _FORMATTER.parse(template)}
    return frozenset(name for name in names if name)


@cache
def load_finding_rules() -> Mapping[str, FindingRule]:
    """Return every rule by its id; the file is read once."""
    data: dict[str, dict[str, Any]] = YAML(typ="safe").load(_FILE)
    return {rule_id: _build_rule(rule_id, entry) for rule_id, entry in data.items()}


def _build_rule(rule_id: str, entry: Mapping[str, Any]) -> FindingRule:
    messages = entry.get("messages")
    if messages is None:
        messages = {"": entry["message"]}
    lists: dict[str, dict[str, ListStyle]] = {}
    for name, styles in entry.get("lists", {}).items():
        lists[name] = {
            language: ListStyle(style["each"], style.get("join", ""))
            for language, style in styles.items()
        }
    return FindingRule(
        id=rule_id,
        title=entry["title"],
        severities=tuple(entry["severity"]),
        says=entry["says"],
        advice=entry["do"],
        messages=messages,
        words=entry.get("words", {}),
        lists=lists,
        example=entry["example"],
    )


def make_finding(
    rule: str,
    severity: Severity,
    parameters: Parameters,
    *,
    table: str | None = None,
    row: str | None = None,
    column: str | None = None,
    expected: str | None = None,
    found: str | None = None,
) -> Finding:
    """Return a finding of a rule, with the sentence that its parameters make.

    Raises KeyError for a rule that there is not, and for a parameter that its sentence lacks.
    """
    message = load_finding_rules()[rule].write(parameters, "en")
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        table=table,
        row=row,
        column=column,
        expected=expected,
        found=found,
        parameters=parameters,
    )


def translate_message(
    rule: str, message: str, parameters: Parameters | None, language: str
) -> str:
    """Return the sentence of a finding in a language.

    It is the stored one where a finding has no parameters, as those of archives before schema 5
    until their pages are read again, or parameters of another version.
    """
    if parameters is None or language == "en":
        return message
    try:
        return load_finding_rules()[rule].write(parameters, language)
    except (KeyError, ValueError, TypeError, AttributeError):
        return message


def is_made_of(message: str, rule: str, parameters_json: str) -> bool:
    """Tell whether stored parameters make a stored message; of an unknown rule it is not known."""
    finding_rule = load_finding_rules().get(rule)
    if finding_rule is None:
        return True
    try:
        return finding_rule.write(json.loads(parameters_json), "en") == message
    except (KeyError, ValueError, TypeError, AttributeError):
        return False


class RuleDescription(NamedTuple):
    """What is said of a rule in one language: its title, what it means, what to do."""

    title: str
    says: str
    advice: str


def describe_rule(rule: str, language: str) -> RuleDescription | None:
    """Return what is said of a rule; None for one of which nothing is."""
    finding_rule = load_finding_rules().get(rule)
    if finding_rule is None:
        return None
    return RuleDescription(
        finding_rule.title[language],
        finding_rule.says[language],
        finding_rule.advice[language],
    )
