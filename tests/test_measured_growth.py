"""What measures growth tells a square from what is linear, on a machine under load too."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest

from tests import growth
from tests.growth import LINEAR, measure_growth

SIZE = 20
# How many times longer a call takes, in turn.
LOADS = {
    "no load": (1.0,),
    "every other call is slow": (1.9, 1.0),
    "the first call is slow": (3.0, *[1.0] * 30),
    "two of three calls are slow": (1.0, 1.9, 1.9, 1.9, 1.0, 1.5),
    "some calls are very slow": (4.0, 1.0, 1.0, 2.5, 1.0),
}
COSTS: dict[str, Callable[[int], float]] = {
    "linear": lambda n: n,
    "n log n": lambda n: n * n.bit_length(),
    "square": lambda n: n * n,
    "mostly a square": lambda n: n * n + 2 * n,
    "cube": lambda n: n**3,
}
LINEAR_COSTS = ("linear", "n log n")


def measure(
    monkeypatch: pytest.MonkeyPatch, cost: Callable[[int], float], load: str
) -> float:
    """Return the growth of a function that takes what is said, by a clock of our own."""
    factors = cycle(LOADS[load])
    now = 0.0

    def run(size: int) -> None:
        nonlocal now
        now += cost(size) * next(factors)

    monkeypatch.setattr(growth, "process_time", lambda: now)
    return measure_growth(run, lambda size: size, SIZE)


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("cost", COSTS)
def test_growth_is_judged_under_load(
    monkeypatch: pytest.MonkeyPatch, cost: str, load: str
) -> None:
    is_linear = measure(monkeypatch, COSTS[cost], load) < LINEAR
    assert is_linear == (cost in LINEAR_COSTS)
