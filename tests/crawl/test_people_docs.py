"""The page for each kind of reader: its commands and examples run, one after the other, on the
sample province.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.commands import NIANBAO, free_port
from tests.crawl.test_documented_commands import blocks
from tests.crawl.test_troubles import report
from tests.kept_samples import KeptSample

READERS = ("researcher", "journalist", "archivist", "operator", "developer")


@pytest.mark.parametrize("reader", READERS)
def test_the_commands_run(
    reader: str, sample: KeptSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sample.archive, tmp_path / "archive.db")
    (tmp_path / "report.html").write_text(report("原文"), "utf-8")
    monkeypatch.chdir(tmp_path)
    environment = os.environ | {
        "PATH": f"{NIANBAO.parent}{os.pathsep}{os.environ['PATH']}"
    }
    port = str(free_port())
    lines = [
        line for block in blocks(f"{reader}.md", "sh") for line in block.splitlines()
    ]
    assert len(lines) >= 3
    for line in lines:
        words = shlex.split(line) + (["--port", port] if "--sample" in line else [])
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert (done.returncode, bool(done.stdout)) == (0, True), (
            f"{line}\n{done.stderr.decode()}"
        )
    for number, block in enumerate(blocks(f"{reader}.md", "python"), start=1):
        names: dict[str, Any] = {}
        exec(compile(block, f"docs/{reader}.md, example {number}", "exec"), names)
