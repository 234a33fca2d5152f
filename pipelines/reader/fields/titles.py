"""Titles: whether a title names a report of the kind, and of which year.

Canonical: <agency><year>年政府信息公开工作年度报告. 政务公开年度报告, 信息公开年报,
政府信息公开工作情况报告 and titles broken over two or three lines were all seen. The patterns
are rules, in rules/titles.yaml. A full title names the year and the agency.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.regions.place_names import begins_with_place
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("titles")

_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TITLES_KEPT = 512  # of which several fields ask, one after the other
_BULLETS = " \t\u3000•·▪◆★■●"


def find_report_name(text: str) -> re.Match[str] | None:
    """Find the words in a squeezed text that name a report, without the agency before them."""
    if "报" not in text:
        return None  # of most lines, and cheaper than the pattern
    return _RULES.report_name.find(text)


@lru_cache(maxsize=_TITLES_KEPT)
def names_report(title: str) -> bool:
    """Tell whether a title names a report of the kind."""
    if find_report_name(squeeze(title)) is None:
        return False
    return not names_other_document(title)


def names_specific_report(title: str) -> bool:
    """Tell whether a title names a report and its year or agency.

    Without both it may be the name of a column.
    """
    return names_report(title) and measure_fullness(title) > 0


@lru_cache(maxsize=_TITLES_KEPT)
def names_other_document(title: str) -> bool:
    """Tell whether a title names another kind of document that no table can make a report."""
    return _RULES.other_document.find(squeeze(title)) is not None


def names_paper(title: str) -> bool:
    """Tell whether a title names a notice, letter or error page rather than a report."""
    plain = squeeze(title)
    plain = _RULES.enclosure.remove_from(plain)
    plain = _RULES.shown_report.remove_from(plain)
    return _RULES.paper.find(plain) is not None


def names_document(line: str) -> bool:
    """Tell whether a line names a document by its last word: …报告, …通报, …制度(试行)."""
    plain = squeeze(line)
    if _RULES.sentence_beginning.find(plain):
        return False
    if _RULES.document_word.find(plain):
        return True
    return _RULES.paper.find(plain) is not None


def extract_year(title: str) -> int | None:
    """Return the year a title names; document numbers such as 〔2019〕60号 are none."""
    match = _RULES.year.find(squeeze(title))
    if match is None:
        return None
    return parse_year(match[1])


def list_years(title: str) -> set[int]:
    """Return all years that a squeezed title names."""
    return {parse_year(match[1]) for match in _RULES.year.find_all(title)}


def parse_year(word: str) -> int:
    """Return the year that 2021 or 二〇二一 stands for."""
    return int(word.translate(_NUMERALS))


def extract_document_title(page_title: str) -> str | None:
    """Return what a <title> says of the document, without names of column and site.

    None when it says nothing else.
    """
    parts = _RULES.site_separator.pattern.split(page_title)
    parts = [part for part in parts if part.strip()]
    for part in parts:
        if names_report(part):
            return part.strip()
    if not parts or _RULES.site_name.find(squeeze(parts[0])):
        return None
    return parts[0].strip()


def clean_title(title: str) -> str:
    """Return a title without the day behind it and without addresses that copies put into it."""
    plain = _RULES.day_behind.remove_from(title)
    plain = _RULES.address.remove_from(plain)
    return plain.strip(_BULLETS) or title


def find_announced_title(opening: str) -> str | None:
    """Return the title by which a text without heading announces itself.

    现公布…2024年政府信息公开工作年度报告。
    """
    for match in _RULES.announcement.find_all(opening):
        if names_specific_report(match[1]):
            return match[1]
    return None


def remove_spam(text: str) -> str:
    """Return a text without the addresses and slogans of hijacked copies."""
    return _RULES.spam.remove_from(text)


def strip_before_title(title: str) -> str:
    """Return a title without the number, the word 附件 or the brackets before it.

    Brackets can hold its agency; those stay. So does 附 in 附城镇.
    """
    before = _RULES.before_title.find(title)
    if before and begins_with_place(squeeze(title)):
        return title
    if before is None or is_agency_line(before["within"] or ""):
        return title
    rest = title[before.end() :]
    if find_report_name(squeeze(rest)):
        return rest
    return title


def is_agency_line(line: str) -> bool:
    return _RULES.agency_line.find(squeeze(line)) is not None


def extract_agency_words(plain: str) -> str | None:
    """Return the words before the name of a report without the year, None without a name."""
    report_name = find_report_name(plain)
    if report_name is None:
        return None
    before = plain[: report_name.start()]
    return _RULES.year_with_word.remove_from(before)


@lru_cache(maxsize=_TITLES_KEPT)
def measure_fullness(title: str) -> int:
    """Return 3 for a title with year and agency, 2 for year alone, 1 for agency alone, else 0."""
    fullness = 0
    if extract_year(title):
        fullness += 2
    words = extract_agency_words(squeeze(title)) or ""
    agency = words.removeprefix("关于")
    if len(agency) > 1:
        fullness += 1
    return fullness
