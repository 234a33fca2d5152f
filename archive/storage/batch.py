"""Batches: many writes, one commit. Reaching the disk costs more than most writes do."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from nianbao.archive.storage.connection import translate_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from nianbao.archive.store import Archive

Result = TypeVar("Result")


class Batch:
    """Writes that are committed together: none of them counts before :meth:`commit` returns.

    While one is open, transactions of the archive are parts of it; each is whole or not at all
    as ever.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._transaction = ExitStack()
        self.size = 0  # writes not committed yet

    def write(self, write: Callable[[], Result]) -> Result:
        """Call what writes, as a part of the batch; what raises leaves nothing behind.

        Raises ArchiveError.
        """
        if self.size == 0:
            self._transaction.enter_context(self._archive.transaction())
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
