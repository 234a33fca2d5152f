"""Parameters of addresses that name the visit and not the page, learned for each site.

A list that writes another `t=1701234567890` behind an address at every visit names one page. Which
parameters are such is known by what stands behind: an address with a new value shows what the
address with an earlier value showed. A parameter that tells reports apart is never one, nor is
one by whose name a page is known. It follows from the visits alone, in whatever order they came.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from nianbao.archive.addresses import canonicalize, drop_parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlite_utils import Database

# By these a page is known, whatever stands behind.
IDENTITY = re.compile(
    r".*id|p|q|nd|no|key|wd|(?:num|year|page|code|col|cat|class|type|dept|org|unit|channel"
    r"|article|info|news|file|path|url|doc|item|node|name|title|action|method).*",
    re.IGNORECASE,
)
# These follow a visitor or keep a copy from being used.
VISIT_NAMES = re.compile(
    r"_+|_?t|ts|_?time(?:stamp)?|rnd|ran|rand(?:om)?|r|no_?cache|cache\w*|cb|v|ver(?:sion)?|spm|scm"
    r"|s?id_?session|session\w*|sess|token|nonce|sign(?:ature)?|utm_\w+|share\w*|from|seed|tick\w*"
    r"|uuid|guid|visit\w*|hash|sid",
    re.IGNORECASE,
)
VISIT_VALUE = re.compile(r"1\d{9}(?:\d{3})?|0?\.\d{5,}")  # a moment, a random fraction
FEWEST_VALUES = 2  # in as many runs, which lead to the same
# Where neither name nor values speak of a visit one change may be a move.
FEWEST_PLAIN_VALUES = 3

# Return what each visit to an address with parameters showed.
_SHOWN = """
SELECT visits.id, sightings.document_id, visits.run_id, visits.visited_at,
       visits.url, coalesce(json_extract(visits.redirects, '$[#-1]'), visits.url),
       sightings.content_sha256, versions.report_id
FROM visits
JOIN sightings ON sightings.visit_id = visits.id
LEFT JOIN versions ON versions.id = sightings.version_id
WHERE visits.site_id = :site
  AND visits.run_id IN (SELECT run_id FROM site_runs WHERE site_id = :site)
  AND sightings.effect = 'shown'
  AND (visits.url LIKE '%?%' OR visits.redirects LIKE '%?%')
ORDER BY visits.visited_at, visits.url
"""


Values = tuple[str, ...]


# Return the documents of a site whose addresses had parameters, each with one of these.
_DOCUMENTS = """
SELECT documents.url,
       coalesce(json_extract(visits.redirects, '$[#-1]'), visits.url)
FROM documents
JOIN versions ON versions.id = documents.current_version_id
JOIN visits ON visits.id = versions.first_visit_id
WHERE documents.site_id = ?
  AND (visits.url LIKE '%?%' OR visits.redirects LIKE '%?%')
"""


class ShownAddress(NamedTuple):
    """A visit to an address with parameters, and what it showed."""

    visit_id: int
    document_id: int
    run_id: int
    visited_at: str
    url: str
    final_url: str
    content_sha256: str
    report_id: int | None

    @property
    def address(self) -> str:
        """The canonical address that answered."""
        return canonicalize(self.final_url)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of that address."""
        query = urlsplit(self.address).query
        return dict(parse_qsl(query, keep_blank_values=True))

    def values_of(self, names: Collection[str]) -> Values:
        """Return the values of some parameters, in the order of their names."""
        pairs = sorted(self.parameters.items())
        return tuple(value for name, value in pairs if name in names)


def load_shown_addresses(db: Database, site_id: str) -> list[ShownAddress]:
    """Return the visits of a site to addresses with parameters that showed a report."""
    rows = db.execute(_SHOWN, {"site": site_id}).fetchall()
    return [ShownAddress(*row) for row in rows]


def may_have_volatile_names(db: Database, site_id: str) -> bool:
    """Tell whether the visits of a site are worth a look: most sites have no such parameters.

    Two pages differ in nothing but parameters that may be such, or one has an address without.
    """
    shorter_addresses: set[str] = set()
    for url, final_url in db.execute(_DOCUMENTS, [site_id]).fetchall():
        address = canonicalize(final_url)
        names = {
            name
            for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)
            if VISIT_NAMES.fullmatch(name) or not IDENTITY.fullmatch(name)
        }
        shorter = drop_parameters(address, names)
        if url != address or (names and shorter in shorter_addresses):
            return True
        shorter_addresses.add(shorter)
    return False


def find_volatile_names(visits: Sequence[ShownAddress]) -> frozenset[str]:
    """Return the names of parameters that name the visit and not the page.

    The visits are in the order of time. Parameters whose names speak of visits may change
    together, so they are looked at together first.
    """
    names: set[str] = set()
    for visit in visits:
        names.update(visit.parameters)
    visit_names = {name for name in names if VISIT_NAMES.fullmatch(name)}
    other_names = {name for name in names if not IDENTITY.fullmatch(name)}
    volatile: set[str] = set()
    if _are_volatile(visit_names, visits):
        volatile |= visit_names
    for name in sorted((visit_names | other_names) - volatile):
        if _are_volatile(volatile | {name}, visits):
            volatile.add(name)
    return frozenset(volatile)


def _are_volatile(names: Collection[str], visits: Iterable[ShownAddress]) -> bool:
    """Tell whether new values of parameters lead to what earlier ones led to, and never apart."""
    groups: defaultdict[str, list[ShownAddress]] = defaultdict(list)
    for visit in visits:
        if visit.parameters.keys() & names:
            rest = drop_parameters(visit.address, names)
            groups[rest].append(visit)
    is_new = False
    for group in groups.values():
        if _tell_apart(names, group):
            return False
        is_new = is_new or _have_new_values(names, group)
    return is_new


def _tell_apart(names: Collection[str], group: Iterable[ShownAddress]) -> bool:
    """Tell whether two values of parameters led to two reports in one run."""
    shown: defaultdict[int, dict[Values, ShownAddress]] = defaultdict(dict)
    for visit in group:
        values = visit.values_of(names)
        shown[visit.run_id][values] = visit
    for by_value in shown.values():
        contents = {visit.content_sha256 for visit in by_value.values()}
        reports = {visit.report_id for visit in by_value.values()}
        if len(contents) > 1 and len(reports) > 1:
            return True
    return False


def _have_new_values(names: Collection[str], group: Sequence[ShownAddress]) -> bool:
    """Tell whether new values came in so many runs that led to what the first one had led to."""
    first_runs: dict[Values, int] = {}
    runs: defaultdict[str, set[int]] = defaultdict(set)
    for visit in group:
        first_run = first_runs.setdefault(visit.values_of(names), visit.run_id)
        runs[visit.content_sha256].add(first_run)
    fewest = FEWEST_PLAIN_VALUES
    if all(map(VISIT_NAMES.fullmatch, names)) or _are_visit_values(first_runs):
        fewest = FEWEST_VALUES
    return max(map(len, runs.values()), default=0) >= fewest


def _are_visit_values(values: Iterable[Values]) -> bool:
    """Tell whether all values speak of visits."""
    return all(VISIT_VALUE.fullmatch(value) for each in values for value in each)
