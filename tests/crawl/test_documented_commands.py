"""docs/python.md, run block by block; docs/feed.md and docs/export.md, their commands;
docs/schema.md, current.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.events.feed import KINDS
from nianbao.archive.export.dictionary import dictionary
from tests.crawl.commands import run_line
from tests.kept_samples import KeptSample
from tools import findings_page, schema_page

DOCS = Path(__file__).parents[2] / "docs"


def blocks(name: str, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", (DOCS / name).read_text("utf-8"), re.M | re.S
    )


@pytest.fixture
def folder(sample: KeptSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the archive of the sample province in it, the current one."""
    shutil.copy(sample.archive, tmp_path / "archive.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_examples_run(folder: Path) -> None:
    names: dict[str, Any] = {}
    examples = blocks("python.md", "python")
    assert len(examples) >= 6
    for number, block in enumerate(examples, start=1):
        exec(compile(block, f"docs/python.md, example {number}", "exec"), names)
    assert names["cursor"] > 0
    assert (folder / "own.db").exists()


@pytest.mark.parametrize("name", ["feed.md", "export.md", "assigning.md", "judging.md"])
def test_the_commands_run(folder: Path, name: str, sample: KeptSample) -> None:
    lines = [line for block in blocks(name, "sh") for line in block.splitlines()]
    assert len(lines) >= 2
    for line in lines:
        run_line(line.replace(":8620", f":{sample.port}"))
    if name == "export.md":
        for table in ("figures", "panel"):
            file = f"{table}.parquet"
            (folder / "panel" / file).write_bytes(
                (folder / "requests" / file).read_bytes()
            )
        long, wide = blocks(name, "sql")
        assert len(duckdb.sql(long).fetchall()) > 30
        assert len(duckdb.sql(wide).fetchall()) > 5


def test_the_page_on_the_schema_is_current() -> None:
    assert (DOCS / "schema.md").read_text("utf-8") == schema_page.build_page(), (
        "say `make docs`"
    )


def test_the_page_on_findings_is_current() -> None:
    assert (DOCS / "findings.md").read_text("utf-8") == findings_page.build_page(), (
        "say `make docs`"
    )


def test_both_languages_show_the_same_commands() -> None:
    commands = []
    for name in ("assigning.md", "assigning.zh.md"):
        lines = "".join(blocks(name, "sh")).splitlines()
        commands.append([re.sub('--reason ".*?"', "", line) for line in lines])
    assert commands[0] == commands[1]


def test_every_kind_and_column_is_told() -> None:
    told = (DOCS / "feed.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in told] == []
    for table in dictionary().values():
        for column in table.columns:
            assert column.says, (table.name, column.name)
            assert re.search("[一-鿿]", column.title), (table.name, column.name)


def test_frames_say_what_to_install(
    sample: KeptSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)  # as if it were not installed
    with Archive(sample.archive) as archive:
        with pytest.raises(ArchiveError, match=r"pip install 'nianbao\[frames\]'"):
            archive.frame("reports", "polars")
        with pytest.raises(ValueError, match="no table pages"):
            archive.frame("pages")
        with pytest.raises(TypeError, match="column"):
            archive.frame("reports", column="total")
