"""A report that the page's own script shows is read as the visible one is, and said to be so."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import time
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
import zstandard

from nianbao.pipelines.reader import read
from tests.reader.report_parts import load_text, put_into_shell, show_inline

TEXT = load_text()


def as_js(text: str) -> str:
    """Return a string of JavaScript as editors write it."""
    return json.dumps(text, ensure_ascii=False).replace("</", "<\\/")


def as_old_escape(text: str) -> str:
    """Return what JavaScript's `escape` makes of a text."""
    pieces = []
    for letter in text:
        code = ord(letter)
        if letter.isascii() and letter.isalnum():
            pieces.append(letter)
        elif code < 256:
            pieces.append(f"%{code:02X}")
        else:
            pieces.append(f"%u{code:04X}")
    return "".join(pieces)


def write_lines() -> str:
    lines = re.split(r"(?=<p[ >]|<table|<tr)", TEXT)
    return "".join(f"document.writeln({as_js(line)});\n" for line in lines)


SHAPES = {
    "textarea": f'<textarea id="c" style="display:none">{html.escape(TEXT)}</textarea>',
    "raw textarea": f"<textarea>{TEXT}</textarea>",
    "template": f"<template id='c'>{TEXT}</template>",
    "script of markup": f'<script type="text/html" id="c">{TEXT}</script>',
    "noscript": f"<noscript>{TEXT}</noscript>",
    "string": f"<script>var content = {as_js(TEXT)};</script>",
    "escapes": f"<script>var content = {json.dumps(TEXT)}; // 正文</script>",
    "editor": f"<script>UE.getEditor('e').ready(function(){{this.setContent({as_js(TEXT)})}})</script>",
    "back quotes": f"<script>/* it's */ var content = `{TEXT}`;</script>",
    "lines": f"<script>{write_lines()}</script>",
    "base64": f'<script>show(atob("{base64.b64encode(TEXT.encode()).decode()}"))</script>',
    "percent": f'<script>document.write(decodeURIComponent("{quote(TEXT)}"))</script>',
    "escape": f'<script>document.write(unescape("{as_old_escape(TEXT)}"))</script>',
    "attribute": f'<div id="c" data-content="{html.escape(TEXT)}"></div>',
    "hidden field": f"<input type='hidden' value='{html.escape(TEXT)}'>",
    "hidden element": f'<div id="c" style="display: none">{TEXT}</div>',
    "data": f'<script type="application/json">{json.dumps({"d": {"c": TEXT}})}</script>',
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_text_is_that_of_the_visible_page(shape: str) -> None:
    whole = read(show_inline(TEXT).encode())
    reading = read(put_into_shell(f"<div id='show'></div>{SHAPES[shape]}").encode())
    assert reading.figures == whole.figures
    assert reading.text == whole.text
    assert reading.content_sha256 == whole.content_sha256
    assert (reading.title, reading.published_on) == (whole.title, whole.published_on)
    (finding,) = set(reading.findings) - set(whole.findings)
    assert (finding.rule, finding.severity) == ("text.from_script", "info")


BREAKS: dict[str, Callable[[str], str]] = {
    "nothing": lambda word: word,
    "elements": lambda word: f"{word[0]}<b class='a'>{word[1:3]}</b>{word[3:]}",
    "comments": lambda word: f"{word[:2]}<!-- > 行 -->{word[2:]}",
    "references": lambda word: f"{word[0]}&#{ord(word[1])};{word[2:]}",
    "characters of no width": lambda word: f"{word[:2]}<span>\u200b</span>{word[2:]}",
}


@pytest.mark.parametrize("name", BREAKS)
def test_hidden_chapters_are_known_whatever_breaks_their_names(name: str) -> None:
    text = TEXT
    for word in ("总体情况", "依申请公开", "行政复议", "主要问题", "主动公开政府信息"):
        text = text.replace(word, BREAKS[name](word))
    hidden = f"<div style='display:none'><div id='zoom'>{text}</div></div>"
    reading = read(put_into_shell(hidden).encode())
    whole = read(show_inline(TEXT).encode())
    assert "text.from_script" in {finding.rule for finding in reading.findings}
    assert reading.figures == whole.figures


def test_data_of_an_interface_is_read() -> None:
    data = {"title": "西霞县自然资源局2024年政府信息公开工作年度报告", "content": TEXT}
    reading = read(json.dumps({"data": data}).encode())
    assert len(reading.figures) == 200


def test_a_visible_report_is_read_and_not_what_stands_hidden() -> None:
    reading = read(
        show_inline(TEXT + SHAPES["string"].replace("2024", "2023")).encode()
    )
    assert reading.report_year == 2024
    assert "text.from_script" not in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize("shape", ["textarea", "string", "attribute"])
def test_text_that_is_no_report_is_left_alone(shape: str) -> None:
    other = SHAPES[shape].replace(TEXT, "<p>本县天气晴。</p>" * 30)
    other = other.replace(html.escape(TEXT), "本县天气晴。" * 50)
    other = other.replace(as_js(TEXT), as_js("<p>本县天气晴。</p>" * 30))
    reading = read(put_into_shell(other).encode())
    assert "text.from_script" not in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize("quote_mark", ["'", '"', "`", "<textarea>", "<script>", "\\"])
def test_broken_markup_is_gone_through_once(quote_mark: str) -> None:
    source = put_into_shell(f"<script>{quote_mark}" + f"a{quote_mark}\n" * 100_000)
    began = time.perf_counter()
    read(source.encode())
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, zstandard.compress])
def test_a_compressed_payload_is_unpacked(pack: type) -> None:
    page = show_inline(TEXT).encode()
    assert read(pack(page)).content_sha256 == read(page).content_sha256
    file = (pack(pack(page)), page)
    assert read(file[0]).content_sha256 == read(file[1]).content_sha256


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, zstandard.compress])
def test_a_bomb_is_refused(pack: type) -> None:
    (finding,) = read(pack(bytes(100_000_000))).findings
    assert (finding.rule, finding.severity) == ("file.too_large", "warning")
    assert "unpacks to more" in finding.message


def test_a_compressed_payload_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    packed = gzip.compress(show_inline(TEXT).encode())
    reading = read(packed[: len(packed) // 2])
    assert reading.is_report
    assert 0 < len(reading.text) < len(read(packed).text)
