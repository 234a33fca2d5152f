"""The signature: agency and date at the end of the body.

Its date is not the publication date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.fields.agency_names import is_agency
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.payload.normal_form import fold_forms, squeeze

_NEAR_END = 8  # lines from the end in which a date may stand alone
_LAST_LINES = 3  # in which a long line or an agency can end the body
_LINE_LENGTH = 60  # a longer line is prose that may end with the signature
_MAX_AGENCY_LENGTH = 40
_WORD_END = re.compile(r"[\s。；;!！|\t]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed and on which day, None where it is not printed.

    `rule` says by what it is a signature, `line` is the line that ends it.
    """

    agency: str | None = None
    signed_on: str | None = None
    rule: str = "none"
    line: str = ""


def find_signature(lines: Sequence[str]) -> Signature:
    """Return the last signature of a body.

    Annexes may follow it when an agency stands above the date.
    """
    return next(iterate_signatures(lines), Signature())


def iterate_signatures(lines: Sequence[str]) -> Iterator[Signature]:
    """Yield the signatures of a body, the last first; an agency without a date comes behind."""
    body = [line for line in lines if not is_boilerplate(line)]
    first_number = len(body) // 3
    for number in reversed(range(first_number, len(body))):
        signature = _read_signature(body, number)
        if signature:
            yield signature
    last_agency = _find_last_agency(body)
    if last_agency:
        yield last_agency


def _read_signature(body: Sequence[str], number: int) -> Signature | None:
    """Return the signature in a line, or in it and the line above."""
    line = fold_forms(body[number]).strip(" |\t")
    lines_to_end = len(body) - number
    if len(line) < _LINE_LENGTH:
        line_above = fold_forms(body[number - 1]) if number else ""
        signature = _parse_line(line, line_above, alone=lines_to_end <= _NEAR_END)
        if signature:
            return signature
    if lines_to_end <= _LAST_LINES:
        return _parse_line_end(line)
    return None


def _parse_line(line: str, line_above: str, *, alone: bool) -> Signature | None:
    """Read a line that is a date, or an agency and a date.

    `alone` says that a date without an agency is a signature too.
    """
    stamp = dates.find_first_date(line)
    if stamp is None or stamp.time:
        return None
    behind = line[stamp.end :]
    if behind.strip(" |)）】]\t"):
        return None
    signed_on = stamp.day.isoformat()
    before = line[: stamp.start]
    name = squeeze(before.strip(" ([（【|\t"))
    if name:
        if is_agency(name):
            return Signature(name, signed_on, "agency_and_date", line)
        return None
    agency = _parse_agency(line_above)
    if agency:
        return Signature(agency, signed_on, "agency_above_date", line)
    if alone:
        return Signature(None, signed_on, "date_alone", line)
    return None


def _parse_line_end(line: str) -> Signature | None:
    """Read agency and date at the end of a long line.

    …无其他事项。 德令哈市…局 2021年1月20日.
    """
    end = line[-_LINE_LENGTH:]
    stamps = list(dates.find_dates(end))
    if not stamps or len(line) <= _LINE_LENGTH:
        return None
    stamp = stamps[-1]
    behind = end[stamp.end :]
    if behind.strip(" |)）\t"):
        return None
    before = end[: stamp.start].strip()
    words = list(filter(None, _WORD_END.split(before)))
    if not words:
        return None
    agency = _parse_agency(words[-1])
    if agency is None:
        return None
    return Signature(agency, stamp.day.isoformat(), "end_of_line", line)


def _find_last_agency(body: Sequence[str]) -> Signature | None:
    """Return an agency that ends the body without a date."""
    if len(body) <= _LAST_LINES:
        return None
    for line in reversed(body[-_LAST_LINES:]):
        agency = _parse_agency(line)
        if agency:
            return Signature(agency, None, "agency_alone", line)
    return None


def _parse_agency(line: str) -> str | None:
    name = squeeze(line.strip(" |\t"))
    if len(name) <= _MAX_AGENCY_LENGTH and is_agency(name):
        return name
    return None
