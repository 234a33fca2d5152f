"""Declarations of lists: what they ask for, what they read, and what is said of a mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nianbao.spiders import catalogue
from nianbao.spiders.catalogue import CatalogueError
from nianbao.spiders.declarations.answers import read_answer
from nianbao.spiders.declarations.model import AnswerShape, ListDeclaration
from nianbao.spiders.declarations.paths import follow_path
from nianbao.spiders.declarations.requests import (
    build_first_requests,
    build_next_request,
    read_page_number,
)
from nianbao.spiders.declarations.shipped import (
    FOLDER,
    load_declarations,
    read_declaration,
)
from nianbao.spiders.lists.page import FormPost, ListPage, ListRow, NextPage
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.yaml_files import YamlFileError
from tests.growth import LINEAR, measure_growth

HOST = "http://www.example.gov.cn"
DOCS = Path(__file__).parents[2] / "docs" / "declared-lists.md"
TITLE = "某县2023年政府信息公开工作年度报告"


def declare(**parts: Any) -> ListDeclaration:
    """Return a declaration of a plain list, some of its parts changed."""
    fields: dict[str, Any] = {
        "request": {"url": "/api", "method": "GET", "query": {"p": "{page}"}},
        "pages": {"first": 1},
        "answer": {"format": "json", "rows": "list", "address": "url"},
    }
    return ListDeclaration.model_validate(fields | parts)


def make_page(url: str, body: str = "", sent: str = "") -> ListPage:
    return ListPage.from_bytes(HOST + url, body.encode(), request_body=sent)


def answer(request: NextPage) -> ListPage:
    """Return the page that answers a request, with nothing in it."""
    if isinstance(request, FormPost):
        return make_page(request.url.removeprefix(HOST), "{}", request.body)
    return make_page(request.removeprefix(HOST), "{}")


# --- requests -------------------------------------------------------------------------------

REQUESTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the number of the page": (
        {"request": {"url": "/api", "method": "GET", "query": {"a": 1, "p": "{page}"}}},
        ["/api?a=1&p=1", "/api?a=1&p=2"],
    ),
    "its first and last row": (
        {
            "request": {"url": "/api", "method": "GET", "query": {"s": "{start}", "e": "{end}"}},
            "pages": {"first": 1, "size": 15},
        },
        ["/api?s=1&e=15", "/api?s=16&e=30"],
    ),
    "how many rows stand before it": (
        {
            "request": {"url": "/api", "method": "GET", "query": {"from": "{offset}", "n": "{size}"}},
            "pages": {"first": 0, "size": 10},
        },
        ["/api?from=0&n=10", "/api?from=10&n=10"],
    ),
    "a file": (
        {"request": {"url": "/nb/list_{page}.json", "method": "GET"}, "pages": {"first": 0}},
        ["/nb/list_0.json", "/nb/list_1.json"],
    ),
    "JSON in a parameter": (
        {"request": {"url": "/api", "method": "GET", "query": {"q": {"no": "{page}", "n": "9"}}}},
        ["/api?q=%7B%22no%22%3A1%2C%22n%22%3A%229%22%7D", "/api?q=%7B%22no%22%3A2%2C%22n%22%3A%229%22%7D"],
    ),
    "a form": (
        {"request": {"url": "/api", "method": "POST", "form": {"p": "{page}", "c[]": "7"}}},
        ["p=1&c%5B%5D=7", "p=2&c%5B%5D=7"],
    ),
    "JSON in a form": (
        {"request": {"url": "/api", "method": "POST", "form": {"q": {"page": {"no": "{page}"}}}}},
        ["q=%7B%22page%22%3A%7B%22no%22%3A1%7D%7D", "q=%7B%22page%22%3A%7B%22no%22%3A2%7D%7D"],
    ),
    "JSON": (
        {"request": {"url": "/api", "method": "POST", "json": {"q": {"no": "{page}"}, "t": "第{page}页"}}},
        ['{"q": {"no": 1}, "t": "第1页"}', '{"q": {"no": 2}, "t": "第2页"}'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_each_way_to_say_which_page_is_wanted(name: str) -> None:
    parts, expected = REQUESTS[name]
    declaration = declare(**parts)
    (first,) = build_first_requests(declaration, make_page("/nb/"), {})
    page = answer(first)
    assert read_page_number(declaration, page) == declaration.pages.first
    second = build_next_request(declaration, page, declaration.pages.first + 1)
    sent = [
        r.body if isinstance(r, FormPost) else r.removeprefix(HOST)
        for r in (first, second)
    ]
    assert sent == expected
    next_page = answer(second)
    assert read_page_number(declaration, next_page) == declaration.pages.first + 1


def test_what_was_sent_stays_as_it_was_sent() -> None:
    declaration = declare()
    page = make_page("/api?token=%2F1&p=3&x=", "{}")
    assert build_next_request(declaration, page, 4) == f"{HOST}/api?token=%2F1&p=4&x="


@pytest.mark.parametrize(
    "url", ["/nb/", "/api", "/api?p=x", "/other?p=1", "/api/1?p=1"]
)
def test_what_is_no_page_of_the_list(url: str) -> None:
    assert read_page_number(declare(), make_page(url)) is None


VALUES: dict[str, tuple[Any, str | None]] = {
    "a parameter": ({"parameter": "id"}, "7"),
    "the address": ({"address": r"/(\w+)/index"}, "nb"),
    "a script": ({"script": r"channel='(\w+)'"}, "c8"),
    "no comment of a script": ({"script": r"old='(\w+)'"}, None),
    "the source": ({"text": 'data-x="([^"]+)"'}, "x9"),
    "a field": ({"field": "#col"}, "f1"),
    "the first that is there": ([{"parameter": "none"}, {"field": "#col"}], "f1"),
    "a default": ([{"parameter": "none"}, {"default": "d"}], "d"),
    "an empty one": ({"parameter": "empty"}, ""),
    "none": ({"parameter": "none"}, None),
}


@pytest.mark.parametrize("name", VALUES)
def test_each_place_of_a_value(name: str) -> None:
    source, expected = VALUES[name]
    body = """<div data-x="x9"><input id="col" value="f1"><script>// old='c1'
      channel='c8'</script></div>"""
    request = {"url": "/api", "method": "GET", "query": {"v": "{v}", "p": "{page}"}}
    declaration = declare(values={"v": source}, request=request)
    page = make_page("/nb/index.html?id=7&empty=", body)
    requests = list(build_first_requests(declaration, page, {}))
    assert requests == ([] if expected is None else [f"/api?v={expected}&p=1"])
    assert list(build_first_requests(declaration, page, {"v": "own"})) == [
        "/api?v=own&p=1"
    ]


# --- answers --------------------------------------------------------------------------------

ROW = ListRow("/nb/1.html", TITLE, "2024-01-20")
LINK = f'<li><a href="/nb/1.html">{TITLE}</a><b>2024-01-20</b></li>'
KEYS = {"address": "url", "title": "title", "date": "day"}
RECORD = {"url": "/nb/1.html", "title": TITLE, "day": "2024-01-20 10:00"}
ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "JSON": ({"format": "json", "rows": "a.list", **KEYS}, json.dumps({"a": {"list": [RECORD]}})),
    "the answer itself": ({"format": "json", "rows": "$", **KEYS}, json.dumps([RECORD])),
    "JSON in a text": (
        {"format": "json", "rows": "a.list", **KEYS},
        json.dumps({"a": json.dumps({"list": [RECORD]})}),
    ),
    "the second place": ({"format": "json", "rows": ["b", "a"], **KEYS}, json.dumps({"a": [RECORD]})),
    "JSONP": ({"format": "json", "rows": "list", **KEYS}, f"cb_1({json.dumps({'list': [RECORD]})});"),
    "JSONP as a script writes it": (
        {"format": "json", "rows": "list", **KEYS},
        f"/**/jQuery.cb({{list:[{{url:'/nb/1.html',title:'{TITLE}',day:\"2024-01-20\"}}]}})",
    ),
    "markup in JSON": ({"format": "json", "rows": "list"}, json.dumps({"list": [LINK]})),
    "HTML in JSON": (
        {"format": "json", "within": {"path": "data.html", "format": "html"}},
        json.dumps({"data": {"html": f"<ul>{LINK}</ul>"}}),
    ),
    "XML in JSON": (
        {"format": "json", "within": {"path": "result", "format": "xml"}, "rows": "record"},
        json.dumps({"result": f"<store><record><![CDATA[{LINK}]]></record></store>"}),
    ),
    "XML": (
        {"format": "xml", "rows": "item", "address": "link", "title": "name", "date": "@day"},
        f'<list><item day="2024-01-20"><link>/nb/1.html</link><name>{TITLE}</name></item></list>',
    ),
    "HTML": ({"format": "html"}, f"<ul>{LINK}</ul><p><a href='/'>首页</a></p>"),
    "HTML in a place": (
        {"format": "html", "rows": ["ul.list", "div.more"]},
        f"<ul><li><a href='/x'>菜单</a></li></ul><ul class='a list'>{LINK}</ul>",
    ),
    "an address that is made": (
        {"format": "json", "rows": "list", "address": "/nb/{id}.html", "title": "title", "date": "day"},
        json.dumps({"list": [{"id": 1, "title": f"<em>{TITLE}</em>", "day": 1705716000000}]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_each_kind_of_answer(name: str) -> None:
    shape, text = ANSWERS[name]
    read = read_answer(AnswerShape.model_validate(shape), make_page("/api?p=1", text))
    assert (read.rows, read.record_count, read.has_list) == ((ROW,), 1, True)


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize(
    "text", ["", "{}", '{"code": 500}', "cb()", "系统繁忙", "[", "null"]
)
def test_an_answer_without_its_list_has_none(name: str, text: str) -> None:
    """HTML is a list wherever it is markup at all."""
    shape = AnswerShape.model_validate(ANSWERS[name][0])
    read = read_answer(shape, make_page("/api?p=1", text))
    assert read.rows == ()
    assert not read.has_list or shape.format == "html"


def test_a_page_without_rows_is_the_end_only_where_it_has_the_place_for_them() -> None:
    reader = reader_for("declared", {}, declare())
    for text, ends in (
        ('{"list": []}', True),
        ('{"list": null}', True),
        ('{"x": 1}', False),
    ):
        assert reader.ends_blank(make_page("/api?p=2", text)) is ends
    counted = declare(
        answer={"format": "json", "rows": "list", "address": "url", "page_count": "n"}
    )
    reader = reader_for("declared", {}, counted)
    assert not reader.ends_blank(make_page("/api?p=2", '{"list": [], "n": 3}'))
    assert list(reader.read_next_pages(make_page("/api?p=2", '{"list": [], "n": 3}')))
    assert not list(
        reader.read_next_pages(make_page("/api?p=3", '{"list": [], "n": "3"}'))
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.b", 1), ("a", {"b": 1}), ("l.1", 5), ("t.x", 2), ("$", None)],
)
def test_paths(path: str, expected: Any) -> None:
    value = {"a": {"b": 1}, "l": [4, 5], "t": '{"x": 2}'}
    assert follow_path(value, path) == (value if expected is None else expected)


@pytest.mark.parametrize(
    ("value", "total"),
    [(35, 35), ("35", 35), ("共35条", 35), (35.0, 35), (None, None), ("", None), (0, None),
     (1, None), ("1/35", None), (-1, None), ([35], 35), ({}, None), (10**30, None)],
)  # fmt: skip
def test_totals_that_services_send(value: Any, total: int | None) -> None:
    """One that is less than the rows of its own answer is none."""
    shape = AnswerShape.model_validate(
        {"format": "json", "rows": "list", **KEYS, "total": "n"}
    )
    text = json.dumps({"list": [RECORD, RECORD], "n": value})
    assert read_answer(shape, make_page("/api?p=1", text)).total == total


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-01-20 09:00", "2024-01-20"),
        ("2024年1月20日", "2024-01-20"),
        (1705716000, "2024-01-20"),
        (1705716000000, "2024-01-20"),
        ("1705716000", "2024-01-20"),
        ("1705716000000", "2024-01-20"),
        (20240120, "2024-01-20"),
        ("20240120", "2024-01-20"),
        ("20240120093000", "2024-01-20"),
        (20249920, None),
        (0, None),
        (12, None),
        (1e300, None),
        (-(10**20), None),
        ("9" * 400, None),
        (None, None),
        (True, None),
    ],
)
def test_days_that_services_send(value: Any, day: str | None) -> None:
    shape = AnswerShape.model_validate({"format": "json", "rows": "list", **KEYS})
    text = json.dumps({"list": [RECORD | {"day": value}]})
    (row,) = read_answer(shape, make_page("/api?p=1", text)).rows
    assert row.date == day


HOSTILE_RECORDS = [
    None, 1, "x", [], {}, {"url": None}, {"url": []}, {"url": {"a": 1}}, {"url": ""},
    {"url": "/a", "title": 5}, {"url": "/a", "title": []}, {"url": 7, "day": {}},
]  # fmt: skip


def test_records_of_any_kind_are_read_or_left() -> None:
    shape = AnswerShape.model_validate({"format": "json", "rows": "list", **KEYS})
    text = json.dumps({"list": HOSTILE_RECORDS})
    read = read_answer(shape, make_page("/api?p=1", text))
    assert read.record_count == len(HOSTILE_RECORDS)
    assert [row.url for row in read.rows] == ["/a", "/a", "7"]


# --- files ----------------------------------------------------------------------------------

SITE = """id: xixia
name: 西霞县人民政府
region: null
platform: declared
entries:
  - {url: "http://xixia.localhost/nb/", column: 政府信息公开年报}
expect: {links: 1}
declaration:
  values:
    channel: {script: "c='(x)'"}
  request:
    url: /api
    method: GET
    query: {p: "{page}", c: "{channel}"}
  pages: {first: 1}
  answer:
    format: json
    rows: list
    address: url
"""
Change = Callable[[str], str]
MISTAKES: dict[str, tuple[tuple[str, str], str]] = {
    "no declaration": (
        (SITE[SITE.index("declaration:") :], ""),
        r"xixia\.yml:1: declaration: is missing: the platform declared needs it",
    ),
    "of another platform": (
        ("platform: declared", "platform: trs"),
        r"xixia\.yml:8: declaration: write `platform: declared`, or take it out",
    ),
    "a key that is none": (
        ("    rows: list\n", "    rowz: list\n"),
        r"xixia\.yml:18: declaration\.answer\.rowz: is not a field of `declaration\.answer` \(fields are format, ",
    ),
    "a key that is missing": (
        ("    method: GET\n", ""),
        r"xixia\.yml:11: declaration\.request\.method: is missing",
    ),
    "no pattern": (
        ("c='(x)'", "c='(x'"),
        r"xixia\.yml:10: declaration\.values\.channel\.script: .*regular expression",
    ),
    "a pattern without a group": (
        ("c='(x)'", "c='x'"),
        r"xixia\.yml:10: declaration\.values\.channel\.script: .*put \( \) around",
    ),
    "a value that nobody gives": (
        ("{channel}", "{chanel}"),
        r"xixia\.yml:14: declaration\.request\.query: \{chanel\} is no value; give it under `values`, or use one of channel",
    ),
    "no number of the page": (
        ('p: "{page}"', "p: 1"),
        r"xixia\.yml:11: declaration\.request: nothing says which page is wanted; write \{page\}",
    ),
    "rows without a size": (
        ("{page}", "{start}"),
        r"xixia\.yml:15: declaration\.pages: \{start\} needs `size`",
    ),
    "a query in the address": (
        ("url: /api", "url: /api?a=1"),
        r"xixia\.yml:12: declaration\.request\.url: .*write what stands behind the \? under `query`",
    ),
    "a body that is not sent": (
        ("method: GET", "method: GET\n    form: {a: 1}"),
        r"xixia\.yml:13: declaration\.request\.method: GET sends no `form`",
    ),
    "no body": (
        ("method: GET", "method: POST"),
        r"xixia\.yml:13: declaration\.request\.method: POST needs `form` or `json`",
    ),
    "no rows": (
        ("    rows: list\n", ""),
        r"xixia\.yml:16: declaration\.answer\.rows: say where the rows are",
    ),
    "HTML by a path": (
        ("format: json", "format: html"),
        r"xixia\.yml:18: declaration\.answer\.rows: list: write TAG\.CLASS",
    ),
}  # fmt: skip


def write(folder: Path, text: str) -> Path:
    path = folder / "xixia.yml"
    path.write_text(text, "utf-8")
    return path


def test_a_site_file_with_a_declaration(tmp_path: Path) -> None:
    site = catalogue.read_site(write(tmp_path, SITE))
    reader = reader_for(site.platform, site.options, site.declaration)
    column = ListPage.from_bytes(site.entries[0].url, b"<script>c='x'</script>")
    assert list(reader.read_next_pages(column)) == ["/api?p=1&c=x"]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_names_file_line_and_key_and_what_to_do(
    tmp_path: Path, name: str
) -> None:
    (old, new), said = MISTAKES[name]
    assert old in SITE
    with pytest.raises(CatalogueError, match=said):
        catalogue.read_site(write(tmp_path, SITE.replace(old, new)))


def test_options_state_what_a_page_does_not_give(tmp_path: Path) -> None:
    text = SITE[: SITE.index("declaration:")].replace("declared", "truecms")
    site = catalogue.read_site(write(tmp_path, f"{text}options: {{column_id: c9}}\n"))
    reader = reader_for(site.platform, site.options)
    (first,) = reader.read_next_pages(make_page("/nb/", "<p></p>"))
    assert "columnId=c9" in str(first)
    with pytest.raises(
        CatalogueError, match=r"truecms has the options: tree .*column_id"
    ):
        catalogue.read_site(write(tmp_path, f"{text}options: {{colum: c9}}\n"))


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem
)
def test_an_installed_declaration(path: Path) -> None:
    """A column's page that says nothing leads to no list."""
    declaration = read_declaration(path)
    assert (
        list(build_first_requests(declaration, make_page("/nb/", "<p></p>"), {})) == []
    )


def test_a_mistake_of_an_installed_one(tmp_path: Path) -> None:
    text = (FOLDER / "gkmlpt.yml").read_text("utf-8").replace("{sid}", "{sit}")
    with pytest.raises(
        YamlFileError,
        match=r"xixia\.yml:\d+: declaration\.request\.query: \{sit\} is no value",
    ):
        read_declaration(write(tmp_path, text))


def test_the_docs_name_the_installed_ones_and_their_example_works(
    tmp_path: Path,
) -> None:
    text = DOCS.read_text("utf-8")
    named = text[: text.index("## An example")]
    assert set(load_declarations()) <= set(re.findall(r"`(\w+)`", named))
    example = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)[0]
    path = tmp_path / "example.yml"
    path.write_text(example, "utf-8")
    site = catalogue.read_site(path)
    reader = reader_for(site.platform, site.options, site.declaration)
    (first,) = reader.read_next_pages(
        ListPage.from_bytes(
            site.entries[0].url, b"<script>var channelId = 'c7'</script>"
        )
    )
    assert isinstance(first, FormPost)
    assert first.fields == {"channelId": "c7", "pageNo": "1", "pageSize": "15"}
    (sent,) = re.findall(r"`(\{\"data\".*?\})`:", text)
    page = make_page("/api/list", sent.replace("…", TITLE), first.body)
    assert list(reader.read_rows(page)) == [
        ListRow("/zwgk/nb/7.html", TITLE, "2024-01-20")
    ]
    assert reader.read_totals(page) == (1, 31)
    (second,) = reader.read_next_pages(page)
    assert isinstance(second, FormPost)
    assert second.fields["pageNo"] == "2"


# --- size -----------------------------------------------------------------------------------

HOSTILE = {
    "JSONP not closed": lambda n: "cb({" + "a:'b'," * n,
    "texts not closed": lambda n: "cb({" + "'\\" * n,
    "keys": lambda n: "cb({" + "a " * n,
    "nested": lambda n: "[" * n,
    "elements": lambda n: "<a>" * n,
    "entities": lambda n: "<record>&lt;" * n,
}


@pytest.mark.parametrize("shape", HOSTILE)
@pytest.mark.parametrize("name", ["JSON", "XML", "XML in JSON", "HTML in a place"])
def test_an_answer_is_read_in_linear_time(name: str, shape: str) -> None:
    answer_shape = AnswerShape.model_validate(ANSWERS[name][0])

    def read(text: str) -> None:
        read_answer(answer_shape, make_page("/api?p=1", text))

    assert measure_growth(read, HOSTILE[shape], 4_000) < LINEAR
