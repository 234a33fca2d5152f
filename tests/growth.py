"""How the time of a function grows with its input: at n and at 2n, never in seconds."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

LINEAR = 3.0  # twice the input takes twice the time, four times where it is quadratic
FEWEST_ROUNDS = 2
MOST_ROUNDS = 4
# CPU seconds; what takes less is not measured: the clock's noise is as large.
TOO_SHORT = 0.004


def measure_growth(
    function: Callable[[Any], object], make_input: Callable[[int], Any], size: int
) -> float:
    """Return how many times longer the double input takes; best of several."""
    small_input = make_input(size)
    large_input = make_input(2 * size)
    small = large = float("inf")
    for number in range(MOST_ROUNDS):
        small = min(small, _measure_time(function, small_input))
        large = min(large, _measure_time(function, large_input))
        is_settled = large < LINEAR * small or large < TOO_SHORT
        if number + 1 >= FEWEST_ROUNDS and is_settled:
            break
    if large < TOO_SHORT:
        return 1.0
    return large / small


def _measure_time(function: Callable[[Any], object], argument: Any) -> float:
    start = process_time()
    function(argument)
    return process_time() - start
