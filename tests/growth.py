"""How the time of a function grows with its input: at n and at 2n, never in seconds."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

LINEAR = 3.0  # twice the input takes twice the time, four times where it is quadratic
# One round is enough where it is as far from four as this; else the best of several counts.
CLEARLY_LINEAR = 2.5
FEWEST_ROUNDS = 2
MOST_ROUNDS = 4
# CPU seconds; what takes less is not measured: the clock's noise is as large.
TOO_SHORT = 0.004


def measure_growth(
    function: Callable[[Any], object], make_input: Callable[[int], Any], size: int
) -> float:
    """Return how many times longer the double input takes; best of several.

    The double input is first: what is done once, at the first call, never makes the small one
    slow, which would hide growth.
    """
    small_input = make_input(size)
    large_input = make_input(2 * size)
    small = large = float("inf")
    for number in range(MOST_ROUNDS):
        large = min(large, _measure_time(function, large_input))
        if large < TOO_SHORT:
            return 1.0
        small = min(small, _measure_time(function, small_input))
        if large < CLEARLY_LINEAR * small:
            break
        if number + 1 >= FEWEST_ROUNDS and large < LINEAR * small:
            break
    return large / small


def _measure_time(function: Callable[[Any], object], argument: Any) -> float:
    start = process_time()
    function(argument)
    return process_time() - start
