"""The patterns of spiders/rules.yaml and signs.yaml find their examples, and leave the others."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from nianbao.spiders.platforms import PLATFORMS
from nianbao.spiders.rules import (
    FOLDER,
    LinkRule,
    SignPlace,
    SignRule,
    load_rules,
    load_signs,
)

RULES = load_rules()
SIGNS = load_signs()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_and_its_examples(rule: LinkRule) -> None:
    assert rule.why
    assert rule.seen
    assert rule.matches
    assert rule.rejects
    assert [text for text in rule.matches if not rule.find(text)] == []
    assert [text for text in rule.rejects if rule.find(text)] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_each_alternative_has_an_example(rule: LinkRule) -> None:
    """An alternative that no example needs goes."""
    for alternative in rule.any_of:
        pattern = re.compile(alternative, re.IGNORECASE)
        assert any(pattern.search(text) for text in rule.matches), alternative


@pytest.mark.parametrize(
    "sign", SIGNS, ids=[f"{sign.platform}-{sign.pattern.pattern}" for sign in SIGNS]
)
def test_a_sign_and_its_examples(sign: SignRule) -> None:
    assert sign.matches
    assert [text for text in sign.matches if not sign.pattern.search(text)] == []
    assert sign.platform in PLATFORMS
    assert sign.place in get_args(SignPlace)
    assert 0 < sign.weight < 1


def test_the_code_uses_each_rule() -> None:
    rule_ids: set[str] = set()
    for path in FOLDER.rglob("*.py"):
        rule_ids.update(re.findall(r'find_rule\("(\w+)"\)', path.read_text("utf-8")))
    assert rule_ids == set(RULES)
