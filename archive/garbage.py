"""How seldom a process looks for garbage.

Python's own 700 objects between two looks are made dozens of times for a page that is read or
shown, and nearly all of them go without being looked for; each look goes through all that is kept.
"""

from __future__ import annotations

import gc

OBJECTS_BEFORE_COLLECTION = 20_000


def collect_seldom(objects: int = OBJECTS_BEFORE_COLLECTION) -> None:
    """Have garbage looked for seldom, and not among what is loaded: that stays for good."""
    gc.freeze()
    gc.set_threshold(objects)
