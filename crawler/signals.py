"""Signals that end a command: what it wrote and did not finish is removed first."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from nianbao.crawler.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    Handler = Callable[[int, FrameType | None], Any] | int

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_CODE = (
    128  # and the number of the signal: what a shell gives for a process it ended
)


class CommandStopped(BaseException):
    """A signal came. No Exception: libraries catch those in places and go on."""


@contextmanager
def end_on_signals() -> Iterator[None]:
    """End the block by an exception on SIGINT, SIGTERM and SIGHUP, so that it tidies up.

    Then end the process: with the signal's exit code, and on Ctrl-C as click ends it. Further
    signals do not disturb the tidying. A signal that the process ignores (nohup) stays ignored.
    """
    numbers: list[int] = []  # of the signals that came

    def stop(number: int, _frame: FrameType | None) -> None:
        if not numbers:
            numbers.append(number)
            raise CommandStopped

    handlers_before: dict[signal.Signals, Handler] = {}
    for signal_number in SIGNALS:
        handler = signal.getsignal(signal_number)
        if handler is not signal.SIG_IGN and handler is not None:
            handlers_before[signal_number] = handler
            signal.signal(signal_number, stop)
    try:
        yield
    except BaseException:
        # the tidying may have raised another error in place of ours
        if not numbers:
            raise
        _end_process(numbers[0])
    finally:
        for signal_number, handler in handlers_before.items():
            signal.signal(signal_number, handler)


def _end_process(number: int) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    name = signal.Signals(number).name
    say(f"stopped by {name}; what was unfinished is removed", err=True)
    sys.exit(EXIT_CODE + number)
