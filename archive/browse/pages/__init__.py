"""The pages: each has its view (`front.py`) and its template (`front.html`).

A view is `(db, request) -> BrowsePage`; see :mod:`nianbao.archive.browse.page`. What it shows
comes from :mod:`nianbao.archive.read_model`. ROUTES lists all views.
"""

from __future__ import annotations

from nianbao.archive.browse.citing import CITATION_FORMATS
from nianbao.archive.browse.openapi.document import send_openapi
from nianbao.archive.browse.page import Route
from nianbao.archive.browse.pages.agency import show_agency
from nianbao.archive.browse.pages.archived import (
    send_framed_page,
    send_payload,
    show_archived_page,
)
from nianbao.archive.browse.pages.beside import send_beside
from nianbao.archive.browse.pages.changes import show_changes
from nianbao.archive.browse.pages.charts import (
    send_bodies_chart,
    send_places_chart,
    send_region_chart,
    send_siblings_chart,
)
from nianbao.archive.browse.pages.coverage import show_coverage
from nianbao.archive.browse.pages.diff import show_diff
from nianbao.archive.browse.pages.document import show_document
from nianbao.archive.browse.pages.findings import show_rule, show_rules
from nianbao.archive.browse.pages.front import show_front
from nianbao.archive.browse.pages.measure import show_measure
from nianbao.archive.browse.pages.method import show_method
from nianbao.archive.browse.pages.no_page import show_no_page
from nianbao.archive.browse.pages.region import show_region
from nianbao.archive.browse.pages.report import show_report
from nianbao.archive.browse.pages.search import show_search
from nianbao.archive.browse.pages.sites import show_sites
from nianbao.archive.browse.pages.unassigned import show_unassigned
from nianbao.archive.read_model.overviews.measure_rows import MEASURES

ALL = ("json", "csv", "atom")
DATA = ("json", "csv")
REPORT = (*DATA, *CITATION_FORMATS)
DIGEST = "(?P<sha256>[0-9a-f]{64})"
NAME = "[^/]+?"
REGION = f"(?P<region>{NAME})"
AGENCY = f"(?P<agency>{NAME})"
MEASURE = f"(?P<measure>{'|'.join(MEASURES)})"
YEAR = rf"(?P<year>\d{{4}})(?:@(?P<at>{NAME}))?"
OURS = (
    "agency|report|document|diff|archived|region|findings|coverage|changes|search|sites"
    "|unassigned|index|openapi|method|beside"
)

ROUTES = (
    Route("/(?:index)?", show_front, ALL),
    Route("/search", show_search, ALL),
    Route("/coverage", show_coverage, DATA),
    Route(rf"/region/{REGION}/{MEASURE}\.svg", send_region_chart),
    Route(rf"/region/{REGION}/bodies-{MEASURE}\.svg", send_bodies_chart),
    Route(rf"/region/{REGION}/places-{MEASURE}\.svg", send_places_chart),
    Route(f"/region/{REGION}/{MEASURE}", show_measure, DATA),
    Route(rf"/agency/{REGION}/{AGENCY}/{MEASURE}\.svg", send_siblings_chart),
    Route(f"/region/{REGION}", show_region, (*ALL, "xlsx")),
    Route(f"/agency/{REGION}/{AGENCY}", show_agency, ALL),
    Route(f"/report/{REGION}/{AGENCY}/{YEAR}", show_report, REPORT),
    Route("/document", show_document, REPORT),
    Route("/unassigned", show_unassigned, DATA),
    Route("/method", show_method),
    Route("/diff", show_diff, DATA),
    Route(f"/archived/{DIGEST}", show_archived_page, DATA),
    Route(f"/archived/{DIGEST}/page", send_framed_page),
    Route(f"/archived/{DIGEST}/bytes", send_payload),
    Route("/beside", send_beside),
    Route("/findings", show_rules, DATA),
    Route(f"/findings/(?P<rule>{NAME})", show_rule, ALL),
    Route("/changes", show_changes, ALL),
    Route("/sites", show_sites, DATA),
    Route(r"/openapi\.json", send_openapi),
    Route(rf"/(?:{OURS})(?:/.*|\..*)?", show_no_page),
)
