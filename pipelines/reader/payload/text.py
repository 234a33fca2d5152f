"""Text: which charset the bytes are in, and the normal form in which labels and titles are
compared.

The original is kept for showing; everything here is for matching. The rules are those of
`normalisation` in forms.yaml.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import chardet
import opencc

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
SPACE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")

# Pinyin that copying sites put behind a character: 區(qū). One syllable, tone marks included.
_GLOSS = re.compile(rf"(?<=[{HAN}])[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹɡ]{{1,8}}[)）]")
_NOTE = re.compile(r"[(][^()]*[)]")
_OPEN_NOTE = re.compile(r"(?<=.)[(][^()]*$")  # the label was cut
_ENUMERATOR = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.:]|[(][一二三四五六七八九十]+[)][、.]?|[(]?\d{1,2}[)、.](?!\d)|、)"
)
_AMONG = re.compile(r"^其中[:,]?")
_PUNCTUATION = re.compile(r"[\"'“”‘’「」『』《》<>、,，.。;；:：!?？·|/\-—_()\[\]]")

# The CJK Radicals Supplement, which NFKC leaves alone; seen in text taken out of PDF files.
_RADICALS = str.maketrans(
    "⺁⺄⺈⺊⺌⺍⺗⺝⺟⺠⺡⺢⺣⺦⺩⺫⺬⺭⺮⺯⺰⺳⺶⺷⺸⺹⺼⺾⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻳",
    "厂乙勹卜小小心月母民水水火丬王目示示竹糸纟网羊羊羊老肉艹虎衣覀西见角讠贝足车辶辶辶邑钅長镸长门阜雨青韦页风飞食饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟",
)
_RADICAL = re.compile("[\u2e80-\u2fdf]")

# Frequent in every report and notice, simplified and traditional: what a right decoding is full of.
_FREQUENT = frozenset(
    "的一是在了和有年月日政府信息公开工作报告情况主动申请人民行不为发布市县区镇乡街道办事处局中国网站"
    "门户本关于上下要第二三四五六条例数量总以及其他法律部机构建设时间来源首页開報處訴結時間點擊關於動請國區縣鎮"
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# GB2312 and GBK pages hold GB18030 characters.
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
_MAGIC = tuple(
    bytes.fromhex(sign)
    for sign in (
        "25504446",
        "504b0304",
        "d0cf11e0",
        "89504e47",
        "ffd8ff",
        "47494638",
        "52617221",
        "1f8b",
        "377abcaf",
    )
)  # PDF, ZIP and DOCX, DOC and XLS, PNG, JPEG, GIF, RAR, GZIP, 7Z
_EMBEDDED = re.compile(rb"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s%]*")
MOST_BYTES, MOST_TAGS = 8_000_000, 300_000
_CONTROL_BYTES = bytes(c for c in range(32) if c not in (9, 10, 13))
_CONTROL = dict.fromkeys(_CONTROL_BYTES)
_SHORT = 300  # labels, cells and titles repeat; prose does not
_ASCII, _SAMPLE = (
    re.compile("[\x00-\x7f]+"),
    3000,
)  # characters, other than these, by which a decoding is judged
_ENOUGH = (
    0.12  # share of frequent characters among the Han ones; misread text has under 0.03
)


def decode(payload: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Return the text of a payload and the charset that was used.

    In order: byte order mark, UTF-8 when the bytes are valid UTF-8, the Content-Type header, the
    meta tag, chardet. The first that decodes cleanly into plausible Chinese wins; when none does,
    the best of them, with U+FFFD where bytes could not be read.
    """
    for mark, name in _BOMS:
        if payload.startswith(mark):
            return _clean(
                payload[len(mark) :].decode(name, "replace")
            ), name.removesuffix("-le").removesuffix("-be")
    wide = _has_nulls(payload)
    if not wide:
        payload = payload.translate(None, _CONTROL_BYTES)
        if (text := _as_utf8(payload)) is not None:
            return text, "utf-8"
    best, best_name, best_score = "", "", -2.0
    for name in _candidates(payload, content_type):
        text = payload.decode(name, "replace")
        score = _plausibility(text)
        if score > best_score:
            best, best_name, best_score = text, name, score
        if score >= _ENOUGH:
            break
    return _clean(best) if wide else best, best_name


def _candidates(payload: bytes, content_type: str | None) -> Iterator[str]:
    """Yield the charsets that a payload can be in, each once; the later, the less likely and
    the slower to find.
    """
    tried: set[str] = set()
    for name in map(_known_charset, _named(payload, content_type)):
        if name is not None and name not in tried:
            tried.add(name)
            yield name


def _named(payload: bytes, content_type: str | None) -> Iterator[str | None]:
    if _has_nulls(payload):
        yield "utf-16-be" if payload[:1] == b"\0" else "utf-16-le"
    if content_type and (found := _HEADER.search(content_type)):
        yield found[1]
    if declared := _DECLARED.search(payload[:8000]):
        yield declared[1].decode("ascii")
    yield chardet.detect(payload[:20000])["encoding"]
    yield from ("gb18030", "utf-8", "big5")


def _known_charset(name: str | None) -> str | None:
    """Return the codec for a charset that a Chinese page can be in; None for any other name."""
    try:
        return _CODECS.get(codecs.lookup(name).name) if name else None
    except (LookupError, ValueError):
        return None


def _has_nulls(payload: bytes) -> bool:
    return payload[:4000].count(0) > len(payload[:4000]) // 5


def _as_utf8(payload: bytes) -> str | None:
    """Return the text when the bytes are UTF-8, allowing for a file that ends within a character.

    GBK text is never valid UTF-8 for more than a few characters, whatever the page declares.
    """
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(payload, final=False)
    except UnicodeDecodeError:
        return None


def _plausibility(text: str) -> float:
    """Return the share of frequent characters among the Han ones, less a price for unreadable
    bytes.
    """
    foreign = _ASCII.sub("", text)
    if not foreign:
        return 1.0
    middle = len(foreign) // 2
    sample = (
        foreign
        if len(foreign) <= 2 * _SAMPLE
        else foreign[:_SAMPLE] + foreign[middle : middle + _SAMPLE]
    )
    han = sum("\u3400" <= c <= "\u9fff" for c in sample)
    frequent = sum(map(_FREQUENT.__contains__, sample)) / han if han else 0.05
    return frequent - 2 * sample.count("\ufffd") / len(sample)


def _clean(text: str) -> str:
    return text.translate(_CONTROL)


def bounded(payload: bytes) -> bytes | None:
    """Return a payload that is small enough to be read, images within it cut out if need be;
    None when none is.

    The longest whole report pages seen have 0.5 MB and 20,000 tags; what is longer is embedded
    images, or no report.
    """
    if len(payload) > MOST_BYTES:
        payload = _EMBEDDED.sub(b"data:", payload)
    return (
        payload
        if len(payload) <= MOST_BYTES and payload.count(b"<") <= MOST_TAGS
        else None
    )


def is_binary(payload: bytes) -> bool:
    """Tell attachments and images by their magic bytes: they are not text in any charset."""
    return payload.startswith(_MAGIC)


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def compatible(text: str) -> str:
    """Fold full-width forms and radicals; keep traditional characters, glosses and white space."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return folded.translate(_RADICALS) if _RADICAL.search(folded) else folded


def without_glosses(text: str) -> str:
    """Return text without the pinyin that copying sites put behind characters."""
    return _GLOSS.sub("", text) if "(" in text or "（" in text else text


def is_traditional(text: str) -> bool:
    """Tell whether a text is in traditional characters: one in forty of its Han characters changes.

    A single one is no proof: 乾县 and 沈阳 must not be converted on a page in simplified
    characters.
    """
    plain = compatible(text[:3000])
    changed = len(_traditional().findall(plain))
    return changed > 0 and changed * 40 > sum("\u4e00" <= c <= "\u9fff" for c in plain)


@cache
def _traditional() -> re.Pattern[str]:
    """Return a pattern of the characters that simplifying changes."""
    han = "".join(
        map(
            chr,
            [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)],
        )
    )
    plain = str(_simplifier().convert("\n".join(han))).split("\n")
    return re.compile(
        "[" + "".join(a for a, b in zip(han, plain, strict=True) if a != b) + "]"
    )


def simplified(text: str) -> str:
    """Return text without pinyin glosses, folded, in simplified characters; white space stays."""
    if text.isascii():
        return text
    plain = compatible(without_glosses(text))
    return str(_simplifier().convert(plain)) if _traditional().search(plain) else plain


def searchable(text: str, *, traditional: bool) -> str:
    """Return a whole text, white space kept, as it is searched; it is converted only if it is
    traditional.
    """
    plain = without_glosses(compatible(text))
    return str(_simplifier().convert(plain)) if traditional else plain


def squeezed(text: str) -> str:
    """Return the form in which text is searched: simplified, without any white space."""
    return (
        _squeezed_short(text) if len(text) < _SHORT else SPACE.sub("", simplified(text))
    )


@lru_cache(maxsize=8192)
def _squeezed_short(text: str) -> str:
    return SPACE.sub("", simplified(text))


@lru_cache(maxsize=4096)
def core(label: str) -> str:
    """Return the core of a label: squeezed, without enumerator, bracketed notes, quotes,
    punctuation.

    >>> core("（二）部分公开（区分处理的，只计这一情形，不计其他情形）")
    '部分公开'
    """
    return core_of_squeezed(squeezed(label))


def without_enumerator(text: str) -> str:
    """Return a squeezed label without the number, 其中 and number again in front of it."""
    return _ENUMERATOR.sub("", _AMONG.sub("", _ENUMERATOR.sub("", text)))


def core_of_squeezed(text: str) -> str:
    """Return the core of a label that is already squeezed."""
    text = without_enumerator(text)
    while (shorter := _NOTE.sub("", text)) != text:
        text = shorter
    return _PUNCTUATION.sub("", _OPEN_NOTE.sub("", text))
