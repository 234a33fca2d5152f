"""The header of a document: the lines from its title to where the prose begins.

In plain text, and where a container holds the header as well, it has to be told from the body.
The patterns are rules, in rules/header.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence

from nianbao.pipelines.reader.fields import dates, labels
from nianbao.pipelines.reader.fields.agency_names import is_agency
from nianbao.pipelines.reader.fields.title_lines import find_report_title
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_quotations,
    remove_space,
    squeeze,
)
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("header")

_MAX_LINES = 30
_MAX_LINE_LENGTH = 300
_MAX_FOOTER_LENGTH = 200
_MIN_LINES_ABOVE_FOOTER = 5
_SHORT_LENGTH = 45  # a longer line without a label is prose
_MAX_HEADING_LENGTH = _SHORT_LENGTH + 15
_MIN_TITLE_LENGTH = 8  # a shorter title is the name of a column, and prose can hold it
_MIN_REPEAT_LENGTH = 3  # a line that repeats the title is longer


def count_header_lines(
    lines: Sequence[str],
    title: str | None,
    *,
    holds_header: bool = True,
) -> int:
    """Return how many of the first lines are header.

    A container that holds no header can still begin with the title, a metadata table or
    boilerplate; a bare date there belongs to the text.
    """
    squeezed_title = squeeze(title or "")
    count = 0
    if holds_header:
        count = _count_lines_to_title(lines, squeezed_title)
    line_above = ""
    last_number = min(len(lines), _MAX_LINES)
    for number in range(count, last_number):
        line = fold_forms(lines[number])
        next_lines = lines[number + 1 : number + 2]
        next_line = fold_forms("".join(next_lines))
        if begins_section(line) or labels.is_event(line, next_line):
            break
        if _continues_header(line, line_above, squeezed_title, holds_header):
            count = number + 1
        elif not holds_header or _is_prose(line):
            break
        line_above = line
    return count


def begins_section(line: str) -> bool:
    """Tell whether a line is a numbered heading, with which the body begins."""
    return _RULES.section.find(line) is not None


def _count_lines_to_title(lines: Sequence[str], squeezed_title: str) -> int:
    """Return how many of the first lines stand above the last title, that one included."""
    if len(squeezed_title) < _MIN_TITLE_LENGTH:
        return 0
    count = 0
    for number, line in enumerate(lines[:_MAX_LINES], start=1):
        if squeeze(line) == squeezed_title:
            count = number
    return count


def _continues_header(
    line: str,
    line_above: str,
    squeezed_title: str,
    holds_header: bool,
) -> bool:
    """Tell whether a line belongs to the header that ends above it."""
    if labels.is_label_row(line_above):
        return True  # the values of that row
    if dates.is_date(line) and _is_date_of_text(line, line_above, holds_header):
        return False
    return is_header_line(line, squeezed_title)


def _is_date_of_text(line: str, line_above: str, holds_header: bool) -> bool:
    """Tell whether a bare date is of the text: of its cover, below the agency."""
    if not holds_header:
        return True
    return "年" in line and is_agency(squeeze(line_above))


def _is_prose(line: str) -> bool:
    if len(line) > _SHORT_LENGTH:
        return True
    return _RULES.sentence.find(line) is not None


def is_header_line(line: str, squeezed_title: str) -> bool:
    """Tell whether a line is title, label, date or boilerplate."""
    squeezed = squeeze(line)
    if _repeats_title(squeezed, squeezed_title):
        return True
    if len(line) > _MAX_LINE_LENGTH:
        return False
    if _is_heading(line, squeezed) or _holds_label(line, squeezed):
        return True
    if dates.is_date(line) or is_boilerplate(line):
        return True
    if "。" not in line and _RULES.trail.find(remove_quotations(line)):
        return True
    return _is_imprint(line)


def _repeats_title(squeezed: str, squeezed_title: str) -> bool:
    """Tell whether a line is the title or a part of it."""
    if not squeezed_title or len(squeezed) <= _MIN_REPEAT_LENGTH:
        return False
    more_characters = 4
    if len(squeezed_title) >= _MIN_TITLE_LENGTH:
        more_characters = 30
    if len(squeezed) > 2 * len(squeezed_title) + more_characters:
        return False
    return squeezed in squeezed_title or squeezed_title in squeezed


def _is_heading(line: str, squeezed: str) -> bool:
    """Tell whether a line is the title of a report, also another than the page's own."""
    if len(squeezed) > _MAX_HEADING_LENGTH:
        return False
    if _RULES.sentence.find(line):
        return False
    return bool(find_report_title([line]))


def _holds_label(line: str, squeezed: str) -> bool:
    """Tell whether a line holds a label, also in traditional characters or with pinyin.

    發(fā)布時(shí)間 was seen. A line with a full stop needs a date at its beginning as well.
    """
    if "。" in line:
        if dates.find_leading_date(line) is None:
            return False
        return labels.has_label(line)
    if labels.has_label(line):
        return True
    return squeezed != remove_space(line) and labels.has_label(squeezed)


def _is_imprint(line: str) -> bool:
    """Tell a short line of a day and who wrote it or how many read it.

    (2022-03-14) (县审计局供稿) and 2012-3-30 柳河县人民政府办公室 were seen.
    """
    if len(line) > _SHORT_LENGTH or "。" in line:
        return False
    stamps = list(dates.find_dates(line))
    if len(stamps) != 1:
        return False
    return bool(_RULES.imprint.find(line)) or _is_day_and_body(line)


def _is_day_and_body(line: str) -> bool:
    """Tell a line of a day in figures and a body. One with 年 can be of a cover."""
    stamp = dates.find_leading_date(line)
    if stamp is None or "年" in stamp.text:
        return False
    return is_agency(squeeze(line[stamp.end :]))


def _is_footer_word_in_prose(line: str) -> bool:
    """Tell a sentence that speaks of the site from the site's footer.

    我局是网站主办单位,每条信息都经审核。 was seen; footers have no sentences, or codes in them.
    """
    if not _RULES.sentence_sign.find(line):
        return False
    return _RULES.footer_code.find(line) is None


def find_footer(lines: Sequence[str]) -> int:
    """Return the number of the line at which the site's footer begins.

    Without a footer it is the number of lines.
    """
    for number, line in enumerate(lines):
        if number <= _MIN_LINES_ABOVE_FOOTER or len(line) >= _MAX_FOOTER_LENGTH:
            continue
        if _RULES.footer.find(line) and not _is_footer_word_in_prose(line):
            return number
    return len(lines)
