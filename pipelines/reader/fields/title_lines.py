"""Title lines: which of the first lines of a text are the title of a report.

Titles broken over two or three lines were seen, below the name of the site and of a column, and
behind labels. The patterns are rules, in rules/titles.yaml. A full title names year and agency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nianbao.pipelines.reader.fields import labels
from nianbao.pipelines.reader.fields.agency_names import (
    find_body_behind,
    is_agency,
    is_body_of_place,
    is_media_centre,
    split_bodies,
)
from nianbao.pipelines.reader.fields.titles import (
    extract_agency_words,
    extract_year,
    find_report_name,
    is_agency_line,
    measure_fullness,
    names_report,
    names_specific_report,
    remove_spam,
    strip_before_title,
)
from nianbao.pipelines.reader.payload.normal_form import remove_quotations, squeeze
from nianbao.pipelines.reader.regions.place_names import begins_with_place
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("titles")

_TITLE_LINES = 20  # at whose beginning the title stands
_MAX_LINES_OF_TITLE = 3
_MAX_SPELLINGS = 3  # in breadcrumb, header and body the title can be spelt differently
_MAX_PART_LENGTH = 50  # characters of a line of a title that is broken over several
_MAX_DAY_LENGTH = 20
_MAX_LINE_LENGTH = 90
_MAX_BEFORE_NAME = 50  # characters of a title before the words 年度报告
_MAX_BEHIND_NAME = 12  # characters of a title behind the words 年度报告
_MAX_CAPTION_LENGTH = 30
_PLACE_NAME_LENGTH = 3  # a line that begins as the title does names its site
_MAX_AGENCY_LENGTH = 30
_ENDS_OF_NAMES = frozenset(name[-1] for name in labels.NAMES)


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
    return max(candidates, key=measure_fullness, default=None)


def _select_title_cell(line: str) -> str:
    """Return the first cell of a row that names a report, or the whole line."""
    for cell in line.split("\t"):
        if names_report(cell):
            return cell
    return line


def _iter_label_values(lines: Sequence[str]) -> Iterator[str]:
    """Yield the titles behind labels such as 标题 and 名称."""
    lines_on_disclosure = [line for line in lines if "公" in line]
    text = "".join(lines_on_disclosure)
    if not any(end in text for end in _ENDS_OF_NAMES):
        return
    for field in labels.find_labels(lines_on_disclosure):
        if field.label in labels.NAMES and names_report(field.value):
            yield field.value


def _iter_trail_ends(lines: Sequence[str]) -> Iterator[str]:
    """Yield the last step of a breadcrumb when it is a full title.

    首页 > 年报 > 柳河镇2020年…报告.
    """
    for line in lines:
        trail = remove_quotations(line)
        steps = _RULES.trail_sign.pattern.split(trail)
        last_step = steps[-1].strip()
        if len(steps) > 1 and names_specific_report(last_step):
            yield last_step


def _iter_headings(lines: Sequence[str]) -> Iterator[str]:
    """Yield the titles that lines are, alone or with the one or two lines below them."""
    for number, line in enumerate(lines):
        if _RULES.place.find(line):
            continue
        title, line_count = _join_title(lines, number)
        if title:
            title = _append_year_line(title, lines[number + line_count :])
            yield _prepend_agency_line(title, _find_line_above(lines, number))


def _append_year_line(title: str, lines_below: Sequence[str]) -> str:
    """Put the line below behind a title without a year if it is one in brackets."""
    line = lines_below[0] if lines_below else ""
    if len(line) > _MAX_DAY_LENGTH or extract_year(title):
        return title
    year = squeeze(line)
    if _RULES.year_line.find(year) and find_report_name(squeeze(title) + year):
        return squeeze(title) + year
    return title


def _find_line_above(lines: Sequence[str], number: int) -> str:
    """Return the line above a title, the one above the day where that stands between."""
    for line in reversed(lines[max(number - 2, 0) : number]):
        if not _is_day(line):
            return line
    return ""


def _join_title(lines: Sequence[str], number: int) -> tuple[str | None, int]:
    """Return the title that begins at a line, of as few lines as possible, and how many.

    It is None where there is none.
    """
    for count in range(1, _MAX_LINES_OF_TITLE + 1):
        parts = []
        for line in lines[number : number + count]:
            parts.append(_remove_slogan(line.strip(" \t|#*")))
        if count > 1 and not all(map(_can_be_part, parts)):
            return None, 0
        title = _build_title(parts)
        if title:
            return title, count
    return None, 0


def _can_be_part(line: str) -> bool:
    """Tell whether a line can be one of several lines of a title."""
    if len(line) > _MAX_PART_LENGTH or _is_day(line):
        return False
    return not _RULES.place.find(line)


def _is_day(line: str) -> bool:
    """Tell whether a line is a day or a month and nothing else."""
    if len(line) > _MAX_DAY_LENGTH:
        return False
    return _RULES.day_line.find(squeeze(line)) is not None


def _build_title(parts: list[str]) -> str | None:
    """Return the title that lines make together, None when they, or fewer of them, make none."""
    plain = squeeze("".join(parts))
    report_name = find_report_name(plain)
    if report_name is None or not _can_begin_title(plain, report_name):
        return None
    if any(map(labels.has_label, parts)):
        return None
    if _has_title_below(parts):
        return None
    title = plain[: report_name.end()]
    if len(parts) > 1:
        title = _keep_own_body(title)
    if not title:
        return None
    rest = plain[report_name.end() :]
    if _RULES.sentence_goes_on.find(rest):
        return None
    if len(parts) == 1 and _belongs_to_title(rest):
        return parts[0]
    if _is_caption(rest):
        return None
    return title


def _can_begin_title(plain: str, report_name: re.Match[str]) -> bool:
    """Tell whether the words up to the name of a report can be those of a title."""
    if report_name.start() > _MAX_BEFORE_NAME:
        return False
    before = plain[: report_name.start()]
    if _RULES.before_name.find(before):
        return False
    if not _RULES.sentence_start.find(plain):
        return True
    return begins_with_place(plain)  # 由旺镇


def _has_title_below(parts: list[str]) -> bool:
    """Tell whether fewer of the lines make the title, below a caption, a site or a column."""
    if _is_title_without_first(parts) or _has_full_title_below(parts):
        return True
    return _has_column_above(parts)


def _is_title_without_first(parts: list[str]) -> bool:
    """Tell whether the lines behind the first are a title without it.

    Then the first is a caption, or it is the agency, which stands there twice.
    """
    later_lines = squeeze("".join(parts[1:]))
    if not find_report_name(later_lines):
        return False
    if not is_agency_line(parts[0]):
        return True
    return later_lines.startswith(squeeze(parts[0]))


def _has_column_above(parts: list[str]) -> bool:
    """Tell whether the last line is a title by itself, below the names of site and column."""
    if len(parts) < 2 or not names_report(parts[-1]):
        return False
    return any(_RULES.column_name.find(squeeze(line)) for line in parts[:-1])


def _has_full_title_below(parts: list[str]) -> bool:
    """Tell whether the first line is a site, and perhaps the next a column, above a title."""
    full_title = ""
    for line in parts[1:]:
        if names_report(line) and measure_fullness(line) > 2:
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


def _keep_own_body(title: str) -> str:
    """Return a title of several lines with one body, "" where it begins with its second line.

    Above it can stand the site's body, or a shorter name of its own; that may stand below too.
    """
    words = extract_agency_words(title) or ""
    body = split_bodies(words)
    if body == words:
        return title
    if words.startswith(body) and title.startswith(words):
        return body + title.removeprefix(words)
    return ""


def _is_caption(rest: str) -> bool:
    """Tell by what follows whether a line only names reports: …年度报告展示平台 来源:…

    Otherwise it is a title with the text right behind it.
    """
    if not rest or len(rest) > _MAX_CAPTION_LENGTH:
        return False
    return _RULES.caption.find(rest) is not None


def _belongs_to_title(rest: str) -> bool:
    """Tell whether what follows the name of a report belongs to the title.

    …报告的说明, …报告公示, …报告——柳河县审计局.
    """
    if is_agency(find_body_behind(rest)) or _RULES.period_behind.find(rest):
        return True
    if len(rest) > _MAX_BEHIND_NAME:
        return False
    return not _RULES.no_part_of_title.find(rest)


def _names_body(line: str) -> bool:
    """Tell whether a line above a title is the body whose report it is.

    Of any kind where it has a place in front; a media centre can be where the page came from.
    """
    if is_agency_line(line):
        return True
    return is_body_of_place(line) and not is_media_centre(line)


def _prepend_agency_line(title: str, line_above: str) -> str:
    """Put the line above in front when it is an agency and the title has none of its own."""
    plain = squeeze(title)
    if extract_agency_words(plain) not in ("", "关于"):
        return title
    agency = squeeze(line_above)
    if not 2 <= len(agency) <= _MAX_AGENCY_LENGTH:
        return title
    if not _names_body(agency) or find_report_name(agency):
        return title
    return agency + plain
