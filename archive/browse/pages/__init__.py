"""The pages: of each its view (`front.py`) and its template (`front.html`); what they show is asked in `queries`.

A view is `(db, ask) -> Page`; see :mod:`archive.browse.page`. ROUTES lists them all.
"""

from __future__ import annotations

from archive.browse.page import Route
from archive.browse.pages import changes, coverage, findings, front, lost, region, search, sites

ALL = ("json", "csv", "atom")
TABLE = ("json", "csv")
NAME = "[^/]+?"

ROUTES = (
    Route("/(?:index)?", front.view, ALL),
    Route("/search", search.view, ALL),
    Route("/coverage", coverage.view, TABLE),
    Route(f"/region/(?P<region>{NAME})", region.view, ALL),
    Route("/findings", findings.overview, TABLE),
    Route(f"/findings/(?P<rule>{NAME})", findings.view, ALL),
    Route("/changes", changes.view, ALL),
    Route("/sites", sites.view, TABLE),
    Route(r"/(?:agency|report|document|region|findings|coverage|changes|search|sites|index)(?:/.*|\..*)?", lost.view),
)
