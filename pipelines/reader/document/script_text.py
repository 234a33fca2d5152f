"""Text that a page's own script shows: it stands in the page, and nothing of it is run.

Editors leave a report in a textarea, a template or a string of a script, from which the page
fills itself when it is opened. It is looked for only where the visible page has no report.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from nianbao.archive.charsets import decode_text, join_surrogates
from nianbao.pipelines.reader.payload.normal_form import (
    join_words,
    remove_invisible,
)
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("is_report")

MIN_CHAPTERS = 2  # of a report, that a text must name
MIN_LENGTH = 200  # characters of markup
MOST_CANDIDATES = 200
# What never closes is taken to the end, so that broken markup is gone through once.
_ELEMENT = re.compile(
    r"<(?P<tag>textarea|template|xmp|noscript|script)\b(?P<attributes>[^>]*+)>"
    r"(?P<text>[^<]*+(?:<(?!/(?P=tag)\b)[^<]*+)*+)",
    re.IGNORECASE,
)
_SCRIPT_OF_TEXT = re.compile(
    r"type\s*=\s*[\"']?(?:text/(?:html|plain|template|x-[\w-]+|ng-template)|application/json)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    rf"\s(?:value|content|data-[\w-]{{1,40}})\s*=\s*(?:\"([^\"<>]{{{MIN_LENGTH},}}+)\""
    rf"|'([^'<>]{{{MIN_LENGTH},}}+)')",
)
# What stands in a frame by itself may have tags as they are.
_FRAME_TEXT = re.compile(r"\ssrcdoc\s*=\s*(?:\"([^\"]++)\"|'([^']++)')", re.IGNORECASE)
_STRING = re.compile(
    r"\"((?:[^\"\\\n]|\\.)*+)\"|'((?:[^'\\\n]|\\.)*+)'|`((?:[^`\\]|\\.)*+)`", re.DOTALL
)
_COMMENT = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/|(?m:^[ \t]*+//[^\n]*+$)")
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))",
    re.S,
)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "v": "", "0": ""}
_OLD_ESCAPE = re.compile(r"%u[0-9a-fA-F]{4}")
_ENCODED = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4}")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
_TAG_OR_COMMENT = re.compile(r"<!--(?:[^-]++|-(?!->))*+-->|<[^<>]*+>")
_CHINESE_OR_TAG = re.compile(r"[\u3400-\u9fff<]")


class ScriptText(NamedTuple):
    """A text with the chapters of a report, and where in the page it stands, in words."""

    markup: str
    place: str


def find_script_text(source: str) -> ScriptText | None:
    """Return the text of a report that a page's script shows; None where there is none.

    Of several the one with most chapters, and of these the longest.
    """
    best: ScriptText | None = None
    best_rank = (MIN_CHAPTERS - 1, 0)
    for number, candidate in enumerate(_iter_candidates(source)):
        rank = (count_chapters(candidate.markup), len(candidate.markup))
        if rank > best_rank and rank[0] >= MIN_CHAPTERS:
            best = candidate
            best_rank = rank
        if number >= MOST_CANDIDATES:
            break
    if best is None and _HIDDEN.search(source) and _names_chapters(source):
        return ScriptText("", "hidden")
    return best


def _names_chapters(source: str) -> bool:
    """Tell whether a page names the chapters of a report anywhere, seen or not.

    Most pages hide something, and to read them a second time takes as long as the first time.
    """
    if count_chapters(source) >= MIN_CHAPTERS:
        return True
    text = html.unescape(_TAG_OR_COMMENT.sub("", source))
    return count_chapters(remove_invisible(join_words(text))) >= MIN_CHAPTERS


def count_chapters(text: str) -> int:
    """Return how many different chapters of a report a text names."""
    return len(set(_RULES.chapter.pattern.findall(text)))


def put_into_page(source: str, text: ScriptText) -> str:
    """Return the source of a page with a text that its script shows as its main text.

    An element that is hidden is shown where it stands.
    """
    if not text.markup:
        return _HIDDEN.sub("", source)
    end = len(source)
    for match in _BODY_END.finditer(source):
        end = match.start()
    return f'{source[:end]}<div id="zoom">{text.markup}</div>{source[end:]}'


def _iter_candidates(source: str) -> Iterator[ScriptText]:
    """Yield what the elements, attributes and strings of a page hold."""
    stripped = source.lstrip("\ufeff \t\r\n")
    if stripped[:1] in ("{", "["):
        yield from _iter_strings(stripped, "answer")
        return
    for match in _ELEMENT.finditer(source):
        tag = match["tag"].lower()
        text = match["text"]
        if len(text) < MIN_LENGTH:
            continue
        if tag != "script":
            yield ScriptText(_unescape_markup(text), tag)
        elif _SCRIPT_OF_TEXT.search(match["attributes"]):
            yield ScriptText(_unescape_markup(text), "markup_script")
            yield from _iter_strings(text, "page_data")
        else:
            script = _COMMENT.sub("", text)
            yield from _iter_strings(script, "string")
    for match in _FRAME_TEXT.finditer(source):
        markup = html.unescape(match[1] or match[2])
        yield ScriptText(markup, "frame")
    for match in _ATTRIBUTE.finditer(source):
        markup = html.unescape(match[1] or match[2])
        yield ScriptText(markup, "attribute")


def _iter_strings(script: str, place: str) -> Iterator[ScriptText]:
    """Yield the long strings of a script, and all its strings with text as one."""
    pieces = []
    for match in _STRING.finditer(script):
        raw = match[match.lastindex or 0]
        if len(raw) >= MIN_LENGTH:
            text = _decode_string(raw)
            yield ScriptText(text, place)
            pieces.append(text)
        elif _CHINESE_OR_TAG.search(raw) or "\\u" in raw:
            pieces.append(_unescape_string(raw))
    yield ScriptText("".join(pieces), place)


def _decode_string(raw: str) -> str:
    """Return what a string of a script stands for, also where it is encoded once more."""
    text = _unescape_string(raw)
    for decode in (_decode_percent, _decode_base64):
        decoded = decode(text)
        if decoded is not None:
            text = decoded
    return _unescape_markup(text)


def _unescape_string(raw: str) -> str:
    if "\\" not in raw:
        return raw
    return _ESCAPE.sub(_replace_escape, raw)


def _replace_escape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else ""
    if match[4]:
        return ""
    letter = match[5]
    return _LETTERS.get(letter, letter)


def _unescape_markup(text: str) -> str:
    """Return text whose markup is escaped as markup."""
    if "&lt;" in text or "&#60;" in text:
        return html.unescape(text)
    return text


def _decode_percent(text: str) -> str | None:
    """Return a text that `escape` or `encodeURIComponent` made; None where it is another."""
    if len(_PERCENT.findall(text)) * 9 < len(text):
        return None
    if _OLD_ESCAPE.search(text):
        return join_surrogates(_PERCENT.sub(_replace_percent, text))
    return unquote(text, errors="replace")


def _replace_percent(match: re.Match[str]) -> str:
    return chr(int(match[0].lstrip("%u"), 16))


def _decode_base64(text: str) -> str | None:
    if not _ENCODED.fullmatch(text):
        return None
    try:
        payload = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    decoded, _ = decode_text(payload)
    return decoded
