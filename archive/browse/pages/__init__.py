"""The pages: of each its view (`front.py`) and its template (`front.html`); what they show is asked in `queries`.

A view is `(db, ask) -> Page`; see :mod:`archive.browse.page`. ROUTES lists them all.
"""

from __future__ import annotations

from archive.browse.page import Route
from archive.browse.pages import front, lost

ALL = ("json", "csv", "atom")
NAME = "[^/]+?"

ROUTES = (
    Route("/(?:index)?", front.view, ("json",)),
    Route(r"/(?:agency|report|document|region|findings|coverage|changes|search|sites|index)(?:/.*|\..*)?", lost.view),
)
