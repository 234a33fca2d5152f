"""What tests ask of the processes that they began, by /proc."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path


def list_children() -> set[int]:
    """Return the ids of the processes that this one began and that run."""
    task = Path(f"/proc/{os.getpid()}/task")
    children: set[int] = set()
    for path in task.glob("*/children"):
        with suppress(OSError):  # a thread that has ended meanwhile
            children.update(map(int, path.read_text().split()))
    return children


def measure_peak(process: int) -> int:
    """Return the most memory that a process has held since it began its program, in kB.

    0 for one that has ended. What `wait4` tells is that of the process it was forked from, too.
    """
    with suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(peak[1]) if peak else 0
    return 0
