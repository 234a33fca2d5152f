"""Notes: findings of a crawl on a page, a list or a host, as the archive takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.long_tags import describe_cut_attributes
from nianbao.archive.records import Capture, Finding, Note, Severity
from nianbao.spiders.capture import read_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.http import Response

    from nianbao.spiders.lists.page import ListRow


@dataclass(frozen=True, slots=True)
class SiteNotes:
    """Writes the notes of one site."""

    site_id: str

    def note_finding(self, url: str, finding: Finding) -> Note:
        """Return the note of a finding on an address."""
        return Note(self.site_id, url, finding)

    def note_cut_attributes(self, url: str) -> Note:
        """Return the note on a page that was read without attributes of some elements."""
        return self.note_finding(url, describe_cut_attributes())

    def note_failed_list(self, url: str, reason: str) -> Note:
        """Return the note on a list page that could not be read."""
        parameters = {
            "url": url,
            "reason": reason,
        }
        return self.note_finding(url, make_finding("list.failed", "error", parameters))

    def note_lost_rows(self, url: str, rows: Sequence[ListRow]) -> Note:
        """Return the note on rows of a list, one at least, whose links lead to no web page."""
        first = rows[0]
        parameters: dict[str, Any] = {
            "case": "one",
            "url": url,
            "title": repr(first.title),
            "address": repr(first.url),
        }
        if len(rows) > 1:
            parameters |= {
                "case": "several",
                "count": len(rows),
            }
        finding = make_finding(
            "list.row_lost",
            "warning",
            parameters,
        )
        return self.note_finding(url, finding)

    def note_unread_links(self, url: str, reason: str) -> Note:
        """Return the note on a page in which was not looked for what it leads to."""
        parameters = {"case": "links", "url": url, "reason": reason}
        finding = make_finding("page.report_unread", "warning", parameters)
        return self.note_finding(url, finding)

    def note_page(self, capture: Capture, rule: str, severity: Severity) -> Note:
        """Return the note on a report page that did not answer with a page.

        It is made of the page that sent on to it, if one did: that is what the list names.
        """
        sent_by = capture.hints.sent_by
        parameters = {
            "case": "listed",
            "url": capture.url,
            "reason": capture.message,
        }
        if sent_by is not None:
            parameters |= {
                "case": "sent_on",
                "sent_by": sent_by,
            }
        finding = make_finding(
            rule,
            severity,
            parameters,
        )
        return self.note_finding(sent_by or capture.url, finding)

    def note_verdict(self, response: Response) -> Note:
        """Return the note on an answer that is no page; raise ValueError for a page."""
        verdict = read_verdict(response)
        if verdict is None:
            raise ValueError(f"a page after all: {response.url}")
        host = urlsplit(response.url).netloc
        finding = verdict.finding(response.url)
        return self.note_host(host, finding)

    def note_host(self, host: str, finding: Finding) -> Note:
        """Return the note on a host as a whole; the archive keeps one of a kind for each run."""
        return self.note_finding(f"http://{host}/", finding)
