"""How the time of a function grows with its input: at a half and at the double, never in seconds.

A machine under load makes a measure longer, never shorter: the best of several counts. The sizes
are four times apart, so what grows with the input and what grows with its square are four times
apart too, and the limit is twice the one and half the other.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time
from typing import Any

# Four times the input takes four times the time, 16 times where it is quadratic.
LINEAR = 8.0
# One round is enough where it is as far from 16 as this; else the best of several counts.
CLEARLY_LINEAR = 6.0
TIMES = 4  # the one input is longer than the other
FEWEST_ROUNDS = 2
# In each round: a small input that was slow by chance would hide growth.
SMALL_ROUNDS = 2
MOST_ROUNDS = 8  # only what is over the limit takes them
# CPU seconds; what takes less is not measured: the clock's noise is as large.
TOO_SHORT = 0.004


def measure_growth(
    function: Callable[[Any], object], make_input: Callable[[int], Any], size: int
) -> float:
    """Return how many times longer twice the size takes than half of it; best of several.

    The double input is first: what is done once, at the first call, never makes the small one
    slow, which would hide growth.
    """
    half = max(1, size // 2)
    small_input = make_input(half)
    large_input = make_input(TIMES * half)
    small = large = float("inf")
    for number in range(MOST_ROUNDS):
        large = min(large, measure_time(function, large_input))
        if large < TOO_SHORT:
            return 1.0
        for _ in range(SMALL_ROUNDS):
            small = min(small, measure_time(function, small_input))
        if large < CLEARLY_LINEAR * small:
            break
        if number + 1 >= FEWEST_ROUNDS and large < LINEAR * small:
            break
    return large / small


def measure_time(function: Callable[[Any], object], argument: Any) -> float:
    """Return the CPU seconds of a call, without those of a collection of all that is in memory."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        start = process_time()
        function(argument)
        return process_time() - start
    finally:
        if was_enabled:
            gc.enable()
