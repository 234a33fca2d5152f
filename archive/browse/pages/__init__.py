"""The pages: of each its view (`front.py`) and its template (`front.html`); what they show is
asked in `queries`.

A view is `(db, ask) -> Page`; see :mod:`nianbao.archive.browse.page`. ROUTES lists them all.
"""

from __future__ import annotations

from nianbao.archive.browse.page import Route
from nianbao.archive.browse.pages import (
    agency,
    archived,
    changes,
    coverage,
    diff,
    document,
    findings,
    front,
    lost,
    region,
    report,
    search,
    sites,
)

ALL = ("json", "csv", "atom")
DATA = ("json", "csv")
DIGEST = "(?P<sha256>[0-9a-f]{64})"
NAME = "[^/]+?"
OURS = "agency|report|document|diff|archived|region|findings|coverage|changes|search|sites|index"

ROUTES = (
    Route("/(?:index)?", front.view, ALL),
    Route("/search", search.view, ALL),
    Route("/coverage", coverage.view, DATA),
    Route(f"/region/(?P<region>{NAME})", region.view, ALL),
    Route(f"/agency/(?P<region>{NAME})/(?P<agency>{NAME})", agency.view, ALL),
    Route(
        rf"/report/(?P<region>{NAME})/(?P<agency>{NAME})/(?P<year>\d{{4}})(?:@(?P<at>{NAME}))?",
        report.view,
        DATA,
    ),
    Route("/document", document.view, DATA),
    Route("/diff", diff.view, DATA),
    Route(f"/archived/{DIGEST}", archived.view, DATA),
    Route(f"/archived/{DIGEST}/page", archived.framed),
    Route(f"/archived/{DIGEST}/bytes", archived.content),
    Route("/findings", findings.overview, DATA),
    Route(f"/findings/(?P<rule>{NAME})", findings.view, ALL),
    Route("/changes", changes.view, ALL),
    Route("/sites", sites.view, DATA),
    Route(rf"/(?:{OURS})(?:/.*|\..*)?", lost.view),
)
