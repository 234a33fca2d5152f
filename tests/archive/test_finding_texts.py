"""What is said of each rule: in both languages, from parameters, and the same as is stored."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import pytest

from nianbao.archive.checks import year_to_year
from nianbao.archive.finding_texts import (
    LANGUAGES,
    FindingRule,
    list_names,
    load_finding_rules,
    make_finding,
    translate_message,
)
from nianbao.archive.read_model.crawls import site_health
from nianbao.archive.records import Finding, Outcome
from nianbao.crawler.middlewares import block_signs
from nianbao.pipelines.reader.tables.forms import load_forms

ROOT = Path(__file__).parents[2]
REFUSALS = "pipelines/reader/payload/refusals.py"
RULES = load_finding_rules()
PACKAGES = ("archive", "crawler", "pipelines", "spiders")
MAKER = "archive/finding_texts.py"
# Rules whose id is put together where they are emitted, or stands in a file of its own.
COMPOSED = (
    "blocked.",  # Verdict.finding, by the kind of block
    "page.",  # SiteNotes.note_page, by the outcome
)


def iterate_modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            yield name, ast.parse(path.read_text("utf-8"))


MODULES = dict(iterate_modules())


def called_name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def iterate_calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called_name(node) == name:
                yield module, node


def list_constants() -> dict[str, str]:
    """Return the text that a name of a module stands for: RULE = "report.missing"."""
    constants: dict[str, str] = {}
    for module, tree in MODULES.items():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        constants[f"{module}:{target.id}"] = str(node.value.value)
    return constants


def test_findings_are_made_of_rule_and_parameters_alone() -> None:
    direct = {module for module, _ in iterate_calls("Finding")}
    assert direct == {MAKER}


def test_every_rule_that_is_emitted_has_its_texts() -> None:
    constants = list_constants()
    emitted: set[str] = set()
    for module, call in iterate_calls("make_finding"):
        rule = call.args[0]
        if isinstance(rule, ast.Constant):
            emitted.add(str(rule.value))
        elif isinstance(rule, ast.Name) and f"{module}:{rule.id}" in constants:
            emitted.add(constants[f"{module}:{rule.id}"])
    emitted |= {
        ast.literal_eval(call.args[0]) for _, call in iterate_calls("refuse_file")
    }
    assert len(emitted) > 40
    emitted |= {constraint.id for constraint in load_forms().constraints}
    assert emitted <= RULES.keys()
    emitted |= {*site_health.RULES, *year_to_year.RULES}
    others = RULES.keys() - emitted
    assert all(rule.startswith(COMPOSED) for rule in others), others


def test_every_kind_of_block_has_a_rule() -> None:
    kinds = {row.kind for row in block_signs.sign_table()} - set(block_signs.OUTCOMES)
    assert len(kinds) > 5
    assert {f"blocked.{kind}" for kind in kinds} <= RULES.keys()


def test_every_way_not_to_ask_has_a_rule() -> None:
    outcomes = {name for name in get_args(Outcome) if name.startswith("refused_")}
    assert {f"page.{name}" for name in outcomes} <= RULES.keys()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_all_in_both_languages(rule: FindingRule) -> None:
    for texts in (rule.title, rule.says, rule.advice, *rule.messages.values()):
        assert set(texts) == set(LANGUAGES)
        assert all(texts.values())
    for words in chain.from_iterable(map(dict.values, rule.words.values())):
        assert set(words) == set(LANGUAGES)
    for styles in rule.lists.values():
        assert set(styles) == set(LANGUAGES)
    assert set(rule.severities) <= {"error", "warning", "info"}
    for case, texts in rule.messages.items():
        names = {language: list_names(texts[language]) for language in LANGUAGES}
        assert names["zh"] == names["en"], case
    assert not re.search("[一-鿿]", "".join(map(str, rule.says["en"])))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_the_example_is_written_in_both_languages(rule: FindingRule) -> None:
    finding = make_finding(rule.id, rule.severities[0], rule.example)
    stored = Finding.from_row(list(finding.to_row().values()))
    assert stored == finding
    for language in LANGUAGES:
        message = translate_message(
            rule.id, finding.message, stored.parameters, language
        )
        assert message
        assert "{" not in message
        assert (message == finding.message) == (language == "en") or not rule.example


def dictionary_keys(node: ast.AST) -> set[str]:
    """Return the constant keys of a dictionary that a module writes out."""
    if not isinstance(node, ast.Dict):
        return set()
    return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}


def test_every_refused_file_gives_what_its_sentence_names() -> None:
    """`refuse_file` makes the finding for other modules, by a rule, a case and its parameters."""
    cases = set()
    for module, call in iterate_calls("refuse_file"):
        rule, case = map(ast.literal_eval, call.args)
        given = {str(keyword.arg) for keyword in call.keywords}
        sentence = RULES[rule].messages[case or ""]["en"]
        assert list_names(sentence) <= given, (module, rule, case)
        cases.add((rule, case))
    assert len(cases) >= 12


def test_every_parameter_that_a_sentence_names_is_given_where_it_is_emitted() -> None:
    """Each module that emits a rule writes out the names that some sentence of the rule asks for."""
    constants = list_constants()
    lacking = []
    for module, call in iterate_calls("make_finding"):
        rule = call.args[0]
        rule_id = getattr(rule, "value", None) or constants.get(
            f"{module}:{getattr(rule, 'id', '')}"
        )
        if rule_id not in RULES or module == REFUSALS:
            continue
        given: set[str] = set()
        cases: set[str] = set()
        for node in ast.walk(MODULES[module]):
            given |= dictionary_keys(node)
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if getattr(key, "value", None) == "case":
                        cases |= {
                            str(part.value)
                            for part in ast.walk(value)
                            if isinstance(part, ast.Constant)
                        }
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                cases.add(node.value)
                given.add(node.value)
        messages = RULES[str(rule_id)].messages
        for case, texts in messages.items():
            if case and case not in cases:
                continue
            lacking += [
                f"{module}: {rule_id} {name}"
                for name in list_names(texts["en"]) - given
            ]
        assert set(messages) == {""} or cases & set(messages), (module, rule_id)
    assert lacking == []


def test_a_finding_without_parameters_keeps_its_sentence() -> None:
    assert translate_message("tables.missing", "as stored", None, "zh") == "as stored"
    assert translate_message("no.such_rule", "as stored", {}, "zh") == "as stored"
    assert translate_message("row.missing", "as stored", {}, "zh") == "as stored"
    broken: dict[str, Any] = {"rows": [{"no": 1}]}
    assert translate_message("row.missing", "as stored", broken, "zh") == "as stored"


def test_what_a_page_prints_is_no_template() -> None:
    finding = make_finding(
        "cell.not_read", "warning", {"case": "not_read", "text": "{x} {0}"}
    )
    assert finding.message == "the cell holds {x} {0}, which is not read"


def test_parameters_are_plain_json() -> None:
    for rule in RULES.values():
        assert json.loads(json.dumps(rule.example)) == rule.example
