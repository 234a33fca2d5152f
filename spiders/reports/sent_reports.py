"""A report that a page sends on to several addresses for: one of them shows it, or it is said."""

from __future__ import annotations

from dataclasses import dataclass, field

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding


@dataclass(slots=True)
class SentReport:
    """A page that sends on, and the addresses whose answers are waited for."""

    url: str
    waiting: set[str] = field(default_factory=set)  # canonical addresses
    count: int = 0
    has_report: bool = False

    def add(self, address: str) -> None:
        """Take in an address that is requested."""
        self.waiting.add(address)
        self.count += 1

    def settle(self, address: str, *, is_report: bool) -> Finding | None:
        """Take in an answer; return the finding after the last one where none is a report."""
        self.waiting.discard(address)
        self.has_report = self.has_report or is_report
        if self.waiting or self.has_report:
            return None
        parameters = {"case": "sent_to_many", "url": self.url, "count": self.count}
        return make_finding("page.report_unread", "warning", parameters)
