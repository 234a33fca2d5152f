"""General extractors, asked for the same fields: htmldate, trafilatura, GNE.

They are given decoded text: none of them is told of a charset, and the contest is about reading.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import TypeAlias

import htmldate
import trafilatura
from gne import GeneralNewsExtractor

from bench.cases import Case
from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.payload.normal_form import fold_forms

Fields: TypeAlias = Mapping[str, str | None]

_NOTHING: Fields = {"published_on": None, "title": None, "source": None, "agency": None}


def extract_with_htmldate(case: Case, source: str) -> Fields:
    """Return the publication date that htmldate finds."""
    day = htmldate.find_date(source, url=case.url, original_date=True)
    return {"published_on": _parse_day(day)}


def extract_with_trafilatura(case: Case, source: str) -> Fields:
    """Return trafilatura's date, title and author; the author is what it has for a source."""
    metadata = trafilatura.extract_metadata(source, default_url=case.url)
    if metadata is None:
        return _NOTHING
    author = metadata.author or metadata.sitename
    return {
        "published_on": _parse_day(metadata.date),
        "title": metadata.title,
        "source": author,
        "agency": author,
    }


def extract_with_gne(case: Case, source: str) -> Fields:
    """Return time, title and author of GNE, which was made for Chinese news pages."""
    del case
    with contextlib.suppress(Exception):  # it raises on pages without text
        content = GeneralNewsExtractor().extract(source)
        author = content["author"] or None
        return {
            "published_on": _parse_day(fold_forms(content["publish_time"] or "")),
            "title": content["title"] or None,
            "source": author,
            "agency": author,
        }
    return _NOTHING


def _parse_day(printed_date: str | None) -> str | None:
    stamp = dates.find_first_date(printed_date or "")
    if stamp is None:
        return None
    return stamp.day.isoformat()


RIVALS: Mapping[str, Callable[[Case, str], Fields]] = {
    "htmldate": extract_with_htmldate,
    "trafilatura": extract_with_trafilatura,
    "GNE": extract_with_gne,
}


def silence_loggers() -> None:
    """Keep the extractors' own messages off the terminal."""
    for name in ("htmldate", "trafilatura", "gne", "GNE"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
