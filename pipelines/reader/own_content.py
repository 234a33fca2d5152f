"""Whether a page carries a report itself, whatever a list says of it.

For pages that may be none at all: an error page can name reports at its side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.rules import load_rules

if TYPE_CHECKING:
    from nianbao.archive.records import Reading

_RULES = load_rules("is_report")


def has_report_content(reading: Reading) -> bool:
    """Tell whether a page has more of a report than its name.

    It has figures, a section of the outline, or a sentence that speaks of disclosure. The page
    must have been read without what a list says of it.
    """
    if not reading.is_report:
        return False
    if reading.figures or any(section.key for section in reading.sections):
        return True
    return any(map(is_about_disclosure, reading.text.split("\n")))


def is_about_disclosure(line: str) -> bool:
    """Tell whether a line is a sentence about disclosure, and no mere name of a report."""
    if not _RULES.sentence_end.find(line):
        return False
    return _RULES.disclosure.find(squeeze(line)) is not None
