"""The file of judgements as the server reads it: opened for each page, for it may come and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nianbao.archive.notes.judgement import PersonJudgement
from nianbao.archive.notes.notebook import Notebook, has_notebook


@dataclass(frozen=True, slots=True)
class NotebookFile:
    """Where judgements are; None: nowhere."""

    path: Path | None

    def state(self) -> str:
        """Return a text that changes with every judgement."""
        if self.path is None:
            return "none"
        try:
            status = self.path.stat()
        except OSError:
            return "none"
        return f"{status.st_ino}.{status.st_mtime_ns}.{status.st_size}"

    def find_judgements(self, url: str) -> Sequence[PersonJudgement]:
        """Return what was judged about an address, in its order. Raises NotebookUnusable."""
        if self.path is None or not has_notebook(self.path):
            return ()
        with Notebook.open(self.path) as notebook:
            return notebook.list_all(url)
