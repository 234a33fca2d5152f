"""Names of reports and of annual-report columns, told from names that only look alike."""

from __future__ import annotations

from nianbao.spiders.rules import find_rule

YEAR = find_rule("year")
REPORT = find_rule("report_name")
OTHER_DOCUMENT = find_rule("other_document")
AGENCY_OF_OTHER = find_rule("agency_of_other_document")
COLUMN = find_rule("column_name")
COLUMN_OWNER = find_rule("column_owner")
LONGEST_COLUMN_NAME = 24  # characters


def is_report_title(title: str) -> bool:
    """Tell whether a title names a year and an annual report, and nothing that looks alike."""
    if names_other_document(title):
        return False
    if not YEAR.find(title):
        return False
    return REPORT.find(title) is not None


def is_column_name(name: str) -> bool:
    """Tell whether the name of a column says that it holds annual reports, of all years."""
    if len(name) > LONGEST_COLUMN_NAME:
        return False
    if YEAR.find(name) or OTHER_DOCUMENT.find(name):
        return False
    column = COLUMN.find(name)
    if column is None:
        return False
    if column.end() < len(name):
        return False
    return COLUMN_OWNER.find(name) is not None


def names_other_document(name: str) -> bool:
    """Tell whether a name is that of an explanation, a picture or another yearly document.

    The words for one count outside of a body's name only: 某县审计局2023年年报 is a report.
    """
    words = AGENCY_OF_OTHER.pattern.sub("", name)
    return OTHER_DOCUMENT.find(words) is not None
