"""Names of agencies: what can be one, how it is cleaned, and which one a title holds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nianbao.pipelines.reader.fields import titles
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_glosses,
    remove_space,
    squeeze,
)
from nianbao.pipelines.reader.regions.place_names import names_listed_body
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("agency_names")

_MIN_LENGTH = 2
_MAX_LENGTH = 45
_LONGEST_LISTED = 24  # characters of a township's name with its office
_LONGEST_NAME = 200  # characters; what is longer is no name
_EDGE = "-_|·•▪◆■●.,:;[]【】<>《》\"'“”"
_TITLE_EDGE = '《》“”"【】-—_:：|· '


@lru_cache(maxsize=2048)
def is_agency(name: str) -> bool:
    """Tell whether a squeezed name can be that of a body.

    Words with which no name begins make it none, unless the table of divisions has the place.
    """
    if not _MIN_LENGTH <= len(name) <= _MAX_LENGTH:
        return False
    if not _RULES.agency_end.find(name):
        return False
    if _RULES.no_agency.find(name) or _RULES.generic_name.find(name):
        return False
    if _RULES.stop_word.find(name):
        return names_listed_body(name)
    return True


@lru_cache(maxsize=256)
def is_title_agency(name: str) -> bool:
    """Tell whether the words of a title can be a body: also one of a kind that is in no list.

    There a place in front is enough, 柳河县党史地方志; words for many bodies are none.
    """
    if is_agency(name) or is_media_centre(name):
        return True
    if not _MIN_LENGTH <= len(name) <= _MAX_LENGTH or _RULES.group.find(name):
        return False
    if _RULES.no_agency.find(name) or _RULES.stop_word.find(name):
        return False
    return _RULES.place_in_front.find(name) is not None


def find_first_body(text: str) -> str:
    """Return the body with whose name a sentence begins, or "".

    It ends before the first word that stands in no name: 柳河县林业局 | 不断加强. In the name of
    a listed place it may, 未央宫街道.
    """
    body = ""
    last_end = 0
    ends = [match.end() for match in _RULES.name_end.find_all(text)]
    for end in ends:
        if _RULES.function_word.find(text[last_end:end]):
            return max(body, _find_listed_body(text, ends), key=len)
        last_end = end
        if is_agency(text[:end]):
            body = text[:end]
    return body


def _find_listed_body(text: str, ends: Sequence[int]) -> str:
    """Return the longest beginning that is a body of a listed place, or ""."""
    for end in reversed(ends):
        name = text[:end]
        if end <= _LONGEST_LISTED and is_agency(name) and names_listed_body(name):
            return name
    return ""


def split_bodies(name: str) -> str:
    """Return the body that a name is where two were run together, else the name.

    Of a short and a long name of one body it is the long one, 州林业局湘西自治州林业局; behind the
    government that a site is named after it is the other body, 云岭市人民政府青石县白桥镇人民政府.
    """
    for match in _RULES.body_end.find_all(name):
        first, second = name[: match.end()], name[match.end() :]
        place = _RULES.place_of_body.find(second)
        if place is None or not is_agency(first) or not is_agency(second):
            continue
        if _is_one_body(first, second):
            return max(first, second, key=len)
        if _remove_places(first) == _remove_places(second):
            return second
        is_body_of_place = second.endswith(("政府", "局", "委员会"))
        if first.endswith("政府") and is_body_of_place:
            return second
    return name


def _is_one_body(first: str, second: str) -> bool:
    """Tell whether of two names one is short for the other.

    州林业局 for 湘西自治州林业局, 县文旅局 for 柳河县文化和旅游局; 湘西州 and 湘西自治州 are one.
    """
    short, long = sorted((first, second), key=len)
    if short[:2] != long[:2] and not _RULES.bare_kind_in_front.find(short):
        return False
    characters = iter(_remove_places(long))
    return all(character in characters for character in _remove_places(short))


def _remove_places(name: str) -> str:
    return _RULES.place_of_body.pattern.sub("", name, count=1)


def names_specimen(title: str) -> bool:
    """Tell whether a title has a placeholder where a body should stand: 某县, **市."""
    return _RULES.placeholder.find(title) is not None


def is_body_of_place(name: str) -> bool:
    """Tell whether a name is that of a body with a place in front: 青石县档案馆."""
    return is_agency(name) and _RULES.place_in_front.find(name) is not None


def is_media_centre(name: str) -> bool:
    """Tell whether a name is that of a media centre, which only a title can make an issuer."""
    return _RULES.media_centre.find(name) is not None


@lru_cache(maxsize=2048)
def clean_name(text: str, *, traditional: bool) -> str:
    """Return a name folded, without glosses, white space, site names and doubling.

    It is converted to simplified characters if `traditional` says that it needs it.
    """
    name = remove_space(fold_forms(remove_glosses(text)))
    if traditional:
        name = squeeze(name)
    name = titles.remove_spam(name).strip(_EDGE)
    name = _RULES.party_committee.remove_from(name)
    name = _RULES.customs_twice.remove_from(name)
    if len(name) > _LONGEST_NAME:
        return name  # to look for what stands twice takes its length cubed
    name = _RULES.kind_twice.pattern.sub(r"\1", name)
    name = _RULES.twice_at_start.pattern.sub(r"\1", name)
    return _RULES.twice_at_end.pattern.sub(r"\1", name)


def extract_title_agency(title: str) -> str:
    """Return the agency that a title names before its topic or behind 年度报告, or ''."""
    title = titles.strip_before_title(title)
    squeezed_title = squeeze(title)
    report_name = titles.find_report_name(squeezed_title)
    if report_name is None:
        return ""
    words = _extract_words_before(title, squeezed_title, report_name.start())
    agency = _clean_title_words(words)
    if agency:
        return agency
    return find_body_behind(squeezed_title[report_name.end() :])


def find_body_behind(words: str) -> str:
    """Return the body that stands apart behind the name of a report, or "".

    (柳河县审计局·2022), ——柳河县审计局.
    """
    match = _RULES.behind_title.find(words)
    if match is None:
        return ""
    name = _RULES.years_in_title.remove_from(match[1] or match[2] or match[3])
    return name.strip(_TITLE_EDGE)


def _extract_words_before(title: str, squeezed_title: str, length: int) -> str:
    """Return the words before the name of a report, as the title spells them where it can."""
    plain = remove_space(fold_forms(remove_glosses(title)))
    words = squeezed_title[:length]
    if len(plain) == len(squeezed_title):
        words = plain[:length]
    if words.endswith("人民") and plain.startswith("政府", length):
        words += "政府"  # 柳河镇人民政府信息公开年报: the word stands for both
    return words


def _clean_title_words(words: str) -> str:
    """Return the agency among the words before the name of a report."""
    words = _RULES.years_in_title.remove_from(words)
    words = _RULES.words_before_agency.remove_from(words)
    # 教育部办公厅关于2016年教育部…的公告
    _, about, subject = words.partition("关于")
    subject = _RULES.words_before_agency.remove_from(subject)
    if about and is_agency(subject):
        words = subject
    words = words.strip(_TITLE_EDGE)
    words = _RULES.words_behind_agency.remove_from(words)
    words = words.strip(_TITLE_EDGE)
    bracketed = _RULES.brackets_around.find(words)
    return split_bodies(bracketed[1] if bracketed else words)
