"""The rules by which the reader decides: each finds its examples and leaves the others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nianbao.pipelines.reader.rules import PatternRule, load_rules
from nianbao.pipelines.reader.rules.rule_set import FOLDER, RuleError, RuleSet

DECISIONS = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "shared")
RULES = [
    pytest.param(rule, id=f"{decision}.{rule.id}")
    for decision in DECISIONS
    for rule in load_rules(decision)
]
READER = FOLDER.parent
ACCURACY_PAGES = Path(__file__).parent.parent / "accuracy" / "pages"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_examples_and_reasons(rule: PatternRule) -> None:
    assert rule.matches, "a rule that no text needs goes"
    assert rule.rejects
    assert rule.why
    assert rule.source


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_its_examples(rule: PatternRule) -> None:
    assert [text for text in rule.matches if not rule.find(text)] == []


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_needs_is_in_all_that_it_finds(rule: PatternRule) -> None:
    for text in (*rule.matches, *rule.rejects):
        matches = [match[0] for match in rule.pattern.finditer(text)]
        assert [match[0] for match in rule.find_all(text)] == matches


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_leaves_other_texts(rule: PatternRule) -> None:
    assert [text for text in rule.rejects if rule.find(text)] == []


@pytest.mark.parametrize("rule", RULES)
def test_the_pages_where_a_rule_was_seen_exist(rule: PatternRule) -> None:
    pages = {path.stem for path in ACCURACY_PAGES.iterdir()}
    names = set(re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b(?!\.py)", rule.source))
    assert names <= pages


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_code_uses_each_rule(decision: str) -> None:
    rule_ids = {rule.id for rule in load_rules(decision)}
    uses: set[str] = set()
    for path in READER.rglob("*.py"):
        source = path.read_text()
        for name in re.findall(rf'(\w+) = load_rules\("{decision}"\)', source):
            uses.update(re.findall(rf"\b{name}\.(\w+)", source))
            if f" in {name}:" in source:
                uses.update(rule_ids)
    assert uses == rule_ids


def test_rules_cannot_be_changed() -> None:
    rules = load_rules(DECISIONS[0])
    with pytest.raises(AttributeError):
        rules.order = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{id: a, find: search, pattern: '(', why: x, seen: x}", "a: "),
        ("{id: a, find: somewhere, pattern: x, why: x, seen: x}", "a: 'somewhere'"),
        ("{id: a, find: search, pattern: '{nowhere}', why: x, seen: x}", "nowhere"),
        ("{id: a, find: search, pattern: x, why: x}", "seen"),
    ],
)
def test_a_rule_that_is_not_written_as_it_has_to_be(
    rule: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shared.yaml").write_text("parts: {}")
    (tmp_path / "odd.yaml").write_text(
        f"rules: [{rule[:-1]}, matches: [x], rejects: []}}]"
    )
    monkeypatch.setattr("nianbao.pipelines.reader.rules.rule_set.FOLDER", tmp_path)
    with pytest.raises(RuleError, match=f"odd.yaml: a: .*{re.escape(message[3:])}"):
        _load_uncached("odd")


def _load_uncached(decision: str) -> RuleSet:
    return load_rules.__wrapped__(decision)
