"""What the soaks of `decide` and of its export begin with, and what came of it."""

from __future__ import annotations

from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from nianbao.archive.notes.notebook import Notebook, find_standing
from nianbao.crawler.commands import cli

WORDS = (
    "decide http://x/1 --field title --confirmed --reason why --name 张三"
    " --notes ./target --archive ./archive.db"
)


def read_judgements(path: Path) -> dict[str, Any]:
    """Return what stands in a notebook: one that was stored and is said again counts once."""
    with Notebook.open(path) as notebook:
        return _list_standing(notebook)


def _list_standing(notebook: Notebook) -> dict[str, Any]:
    standing = find_standing(notebook.list_all())
    return {str(one.subject): (one.outcome, one.observed) for one in standing}


def check_judgements(path: Path, expected: dict[str, Any]) -> None:
    """Check that a notebook has the judgement or none; its making may have been cut off."""
    with Notebook.create(path) as notebook:
        assert _list_standing(notebook) in ({}, expected)


def write_notebook(archive: Path, path: Path) -> None:
    """Write a notebook with a judgement of a page."""
    words = WORDS.replace("./target", str(path)).replace("./archive.db", str(archive))
    with redirect_stdout(None):
        cli.main(words.split(), standalone_mode=False)
