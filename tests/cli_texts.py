"""What the command line says in English: the texts in the code that a person may be shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from nianbao.pipelines.reader import is_report
from nianbao.pipelines.reader.explain.words import load_words

ROOT = Path(__file__).parents[1]
COMMANDS = ROOT / "crawler" / "commands"
# exceptions whose messages end a command; those of click are in the commands themselves
SHOWN_ERRORS = re.compile(
    r"^(Archive\w+|NotA\w+|UnexpectedTables|Migration\w+|Target\w+|ClockWrong|PayloadDamaged"
    r"|SitesClash|RenameRefused|BackupRefused|ManifestRefused|NotRepairable|Export\w+"
    r"|ParquetMissing|CatalogueError|ContactMissing|ImportRefused|Cluster\w+|DamagedFile"
    r"|SampleServerError|CannotBegin|BadParameter|click\.\w+|RegionUnknown|FramesMissing|NotifyFileError"
    r"|PositionsUnusable|PositionsUnwritable|OtherArchive|AppriseMissing|NotTaken"
    r"|NotebookUnusable|SubjectUnknown)$"
)
PACKAGES = ("archive", "crawler", "pipelines", "sample", "spiders")
_HOLE = re.compile(r"\{[^{}]*\}")
_SENTENCE = re.compile(r"[A-Za-z]{2,}[^\n]* |[^\n]* [A-Za-z]{2,}")
_STATEMENT = re.compile(
    r"SELECT|UPDATE|PRAGMA|TACH |EXCEPT|CREATE |DROP TABLE| AS |= \?"
)
_SQL = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")


def normalize(text: str) -> str:
    """Return a text with the names in braces taken out, and its spaces as one."""
    return " ".join(_HOLE.sub("{}", text).split())


def list_command_texts() -> Iterator[tuple[str, str]]:
    """Yield each text of more than one word in the modules of the commands, and where it is."""
    for path in sorted(COMMANDS.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in _list_texts(tree, _find_docstrings(tree)):
            text = write_text(node)
            if _SENTENCE.search(_HOLE.sub("", text)) and not _SQL.match(text):
                yield _place(path, node), normalize(text)


def list_damage_texts() -> Iterator[tuple[str, str]]:
    """Yield each text of more than one word that `verify` can print of a damage."""
    paths = sorted((ROOT / "archive" / "verify").rglob("*.py"))
    for path in (*paths, ROOT / "archive" / "search" / "index_check.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in _list_texts(tree, _find_docstrings(tree)):
            text = write_text(node)
            if _SENTENCE.search(_HOLE.sub("", text)) and not _STATEMENT.search(text):
                yield _place(path, node), normalize(text)


def list_explanation_texts() -> Iterator[tuple[str, str]]:
    """Yield each text that `read --explain` can print."""
    for part, words in load_words().items():
        for name, text in words.items():
            if part != "bases" or name not in ("label", "meta"):
                yield f"{part}.{name}", normalize(text)
    for rule, reason, _ in is_report._STEPS:
        yield f"is_report.{rule}", reason


def list_error_texts() -> Iterator[tuple[str, str]]:
    """Yield each text that is raised as the message of an error that ends a command."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if COMMANDS not in path.parents:
                yield from _list_raised(path)


def _list_raised(path: Path) -> Iterator[tuple[str, str]]:
    source = path.read_text("utf-8")
    names = re.findall(r"\braise ([\w.]+)\(", source)
    if not any(map(SHOWN_ERRORS.match, names)):
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
            continue
        if SHOWN_ERRORS.match(ast.unparse(node.exc.func)):
            for argument in node.exc.args:
                if isinstance(argument, (ast.Constant, ast.JoinedStr)):
                    yield _place(path, node), normalize(write_text(argument))


def list_headings() -> Iterator[tuple[str, str]]:
    """Yield the headings of tables and the names of fields that the commands print."""
    for path in sorted(COMMANDS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name == "make_table":
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and argument.value:
                        yield _place(path, node), argument.value


def write_text(node: ast.Constant | ast.JoinedStr) -> str:
    """Return a text as the code has it, braces around what is put in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts = []
    for value in node.values:
        parts.append(str(value.value) if isinstance(value, ast.Constant) else "{}")
    return "".join(parts)


def _list_texts(
    tree: ast.AST, docstrings: set[int]
) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield texts, those of which an f-string is made left out."""
    if id(tree) in docstrings:
        return
    if isinstance(tree, ast.JoinedStr) or (
        isinstance(tree, ast.Constant) and isinstance(tree.value, str)
    ):
        yield tree
        if isinstance(tree, ast.Constant):
            return
        for value in tree.values:
            if isinstance(value, ast.FormattedValue):
                yield from _list_texts(value.value, docstrings)
        return
    for child in ast.iter_child_nodes(tree):
        yield from _list_texts(child, docstrings)


def _find_docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of the nodes that are documentation of modules, classes and functions."""
    nodes = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                nodes.add(id(first.value))
    return nodes


def _place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
