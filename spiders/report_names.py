"""Names of reports and of annual-report columns, told from names that only look alike."""

from __future__ import annotations

from nianbao.spiders.rules import find_rule
from nianbao.spiders.title_folding import fold_title

YEAR = find_rule("year")
BARE_YEAR = find_rule("bare_year")
REPORT = find_rule("report_name")
OTHER_DOCUMENT = find_rule("other_document")
PUBLISHED_BY_NOTICE = find_rule("published_by_notice")
OTHER_TOPIC = find_rule("other_topic")
OPEN_INFORMATION = find_rule("open_information")
AGENCY_OF_OTHER = find_rule("agency_of_other_topic")
BODY_IN_ROW = find_rule("body_in_row")
CUT_TITLE = find_rule("cut_title")
COLUMN = find_rule("column_name")
COLUMN_OWNER = find_rule("column_owner")
COLUMN_TAIL = find_rule("column_tail")
LONGEST_COLUMN_NAME = 24  # characters
LONGEST_NAME_WITH_TAIL = 60


def find_years(title: str | None) -> frozenset[str]:
    """Return the years that a title names, in digits: 二〇二二年 is 2022."""
    return frozenset(YEAR.pattern.findall(fold_title(title or "")))


def is_report_title(title: str) -> bool:
    """Tell whether a title names a year and an annual report, and nothing that looks alike."""
    name = fold_title(title)
    if not YEAR.find(name) or REPORT.find(name) is None:
        return False
    return not names_other_document(name)


def may_be_report_title(title: str) -> bool:
    """Tell whether a title may be that of a report, in a list of reports.

    It is no more than a year or a body, or it names a report without its year, or is cut off.
    """
    name = fold_title(title)
    if BARE_YEAR.find(name):
        return True
    if names_other_document(name):
        return False
    if REPORT.find(name) or CUT_TITLE.find(name):
        return True
    body = YEAR.pattern.sub("", name).strip(" 年度()（）-—_:：")
    return BODY_IN_ROW.find(body) is not None


def names_report(title: str) -> bool:
    """Tell whether a title has the words for an annual report, of whatever year."""
    return REPORT.find(fold_title(title)) is not None


def is_bare_year(title: str | None) -> bool:
    """Tell whether a title is a year and no more."""
    return BARE_YEAR.find(fold_title(title or "")) is not None


def is_column_name(name: str) -> bool:
    """Tell whether the name of a column says that it holds annual reports, of all years."""
    whole_name = fold_title(name)
    if len(whole_name) > LONGEST_NAME_WITH_TAIL:
        return False
    name = COLUMN_TAIL.pattern.sub("", whole_name)
    if len(name) > LONGEST_COLUMN_NAME:
        return False
    if YEAR.find(whole_name):
        return False
    if OTHER_DOCUMENT.find(whole_name) or OTHER_TOPIC.find(whole_name):
        return False
    column = COLUMN.find(name)
    if column is None:
        return False
    if column.end() < len(name):
        return False
    return COLUMN_OWNER.find(name) is not None


def names_other_document(name: str) -> bool:
    """Tell whether a name is that of an explanation, a picture or another yearly document.

    The words for another topic count outside of a body's name only, and where nothing says
    that the document is on government information: 某县审计局2023年年报 is a report.
    """
    name = fold_title(name)
    if OTHER_DOCUMENT.find(name):
        return PUBLISHED_BY_NOTICE.find(name) is None
    if OPEN_INFORMATION.find(name):
        return False
    words = AGENCY_OF_OTHER.pattern.sub("", name)
    return OTHER_TOPIC.find(words) is not None
