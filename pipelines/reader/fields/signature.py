"""The signature block: agency and date at the end of the body. Its date is not the publication
date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nianbao.pipelines.reader.fields import agencies, dates
from nianbao.pipelines.reader.page import boilerplate
from nianbao.pipelines.reader.payload.normal_form import fold_forms, squeeze

_NEAR_END = 8  # lines from the end in which a date may stand alone
_LAST_WORD = re.compile(r"[\s。；;!！|\t]+")


@dataclass(frozen=True, slots=True)
class Signature:
    agency: str | None = None
    signed_on: str | None = None


def read(lines: Sequence[str]) -> Signature:
    """Return the last signature of a body; annexes may follow it when an agency stands above
    the date.
    """
    body = [line for line in lines if not boilerplate.is_chrome(line)]
    for number in range(len(body) - 1, max(-1, len(body) // 3 - 1), -1):
        line = fold_forms(body[number]).strip(" |\t")
        if len(line) < 60:
            above = fold_forms(body[number - 1]) if number else ""
            near = len(body) - number <= _NEAR_END
            if found := _whole_line(line, above, alone=near):
                return found
        if len(body) - number <= 3 and (found := _end_of_line(line)):
            return found
    return Signature(_agency_only(body))


def _whole_line(line: str, above: str, *, alone: bool) -> Signature | None:
    """Read a line that is a date, or an agency and a date."""
    stamp = dates.find_first_date(line)
    if not stamp or stamp.time or line[stamp.end :].strip(" |)）】]\t"):
        return None
    before = squeeze(line[: stamp.start].strip(" ([（【|\t"))
    if before:
        return (
            Signature(before, stamp.day.isoformat())
            if agencies.is_agency(before)
            else None
        )
    signer = _agency(above)
    return Signature(signer, stamp.day.isoformat()) if alone or signer else None


def _end_of_line(line: str) -> Signature | None:
    """Read agency and date at the end of a long line: …无其他事项。 德令哈市…局 2021年1月20日."""
    stamps = list(dates.find_dates(line[-60:]))
    tail = line[-60:]
    if not stamps or tail[stamps[-1].end :].strip(" |)）\t"):
        return None
    words = [
        word for word in _LAST_WORD.split(tail[: stamps[-1].start].strip()) if word
    ]
    signer = _agency(words[-1]) if words and len(line) > 60 else None
    return Signature(signer, stamps[-1].day.isoformat()) if signer else None


def _agency_only(body: Sequence[str]) -> str | None:
    """Return an agency that ends the body without a date."""
    for line in reversed(body[-3:]):
        if (signer := _agency(line)) and len(body) > 3:
            return signer
    return None


def _agency(line: str) -> str | None:
    name = squeeze(line.strip(" |\t"))
    return name if len(name) <= 40 and agencies.is_agency(name) else None
