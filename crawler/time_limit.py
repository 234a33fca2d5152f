"""A time limit on a call that has none of its own, or one for each of its steps only."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def call_within(
    seconds: float, function: Callable[..., Result], *given: object
) -> Result:
    """Return what a function returns, or raise what it raises.

    Raises TimeoutError when it has not ended after so many seconds. It then goes on in a thread
    that ends with the program, and what comes of it is forgotten. Raises OSError where no thread
    can be had.
    """
    future: Future[Result] = Future()

    def call() -> None:
        try:
            future.set_result(function(*given))
        except Exception as error:  # noqa: BLE001 — it is the caller's
            future.set_exception(error)

    thread = threading.Thread(target=call, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise OSError(str(error)) from error
    try:
        return future.result(seconds)
    except TimeoutError:
        raise TimeoutError(f"no answer within {seconds:g} seconds") from None
