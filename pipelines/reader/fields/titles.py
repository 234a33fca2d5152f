"""Titles: which line is the title, whether it names a report of the kind, and of which year.

Canonical: <agency><year>年政府信息公开工作年度报告. 政务公开年度报告, 信息公开年报,
政府信息公开工作情况报告 and titles broken over two or three lines were all seen. The patterns
are rules, in rules/titles.yaml. A full title names the year and the agency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nianbao.pipelines.reader.fields import labels
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("titles")

_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_BULLETS = " \t\u3000•·▪◆★■●"
_TITLE_LINES = 20  # at whose beginning the title stands
_MAX_LINES_OF_TITLE = 3
_MAX_SPELLINGS = 3  # in breadcrumb, header and body the title can be spelt differently
_MAX_PART_LENGTH = 50  # characters of a line of a title that is broken over several
_MAX_LINE_LENGTH = 90
_MAX_BEFORE_NAME = 50  # characters of a title before the words 年度报告
_MAX_BEHIND_NAME = 12  # characters of a title behind the words 年度报告
_MAX_CAPTION_LENGTH = 30
_PLACE_NAME_LENGTH = 3  # a line that begins as the title does names its site
_MAX_AGENCY_LENGTH = 30


def find_report_name(text: str) -> re.Match[str] | None:
    """Find the words in a squeezed text that name a report, without the agency before them."""
    return _RULES.report_name.find(text)


def names_report(title: str) -> bool:
    """Tell whether a title names a report of the kind."""
    if find_report_name(squeeze(title)) is None:
        return False
    return not names_other_document(title)


def names_specific_report(title: str) -> bool:
    """Tell whether a title names a report and its year or agency.

    Without both it may be the name of a column.
    """
    return names_report(title) and _measure_fullness(title) > 0


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


def parse_year(word: str) -> int:
    """Return the year that 2021 or 二〇二一 stands for."""
    return int(word.translate(_NUMERALS))


def extract_document_title(page_title: str) -> str:
    """Return what a <title> says of the document, without names of column and site."""
    parts = _RULES.site_separator.pattern.split(page_title)
    parts = [part for part in parts if part.strip()]
    for part in parts:
        if names_report(part):
            return part.strip()
    if parts:
        return parts[0].strip()
    return page_title.strip()


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


def find_report_title(lines: Sequence[str]) -> str | None:
    """Return the fullest title of a report among the first lines of a text."""
    top_lines = lines[:_TITLE_LINES]
    if not any("报" in line or "報" in line for line in top_lines):
        return None
    title_cells = [_select_title_cell(line) for line in top_lines]
    candidates = list(_iter_headings(title_cells))
    candidates += _iter_label_values(top_lines)
    if not candidates:
        candidates = list(_iter_trail_ends(title_cells))
    spellings = {squeeze(title) for title in candidates}
    if len(spellings) > _MAX_SPELLINGS:
        return None  # the rows of a list
    return max(candidates, key=_measure_fullness, default=None)


def _select_title_cell(line: str) -> str:
    """Return the first cell of a row that names a report, or the whole line."""
    for cell in line.split("\t"):
        if names_report(cell):
            return cell
    return line


def _iter_label_values(lines: Sequence[str]) -> Iterator[str]:
    """Yield the titles behind labels such as 标题 and 名称."""
    lines_on_disclosure = [line for line in lines if "公" in line]
    for field in labels.find_labels(lines_on_disclosure):
        if field.label in labels.NAMES and names_report(field.value):
            yield field.value


def _iter_trail_ends(lines: Sequence[str]) -> Iterator[str]:
    """Yield the last step of a breadcrumb when it is a full title.

    首页 > 年报 > 柳河镇2020年…报告.
    """
    for line in lines:
        steps = _RULES.trail_sign.pattern.split(line)
        last_step = steps[-1].strip()
        if last_step != line and names_specific_report(last_step):
            yield last_step


def _iter_headings(lines: Sequence[str]) -> Iterator[str]:
    """Yield the titles that lines are, alone or with the one or two lines below them."""
    for number, line in enumerate(lines):
        if _RULES.place.find(line):
            continue
        title = _join_title(lines, number)
        if title:
            line_above = lines[number - 1] if number else ""
            yield _prepend_agency_line(title, line_above)


def _join_title(lines: Sequence[str], number: int) -> str | None:
    """Return the title that begins at a line, of as few lines as possible."""
    for count in range(1, _MAX_LINES_OF_TITLE + 1):
        parts = []
        for line in lines[number : number + count]:
            parts.append(_remove_slogan(line.strip(" \t|#*")))
        if count > 1 and not all(map(_can_be_part, parts)):
            return None
        title = _build_title(parts)
        if title:
            return title
    return None


def _can_be_part(line: str) -> bool:
    """Tell whether a line can be one of several lines of a title."""
    return len(line) <= _MAX_PART_LENGTH and not _RULES.place.find(line)


def _build_title(parts: list[str]) -> str | None:
    """Return the title that lines make together, None when they, or fewer of them, make none."""
    plain = squeeze("".join(parts))
    report_name = find_report_name(plain)
    if report_name is None or not _can_begin_title(plain, report_name):
        return None
    if any(map(labels.has_label, parts)):
        return None
    if _is_title_without_first(parts) or _has_full_title_below(parts):
        return None
    rest = plain[report_name.end() :]
    if _RULES.sentence_goes_on.find(rest):
        return None
    if len(parts) == 1 and _belongs_to_title(rest):
        return parts[0]
    if _is_caption(rest):
        return None
    return plain[: report_name.end()]


def _can_begin_title(plain: str, report_name: re.Match[str]) -> bool:
    """Tell whether the words up to the name of a report can be those of a title."""
    if report_name.start() > _MAX_BEFORE_NAME:
        return False
    before = plain[: report_name.start()]
    if _RULES.before_name.find(before):
        return False
    return not _RULES.sentence_start.find(plain)


def _is_title_without_first(parts: list[str]) -> bool:
    """Tell whether the lines behind the first are a title without it.

    Then the first is a caption, or it is the agency, which stands there twice.
    """
    later_lines = squeeze("".join(parts[1:]))
    if not find_report_name(later_lines):
        return False
    if not _is_agency_line(parts[0]):
        return True
    return later_lines.startswith(squeeze(parts[0]))


def _has_full_title_below(parts: list[str]) -> bool:
    """Tell whether the first line is a site, and perhaps the next a column, above a title."""
    full_title = ""
    for line in parts[1:]:
        if names_report(line) and _measure_fullness(line) > 2:
            full_title = squeeze(line)
            break
    if not full_title:
        return False
    for line in parts[1:-1]:
        if _RULES.column_name.find(squeeze(line)):
            return True
    beginning = squeeze(parts[0])[:_PLACE_NAME_LENGTH]
    return full_title.startswith(beginning or " ")


@lru_cache(maxsize=1024)
def _remove_slogan(line: str) -> str:
    """Return a line without what stands before a title in it.

    The slogans of betting sites are cut away too.
    """
    if len(line) > _MAX_LINE_LENGTH or "公" not in line:
        return line
    if not find_report_name(squeeze(line)):
        return line
    title = strip_before_title(line)
    if "," in title or "，" in title:
        return remove_spam(title)
    return title


def remove_spam(text: str) -> str:
    """Return a text without the addresses and slogans of hijacked copies."""
    return _RULES.spam.remove_from(text)


def strip_before_title(title: str) -> str:
    """Return a title without the number, the word 附件 or the brackets before it.

    Brackets can hold its agency; those stay.
    """
    before = _RULES.before_title.find(title)
    if before is None or _is_agency_line(before["within"] or ""):
        return title
    rest = title[before.end() :]
    if find_report_name(squeeze(rest)):
        return rest
    return title


def _is_caption(rest: str) -> bool:
    """Tell by what follows whether a line only names reports: …年度报告展示平台 来源:…

    Otherwise it is a title with the text right behind it.
    """
    if not rest or len(rest) > _MAX_CAPTION_LENGTH:
        return False
    return _RULES.caption.find(rest) is not None


def _belongs_to_title(rest: str) -> bool:
    """Tell whether what follows the name of a report belongs to the title.

    …报告的说明, …报告公示.
    """
    if len(rest) > _MAX_BEHIND_NAME:
        return False
    return not _RULES.no_part_of_title.find(rest)


def _is_agency_line(line: str) -> bool:
    return _RULES.agency_line.find(squeeze(line)) is not None


def _prepend_agency_line(title: str, line_above: str) -> str:
    """Put the line above in front when it is an agency and the title has none of its own."""
    plain = squeeze(title)
    if _extract_agency_words(plain) not in ("", "关于"):
        return title
    agency = squeeze(line_above)
    if not 2 <= len(agency) <= _MAX_AGENCY_LENGTH:
        return title
    if not _is_agency_line(agency) or find_report_name(agency):
        return title
    return agency + plain


def _extract_agency_words(plain: str) -> str | None:
    """Return the words before the name of a report without the year, None without a name."""
    report_name = find_report_name(plain)
    if report_name is None:
        return None
    before = plain[: report_name.start()]
    return _RULES.year_with_word.remove_from(before)


def _measure_fullness(title: str) -> int:
    """Return 3 for a title with year and agency, 2 for year alone, 1 for agency alone, else 0."""
    fullness = 0
    if extract_year(title):
        fullness += 2
    words = _extract_agency_words(squeeze(title)) or ""
    agency = words.removeprefix("关于")
    if len(agency) > 1:
        fullness += 1
    return fullness
