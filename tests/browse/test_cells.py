"""Cells: what was archived stays text, only http and https addresses become links."""

from __future__ import annotations

import pytest

from nianbao.archive.browse.languages import choose_words
from nianbao.archive.browse.plugins.cells import (
    LONG_TEXT,
    add_chinese_word,
    find_heading,
    indent_json,
    is_address,
    render_in_full,
    render_plain,
)

DIGEST = "0123456789abcdef" * 4
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " http://a.gov.cn/",
        "http://a.gov.cn/ <b>",
        'http://a.gov.cn/" onmouseover="alert(1)',
        "data:text/html,x",
        "//a.gov.cn/",
        "http:///x",
        "http://[::1/x",
        "ftp://a.gov.cn/",
    ],
)
def test_these_are_no_addresses(text: str) -> None:
    assert not is_address(text)
    assert "<a " not in str(render_plain(text, "url"))


@pytest.mark.parametrize(
    "text",
    ["http://a.gov.cn/", "https://a.gov.cn:8443/年报?x=1&y=2", "HTTP://A.GOV.CN/x"],
)
def test_these_are_addresses(text: str) -> None:
    assert is_address(text)
    assert 'rel="noopener noreferrer nofollow"' in str(render_plain(text, "url"))


@pytest.mark.parametrize(
    "column", ["title", "kind", "state", "payload_sha256", "headers", "url", "text"]
)
def test_markup_is_text(column: str) -> None:
    assert "<script" not in str(render_plain(HOSTILE, column))
    assert "<script" not in str(
        render_in_full({"column": column, "raw": HOSTILE * 20, "value": ""})
    )


def test_a_digest_is_short_with_the_whole_at_hand() -> None:
    html = str(render_plain(DIGEST, "content_sha256"))
    assert f'title="{DIGEST}"' in html
    assert html.count(DIGEST) == 1


def test_long_text_is_cut_in_tables_and_whole_on_its_page() -> None:
    text = "长" * (LONG_TEXT + 500)
    assert len(str(render_plain(text, "text"))) == LONG_TEXT + 1
    assert text in str(render_in_full({"column": "text", "raw": text, "value": "cut"}))
    address = "http://a.gov.cn/" + "x" * LONG_TEXT
    assert (
        str(render_in_full({"column": "url", "raw": address, "value": "cut"})).count(
            address
        )
        == 2
    )


def test_json_is_laid_out() -> None:
    assert indent_json('{"a":["年"]}') == '{\n  "a": [\n    "年"\n  ]\n}'
    assert indent_json("{not json") == "{not json"


def test_words_and_headings() -> None:
    assert add_chinese_word("vanished", "state") == "vanished 消失"
    assert add_chinese_word("g2021", "form") == "g2021"


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("Tables 数据表", "Tables", "数据表"),
        ("all 全部…", "all", "全部…"),
        ("What it is.\n这是什么。", "What it is.", "这是什么。"),
        ("年度报告 · Annual reports", "Annual reports", "年度报告"),
        ("vanished 消失", "vanished", "消失"),
        ("archive", "archive", "archive"),
        ("年报", "年报", "年报"),
        ("", "", ""),
    ],
)
def test_a_text_in_both_languages_is_said_in_one(
    text: str, english: str, chinese: str
) -> None:
    assert choose_words(text, "en") == english
    assert choose_words(text, "zh") == chinese
    assert find_heading("a", None, {"a": "Name 名称 — what it is"}) == "Name 名称"
    assert find_heading("a", {}) == "a"
    assert render_plain(7, "status") is None
