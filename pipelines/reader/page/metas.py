"""What a page says of itself in its markup: meta tags, JSON-LD and time elements."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nianbao.pipelines.reader.page.containers import Element
from nianbao.pipelines.reader.payload.normal_form import (
    collapse_space,
    remove_invisible,
)

JSON_LD = "json-ld"  # its datePublished, as if it were a meta tag
TIME = "time"  # the datetime of the page's time elements
_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_MAX_SCRIPT_LENGTH = 200_000


def collect_metas(root: Element) -> dict[str, str]:
    """Return what meta tags say, by their names in lower case, the first of each.

    Dates of JSON-LD and of time elements stand there too, where the page has a single one.
    """
    metas: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop")
        content = collapse_space(remove_invisible(element.get("content") or ""))
        if not name or not content:
            continue
        if content.lower() in ("null", "undefined"):
            continue
        key = name.strip().lower()
        metas.setdefault(key, content)
    _add_single(metas, JSON_LD, _find_json_dates(root))
    _add_single(metas, TIME, _find_times(root))
    return metas


def _add_single(metas: dict[str, str], name: str, values: Iterable[str]) -> None:
    different_values = set(values)
    if len(different_values) == 1:
        metas[name] = different_values.pop()


def _find_json_dates(root: Element) -> list[str]:
    values: list[str] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            text = script.text or ""
            values += _PUBLISHED.findall(text[:_MAX_SCRIPT_LENGTH])
    return values


def _find_times(root: Element) -> list[str]:
    """Return the values of time elements; those that say that they are of publication alone."""
    values: list[str] = []
    published: list[str] = []
    for element in root.iter("time"):
        value = element.get("datetime")
        if not value:
            continue
        values.append(value)
        is_published = element.get("itemprop") == "datePublished"
        if is_published or element.get("pubdate") is not None:
            published.append(value)
    return published or values
