"""The page for each kind of reader: its commands and examples run, one after the other, on the
sample province.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.crawl.commands import free_port, run_line, select_sites
from tests.crawl.test_documented_commands import blocks
from tests.crawl.test_troubles import report
from tests.kept_samples import FEW_SITES, KeptSample

READERS = ("researcher", "journalist", "archivist", "operator", "developer")


@pytest.mark.parametrize("kind", ["sh", "python"])
@pytest.mark.parametrize("reader", READERS)
def test_the_chinese_page_has_the_same_commands(reader: str, kind: str) -> None:
    assert list(blocks(f"{reader}.zh.md", kind)) == list(blocks(f"{reader}.md", kind))


@pytest.mark.parametrize("reader", READERS)
def test_the_commands_run(
    reader: str, few_sites: KeptSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_sites.copy_to(tmp_path / "archive.db")
    (tmp_path / "report.html").write_text(report("原文"), "utf-8")
    monkeypatch.chdir(tmp_path)
    of_sample = ("--port", free_port(), *select_sites(FEW_SITES))
    lines = [
        line for block in blocks(f"{reader}.md", "sh") for line in block.splitlines()
    ]
    assert len(lines) >= 3
    for line in lines:
        run_line(line, *(of_sample if "--sample" in line else ()))
    for number, block in enumerate(blocks(f"{reader}.md", "python"), start=1):
        names: dict[str, Any] = {}
        exec(compile(block, f"docs/{reader}.md, example {number}", "exec"), names)
