"""Random command lines over all commands and options end with 0, 1 or 2, and never in a traceback.

Those of commands that wait, or ask other hosts, are only read: their words become values, and
nothing is done with them.

NIANBAO_COMMAND_LINES is how many (1000 by hand), NIANBAO_SEED where to begin.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nianbao.archive import Archive
from nianbao.archive.addresses import canonicalize
from nianbao.archive.read_model.documents import find_document
from nianbao.crawler.commands.cli import main
from tests.crawl.commands import nianbao
from tests.kept_samples import FEW_SITES, crawled_states

LINES = int(os.environ.get("NIANBAO_COMMAND_LINES", "30"))
SEED = int(os.environ.get("NIANBAO_SEED", "20261130"))
WORDS = [
    "",
    "'",
    "x",
    "-",
    "--",
    "0",
    "-1",
    "2021",
    "2019-2023",
    "2023-2019",
    "9999999999999999999999",
    "西霞县",
    "西霞县财政局",
    "样例省",
    "西霞县人民政府",
    "http://x",
    "http://",
    "http://[",
    "http://h:99999",
    "http://a..b:80",
    "www.example.gov.cn/a?b=1",
    "a b",
    "é",
    "\udcff",
    "3601",
    "%",
    "*",
    "{}",
    "/dev/null",
    "..",
    "a=b",
    "=",
    "1e9",
    "NaN",
    "g2021.requests",
    "予以公开",
    "report.missing",
    "x" * 5000,
    "2021-13-45",
    "2021-01-01",
    "127.0.0.1",
    "10.0.0.0/8",
    "<a>",
    "missing.db",
    "out",
    "xixia",
]
# These wait, ask other hosts or read every page again.
LONG = {
    ("browse",),
    ("crawl",),
    ("detect",),
    ("reread",),
    ("sites", "add"),
    ("sites", "check"),
    ("verify",),
}
WAITING = ("--follow", "--discover")


def list_commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with what it is called by."""
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(context):
        part = command.get_command(context, name)
        assert part is not None
        yield from list_commands(part, (*path, name))


def write_line(choice: random.Random, command: click.Command) -> list[str]:
    """Return the words behind a command: some arguments and options, most of them senseless."""
    line: list[str] = []
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            count = choice.choice([0, 1, 1, 2])
            line += [choice.choice(WORDS) for _ in range(count)]
        elif choice.random() < 0.25:
            line.append(choice.choice(parameter.opts))
            if not getattr(parameter, "is_flag", False) and choice.random() < 0.95:
                line.append(choice.choice(WORDS))
    if choice.random() < 0.1:
        line.append(choice.choice(["--nope", "--jsn", "--yaer"]))
    if choice.random() < 0.2:
        choice.shuffle(line)
    return [word for word in line if not word.startswith("/") or word == "/dev/null"]


def read_line(path: tuple[str, ...], command: click.Command, words: list[str]) -> None:
    """Have click make values of the words behind a command; it ends the command itself, or not."""
    with (
        CliRunner().isolation(),
        suppress(click.ClickException, click.exceptions.Exit),
        command.make_context(" ".join(path), list(words)),
    ):
        pass


# click opens the files that arguments name, and leaves them open where another one is wrong
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_command_line_ends_in_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(
        crawled_states(1, 2, 1, sites=FEW_SITES).archive, tmp_path / "archive.db"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIANBAO_SITES", str(tmp_path / "sites"))
    commands = list(list_commands(main))
    assert len(commands) > 20
    choice = random.Random(SEED)
    for number in range(LINES):
        path, command = commands[number % len(commands)]
        words = write_line(choice, command)
        if path in LONG or any(word in WAITING for word in words):
            read_line(path, command, words)
            continue
        line = [*path, *words]
        if choice.random() < 0.1:
            choice.shuffle(line)
        ended = CliRunner().invoke(main, line, prog_name="nianbao")
        said = (line, ended.exit_code, ended.exception)
        assert ended.exit_code in (0, 1, 2), said
        assert ended.exception is None or isinstance(ended.exception, SystemExit), said


@pytest.mark.parametrize(
    "words", [("公开",), ("x", "--agency", "财政局"), ("低保 公开", "--json")]
)
def test_words_that_are_not_in_utf_8_are_said_to_be_none(
    words: tuple[str, ...],
) -> None:
    """As Python takes what is typed in a terminal in GBK."""
    line = [word.encode("gbk").decode("utf-8", "surrogateescape") for word in words]
    archive = ("--archive", str(crawled_states(1, 2, 1, sites=FEW_SITES).archive))
    ended = CliRunner().invoke(main, ["search", *line, *archive])
    assert ended.exit_code == 1
    assert "not in UTF-8" in ended.stderr
    assert isinstance(ended.exception, SystemExit)


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        (("shwo",), "show"),
        (("export", "cvs", "x"), "csv"),
        (("show", "--jsn"), "--json"),
    ],
)
def test_a_mistyped_name_is_met_with_a_suggestion(
    line: tuple[str, ...], suggestion: str
) -> None:
    ended = CliRunner().invoke(main, line)
    assert ended.exit_code == 2
    assert suggestion in ended.output.partition("Error:")[2]


def test_addresses_may_be_typed_without_scheme() -> None:
    archive = crawled_states(1, 2, 1, sites=FEW_SITES).archive
    first = nianbao("search", "--archive", archive, "--limit", 1, "--json")
    address = first.partition('"url": "http://')[2].partition('"')[0]
    assert address
    shown = nianbao("show", address, "--archive", archive)
    assert f"http://{address}" in shown.replace("\n", "")
    for word in ("'", "x", "http://[", "http://h:99999", "h.cn:x/a"):
        assert "is no address" in nianbao("show", word, "--archive", archive, code=2)
    for word in ("x", "http://h:99999/"):
        prefix = ("import", archive.parent, "--url-prefix", word)
        assert "no address" in nianbao(*prefix, code=2)


@pytest.mark.parametrize(
    "url",
    ["http://h:99999", "http://h:x/a;jsessionid=1", "http://[::1/?a=1", "http://]/"],
)
def test_what_is_no_address_is_known_by_itself(url: str) -> None:
    assert canonicalize(url) == url
    with Archive(crawled_states(1, 2, 1, sites=FEW_SITES).archive) as archive:
        assert find_document(archive.db, url) is None


def test_a_person_is_not_shown_hundreds_of_changes_unasked() -> None:
    archive = crawled_states(1, 2, 1, sites=FEW_SITES).archive
    shown = nianbao("changes", "--archive", archive)
    assert shown.count("\n") == 101
    assert "there are more: --since 100" in shown
    every = nianbao("changes", "--archive", archive, "--limit", 100_000)
    assert every.count("\n") > 101
    assert "there are more" not in every
