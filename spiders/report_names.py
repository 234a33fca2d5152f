"""Names of reports and of annual-report columns, told from names that only look alike."""

from __future__ import annotations

from nianbao.spiders.rules import rule_pattern

YEAR = rule_pattern("year")
REPORT = rule_pattern("report_name")
OTHER_DOCUMENT = rule_pattern("other_document")
COLUMN = rule_pattern("column_name")
COLUMN_OWNER = rule_pattern("column_owner")
LONGEST_COLUMN_NAME = 24  # characters


def is_report_title(title: str) -> bool:
    """Tell whether a title names a year and an annual report, and nothing that looks alike."""
    if OTHER_DOCUMENT.search(title):
        return False
    if not YEAR.search(title):
        return False
    return REPORT.search(title) is not None


def is_column_name(name: str) -> bool:
    """Tell whether the name of a column says that it holds annual reports, of all years."""
    if len(name) > LONGEST_COLUMN_NAME:
        return False
    if YEAR.search(name) or OTHER_DOCUMENT.search(name):
        return False
    column = COLUMN.search(name)
    if column is None:
        return False
    if column.end() < len(name):
        return False
    return COLUMN_OWNER.search(name) is not None


def names_other_document(name: str) -> bool:
    """Tell whether a name is that of an explanation, a picture or another yearly document."""
    return OTHER_DOCUMENT.search(name) is not None
