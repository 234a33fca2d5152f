"""Names of agencies: what can be one, how it is cleaned, and which one a title holds."""

from __future__ import annotations

from functools import lru_cache

from nianbao.pipelines.reader.fields import titles
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_glosses,
    remove_space,
    squeeze,
)
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("agency_names")

_MIN_LENGTH = 2
_MAX_LENGTH = 45
_EDGE = "-_|·•▪◆■●.,:;[]【】<>《》\"'“”"
_TITLE_EDGE = '《》“”"【】-—_:： '


@lru_cache(maxsize=2048)
def is_agency(name: str) -> bool:
    """Tell whether a squeezed name can be that of a body."""
    if not _MIN_LENGTH <= len(name) <= _MAX_LENGTH:
        return False
    if not _RULES.agency_end.find(name):
        return False
    if _RULES.no_agency.find(name):
        return False
    return not _RULES.generic_name.find(name)


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
    behind = _RULES.behind_title.find(squeezed_title, report_name.end())
    if behind:
        return behind[1] or behind[2]
    return ""


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
    if about and is_agency(subject):
        words = subject
    words = _RULES.words_behind_agency.remove_from(words)
    return words.strip(_TITLE_EDGE)
