"""The patterns of spiders/rules.yaml and signs.yaml match their examples, and reject the others."""

from __future__ import annotations

from typing import get_args

import pytest

from nianbao.spiders.catalogue import Platform
from nianbao.spiders.rules import (
    PatternRule,
    SignPlace,
    SignRule,
    load_rules,
    load_signs,
)

RULES = load_rules()
SIGNS = load_signs()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_and_its_examples(rule: PatternRule) -> None:
    assert rule.about
    assert rule.matches
    assert rule.rejects
    missing = [text for text in rule.matches if not rule.pattern.search(text)]
    wrong = [text for text in rule.rejects if rule.pattern.search(text)]
    assert (missing, wrong) == ([], [])


@pytest.mark.parametrize(
    "sign", SIGNS, ids=[f"{sign.platform}-{sign.pattern.pattern}" for sign in SIGNS]
)
def test_a_sign_and_its_examples(sign: SignRule) -> None:
    assert sign.matches
    assert [text for text in sign.matches if not sign.pattern.search(text)] == []
    assert sign.platform in get_args(Platform)
    assert sign.place in get_args(SignPlace)
    assert 0 < sign.weight < 1


def test_every_alternative_of_a_word_list_has_an_example() -> None:
    """A word that no example needs goes."""
    for rule_id in ("other_document", "file_aside", "column_owner"):
        rule = RULES[rule_id]
        for word in rule.pattern.pattern.split("|"):
            assert any(word in text for text in rule.matches), (rule_id, word)
