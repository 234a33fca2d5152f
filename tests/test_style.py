"""How dense the code may be: the figures of bench/style.py, pinned."""

from __future__ import annotations

import ast

import pytest

from bench import style


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return style.measure([style.ROOT / folder for folder in style.PACKAGES]).figures()


@pytest.mark.parametrize("name", style.LIMITS)
def test_the_packages_stay_below_the_limit(
    name: str, figures: dict[str, float]
) -> None:
    assert figures[name] <= style.LIMITS[name], "say `make style ARGS='--worst 10'`"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    pass", 1),
        ("def f(a):\n    return 1 if a else 2", 2),
        ("def f(a, b, c):\n    return a and b or c", 3),
        ("def f(a):\n    for x in a:\n        if x:\n            return x", 3),
        ("def f(a):\n    return [x for x in a if x if not x]", 4),
        (
            "def f():\n    try:\n        pass\n    except A:\n        pass\n    except B:\n        pass",
            3,
        ),
        ("def f(a):\n    while a:\n        pass\n    else:\n        pass", 3),
    ],
)
def test_complexity_is_counted_as_radon_counts_it(source: str, expected: int) -> None:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert style.complexity(function) == expected
