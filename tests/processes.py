"""What tests ask of the processes that they began, by /proc."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path


def list_children() -> set[int]:
    """Return the ids of the processes that this one began and that run."""
    task = Path(f"/proc/{os.getpid()}/task")
    texts = [path.read_text() for path in task.glob("*/children")]
    return {int(number) for text in texts for number in text.split()}


def measure_peak(process: int) -> int:
    """Return the most memory that a process has held since it began its program, in kB.

    0 for one that has ended. What `wait4` tells is that of the process it was forked from, too.
    """
    with suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(peak[1]) if peak else 0
    return 0
