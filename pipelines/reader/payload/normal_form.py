"""Normal form: how texts are folded before labels, titles and prose are compared.

The original is kept for showing; everything here is for matching. The rules are those of
`normalisation` in forms.yaml. Words used in the reader:

folded text
    Full-width forms and radicals replaced (NFKC); traditional characters stay.
squeezed text
    Folded, in simplified characters, without pinyin glosses and without any white space.
core of a label
    Squeezed, without enumerator, bracketed notes, quotes and punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import opencc

from nianbao.pipelines.reader.payload.note_marks import remove_marks

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Characters that nobody sees; the one that turns what follows round (202e) is none of them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202d"
    "\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
_QUOTATION = re.compile(r"[<＜‹〈][^<>＜＞‹›〈〉]{1,120}[>＞›〉]")
SPACE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")

# Pinyin that copying sites put behind a character: 區(qū). One syllable, tone marks included.
_GLOSS = re.compile(rf"(?<=[{HAN}])[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹɡ]{{1,8}}[)）]")
_NOTE = re.compile(r"[(][^()]*[)]")
_BRACKET = re.compile(r"([()])")
_OPEN_NOTE = re.compile(r"(?<=.)[(][^()]*$")  # the label was cut
_ENUMERATOR = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.:]|[(][一二三四五六七八九十]+[)][、.]?"
    r"|[(]?\d{1,2}[)、.](?!\d)|、)"
)
_AMONG = re.compile(r"^其中[:,]?")
_PUNCTUATION = re.compile(r"[\"'“”‘’「」『』《》<>、,，.。;；:：!?？·|/\-—_()\[\]]")

# The CJK Radicals Supplement, which NFKC leaves alone; seen in text taken out of PDF files.
_RADICALS = str.maketrans(
    "⺁⺄⺈⺊⺌⺍⺗⺝⺟⺠⺡⺢⺣⺦⺩⺫⺬⺭⺮⺯⺰⺳⺶⺷⺸⺹⺼⺾⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍"
    "⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻳",
    "厂乙勹卜小小心月母民水水火丬王目示示竹糸纟网羊羊羊老肉艹虎衣覀西见角讠贝足车辶辶"
    "辶邑钅長镸长门阜雨青韦页风飞食饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟",
)
_RADICAL = re.compile("[\u2e80-\u2fdf]")
# All combining marks are in these ranges, with other characters that Chinese pages seldom have.
_MARK_RANGES = re.compile(
    "[\u0300-\u1fff\u20d0-\u20ff\u2c00-\u2dff\u302a-\u302f\u3099\u309a\ua000-\uabff"
    "\ufb1e\ufe20-\ufe2f\U00010000-\U0001ffff]"
)
_MOST_MARKS = 30  # combining marks of one character, as in Unicode's stream-safe format
# What nearly every text has that NFKC replaces: without it a glance tells NFKC that all is folded.
_WIDE_SIGNS = tuple(zip("，：；！？（）％\u3000", ",:;!?()% ", strict=True))
_SHORT_LENGTH = 300  # labels, cells and titles repeat; prose does not


def fold_forms(text: str) -> str:
    """Fold full-width forms and radicals.

    Traditional characters, glosses and white space stay.
    """
    if text.isascii():
        return text
    if len(text) > _SHORT_LENGTH:
        text = _limit_marks(text)
    for wide, narrow in _WIDE_SIGNS:
        text = text.replace(wide, narrow)
    folded = unicodedata.normalize("NFKC", text)
    if _RADICAL.search(folded):
        return folded.translate(_RADICALS)
    return folded


def _limit_marks(text: str) -> str:
    """Return text with at most 30 combining marks in a row.

    NFKC sorts them, in a time that is quadratic in their number.
    """
    if not _MARK_RANGES.search(text):
        return text
    return _get_marks_pattern().sub(r"\1", text)


def remove_glosses(text: str) -> str:
    """Return text without the pinyin that copying sites put behind characters."""
    if "(" in text or "（" in text:
        return _GLOSS.sub("", text)
    return text


def is_traditional(text: str) -> bool:
    """Tell whether a text is in traditional characters: 1 in 40 of its Han characters changes.

    A single one is no proof: 乾县 and 沈阳 must not be converted on a page in simplified
    characters.
    """
    sample = fold_forms(text[:3000])
    change_count = len(_get_traditional_pattern().findall(sample))
    if change_count == 0:
        return False
    chinese_count = sum("\u4e00" <= c <= "\u9fff" for c in sample)
    return change_count * 40 > chinese_count


def simplify(text: str) -> str:
    """Return text without pinyin glosses, folded, in simplified characters.

    White space stays.
    """
    if text.isascii():
        return text
    plain = fold_forms(remove_glosses(text))
    if _get_traditional_pattern().search(plain):
        return str(_get_simplifier().convert(plain))
    return plain


def prepare_search(text: str, *, traditional: bool) -> str:
    """Return a whole text as it is searched; white space stays.

    It is converted to simplified characters only if `traditional` says that it needs it.
    """
    plain = remove_glosses(fold_forms(text))
    if traditional:
        return str(_get_simplifier().convert(plain))
    return plain


def remove_invisible(text: str) -> str:
    """Return text without the characters that nobody sees."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", text)


def join_words(text: str) -> str:
    """Return text without white space."""
    return "".join(text.split())


def remove_quotations(text: str) -> str:
    """Return text without what stands between < and > or ‹ and ›, as quotation marks.

    《关于印发<年度报告格式>的通知》 is no breadcrumb.
    """
    if "<" in text or "‹" in text or "＜" in text or "〈" in text:
        return _QUOTATION.sub("", text)
    return text


def collapse_space(text: str) -> str:
    """Return text with one space where there was white space, none at its ends."""
    return " ".join(text.split())


def remove_space(text: str) -> str:
    """Return text without white space and characters of no width."""
    return SPACE.sub("", text)


def squeeze(text: str) -> str:
    """Return squeezed text: simplified, without any white space."""
    if len(text) < _SHORT_LENGTH:
        return _squeeze_short(text)
    return SPACE.sub("", simplify(text))


@lru_cache(maxsize=8192)
def _squeeze_short(text: str) -> str:
    return SPACE.sub("", simplify(text))


@lru_cache(maxsize=4096)
def extract_core(label: str) -> str:
    """Return the core of a label.

    >>> extract_core("（二）部分公开（区分处理的，只计这一情形，不计其他情形）")
    '部分公开'
    """
    return extract_squeezed_core(squeeze(remove_marks(label)))


def extract_squeezed_core(label: str) -> str:
    """Return the core of a label that is already squeezed."""
    core = _remove_notes(remove_enumerator(label))
    core = _OPEN_NOTE.sub("", core)
    return _PUNCTUATION.sub("", core)


def _remove_notes(label: str) -> str:
    """Return a label without its bracketed notes; brackets without a partner stay."""
    label = _NOTE.sub("", label)
    if "(" in label and ")" in label:
        return _remove_nested_notes(label)
    return label


def _remove_nested_notes(label: str) -> str:
    """Remove notes within notes in one pass, however deep they stand."""
    open_notes: list[list[str]] = []
    pieces: list[str] = []
    for piece in _BRACKET.split(label):
        if piece == "(":
            open_notes.append(pieces)
            pieces = []
        elif piece == ")" and open_notes:
            pieces = open_notes.pop()
        else:
            pieces.append(piece)
    open_notes.append(pieces)
    return "(".join("".join(pieces) for pieces in open_notes)


def remove_enumerator(label: str) -> str:
    """Return a squeezed label without the number, 其中 and number again in front of it."""
    label = _ENUMERATOR.sub("", label)
    label = _AMONG.sub("", label)
    return _ENUMERATOR.sub("", label)


@cache
def _get_marks_pattern() -> re.Pattern[str]:
    """Return a pattern of combining marks, more than a character has."""
    marks = "".join(filter(unicodedata.combining, map(chr, range(0x300, 0x20000))))
    return re.compile(f"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")


@cache
def _get_simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _get_traditional_pattern() -> re.Pattern[str]:
    """Return a pattern of the characters that simplifying changes."""
    code_points = [
        *range(0x3400, 0x4DC0),
        *range(0x4E00, 0xA000),
        *range(0xF900, 0xFB00),
    ]
    characters = [chr(code_point) for code_point in code_points]
    simplifier = _get_simplifier()
    text = simplifier.convert("\n".join(characters))
    converted = text.split("\n")
    changing = [
        character
        for character, simple in zip(characters, converted, strict=True)
        if character != simple
    ]
    return re.compile(f"[{''.join(changing)}]")
