"""Hostile texts: what the normal form does grows with the text, not faster."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nianbao.pipelines.reader.payload import normal_form
from tests.growth import LINEAR, measure_growth

SIZE = 20_000
FUNCTIONS: tuple[Callable[[str], object], ...] = (
    normal_form.fold_forms,
    normal_form.remove_glosses,
    normal_form.is_traditional,
    normal_form.simplify,
    normal_form.join_words,
    normal_form.collapse_space,
    normal_form.remove_space,
    normal_form.squeeze,
    normal_form.extract_squeezed_core,
    normal_form.remove_enumerator,
)
SHAPES: dict[str, Callable[[int], str]] = {
    "nested brackets": lambda n: f"甲{'(' * n}乙{')' * n}",
    "nested notes": lambda n: f"甲{'(乙' * n}{')' * n}",
    "opening brackets": lambda n: f"甲{'(' * n}",
    "opening notes": lambda n: f"甲{'(乙' * n}",
    "closing brackets": lambda n: f"甲{')' * n}",
    "notes": lambda n: f"甲{'(乙)' * n}",
    "notes within an open one": lambda n: f"甲({'(乙)' * n}",
    "glosses": lambda n: "區(qū)" * n,
    "glosses not closed": lambda n: f"區(qu{'區(qu' * n}",
    "digits": lambda n: "1" * n,
    "numerals": lambda n: "十" * n,
    "numbers": lambda n: "(一)、" * n,
    "spaces": lambda n: f"甲{' ' * n}乙",
    "spaces without width": lambda n: "甲" + "\u200b" * n + "乙",
    "dashes": lambda n: "-" * n,
    "quotes": lambda n: "《" * n,
    "traditional characters": lambda n: "區" * n,
    "combining marks": lambda n: "甲" + "\u0301" * n + "\u0327" * n,
    "alternating marks": lambda n: "甲" + "\u0301\u0327" * n,
    "ligatures": lambda n: "ﷺ" * (n // 10),
}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_text_is_folded_in_linear_time(
    function: Callable[[str], object], shape: str
) -> None:
    assert measure_growth(function, SHAPES[shape], SIZE) < LINEAR


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("甲(乙(丙)丁)戊", "甲戊"),
        ("甲(乙(丙)丁", "甲"),
        ("甲)乙(丙)丁", "甲乙丁"),
        ("甲(乙(丙(丁)戊)己)庚(辛)", "甲庚"),
        ("((甲)乙", "乙"),
        ("甲((乙)丙", "甲"),
    ],
)
def test_notes_within_notes_are_no_part_of_a_core(label: str, expected: str) -> None:
    assert normal_form.extract_core(label) == expected
