"""The archive as Datasette opens it: read-only, with a cache that lasts until the file changes."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette.database import Database

from nianbao.archive.browse.judging.notebook_file import NotebookFile

# The database's name in addresses and in the metadata, whatever the file is called.
NAME = "archive"
CACHE_SIZE = 256  # results


class ArchiveFile(Database):  # type: ignore[misc]
    """The archive: read-only, and under any name (Datasette fails on `?`, `#` and `%`)."""

    def __init__(
        self,
        *args: Any,
        notebook: NotebookFile,
        report_to: str | None,
        can_judge: bool,
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        self.notebook = notebook
        self.report_to = report_to
        self.can_judge = can_judge
        self._process = secrets.token_hex(6)  # a state means nothing to another process
        self._watcher: sqlite3.Connection | None = None
        self._cache: dict[str, tuple[str, Any]] = {}

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Open the file for reading; it is never written to."""
        if write:
            raise PermissionError(f"{self.path}: browsing never writes to the archive")
        mode = "mode=ro" if self.is_mutable else "immutable=1"
        uri = f"{Path(self.path).as_uri()}?{mode}"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._all_file_connections.append(connection)
        return connection

    async def table_names(self) -> list[str]:
        """Return the tables that can be listed and counted: the search index cannot."""
        names = await super().table_names()
        return [name for name in names if not name.startswith("search_index")]

    def state(self) -> str:
        """Return a text that changes with every commit to the archive, and every judgement.

        Only for the server's own thread.
        """
        own_state = f"{self._process}.{self.notebook.state()}"
        if not self.is_mutable:
            return own_state
        if self._watcher is None:
            self._watcher = self.connect()
        data_version = self._watcher.execute("PRAGMA data_version").fetchone()[0]
        return f"{own_state}.{data_version}"

    def remember(self, state: str, key: str, make: Callable[[], Any]) -> Any:
        """Return the cached result of a key in this state of the archive; make it if missing."""
        entry = self._cache.get(key)
        if entry is not None and entry[0] == state:
            return entry[1]
        if len(self._cache) >= CACHE_SIZE:
            self._cache.clear()
        result = make()
        self._cache[key] = (state, result)
        return result
