"""Agencies by their names, each with the years of its reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_SUGGESTIONS = 5
# The share of pairs of neighbouring characters that two similar names have in common.
MIN_SIMILARITY = 0.4


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """An agency with the years of its reports."""

    id: int
    name: str
    region: str | None
    site: str | None  # the id of the site that an agency of no known region belongs to
    level: str | None
    years: tuple[int, ...]


AGENCIES = """
SELECT agencies.id, agencies.name, regions.name, agencies.site_id, agencies.level,
       (SELECT json_group_array(report_year) FROM
         (SELECT report_year FROM reports
           WHERE agency_id = agencies.id AND document_id IS NULL ORDER BY report_year))
FROM agencies LEFT JOIN regions ON regions.id = agencies.region_id
WHERE {} ORDER BY agencies.name, regions.name, agencies.site_id
"""
HAS_NAME = "agencies.name = :text OR regions.name || agencies.name = :text"
NAME_HOLDS = "instr(agencies.name, :text) > 0"
WAS_PRINTED_AS = """
agencies.id IN (SELECT agency_id FROM readings WHERE agency_printed = :text)
"""
HAS_NAME_AND_PLACE = """
agencies.name = :name AND regions.name IS :region
AND (:site IS NULL OR agencies.site_id = :site)
"""
NAMES_OVERLAP = """
agencies.id IN (
  SELECT id FROM agencies
  WHERE instr(name, :name) > 0 OR instr(:name, name) > 0 ORDER BY id LIMIT :most)
"""


def find_agencies(db: Database, text: str) -> list[AgencyEntry]:
    """Return the agencies of a name, with or without the region before it.

    If there are none, those whose name holds the text; if there are none either, those whose
    reports print it as their name.
    """
    for condition in (HAS_NAME, NAME_HOLDS, WAS_PRINTED_AS):
        agencies = _select_agencies(db, condition, {"text": text})
        if agencies:
            return agencies
    return []


def find_agencies_in(
    db: Database, region: str | None, name: str, site: str | None = None
) -> list[AgencyEntry]:
    """Return the agencies of this name in this region; a region of None means: in no region.

    In a region there is one at most. In no region there may be one for each site; `site`, the
    id of a site, chooses among them.
    """
    arguments = {"name": name, "region": region, "site": site}
    return _select_agencies(db, HAS_NAME_AND_PLACE, arguments)


def find_agency(db: Database, region: str | None, name: str) -> AgencyEntry | None:
    """Return the agency of this name in this region; a region of None means: in no region.

    None when there is none, or when there are several in no region.
    """
    agencies = find_agencies_in(db, region, name)
    if len(agencies) != 1:
        return None
    return agencies[0]


def find_overlapping_agencies(db: Database, name: str) -> list[AgencyEntry]:
    """Return a few agencies whose name holds a name or is held by it.

    Faster and less exact than :func:`find_similar_agencies`.
    """
    arguments = {"name": name, "most": MOST_SUGGESTIONS}
    return _select_agencies(db, NAMES_OVERLAP, arguments)


def find_similar_agencies(db: Database, text: str) -> list[AgencyEntry]:
    """Return the agencies whose names are most like one that the archive does not have."""
    scores = []
    text_pairs = _character_pairs(text)
    for agency_id, name in db.execute("SELECT id, name FROM agencies").fetchall():
        pairs = _character_pairs(name)
        # A full name begins with its regions, which a person leaves out: the shorter one counts.
        shorter = min(len(text_pairs), len(pairs)) or 1
        similarity = len(text_pairs & pairs) / shorter
        if similarity >= MIN_SIMILARITY:
            scores.append((-similarity, len(name), name, agency_id))
    scores.sort()
    agencies = []
    for *_, agency_id in scores[:MOST_SUGGESTIONS]:
        agencies += _select_agencies(db, "agencies.id = :id", {"id": agency_id})
    return agencies


def _character_pairs(text: str) -> set[str]:
    return {text[start : start + 2] for start in range(len(text) - 1)}


def _select_agencies(
    db: Database, condition: str, arguments: dict[str, Any]
) -> list[AgencyEntry]:
    agencies = []
    query = AGENCIES.format(condition)
    for row in db.execute(query, arguments).fetchall():
        *fields, years_json = row
        years = tuple(json.loads(years_json))
        values: list[Any] = [*fields, years]
        agencies.append(AgencyEntry(*values))
    return agencies
