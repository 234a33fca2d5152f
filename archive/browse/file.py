"""The archive as Datasette opens it: read-only, and in a known state, so that work is done once
for each state.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette.database import Database

# the database's name in addresses and in the metadata, whatever the file is called
NAME = "archive"
KEPT = 256  # results that are remembered


class ArchiveFile(Database):  # type: ignore[misc]
    """The archive: read-only, and under any name (Datasette trips over `?`, `#` and `%`)."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._process = secrets.token_hex(6)  # a state means nothing to another process
        self._watcher: sqlite3.Connection | None = None
        self._remembered: dict[str, tuple[str, Any]] = {}

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Open the file for reading; it is never written to."""
        if write:
            raise PermissionError(f"{self.path}: browsing never writes to the archive")
        mode = "mode=ro" if self.is_mutable else "immutable=1"
        connection = sqlite3.connect(
            f"{Path(self.path).as_uri()}?{mode}", uri=True, check_same_thread=False
        )
        self._all_file_connections.append(connection)
        return connection

    async def table_names(self) -> list[str]:
        """Return the tables that can be listed and counted: not the search index, which can
        only be searched.
        """
        return [
            name
            for name in await super().table_names()
            if not name.startswith("search_index")
        ]

    def state(self) -> str:
        """Return what changes whenever something is committed to the archive. For the server's
        own thread only.
        """
        if not self.is_mutable:
            return self._process
        if self._watcher is None:
            self._watcher = self.connect()
        return f"{self._process}.{self._watcher.execute('PRAGMA data_version').fetchone()[0]}"

    def remember(self, state: str, key: str, make: Callable[[], Any]) -> Any:
        """Return what was made for the key in this state of the archive; make it if it was not."""
        known = self._remembered.get(key)
        if known is None or known[0] != state:
            if len(self._remembered) >= KEPT:
                self._remembered.clear()
            known = self._remembered[key] = (state, make())
        return known[1]
