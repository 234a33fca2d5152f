"""RTF: its tokens, and the characters of its code pages. The words are those of RTF 1.9.1."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?"
    rb"|\\'([0-9a-fA-F]{2})"
    rb"|\\([^a-zA-Z])"
    rb"|([{}])"
    rb"|([^\\{}\r\n]+)"
    rb"|[\r\n]+|\\"
)
_CHARSETS = {
    0: "cp1252",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5hkscs",
    161: "cp1253",
    204: "cp1251",
    238: "cp1250",
}
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 10008: "gb18030", 54936: "gb18030"}
_ASIAN = frozenset(("cp932", "cp949", "johab", "gb18030", "big5hkscs"))
_DEFAULT = "gb18030"


class RtfToken(NamedTuple):
    """A word with its number, a sign, a brace, or characters: the other fields are empty."""

    word: str = ""
    number: int | None = None
    sign: bytes = b""
    brace: bytes = b""
    characters: bytes = b""


def iter_tokens(payload: bytes) -> Iterator[RtfToken]:
    """Yield the tokens of a file; binary data within it is passed over."""
    position = 0
    while True:
        match = _TOKEN.match(payload, position)
        if match is None:
            return
        position = match.end()
        word, number, code, sign, brace, characters = match.groups()
        if word is not None:
            value = None if number is None else int(number)
            if word == b"bin" and value is not None:
                position += max(value, 0)
            yield RtfToken(word=word.decode("ascii"), number=value)
        elif code is not None:
            yield RtfToken(characters=bytes((int(code, 16),)))
        elif sign is not None:
            yield RtfToken(sign=sign)
        elif brace is not None:
            yield RtfToken(brace=brace)
        elif characters is not None:
            yield RtfToken(characters=characters)


def find_charset(number: int) -> str | None:
    """Return the codec of a font's charset, None where the file's own counts."""
    return _CHARSETS.get(number)


def find_code_page(number: int) -> str:
    """Return the codec of a code page."""
    if number in _CODE_PAGES:
        return _CODE_PAGES[number]
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return _DEFAULT


def decode_characters(characters: bytes, font: str | None, file: str) -> str:
    """Return bytes as text, by the codec of their font, else by that of the file.

    Programs write Chinese text in a font of western letters; a western codec decodes anything.
    """
    if characters.isascii():
        return characters.decode("ascii")
    codecs_in_order = [font or file, file, _DEFAULT]
    codecs_in_order.sort(key=lambda name: name not in _ASIAN)
    for name in codecs_in_order:
        try:
            return characters.decode(name)
        except ValueError:
            continue
    return characters.decode(font or file, "replace")
