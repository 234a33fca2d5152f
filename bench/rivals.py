"""General extractors, asked for the same fields: htmldate, trafilatura, GNE.

They are given decoded text: none of them is told of a charset, and the contest is about reading.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping

import htmldate
import trafilatura
from gne import GeneralNewsExtractor

from bench.cases import Case
from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.payload.normal_form import fold_forms

Answer = Mapping[str, str | None]


def by_htmldate(case: Case, source: str) -> Answer:
    """Ask htmldate for the publication date."""
    return {
        "published_on": _first_day(
            htmldate.find_date(source, url=case.url, original_date=True)
        )
    }


def by_trafilatura(case: Case, source: str) -> Answer:
    """Ask trafilatura for date, title and author; the author is what it has for a source."""
    found = trafilatura.extract_metadata(source, default_url=case.url)
    if found is None:
        return {"published_on": None, "title": None, "source": None, "agency": None}
    author = found.author or found.sitename
    return {
        "published_on": _first_day(found.date),
        "title": found.title,
        "source": author,
        "agency": author,
    }


def by_gne(case: Case, source: str) -> Answer:
    """Ask GNE, which was made for Chinese news pages, for time, title and author."""
    del case
    with contextlib.suppress(Exception):  # it raises on pages without text
        found = GeneralNewsExtractor().extract(source)
        author = found["author"] or None
        day = _first_day(fold_forms(found["publish_time"] or ""))
        return {
            "published_on": day,
            "title": found["title"] or None,
            "source": author,
            "agency": author,
        }
    return {"published_on": None, "title": None, "source": None, "agency": None}


def _first_day(printed: str | None) -> str | None:
    stamp = dates.find_first_date(printed or "")
    return stamp.day.isoformat() if stamp else None


RIVALS: Mapping[str, Callable[[Case, str], Answer]] = {
    "htmldate": by_htmldate,
    "trafilatura": by_trafilatura,
    "GNE": by_gne,
}


def silence() -> None:
    """Keep the extractors' own messages off the terminal."""
    for name in ("htmldate", "trafilatura", "gne", "GNE"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
