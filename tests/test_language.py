"""The command line in Chinese: every text of help, every message and every error has one."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter
from typing import get_args

import click
import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner, Result

from nianbao.archive import Archive
from nianbao.archive.events.feed import PAGE_KINDS as KINDS
from nianbao.archive.finding_texts import FindingRule, load_finding_rules
from nianbao.archive.records import Outcome as VisitOutcome
from nianbao.crawler.commands.assign.listing import print_decisions
from nianbao.crawler.commands.cli import COMMANDS, main
from nianbao.crawler.commands.terminal.console import open_console, print_fields, quote
from nianbao.crawler.commands.terminal.explanations import print_explanation
from nianbao.crawler.language import CATALOGUES, choose_language
from nianbao.crawler.language.pages import fold, measure_width
from nianbao.crawler.language.sentences import (
    list_sentences,
    load_catalogue,
    parse_template,
    translate_text,
)
from nianbao.pipelines.reader.explain.explain import explain
from nianbao.spiders.discovery.records import Outcome as SearchOutcome
from tests.browse.conftest import HOST, build
from tests.cli_texts import (
    list_command_texts,
    list_damage_texts,
    list_error_texts,
    list_explanation_texts,
    list_headings,
    normalize,
)
from tests.conftest import Crawl, make_reading

CHINESE = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8", "LANGUAGE": None}
ENGLISH = {"LC_ALL": "C", "LANGUAGE": None}
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH_WORDS = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,}\b")
# What is the same in both languages, or is put together of texts that are translated before.
NEUTRAL = {
    "{} MB",
    "bold red",
    "{}, {} MB",
    "{}, {}, {}; {} reports{}",
    "{} (--site {})",
    "[bold red]{}[/]",
    "[bold]{}[/bold] ({})",
    "[bold]{}[/bold] {}",
    "column {}: {} ({})",
    "nianbao {}",
    "nianbao browse --archive {}",
    "nianbao status --archive {}",
    "whatever stands there",
    "{} {}: no such report in {}.{}{}",
    "{}: {}. Names like it: {}.",
    "never seen: it has no report on any year; {}; {}",
    "missing: {}; {}; {}",
    "{} min",
    "{} h {} min",
    "{}: no site in {}. {}",
    "{}, equals version {}: reverted",
    "{}; {} not reached",
    "{}: damaged, {}",
    "({}) to ({})",
    "{}, row {}",
    "the {}",
    "dictionaries, row {}",
    "seals, row {}",
    "{} missing from the feed",
    "the finding {} {}, and the feed does not tell",
}
# Parts of longer sentences, which have Chinese as a whole.
PARTS = {
    "content {}",
    "{} has shown several reports; say with --version which one:",
    "{} rows on its first page",
    "Name one",
    "It has",
    "Names like it",
    "the archive file cannot be read: it is damaged, or its disk is",
    "`nianbao verify` names the damage and what it can be repaired from.",
    "no site {}: it was never crawled into it",
    "no site in {} was crawled into it",
    "{} was read whole on {}",
    "{} of {} siblings have it",
    "{} MB of them free",
    "Reports on other years, none on this one",
    "No report on any year",
    "Nothing is known of these",
    "Not due yet",
    "{} damaged",
    "{}: what was seen is damaged",
    "numbers {} to {} are",
    "number {} is",
    "is gone",
}
# Messages of Click for those who write programs with it, and of what no command here does.
CLICK_MODULES = ("core", "exceptions", "formatting", "parser", "types")
CLICK_FOR_PROGRAMMERS = re.compile(
    r"DeprecationWarning|Value must be an iterable|Could not determine name|No options defined"
    r"|Arguments take exactly|defined twice|cannot use the same flag|Invalid start character"
    r"|Choice\(|values are required|UUID"
)


def run(*words: str, chinese: bool = True) -> Result:
    """Run a command line in this process, in Chinese or English."""
    environment = CHINESE if chinese else ENGLISH
    runner = CliRunner(env={**environment, "NIANBAO_LANG": None, "COLUMNS": "80"})
    return runner.invoke(main, list(words), prog_name="nianbao")


def list_commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command and group with the words that it is called by."""
    context = click.Context(main)
    yield (), main
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield (name,), command
        if isinstance(command, click.Group):
            for part, inner in command.commands.items():
                yield (name, part), inner


ALL_COMMANDS = list(list_commands())
ENTRIES = {normalize(english) for english, _ in list_sentences()}
ENTRIES |= set(load_catalogue().words)


def is_covered(text: str) -> bool:
    """Tell whether a text, or the longer one that it is known to be part of, has Chinese."""
    if text in PARTS:
        return any(text in entry for entry in ENTRIES)
    if text in ENTRIES:
        return True
    parts = [part for part in text.split("; ") if part != "{}"]
    return parts != [text] and all(map(is_covered, parts))


@pytest.mark.parametrize(
    "word", [*get_args(VisitOutcome), *get_args(SearchOutcome), *KINDS]
)
def test_words_that_are_counted_have_chinese(word: str) -> None:
    assert word in load_catalogue().words


@pytest.mark.parametrize("words", [words for words, _ in ALL_COMMANDS], ids=" ".join)
def test_help_is_in_chinese_and_in_english(words: tuple[str, ...]) -> None:
    page = run(*words, "--help").stdout
    text = re.sub(r"(?m)^(用法：|  nianbao ).*|`[^`]*`|--[\w-]+|\[[^\]]*\]", "", page)
    assert HAN.search(text)
    assert not ENGLISH_WORDS.findall(text)
    in_english = run(*words, "--help", chinese=False).stdout
    folded = [line for line in page.splitlines() if line not in in_english]
    assert max(map(measure_width, folded)) <= 80
    assert in_english.startswith("Usage: nianbao")


def test_every_text_of_help_has_chinese() -> None:
    lacking = []
    for words, command in ALL_COMMANDS:
        paragraphs = (command.help or "").split("\n\n")
        texts = [text.strip(" \n\b") for text in paragraphs]
        texts = [text for text in texts if not text.startswith("nianbao ")]
        texts += [getattr(option, "help", None) or "" for option in command.params]
        for text in texts:
            if (
                text.strip()
                and " ".join(text.split()) not in load_catalogue().sentences
            ):
                lacking.append((words, text))
    for text in COMMANDS.values():
        if text not in load_catalogue().sentences:
            lacking.append(((), text))
    assert not lacking


@pytest.mark.parametrize(
    "list_texts",
    [list_command_texts, list_error_texts, list_damage_texts, list_explanation_texts],
)
def test_every_message_has_chinese(list_texts: object) -> None:
    assert callable(list_texts)
    texts = list(list_texts())
    assert len(texts) > 50
    lacking = [
        (place, text)
        for place, text in texts
        if not is_covered(text)
        and text not in NEUTRAL
        and "nianbao export {}" not in text
    ]
    assert not lacking


def test_every_heading_has_chinese() -> None:
    words = load_catalogue().words
    assert not [place for place, heading in list_headings() if heading not in words]


def test_both_languages_have_the_same_values() -> None:
    for english, chinese in list_sentences():
        assert set(find_names(english)) == set(find_names(chinese)), english


def find_names(text: str) -> list[str]:
    """Return the names in a sentence."""
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def test_a_sentence_is_met_by_what_is_made_of_it() -> None:
    for english, chinese in list_sentences():
        template = parse_template(english, chinese)
        values = dict.fromkeys(template.names, "7")
        values |= dict.fromkeys(template.days, "2026-11-30")
        if template.has_words and template.names:
            text = re.sub(r"\{(\w+)[^}]*\}", r"{\1}", english).format_map(values)
            assert translate_text(text) == template.chinese.format_map(values), english


def test_clicks_messages_are_compiled_and_complete() -> None:
    folder = CATALOGUES / "zh" / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as file:
        source = read_po(file, locale="zh")
    with (folder / "messages.mo").open("rb") as file:
        compiled = GNUTranslations(file)
    ids = set()
    for message in source:
        if isinstance(message.id, str):
            assert not message.id or compiled.gettext(message.id) == message.string
            ids.add(message.id)
        else:
            assert compiled.ngettext(*message.id, 2) == message.string[0]
            ids.add(message.id[0])
    for name in CLICK_MODULES:
        path = Path(click.__file__).with_name(f"{name}.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("_", "ngettext") and isinstance(
                node.args[0], ast.Constant
            ):
                text = str(node.args[0].value)
                assert text in ids or CLICK_FOR_PROGRAMMERS.search(text), text


CHANGED = f"{HOST}/czj/2021.html"
NAMES_OF_ARCHIVE = re.compile("西霞县财政局|核对|样例省北原市西霞县")
ERRORS = [
    ("status", "--archive", "no.db"),
    ("status", "--nix"),
    ("nix",),
    ("status", "--at", "soon"),
    ("show",),
    ("search", "--limit", "x"),
    ("crawl", "--state", "5"),
    ("crawl", "--years", "x"),
    ("crawl", "--allow-address", "x"),
    ("crawl", "--sites", "no-folder"),
    ("assign",),
    ("assign", "http://a.example/", "--agency", "x"),
    ("detect",),
    ("merge", "one.db", "two.db", "--rename", "x"),
    ("backup", "copy.db"),
    ("read", "no.html"),
    ("export", "warc", "out", "--size", "x"),
]


@pytest.mark.parametrize("words", ERRORS, ids=" ".join)
def test_errors_are_in_both_languages(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    in_chinese = run(*words)
    assert in_chinese.exit_code in (1, 2)
    error = in_chinese.stderr.partition("错误：")[2]
    assert HAN.search(error)
    assert not ENGLISH_WORDS.findall(
        re.sub(r"`[^`]*`|'[^']*'|integer range", "", error)
    )
    in_english = run(*words, chinese=False)
    assert in_english.exit_code == in_chinese.exit_code
    assert "Error: " in in_english.stderr
    assert "错误" not in in_english.stderr


def list_refused_values() -> Iterator[tuple[str, ...]]:
    """Yield a command line for each option that does not take every value, with one it refuses."""
    for words, command in ALL_COMMANDS:
        context = click.Context(command)
        for option in command.params:
            if not isinstance(option, click.Option) or option.is_flag:
                continue
            try:
                option.type.convert(REFUSED, option, context)
            except click.UsageError:
                yield (*words, option.opts[0], REFUSED)


REFUSED = "?!"


def test_every_command_refuses_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [(*words, "--nix") for words, _ in ALL_COMMANDS if words]
    lines += list_refused_values()
    assert len(lines) > 60
    for words in lines:
        result = run(*words)
        error = result.stderr.partition("错误：")[2]
        assert result.exit_code == 2, words
        assert HAN.search(error), words
        own_words = re.sub(r"`[^`]*`|'[^']*'|<=?|x|--[\w-]+", "", error)
        assert not ENGLISH_WORDS.findall(own_words), (words, error)
        english = run(*words, chinese=False)
        assert english.exit_code == 2
        assert not HAN.search(re.sub(r"福州市\S*", "", english.stderr)), words


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive with findings, versions and decisions of readers."""
    path = tmp_path_factory.mktemp("language") / "archive.db"
    build(path)
    return path


SUMMARIES = [
    ("status",),
    ("show", CHANGED),
    ("show", "西霞县财政局", "2021"),
    ("diff", CHANGED),
    ("search", "公开"),
    ("changes", "--reports", "--limit", "3"),
    ("status", "--space"),
    ("verify", "--quick"),
    ("search",),
    ("changes", "--limit", "3"),
    ("assign", "--list"),
]


@pytest.mark.parametrize("words", SUMMARIES, ids=" ".join)
def test_summaries_are_in_chinese_and_json_is_not(
    words: tuple[str, ...], archive: Path
) -> None:
    words = (*words, "--archive", str(archive))
    summary = run(*words).stdout
    assert HAN.search(summary)
    assert not ENGLISH_WORDS.findall(re.sub(r"`[^`]*`|nianbao .*|img src", "", summary))
    as_json = run(*words, "--json").stdout
    assert as_json == run(*words, "--json", chinese=False).stdout
    json.loads(as_json.splitlines()[0] if words[0] == "changes" else as_json)


# What a command says of what it did; each of these writes.
DEEDS = [
    ("backup", "copy.db"),
    ("export", "csv", "out"),
    ("export", "jsonl", "out.jsonl"),
    ("publish", "site"),
]


@pytest.mark.parametrize("words", DEEDS, ids=" ".join)
def test_what_was_done_is_told_in_both_languages(
    words: tuple[str, ...],
    archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for chinese in (True, False):
        folder = tmp_path / str(chinese)
        folder.mkdir()
        monkeypatch.chdir(folder)
        shutil.copy(archive, folder / "archive.db")
        result = run(*words, chinese=chinese)
        assert result.exit_code == 0
        text = NAMES_OF_ARCHIVE.sub("", result.stdout + result.stderr)
        assert bool(HAN.search(text)) is chinese, text
        assert bool(re.search(r"\d [a-z]{4,}", text)) is not chinese, text


DAMAGES = """
UPDATE versions SET number = number + 5 WHERE id = 2;
DELETE FROM readings WHERE id = 3;
UPDATE blobs SET data = x'00' WHERE rowid = 1;
DELETE FROM changes WHERE id = 2;
UPDATE documents SET state = 'vanished' WHERE id = 2;
DROP INDEX idx__sqlite_migrations_migration_set_name;
DELETE FROM seals WHERE id = 1;
"""


def test_damages_are_in_chinese(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(archive, path)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(DAMAGES)
    where = ("verify", "--archive", str(path))
    result = run(*where)
    assert result.exit_code == 1
    assert result.stdout.count("\n    ") >= 10
    text = re.sub(r"`[^`]*`|CREATE .*|\bsite \w+", "", result.stdout)
    assert not ENGLISH_WORDS.findall(text), text
    as_json = run(*where, "--json").stdout
    assert as_json == run(*where, "--json", chinese=False).stdout


PAGE = """<title>西霞县财政局2021年政府信息公开工作年度报告</title>
<h1>西霞县财政局2021年政府信息公开工作年度报告</h1><p>发布日期：2022-01-20</p>
<p>统计期限自2021年1月1日起至2021年12月31日止。</p><p>西霞县财政局 2022年1月18日</p>"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_explanations_are_in_both_languages(
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NIANBAO_LANG", language)
    url = "http://xixia.gov.cn/t20220120_1.html"
    print_explanation(open_console(), explain(PAGE.encode(), url=url).fields)
    text = re.sub(r"\(\w+\.[\w., ]+\)|<title>", "", capsys.readouterr().out)
    assert "2021-01-01" in text
    assert bool(re.search(r"在前|网页", text)) is (language == "zh")
    assert bool(ENGLISH_WORDS.search(text)) is (language == "en")


def test_the_language_can_be_wished_for() -> None:
    assert "用法" in run("--lang", "zh", "status", "--help", chinese=False).stdout
    os.environ.pop("NIANBAO_LANG", None)
    runner = CliRunner(env={**CHINESE, "NIANBAO_LANG": "en"})
    assert "Usage" in runner.invoke(main, ["status", "--help"]).stdout


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:zh"}, "zh"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "NIANBAO_LANG": "en"}, "en"),
        ({"LANG": "C", "NIANBAO_LANG": "zh"}, "zh"),
    ],
)
def test_the_locale_decides(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NIANBAO_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choose_language() == language


def test_english_costs_no_time() -> None:
    code = (
        "import sys; from nianbao.crawler.commands.cli import main;"
        " main(['--help'], standalone_mode=False);"
        " print([name for name in sys.modules if 'ruamel' in name or 'sentences' in name])"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert output.splitlines()[-1] == "[]"


def test_lines_are_as_wide_as_the_terminal() -> None:
    lines = list(fold("采集各网站，存入档案库。用 --archive 指定其他档案库；" * 3, 30))
    assert all(measure_width(line) <= 32 for line in lines)
    assert not any(line[0] in "，。；" for line in lines)


def test_what_is_no_sentence_stays_as_it_is() -> None:
    for text in (
        "",
        " ",
        "政府信息公开年报",
        "No sentence of ours. Nor this one.",
        "a\nb",
    ):
        assert translate_text(text) == text


def test_sentences_behind_one_another_are_translated_one_by_one() -> None:
    text = "nothing is decided. Name another path, or move away what is there."
    assert translate_text(text) == "没有认定。请改用其他路径，或移走原有的文件。"


# Lines of pages that sentences of ours could be taken for, each with what it became.
LINES_OF_PAGES = (
    ("联系电话: 0578-1", "联系电话：0578-1"),
    ("Bureau, seen 2 to 3", "Bureau: seen"),
    ("Report: 2021", "Report：2021"),
    ("note: nothing is decided", "nothing is decided"),
    ("年: " * 300, "年：" * 300),
    ("failed: " * 1000, "failed"),
)


def test_what_a_page_says_is_shown_as_it_is(tmp_path: Path) -> None:
    """A difference may lie in what a sentence of ours would change, and a page is no sentence."""
    path = tmp_path / "archive.db"
    url = "http://www.xixia.gov.cn/nb/1.html"
    with Archive.create(path) as archive:
        played = Crawl(archive, make_reading)
        for number in (0, 1):
            played.run({url: "\n".join(line[number] for line in LINES_OF_PAGES)})
    where = ("--archive", str(path))
    shown = [run("diff", url, *where, chinese=chinese) for chinese in (True, False)]
    in_chinese, in_english = (result.stdout.splitlines() for result in shown)
    assert [result.exit_code for result in shown] == [0, 0]
    own_lines = [line for line in in_english[2:] if line[:1] in "+-"]
    assert len(own_lines) >= 2 * len(LINES_OF_PAGES)
    assert [line for line in in_chinese[2:] if line[:1] in "+-"] == own_lines
    for words in (("show", url), ("search", "联系电话")):
        result = run(*words, *where)
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "text",
    [
        *(line for pair in LINES_OF_PAGES for line in pair if len(line) < 100),
        "note: published in 2021",
        "the site moved; confirmed on the phone",
        "county",
        "since when",
    ],
)
def test_what_others_wrote_is_printed_as_it_is(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The title of a page, the reason that a person gives."""
    monkeypatch.setenv("NIANBAO_LANG", "zh")
    print_fields(open_console(), [("title", quote(text))])
    line = {
        "decided_at": "2026-11-30T10:00:00.000Z",
        "status": "stands",
        "reason": text,
    }
    subject = {"kind": "body", "former_agency": "某局", "former_region": "某县"}
    place = {"agency": None, "report_year": None}
    print_decisions(open_console(), [line | subject | place])
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].removeprefix("标题").strip() == text
    assert shown[-1] == f"    {text}"


# Texts that are nearly sentences of ours, and what of them stays.
LOOSE = {
    "failed: No space left; wrote on disk": "No space left; wrote on disk",
    "note: published by the office": "published by the office",
    "since when": "since when",
    "county (list): 12 pages": "county（list）",
    "merging new": "new",
    "list: not taken, and kept for the next call: HTTP 500": "list",
}


@pytest.mark.parametrize("text", LOOSE)
def test_what_is_no_day_or_is_a_name_stays(text: str) -> None:
    assert LOOSE[text] in translate_text(text)


def test_sentences_within_sentences_come_to_an_end() -> None:
    text = "failed: " * 1000
    assert translate_text(text).endswith("failed: ")


@pytest.mark.parametrize(
    "rule", load_finding_rules().values(), ids=lambda rule: rule.id
)
def test_a_finding_and_what_to_do_are_each_in_chinese(rule: FindingRule) -> None:
    """The command line has them as one text: neither becomes a part of the other."""
    message = rule.write(rule.example, "en")
    told = translate_text(f"{message}. {rule.advice['en']}")
    alone = translate_text(message).removesuffix("。")
    assert told in (f"{alone}。{rule.advice['zh']}", f"{alone}. {rule.advice['zh']}")


def test_a_list_that_ends_early_is_told_in_chinese() -> None:
    rule = load_finding_rules()["list.truncated"]
    place = {"case": "ended", "url": "http://a.gov.cn/", "column": "年报", "page": 5}
    for amount in ({"read": 5, "printed": 6}, {"read": 5}):
        english, chinese = (
            rule.write({**place, "amount": amount}, language)
            for language in ("en", "zh")
        )
        assert translate_text(english) == chinese
