"""Batches: many writes, one commit. Reaching the disk costs more than most writes do."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from nianbao.archive.errors import ArchiveError
from nianbao.archive.storage.connection import translate_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nianbao.archive.store import Archive

MOST_WRITES = 64  # in one commit
MOST_SECONDS = 1.0  # from the first write of a batch to its commit
Result = TypeVar("Result")


class Batch:
    """Writes that are committed together: none of them counts before :meth:`commit` returns.

    While one is open, transactions of the archive are parts of it; each is whole or not at all
    as ever.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._transaction = ExitStack()
        self._due_at = 0.0  # by the monotonic clock, of an open batch
        self.size = 0  # writes not committed yet

    @property
    def is_full(self) -> bool:
        """Whether it has as many writes as a commit takes."""
        return self.size >= MOST_WRITES

    @property
    def seconds_left(self) -> float | None:
        """The seconds until it is to be committed, 0 when it is; None while nothing waits."""
        if self.size == 0:
            return None
        return max(0.0, self._due_at - time.monotonic())

    def write(self, write: Callable[[], Result]) -> Result:
        """Call what writes, as a part of the batch; what raises leaves nothing behind.

        Raises ArchiveError.
        """
        if self.size == 0:
            self._transaction.enter_context(self._archive.transaction())
            self._due_at = time.monotonic() + MOST_SECONDS
        self.size += 1
        db = self._archive.db.conn
        with translate_errors(self._archive.path):
            db.execute("SAVEPOINT one")
            try:
                result = write()
            except BaseException:
                # without room SQLite takes back the whole batch, and the commit says so
                if db.in_transaction:
                    db.execute("ROLLBACK TO one")
                    db.execute("RELEASE one")
                raise
            db.execute("RELEASE one")
        return result

    def commit(self) -> None:
        """Put the batch on the disk, if there is one; where that fails, none of it is stored.

        Raises ArchiveError.
        """
        self.size = 0
        self._transaction.close()


@contextmanager
def open_batch(archive: Archive) -> Iterator[Batch]:
    """Yield a batch; what is in it at the end is committed, also where the work is cut off.

    Raises ArchiveError: of two failures the first, which says why.
    """
    batch = Batch(archive)
    try:
        yield batch
    except ArchiveError:
        with suppress(ArchiveError):
            batch.commit()
        raise
    except BaseException:
        batch.commit()
        raise
    batch.commit()
