"""Rows in the scripts of a page, written as the markup that a script would make of them.

Lists stand in JSON, in arrays of a script, in texts that a script writes, in CDATA of a data store,
in templates and text areas. Nothing is run: texts with markup are taken as they are, objects that
have a title and an address become links.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nianbao.archive.charsets import join_surrogates
from nianbao.spiders.lists.dates import find_date
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.report_names import is_report_title, may_be_report_title
from nianbao.spiders.rules import find_rule

SCRIPTED_ADDRESS = find_rule("scripted_address")
OTHER_FILE = find_rule("other_file")
ADDRESS_KEY = find_rule("address_key")
TITLE_KEY = find_rule("title_key")
DATE_KEY = find_rule("date_key")
HIDDEN_TEXTS = """//script[not(@src)]/text() | //textarea/text() | //template//text()
    | //noscript//text() | //xmp/text()"""
CDATA_START = "<![CDATA["
CDATA_END = "]]>"
COMMENT = re.compile(r"/\*(?:.*?\*/|.*\Z)|(?m:^[ \t]*//[^\n]*$)", re.DOTALL)
TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)
    |(?P<key>\b[A-Za-z_$][\w$]{0,40})\s{0,9}[:=]
    |(?P<open>[\[{])
    |(?P<close>[\]}])
    |(?P<colon>:)""",
    re.VERBOSE | re.DOTALL,
)
ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
WHITE_SPACE = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
TAG = re.compile(r"<[^<>]{0,200}>")
HAN = re.compile(r"[\u4e00-\u9fff]")
LINK = re.compile(r"<(?:a|option|li|tr|area)\b|onclick=", re.IGNORECASE)
LONGEST_TITLE = 200  # characters
LONGEST_OBJECT = 500  # characters of a text that is an object itself
MOST_TEXTS = 40  # of a part of a record
MOST_PIECES = 40  # that are read on their own
MOST_DEEP = 60  # brackets inside one another


@dataclass(frozen=True, slots=True)
class KeyedText:
    """A text of a script, and the name that stands before it; empty without one."""

    key: str
    text: str


@dataclass(slots=True)
class ScriptNode:
    """What stands between two brackets of a script."""

    texts: list[KeyedText] = field(default_factory=list)
    records: list[str] = field(default_factory=list)  # of objects in it, as markup


@dataclass(slots=True)
class ScriptContents:
    """What the scripts of a page hold: texts, and the records of their data as lists."""

    texts: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def read_script_parts(page: ListPage) -> list[ListPage]:
    """Return pages made of what the scripts of a page hold, each text with markup on its own.

    A text that is cut in the midst of an attribute would else swallow what follows.
    """
    contents = ScriptContents()
    if page.is_markup:
        _read_hidden_texts(page, contents)
    else:
        _read_script(page.text, contents)
    texts = [text for text in contents.texts if LINK.search(text)]
    pieces = ["".join(contents.groups), *texts[:MOST_PIECES]]
    pieces.append("".join(texts[MOST_PIECES:]))
    return [_make_page(page, piece) for piece in pieces if piece]


def _read_hidden_texts(page: ListPage, contents: ScriptContents) -> None:
    contents.texts.append("".join(_read_sections(page.text)))
    for text in page.xpath(HIDDEN_TEXTS).getall():
        if text.lstrip().startswith("<"):
            contents.texts.append(text)
        else:
            _read_script(text, contents)


def _read_sections(text: str) -> Iterator[str]:
    """Yield the content of each CDATA section."""
    for piece in text.split(CDATA_START)[1:]:
        content, end, _ = piece.partition(CDATA_END)
        if end:
            yield content


def _make_page(page: ListPage, markup: str) -> ListPage:
    """Return a page at the address of another, whose links lead where they would lead there."""
    base = page.xpath("//base/@href").get("") if page.is_markup else ""
    head = f'<base href="{escape(base)}">' if base else ""
    html = (
        f'<html><head><meta charset="utf-8">{head}</head><body>{markup}</body></html>'
    )
    return ListPage.from_bytes(page.url, html.encode("utf-8", "replace"))


def _read_script(script: str, contents: ScriptContents) -> None:
    """Take in the markup that a script writes, and its data as markup."""
    written: list[str] = []
    nodes = [ScriptNode()]
    for text in _read_texts(script, nodes, contents.groups):
        if "<" in text or HAN.search(text):
            written.append(text)
    while nodes:
        _close_node(nodes, contents.groups)
    contents.texts.append("".join(written))


def _read_texts(
    script: str, nodes: list[ScriptNode], groups: list[str]
) -> Iterator[str]:
    """Yield the texts of a script, and put each into the brackets that it stands in."""
    key = ""
    pending: str | None = None
    for token in TOKEN.finditer(COMMENT.sub("", script)):
        if token["colon"]:
            key = pending or key
            pending = None
            continue
        if pending is not None:
            nodes[-1].texts.append(KeyedText(key, pending))
            yield pending
            pending = None
            key = ""
        if token["text"]:
            pending = _unescape(token["text"][1:-1])
        elif token["key"]:
            key = token["key"]
        elif token["open"] and len(nodes) < MOST_DEEP:
            nodes.append(ScriptNode())
        elif token["close"] and len(nodes) > 1:
            _close_node(nodes, groups)
    if pending is not None:
        nodes[-1].texts.append(KeyedText(key, pending))
        yield pending


def _close_node(nodes: list[ScriptNode], groups: list[str]) -> None:
    """Take a node as a record of the one around it; without title and address, as a part of it."""
    node = nodes.pop()
    if node.records:
        groups.append(f"<ul>{''.join(node.records)}</ul>")
    parent = nodes[-1] if nodes else None
    record = _write_record(node.texts)
    if record is None:
        if parent is not None and len(node.texts) <= MOST_TEXTS:
            parent.texts += node.texts
    elif parent is not None:
        parent.records.append(record)
    else:
        groups.append(f"<ul>{record}</ul>")


def _write_record(texts: list[KeyedText]) -> str | None:
    """Return the row that a title and an address make; None where one of them is missing."""
    address = _find_address(texts)
    title = _find_title(texts)
    if address is None or title is None:
        return None
    date = _find_row_date(texts, title) or ""
    return (
        f'<li><a href="{escape(address)}">{escape(title)}</a><span>{date}</span></li>'
    )


def _find_row_date(texts: list[KeyedText], title: str) -> str | None:
    """Return the first date of a record whose name speaks of a date, else the first of all."""
    dated = [
        keyed for keyed in texts if find_date(keyed.text) and title not in keyed.text
    ]
    named = [keyed for keyed in dated if DATE_KEY.find(keyed.key)]
    for keyed in named or dated:
        return find_date(keyed.text)
    return None


def _find_address(texts: list[KeyedText]) -> str | None:
    addresses = []
    for keyed in _open_texts(texts):
        is_address = SCRIPTED_ADDRESS.find(keyed.text) and not HAN.search(keyed.text)
        if not is_address or OTHER_FILE.find(keyed.text):
            continue
        if ADDRESS_KEY.find(keyed.key):
            return keyed.text
        addresses.append(keyed.text)
    return addresses[0] if addresses else None


def _open_texts(texts: Iterable[KeyedText]) -> Iterator[KeyedText]:
    """Yield texts; of one that is an object in JSON, the texts in it.

    It has addresses of a page, for computers first (江西 2025).
    """
    for keyed in texts:
        inner = _parse_object(keyed.text)
        if inner is None:
            yield keyed
            continue
        for value in inner.values():
            if isinstance(value, str):
                yield KeyedText(keyed.key, value)


def _parse_object(text: str) -> dict[str, Any] | None:
    if not (text.startswith("{") and len(text) <= LONGEST_OBJECT):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _find_title(texts: list[KeyedText]) -> str | None:
    """Return the title of a report, or what is named a title, or else the longest name."""
    names = [KeyedText(text.key, TAG.sub("", text.text).strip()) for text in texts]
    names = [
        name
        for name in names
        if HAN.search(name.text) and len(name.text) <= LONGEST_TITLE
    ]
    tests = (_is_report, _is_title, _may_be_report)
    for test in tests:
        for name in filter(test, names):
            return name.text
    return max((name.text for name in names), key=len, default=None)


def _is_report(name: KeyedText) -> bool:
    return is_report_title(name.text)


def _is_title(name: KeyedText) -> bool:
    return TITLE_KEY.find(name.key) is not None


def _may_be_report(name: KeyedText) -> bool:
    return may_be_report_title(name.text)


def _unescape(text: str) -> str:
    return join_surrogates(ESCAPED.sub(_read_escaped, text))


def _read_escaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    return WHITE_SPACE.get(code, code)
