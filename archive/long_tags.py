"""Elements of more attributes than any page's: a parser takes the square of their number.

A page is read as the parser reads it: what stands in comments, scripts, styles and fields of text
is no tag, and a `>` in a quoted value ends none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

MAX_ATTRIBUTES = 5_000  # of one element; a parser compares each with all others
# What a parser takes for white space in a tag: not all that `\s` is.
_ATTRIBUTE = re.compile(
    r"""[^\t\n\f\r />][^\t\n\f\r />=]*+
    (?:[\t\n\f\r ]*+=[\t\n\f\r ]*+
    (?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >"'][^\t\n\f\r >]*+)?+)?+""",
    re.VERBOSE,
)
_TAG = re.compile(
    rf"""<(?P<slash>/)?(?P<name>[A-Za-z][^\t\n\f\r />]*+)
    (?P<attributes>(?:[\t\n\f\r /]++|{_ATTRIBUTE.pattern})*+)(?P<end>>)?
    |(?P<comment><!--)
    |<(?:[!?]|/(?!\Z))[^>]*+""",
    re.VERBOSE,
)
_COMMENT_END = re.compile(r"(?<=<!--)-?>|--!?>")
_TEXT_NAMES = "style textarea title xmp iframe noembed noframes"
# Elements whose text has no tags, each with what can end it; nothing ends a `plaintext`.
_TEXT_ENDS = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in _TEXT_NAMES.split()
}
_TEXT_ENDS["plaintext"] = re.compile(r"\Z")
# A tag of many attributes covers whole steps of a page. Where a step has what no tag goes on
# behind, or lies in a value, it has none of them: most pages are known to have no such tag.
STEP = 2_000  # characters; an attribute takes two at least
# Of an attribute, if it stands in a tag; white space of Unicode is a name there.
_BEGINNING = re.compile(r"""(?<=[\s/"'])[^\t\n\f\r />]""")
_END = re.compile(">")
# What stands before a quotation mark is asked behind it: a search for a known sign is fast.
_END_IN_DOUBLE = re.compile(r"""\"(?<![=\s]\")[^"=>]*>""")
_END_IN_SINGLE = re.compile(r"""'(?<![=\s]')[^'=>]*>""")
# Behind a value in either quotation marks, or outside any, this `>` ends a tag.
_END_IN_ANY = re.compile(
    r"""(?:\"(?<![=\s]\")[^"'=>]*'|'(?<![=\s]')[^"'=>]*")[^"'=>]*>"""
)
_SCRIPT_MARK = re.compile(r"<!(?=--)|-->|</?script(?=[\t\n\f\r />])", re.IGNORECASE)


class ParsableMarkup(NamedTuple):
    """Markup as it may be given to a parser; `is_cut`: elements of it lost attributes."""

    text: str
    is_cut: bool


def make_markup_parsable(text: str) -> ParsableMarkup:
    """Return markup without NUL, and then without attributes beyond any page's.

    Parsers see no NUL: with one before its name, a tag is none until that is gone.
    """
    shown_text = text.replace("\0", "")
    limited_text = limit_attributes(shown_text)
    return ParsableMarkup(limited_text, is_cut=limited_text is not shown_text)


def limit_attributes(text: str) -> str:
    """Return a page without the attributes of an element that has more than any page's.

    It is the same object where no element has.
    """
    if not may_have_many_attributes(text):
        return text
    pieces = []
    position = 0
    for tag in _iterate_tags(text):
        if tag["end"] and not tag["slash"] and _has_many(tag["attributes"]):
            pieces.append(text[position : tag.start("attributes")])
            position = tag.end("attributes")
    if not pieces:
        return text
    return "".join((*pieces, text[position:]))


def describe_cut_attributes() -> Finding:
    """Return the finding on a page of which attributes were left out."""
    return make_finding("attributes.cut", "warning", {"most": MAX_ATTRIBUTES})


def may_have_many_attributes(text: str) -> bool:
    """Tell cheaply whether a page can have an element that loses attributes; False is sure."""
    count = STEP  # the most that the two steps hold in which a tag begins and ends
    for start in range(0, len(text), STEP):
        end = start + STEP
        if not _ends_tags(text, start, end):
            count += len(_BEGINNING.findall(text, start, end))
    return count > MAX_ATTRIBUTES


def _ends_tags(text: str, start: int, end: int) -> bool:
    """Tell whether any tag that goes on into a step of a text ends in it.

    A quotation mark that the step has not ends no value there: then a value goes on through all
    of it, and no attribute begins.
    """
    has_double = text.find('"', start, end) >= 0
    has_single = text.find("'", start, end) >= 0
    if has_double and has_single:
        pattern = _END_IN_ANY
    elif has_double:
        pattern = _END_IN_DOUBLE
    elif has_single:
        pattern = _END_IN_SINGLE
    else:
        pattern = _END
    return pattern.search(text, start, end) is not None


def _has_many(attributes: str) -> bool:
    if len(attributes) <= MAX_ATTRIBUTES:
        return False
    return len(_ATTRIBUTE.findall(attributes)) > MAX_ATTRIBUTES


def _iterate_tags(text: str) -> Iterator[re.Match[str]]:
    """Yield the tags of a page. Each part of it is looked at once."""
    tag = _TAG.search(text)
    while tag is not None:
        if tag["name"]:
            yield tag
        tag = _TAG.search(text, _find_text_end(text, tag))


def _find_text_end(text: str, tag: re.Match[str]) -> int:
    """Return where tags can stand again behind a tag, or behind the beginning of a comment."""
    if tag["comment"]:
        end = _COMMENT_END.search(text, tag.end())
        return len(text) if end is None else end.end()
    name = (tag["name"] or "").lower()
    is_text = name == "script" or name in _TEXT_ENDS
    if not is_text or tag["slash"] or _closes_itself(tag["attributes"]):
        return tag.end()
    if name == "script":
        return _find_script_end(text, tag.end())
    end = _TEXT_ENDS[name].search(text, tag.end())
    return len(text) if end is None else end.start()


def _closes_itself(attributes: str) -> bool:
    """Tell whether a tag ends with a slash that belongs to no value."""
    return _ATTRIBUTE.sub("=", attributes).endswith("/")


def _find_script_end(text: str, start: int) -> int:
    """Return where a script ends: not with a script in a comment of it."""
    is_comment = is_script = False
    for mark in _SCRIPT_MARK.finditer(text, start):
        word = mark[0].lower()
        if word == "</script" and not is_script:
            return mark.start()
        if word == "<!":
            is_comment = True
        elif word == "-->":
            is_comment = is_script = False
        else:
            is_script = is_comment and word == "<script"
    return len(text)
