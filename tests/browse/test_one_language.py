"""No English on a Chinese page and no Chinese on an English one, but names and quotations.

Every kind of page is asked for in both languages, ours and Datasette's own. What stands in an
element of another `lang` is a quotation; so are code and what the tables hold. What is left of a
text without the names of `names.yaml` and of the archive must have no word of the other language.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import httpx
import lxml.etree
import lxml.html
import pytest
from datasette.filters import Filters
from ruamel.yaml import YAML

from nianbao.archive.browse import load_metadata
from nianbao.archive.browse.plugins.cells import WORDS
from nianbao.archive.browse.server import Serving, make_application, open_datasette
from nianbao.archive.browse.translation import datasette_texts
from tests.browse.test_links import HOST, kind_of, list_links

# Pages that are looked at, ours first; every kind, 300 of each archive, with LANGUAGE_PAGES=1000.
MOST_PAGES = int(os.environ.get("LANGUAGE_PAGES", "75"))
TAGS = {"zh": "zh-CN", "en": "en"}
OTHER_WORDS = {"zh": re.compile(r"[A-Za-z]{2,}"), "en": re.compile(r"[\u4e00-\u9fff]+")}
LISTS = {"zh": "on Chinese pages", "en": "on English pages"}
# What is shown of these is no sentence of ours.
QUOTATIONS = {"script", "style", "code", "pre", "samp", "textarea", "q"}
NAMES: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("names.yaml"))
ATTRIBUTES = ("title", "alt", "placeholder", "aria-label")
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM = "{http://www.w3.org/2005/Atom}"
# Columns of the archive with names and quotations.
NAME_COLUMNS = {
    "agencies": ("name", "site_id"),
    "regions": ("name",),
    "sites": ("id", "name", "platform"),
    "site_hosts": ("host",),
    "readings": ("title", "agency_printed", "charset", "text"),
    "form_cells": ("row_label", "column_label", "table", "row", "column"),
    "findings": ("rule", "expected", "found"),
    "decisions": ("reason", "agency", "region"),
    "visits": ("message",),
}


@cache
def load_names() -> dict[str, re.Pattern[str]]:
    """Return what may stand on a page in each language."""
    patterns = {}
    for language, name in LISTS.items():
        entries = [entry["pattern"] for entry in NAMES[name]]
        patterns[language] = re.compile("|".join(entries))
    return patterns


def load_archive_names(path: Path) -> re.Pattern[str]:
    """Return the names and quotations that an archive holds, the longest first."""
    names: set[str] = set()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        for table, columns in NAME_COLUMNS.items():
            for column in columns:
                query = f'SELECT DISTINCT "{column}" FROM "{table}"'
                names.update(str(row[0]) for row in db.execute(query) if row[0])
        query = (
            "SELECT message FROM findings WHERE parameters IS NULL"  # as it was stored
        )
        names.update(row[0] for row in db.execute(query))
        query = (
            "SELECT DISTINCT atom FROM findings JOIN json_tree(parameters)"
            " WHERE json_tree.type = 'text'"
        )
        for (value,) in db.execute(query):
            # neither what is said in English nor a word that has Chinese
            if not re.search(r"[a-z]{2,} [a-z]{2,}|^[a-z]+$", value):
                names.add(value)
        for name in set(names):
            names.update(re.split(r"(?<=[省市县区。])|\n", name))
    db.close()
    long_names = sorted(
        (name for name in names if len(name) > 1), key=len, reverse=True
    )
    return re.compile("|".join(map(re.escape, long_names)))


def list_texts(root: Any, language: str) -> Iterator[str]:
    """Yield the texts of a page in its own language."""
    if not isinstance(root.tag, str) or root.tag in QUOTATIONS:
        return
    if root.get("lang", language)[:2] != language or is_data(root):
        return
    is_technical = is_about_columns(root)
    for attribute in ATTRIBUTES:
        text = root.get(attribute) or ""
        yield leave_out_stored(text) if is_technical else text
    if root.tag == "input" and root.get("type") == "submit":
        yield root.get("value") or ""
    is_named = is_technical and "word" not in root.classes
    yield leave_out_stored(root.text or "") if is_named else root.text or ""
    for child in root:
        yield from list_texts(child, language)
        yield child.tail or ""


def is_about_columns(element: Any) -> bool:
    """Tell whether an element names columns and stored words, which those who write SQL need."""
    if element.tag in ("dt", "dd"):
        classes = {name for outer in element.iterancestors() for name in outer.classes}
        return bool({"columns", "column-descriptions"} & classes)
    if element.tag == "label":
        return str(element.get("for")).startswith("qp")
    if element.tag == "a" and element.getparent().tag == "th":
        return element.getparent().get("data-column") is not None
    return element.tag in ("th", "option") or "word" in element.classes


def leave_out_stored(text: str) -> str:
    """Return a text without names of columns and stored words."""
    if OTHER_WORDS["en"].search(text) is None and len(text) > 40:
        return text  # a sentence in English
    return load_stored_names().sub(" ", text)


@cache
def load_stored_names() -> re.Pattern[str]:
    """Return the names of columns and the words that tables store."""
    said = load_metadata()["databases"]["archive"]
    names = {"rowid"}
    for entry in (*said["tables"].values(), *said["queries"].values()):
        names.update(entry.get("columns", {}), entry.get("params", ()))
    for words in WORDS.values():
        names.update(words)
    text = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"\b(?:{text})\b|{NAMES['about columns']}")


def is_data(element: Any) -> bool:
    """Tell whether an element is of the archive: a cell of a table, what is chosen, a page."""
    if element.tag == "td" and not element.find_class("word"):
        table = next(element.iterancestors("table"))
        return bool({"rows-and-columns", "row-values"} & set(table.classes))
    return bool({"snippet", "archived"} & set(element.classes))


def find_words(
    answer: httpx.Response, language: str, names: re.Pattern[str]
) -> list[str]:
    """Return what a page says in the other language."""
    kind = answer.headers.get("content-type", "")
    if "html" in kind:
        texts = list(list_texts(lxml.html.fromstring(answer.text), language))
    elif "atom" in kind:
        feed = lxml.etree.fromstring(answer.content)
        elements = feed.iter(f"{ATOM}title", f"{ATOM}summary")
        texts = [
            element.text or ""
            for element in elements
            if XML_LANGUAGE not in element.attrib
        ]
    else:
        return []
    wrong = []
    for text in texts:
        if is_in_both(text, language, names):
            wrong.append(" ".join(text.split()))
    return wrong


def is_in_both(text: str, language: str, names: re.Pattern[str]) -> bool:
    """Tell whether a text has words of the other language that are no names."""
    if not OTHER_WORDS[language].search(text):
        return False
    patterns = load_names()[language]
    rests = (
        patterns.sub(" ", names.sub(" ", text)),  # a name may hold a pattern,
        names.sub(" ", patterns.sub(" ", text)),  # and a pattern a name
    )
    return all(OTHER_WORDS[language].search(rest) for rest in rests)


def list_starts() -> list[str]:
    """Return addresses that no link leads to: errors, and SQL of one's own."""
    sql = quote("select rule, severity, message from findings limit 3")
    return [
        "/",
        "/nothing",
        "/region/西霞",
        "/changes?page=x",
        "/archive/nothing",
        "/archive/reports/999999",
        "/archive/reports?_sort=nothing",
        "/archive/reports?state__contains=pre&_sort_desc=id",
        "/archive/reports?_where=state+is+null",
        "/archive/findings?_size=x",
        f"/archive?sql={sql}",
        "/archive?sql=selec",
        "/archive?sql=select+*+from+nothing",
        "/archive?sql=with+recursive+n(i)+as+(select+1+union+all+select+i%2B1+from+n)+select+max(i)+from+n",
        "/-/versions",
        "/-/patterns",
    ]


def says_language(answer: httpx.Response, language: str) -> bool:
    return f'<html lang="{TAGS[language]}"' in answer.text


async def read_pages(
    path: Path, language: str, most: int
) -> tuple[int, dict[str, list[str]]]:
    """Ask for every kind of page in a language; return how many, and what is wrong on which."""
    names = load_archive_names(path)
    how = Serving()
    datasette = open_datasette(path, how)
    transport = httpx.ASGITransport(make_application(datasette, how, "127.0.0.1"))
    wrong: dict[str, list[str]] = {}
    kinds: set[tuple[object, ...]] = set()
    waiting = list_starts()
    count = 0
    headers = {"Accept-Language": language}
    async with httpx.AsyncClient(
        transport=transport, base_url=HOST, headers=headers
    ) as client:
        other = "en" if language == "zh" else "zh"
        for address in waiting:  # what was in the other language is in this one now
            await client.get(address, headers={"Accept-Language": other}, timeout=60)
        while waiting and count < most:
            address = waiting.pop(0)
            answer = await client.get(address, timeout=60)
            count += 1
            words = find_words(answer, language, names)
            is_page = "html" in answer.headers.get("content-type", "")
            # a page of the archive in a frame, alone or beside the reading
            is_of_site = address.endswith("/page") or address.startswith("/beside")
            if is_page and not is_of_site and not says_language(answer, language):
                words.append("no language")
            if words:
                wrong[address] = words
            for link in list_links(answer):
                target = urljoin(HOST + address, link)
                bare = target.removeprefix(HOST).partition("#")[0]
                if (
                    target.startswith(f"{HOST}/")
                    and "lang=" not in bare
                    and not bare.endswith((".json", ".csv"))
                ):
                    kind = kind_of(bare)
                    if kind not in kinds:
                        kinds.add(kind)
                        is_ours = not bare.startswith("/archive/")
                        waiting.insert(0 if is_ours else len(waiting), bare)
    datasette.get_database("archive").close()
    return count, wrong


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("fixture", ["archive_path", "addresses_path"])
def test_a_page_is_in_one_language(
    fixture: str, language: str, request: pytest.FixtureRequest
) -> None:
    check_pages(request.getfixturevalue(fixture), language)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_of_the_sample_is_in_one_language(
    sample_path: Path, language: str
) -> None:
    check_pages(sample_path, language, 1000)


def check_pages(path: Path, language: str, most: int = MOST_PAGES) -> None:
    # the tests in a browser have an event loop in this thread
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(lambda: asyncio.run(read_pages(path, language, most)))
        count, wrong = task.result()
    assert wrong == {}
    assert count >= min(most, 75)


@pytest.mark.parametrize(
    "text", ["报告 was changed", "3 rows", "Next page", "的 page 网页"]
)
def test_english_is_noticed_on_a_chinese_page(text: str) -> None:
    assert is_in_both(text, "zh", re.compile("(?!)"))


def test_chinese_is_noticed_on_an_english_page() -> None:
    page = '<html lang="en"><p title="年度">Year <b lang="zh-CN">年</b></p></html>'
    answer = httpx.Response(200, html=page)
    assert find_words(answer, "en", re.compile("(?!)")) == ["年度"]


def test_every_part_is_met_in_datasettes_sources() -> None:
    folders = (
        datasette_texts.DATASETTE / "templates",
        datasette_texts.DATASETTE / "static",
    )
    for name, parts in datasette_texts.load_datasette_texts().items():
        if name in ("operators", "errors"):
            continue
        sources = [folder / name for folder in folders]
        source = next(path for path in sources if path.exists()).read_text("utf-8")
        assert [part for part in parts if part not in source] == []
    templates = "".join(path.read_text("utf-8") for path in folders[0].glob("*.html"))
    assert [
        part for part in datasette_texts.REPLACEMENTS if part not in templates
    ] == []
    displays = {display for _, display, _ in Filters([]).lookups()}
    assert displays - set(datasette_texts.load_datasette_texts()["operators"]) == set(
        "=≥≤<>"
    ) | {"!="}


def test_the_menu_of_a_column_is_in_chinese() -> None:
    menu = datasette_texts.translate_script().partition("</div>`")[0]
    assert not re.findall(r">[^<]*[A-Za-z][^<]*<", menu)
    assert "升序排列" in menu
