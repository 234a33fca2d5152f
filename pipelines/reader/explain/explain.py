"""Explain a reading: read a page, and tell for each field what it was chosen among, and why.

The functions that chose the fields are asked for all that they chose among; what they chose is
taken from the reading. A page is read and not explained at no cost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple, TypeAlias

from nianbao.archive.records import Hints, Reading
from nianbao.pipelines.reader.choices import Choices
from nianbao.pipelines.reader.explain import (
    agency_fields,
    date_fields,
    page_fields,
    table_fields,
)
from nianbao.pipelines.reader.explain.locator import PageLocator
from nianbao.pipelines.reader.explain.records import FieldExplanation
from nianbao.pipelines.reader.reading import read_page

_Explain: TypeAlias = Callable[[Choices, Reading, PageLocator], FieldExplanation]

_FIELDS: tuple[_Explain, ...] = (
    page_fields.explain_is_report,
    page_fields.explain_title,
    page_fields.explain_report_year,
    page_fields.explain_period,
    agency_fields.explain_agency,
    agency_fields.explain_agency_name,
    agency_fields.explain_compiled_by,
    date_fields.explain_published_on,
    date_fields.explain_signed_on,
    table_fields.explain_form,
    table_fields.explain_tables,
    page_fields.explain_official,
)


class ExplainedReading(NamedTuple):
    """A reading, and an explanation of each of its fields."""

    reading: Reading
    fields: tuple[FieldExplanation, ...]


def explain(
    payload: bytes,
    *,
    url: str | None = None,
    hints: Hints | None = None,
    today: date | None = None,
) -> ExplainedReading:
    """Read a page as `reader.read` does, and explain the reading."""
    page = read_page(payload, url=url, hints=hints or Hints(), today=today)
    locator = PageLocator(page.choices.document, page.source)
    fields = tuple(
        explain_field(page.choices, page.reading, locator) for explain_field in _FIELDS
    )
    return ExplainedReading(page.reading, fields)
