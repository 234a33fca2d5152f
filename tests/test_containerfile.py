"""The Containerfile: it copies what there is, all that is installed, and its command is one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from nianbao.crawler.commands.cli import main
from tests.test_layout import MAY_IMPORT

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "Containerfile").read_text().replace("\\\n", " ").splitlines()


def read_instructions(name: str) -> list[str]:
    return [
        line.removeprefix(f"{name} ") for line in LINES if line.startswith(f"{name} ")
    ]


def test_what_is_copied_is_there_and_every_package_is_copied() -> None:
    sources: set[str] = set()
    for line in read_instructions("COPY"):
        if "--from" not in line:
            sources.update(line.split()[:-1])
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert sources >= {*MAY_IMPORT, "nianbao", "pyproject.toml", "requirements.lock"}


def test_its_command_is_one_of_ours_for_strangers() -> None:
    (entry,) = read_instructions("ENTRYPOINT")
    (command,) = read_instructions("CMD")
    assert json.loads(entry) == ["nianbao"]
    name, *arguments = json.loads(command)
    browse = main.get_command(click.Context(main), name)
    assert browse is not None
    context = browse.make_context(name, arguments)
    assert context.params["publish"]
    assert context.params["immutable"]
    assert context.params["host"] == "0.0.0.0"
    (port,) = read_instructions("EXPOSE")
    assert context.params["port"] == int(port)


def test_it_does_not_run_as_root_and_its_python_is_one_of_ours() -> None:
    assert read_instructions("USER") == ["nianbao"]
    for line in read_instructions("FROM"):
        assert re.search(r"/python:3\.1[123]-slim", line), line


def test_a_read_only_disk_has_a_place_for_temporary_files() -> None:
    """SQLite sorts, and workbooks are made, in files of /tmp."""
    lines = []
    for path in (ROOT / "Containerfile", *ROOT.glob("docs/*.md")):
        for line in path.read_text().splitlines():
            if "podman run" in line and "--read-only" in line:
                lines.append(line)
    assert len(lines) >= 3
    assert [line for line in lines if "--tmpfs /tmp" not in line] == []


@pytest.mark.parametrize("option", ["--require-hashes", "--no-index"])
def test_packages_are_those_of_the_lock(option: str) -> None:
    assert any(option in line for line in read_instructions("RUN"))
