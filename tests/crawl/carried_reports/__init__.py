"""Report pages that differ in how they carry their report, on a few sites of one server."""

from tests.crawl.carried_reports.carrier import Answer, CarriedReport
from tests.crawl.carried_reports.world import make_reports, serve_reports

__all__ = ["Answer", "CarriedReport", "make_reports", "serve_reports"]
