"""What has to wait until everything else is taken in, kept in a temporary file and not in
memory.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import Generic, TypeVar

Kind = TypeVar("Kind")


class Later(Generic[Kind]):
    """A list on disk: this process writes it and reads it once."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 — closed by close()
        self.count = 0

    def put(self, item: Kind) -> None:
        """Add one."""
        pickle.dump(item, self.file)
        self.count += 1

    def take(self) -> Iterator[Kind]:
        """Yield all that was put, in that order."""
        self.file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self.file)

    def close(self) -> None:
        """Give the room back."""
        self.file.close()
