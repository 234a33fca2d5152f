"""Locks of processes: files that one process holds at a time.

The system frees a lock however its process ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def take_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock of a file; None while another process holds it.

    The file is made where it is missing. Whoever closes the descriptor lets others in. Raises
    OSError when the file cannot be made or locked.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    except BaseException:
        os.close(lock)
        raise
    return lock
