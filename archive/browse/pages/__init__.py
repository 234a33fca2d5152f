"""The pages: of each its view (`front.py`) and its template (`front.html`); what they show is asked in `queries`.

A view is `(db, ask) -> Page`; see :mod:`archive.browse.page`. ROUTES lists them all.
"""

from __future__ import annotations

from archive.browse.page import Route
from archive.browse.pages import agency, archived, diff, document, front, lost, report

ALL = ("json", "csv", "atom")
DATA = ("json", "csv")
DIGEST = "(?P<sha256>[0-9a-f]{64})"
NAME = "[^/]+?"

ROUTES = (
    Route("/(?:index)?", front.view, ("json",)),
    Route(f"/agency/(?P<region>{NAME})/(?P<agency>{NAME})", agency.view, ALL),
    Route(rf"/report/(?P<region>{NAME})/(?P<agency>{NAME})/(?P<year>\d{{4}})(?:@(?P<at>{NAME}))?", report.view, DATA),
    Route("/document", document.view, DATA),
    Route("/diff", diff.view, DATA),
    Route(f"/archived/{DIGEST}", archived.view, DATA),
    Route(f"/archived/{DIGEST}/page", archived.framed),
    Route(f"/archived/{DIGEST}/bytes", archived.content),
    Route(
        r"/(?:agency|report|document|diff|archived|region|findings|coverage|changes|search|sites|index)(?:/.*|\..*)?",
        lost.view,
    ),
)
