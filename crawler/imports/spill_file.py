"""What has to wait until everything else is taken in, in a temporary file and not in memory."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import Generic, TypeVar

Kind = TypeVar("Kind")


class SpillFile(Generic[Kind]):
    """A list on disk: this process writes it and reads it."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 — closed by close()
        self.count = 0

    def add(self, item: Kind) -> None:
        """Add an item at the end."""
        pickle.dump(item, self.file)
        self.count += 1

    def items(self) -> Iterator[Kind]:
        """Yield all items in order."""
        self.file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self.file)

    def close(self) -> None:
        """Delete the file."""
        self.file.close()
