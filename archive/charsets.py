"""Charsets: which characters the bytes of a page stand for, whatever it says of itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

import chardet

# Frequent in every report and notice, simplified and traditional. A right decoding is full
# of them.
_FREQUENT = frozenset(
    "的一是在了和有年月日政府信息公开工作报告情况主动申请人民行不为发布市县区镇乡街道"
    "办事处局中国网站门户本关于上下要第二三四五六条例数量总以及其他法律部机构建设"
    "时间来源首页開報處訴結時間點擊關於動請國區縣鎮"
)
# Share of frequent characters among the Chinese ones; misread text has under 0.03.
_PLAUSIBLE_SHARE = 0.12
_DECLARATION = re.compile(
    rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?+\s*+([\w-]+)", re.IGNORECASE
)
_CONTENT_TYPE = re.compile(r"charset\s*+=\s*+[\"']?+\s*+([\w-]+)", re.IGNORECASE)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)
# Charsets that a Chinese page can be in. GB2312 and GBK pages hold GB18030 characters.
_CODECS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "hz": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp950": "big5hkscs",
}
_WHITE_SPACE = b"\t\n\r"
_CONTROL_BYTES = bytes(byte for byte in range(32) if byte not in _WHITE_SPACE)
_CONTROL_CHARACTER = re.compile(f"[{re.escape(_CONTROL_BYTES.decode())}]")
_ASCII = re.compile("[\x00-\x7f]+")
_SAMPLE_LENGTH = 3000  # characters beyond ASCII by which a decoding is judged


def decode_text(payload: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Return the text of a payload and the charset that was used.

    In order: byte order mark, UTF-8 when the bytes are valid UTF-8, the Content-Type header, the
    meta tag, chardet. The first that decodes into plausible Chinese wins. When none does, the
    best of them wins, with U+FFFD where bytes could not be read.
    """
    for mark, codec, charset in _BYTE_ORDER_MARKS:
        if payload.startswith(mark):
            text = payload.removeprefix(mark).decode(codec, "replace")
            return _CONTROL_CHARACTER.sub("", text), charset
    is_utf_16 = _has_many_nulls(payload)
    if is_utf_16:
        text, charset = _decode_best(payload, content_type)
        return _CONTROL_CHARACTER.sub("", text), charset
    payload = payload.translate(None, _CONTROL_BYTES)
    utf8_text = _decode_utf8(payload)
    if utf8_text is not None:
        return utf8_text, "utf-8"
    return _decode_best(payload, content_type)


def _decode_best(payload: bytes, content_type: str | None) -> tuple[str, str]:
    """Return the most plausible decoding of a payload and its charset."""
    best_text = ""
    best_charset = ""
    best_score = -2.0
    for charset in _iter_candidates(payload, content_type):
        text = payload.decode(charset, "replace")
        score = _score_plausibility(text)
        if score > best_score:
            best_text = text
            best_charset = charset
            best_score = score
        if score >= _PLAUSIBLE_SHARE:
            break
    return best_text, best_charset


def _iter_candidates(payload: bytes, content_type: str | None) -> Iterator[str]:
    """Yield each charset that a payload can be in once.

    The later a charset comes, the less likely it is and the slower it is to detect.
    """
    previous: set[str] = set()
    for name in _iter_charset_names(payload, content_type):
        codec = _find_codec(name)
        if codec is not None and codec not in previous:
            previous.add(codec)
            yield codec


def _iter_charset_names(
    payload: bytes,
    content_type: str | None,
) -> Iterator[str | None]:
    if _has_many_nulls(payload):
        is_big_endian = payload[:1] == b"\0"
        yield "utf-16-be" if is_big_endian else "utf-16-le"
    header = _CONTENT_TYPE.search(content_type or "")
    if header:
        yield header[1]
    declaration = _DECLARATION.search(payload[:8000])
    if declaration:
        yield declaration[1].decode("ascii")
    yield chardet.detect(payload[:20000])["encoding"]
    yield from ("gb18030", "utf-8", "big5")


def _find_codec(name: str | None) -> str | None:
    """Return the codec for the name of a charset that a Chinese page can be in, else None."""
    if not name:
        return None
    try:
        return _CODECS.get(codecs.lookup(name).name)
    except (LookupError, ValueError):
        return None


def join_surrogates(text: str) -> str:
    """Return a text whose halves of characters are joined; U+FFFD for one without the other.

    Scripts and JSON write characters beyond U+FFFF in two halves, and half a one can be written
    to no file and no archive.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _has_many_nulls(payload: bytes) -> bool:
    beginning = payload[:4000]
    return beginning.count(0) > len(beginning) // 5


def _decode_utf8(payload: bytes) -> str | None:
    """Return the text when the bytes are UTF-8, also when the file ends within a character.

    GBK text is never valid UTF-8 for more than a few characters, whatever the page declares.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        return decoder.decode(payload, final=False)
    except UnicodeDecodeError:
        return None


def _score_plausibility(text: str) -> float:
    """Return the share of frequent characters among the Chinese ones.

    Bytes that could not be read lower the score.
    """
    sample = _ASCII.sub("", text)
    if not sample:
        return 1.0
    if len(sample) > 2 * _SAMPLE_LENGTH:
        middle = len(sample) // 2
        first_part = sample[:_SAMPLE_LENGTH]
        middle_part = sample[middle : middle + _SAMPLE_LENGTH]
        sample = first_part + middle_part
    chinese_count = sum("\u3400" <= c <= "\u9fff" for c in sample)
    frequent_share = 0.05
    if chinese_count:
        frequent_count = sum(map(_FREQUENT.__contains__, sample))
        frequent_share = frequent_count / chinese_count
    return frequent_share - 2 * sample.count("\ufffd") / len(sample)
