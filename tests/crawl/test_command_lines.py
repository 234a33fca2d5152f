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
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from nianbao.archive import Archive
from nianbao.archive.addresses import canonicalize
from nianbao.archive.read_model.documents import find_document
from nianbao.archive.storage import lean
from nianbao.crawler.commands.cli import main
from tests.crawl.commands import nianbao
from tests.kept_samples import FEW_SITES, crawled_states

LINES = int(os.environ.get("NIANBAO_COMMAND_LINES", "30"))
SEED = int(os.environ.get("NIANBAO_SEED", "20261130"))
HUGE = "9999999999999999999999"
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
    HUGE,
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
# These serve, ask other hosts or read every page again: their words are read, and they are not run.
ONLY_READ = {
    ("browse",),
    ("detect",),
    ("reread",),
    ("sites", "add"),
    ("sites", "check"),
}
SITE = """\
id: small
name: 小站
region: {name: 样例省西霞县, code: "990101"}
platform: trs
entries:
  - {url: "http://small.localhost:1/nb/", column: 年报}
"""
Words = tuple[str, ...]


def list_commands(
    command: click.Command, path: Words = ()
) -> Iterator[tuple[Words, click.Command]]:
    """Yield every command, and every group that does something itself, with its words."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    if command.invoke_without_command:
        yield path, command
    context = click.Context(command)
    for name in command.list_commands(context):
        part = command.get_command(context, name)
        assert part is not None
        yield from list_commands(part, (*path, name))


def list_options(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option)]


def write_option(choice: random.Random, option: click.Option) -> list[str]:
    """Return an option with a value, mostly: one of its own choices, or a senseless word."""
    name = choice.choice([*option.opts, *option.secondary_opts])
    if option.is_flag or choice.random() < 0.05:
        return [name]
    words = WORDS
    if isinstance(option.type, click.Choice) and choice.random() < 0.5:
        words = [str(word) for word in option.type.choices]
    return [name, choice.choice(words)]


def write_line(
    choice: random.Random, path: Words, command: click.Command, number: int
) -> list[str]:
    """Return the words behind a command: arguments and options, most of them senseless.

    The `number`th option is among them, so that in enough lines each one is.
    """
    line: list[str] = []
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            count = choice.choice([0, 1, 1, 2])
            line += [choice.choice(WORDS) for _ in range(count)]
    options = list_options(command)
    for place, option in enumerate(options):
        if place == number % len(options) or choice.random() < 0.2:
            line += write_option(choice, option)
    if choice.random() < 0.1:
        line.append(choice.choice(["--nope", "--jsn", "--yaer"]))
    if choice.random() < 0.2:
        choice.shuffle(line)
    if path == ("crawl",):
        line += ["--sites", "sites", "--dry-run"]
    if "--follow" in line:
        line.append("--no-such-option")
    return [word for word in line if not word.startswith("/") or word == "/dev/null"]


def run_line(
    choice: random.Random, path: Words, command: click.Command, line: list[str]
) -> Result:
    """Run a command line in this process, or only read its words."""
    if path in ONLY_READ:
        return CliRunner().invoke(read_words, obj=(command, line))
    first = []
    if choice.random() < 0.2:
        first = write_option(choice, choice.choice(list_options(main)))
    return CliRunner().invoke(main, [*first, *path, *line], prog_name="nianbao")


@click.command()
@click.pass_obj
def read_words(given: tuple[click.Command, list[str]]) -> None:
    """Read and check the words of a command as it does itself, without running it."""
    command, line = given
    command.make_context("nianbao", line)


# click opens the files that arguments name, and leaves them open where another one is wrong
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_command_line_ends_in_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(
        crawled_states(1, 2, 1, sites=FEW_SITES).archive, tmp_path / "archive.db"
    )
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "small.yml").write_text(SITE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIANBAO_SITES", str(tmp_path / "own"))
    # this process does not end with an export, and pyarrow keeps that pandas was not there
    monkeypatch.setattr(lean, "UNUSED", ())
    commands = list(list_commands(main))
    assert len(commands) > 20
    choice = random.Random(SEED)
    tried: set[tuple[Words, str]] = set()
    for number in range(LINES):
        path, command = commands[number % len(commands)]
        line = write_line(choice, path, command, number // len(commands))
        tried |= {(path, word) for word in line if word.startswith("-")}
        ended = run_line(choice, path, command, line)
        said = (path, line, ended.exit_code, ended.exception)
        assert ended.exit_code in (0, 1, 2), said
        assert ended.exception is None or isinstance(ended.exception, SystemExit), said
    if LINES >= 1000:
        assert find_untried(commands, tried) == []


def find_untried(
    commands: list[tuple[Words, click.Command]], tried: set[tuple[Words, str]]
) -> list[tuple[Words, str]]:
    """Return the options that were in no line."""
    missing = []
    for path, command in commands:
        for option in list_options(command):
            names = {(path, name) for name in (*option.opts, *option.secondary_opts)}
            if not names & tried:
                missing.append((path, option.opts[0]))
    return missing


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
    ("line", "code"),
    [
        (("changes", "--limit", HUGE), 0),
        (("changes", "--since", HUGE), 1),
        (("search", "--limit", HUGE), 0),
        (("search", "--offset", HUGE), 0),
    ],
)
def test_a_number_that_no_archive_has(line: tuple[str, ...], code: int) -> None:
    archive = ("--archive", str(crawled_states(1, 2, 1, sites=FEW_SITES).archive))
    ended = CliRunner().invoke(main, [*line, *archive])
    assert ended.exit_code == code
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    assert ("larger than any" in ended.stderr) is bool(code)


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
