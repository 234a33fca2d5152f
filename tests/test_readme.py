"""The READMEs and the docs stay true: their commands run, in both languages the same."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from nianbao.crawler.commands.cli import COMMANDS, main
from tests.crawl.commands import NIANBAO, free_port, run_line, select_sites
from tests.crawl.test_troubles import report
from tests.kept_samples import FEW_SITES, crawled_states

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


def commands(name: str) -> list[str]:
    text = (ROOT / name).read_text("utf-8")
    return [
        line for block in BLOCK.findall(text) for line in block.splitlines() if line
    ]


@pytest.mark.parametrize("name", ["README", "docs/commands"])
def test_both_languages_have_the_same_commands(name: str) -> None:
    assert commands(f"{name}.md") == commands(f"{name}.zh.md")


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_table_of_commands_has_every_command(name: str) -> None:
    rows = re.findall(r"^\| (`.*?`) \|", (ROOT / name).read_text("utf-8"), re.M)
    names = re.findall(r"`(\w+)`", " ".join(rows))
    assert sorted(names) == sorted(COMMANDS)


@pytest.mark.parametrize(
    "target",
    [line.split()[1] for line in commands("README.md") if line.startswith("make ")],
)
def test_a_target_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:.*##", (ROOT / "Makefile").read_text(), re.M)


@pytest.mark.crawl
def test_the_first_answers_of_both_readmes() -> None:
    archive = crawled_states(1, 2).archive
    lines = []
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text("utf-8")
        lines.append(re.findall(r"(?m)^    (nianbao (?:diff|roster) .*)$", text))
        language = "zh" if ".zh" in name else "en"
        status = run_line(f"nianbao --lang {language} status", "--archive", archive)
        (holdings,) = re.findall(r"(?m)^    ((?:archive: |档案库：).*)$", text)
        assert holdings in status
    assert lines[0] == lines[1]
    answers = [run_line(line, "--archive", archive) for line in lines[0]]
    assert "granted natural_person: 0 → 1" in answers[0]
    assert "西霞县自然资源局  missing" in answers[1]


@pytest.mark.crawl
def test_the_commands_run_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(report("原文"), "utf-8")
    environment = os.environ | {
        "PATH": f"{NIANBAO.parent}{os.pathsep}{os.environ['PATH']}"
    }
    port = str(free_port())
    ran = 0
    for line in commands("docs/commands.md"):
        words = shlex.split(line)
        if words[0] != "nianbao":
            continue
        if "--sample" in words:  # the usual port may be taken on this machine
            words += ["--port", port, *select_sites(FEW_SITES)]
        done = subprocess.run(
            words,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert done.stdout, line
        ran += 1
    assert ran >= 8


def test_every_command_has_help_with_an_example() -> None:
    assert {
        "crawl",
        "read",
        "sites",
        "status",
        "show",
        "diff",
        "changes",
        "browse",
    } <= COMMANDS.keys()
    for name in COMMANDS:
        text = CliRunner().invoke(main, [name, "--help"]).stdout
        usage, _, body = text.partition("\n")
        assert usage.startswith(f"Usage: main {name}"), usage
        assert f"nianbao {name}" in body, f"{name} --help has no example"
