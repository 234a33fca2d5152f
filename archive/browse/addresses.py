"""Addresses of the pages, made of names, years and document addresses, so that they can be cited.

No row id is in them: a row id changes when an archive is reread or merged, a name does not. An
agency is named by its region and its name, both as the archive has them; the region of one
without a region is `-`, and its site, `?site=`, tells it from others of that name. A document is
named by its own address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from nianbao.archive.read_model.regions import NOWHERE


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses that begin with `prefix`.

    The prefix is `/` or the path behind a proxy; with scheme and host for a citation.
    """

    prefix: str

    is_static: ClassVar[bool] = False  # a site of files answers no questions

    def front(self) -> str:
        """Return the address of the front page."""
        return self.prefix

    def index(self, suffix: str) -> str:
        """Return the address of the front page for programs."""
        return self._join("index" + suffix)

    def search(self, q: str = "", **filters: Any) -> str:
        """Return the address of search results; filters are facets (year, region, …) and page."""
        return self._join("search", q=q, **filters)

    def coverage(self, region: str | None = None) -> str:
        """Return the address of the coverage board."""
        return self._join("coverage", region=region)

    def changes(self, **filters: Any) -> str:
        """Return the address of the latest changes."""
        return self._join("changes", **filters)

    def region(self, name: str, **filters: Any) -> str:
        """Return the address of a region, by its full name."""
        return self._join("region", name, **filters)

    def method(self) -> str:
        """Return the address of the page that says how the archive is made."""
        return self._join("method")

    def openapi(self) -> str:
        """Return the address of the description of the JSON, for programs."""
        return self._join("openapi.json")

    def measure(self, name: str, measure: str, **filters: Any) -> str:
        """Return the address of a measure of a region over the years."""
        return self._join("region", name, measure, **filters)

    def places_chart(self, name: str, measure: str) -> str:
        """Return the address of a chart of the regions in a region, one by one."""
        return self._join("region", name, f"places-{measure}.svg")

    def region_chart(self, name: str, measure: str, bodies: bool = False) -> str:
        """Return the address of a chart of a region; of its bodies one by one, if asked for."""
        file = f"bodies-{measure}.svg" if bodies else f"{measure}.svg"
        return self._join("region", name, file)

    def agency_chart(
        self, region: str | None, name: str, measure: str, site: str | None = None
    ) -> str:
        """Return the address of a chart of an agency among its siblings."""
        return self._join(
            "agency", region or NOWHERE, name, f"{measure}.svg", site=site
        )

    def agency(self, region: str | None, name: str, site: str | None = None) -> str:
        """Return the address of an agency; `site` is that of one without a region."""
        return self._join("agency", region or NOWHERE, name, site=site)

    def report(
        self,
        region: str | None,
        agency: str,
        year: int,
        at: str | None = None,
        cell: str = "",
        site: str | None = None,
    ) -> str:
        """Return the address of an agency's report for a year.

        `at` (a moment, ISO 8601): the report as it was then; `cell` is an :func:`anchor`; `site`
        is that of an agency without a region.
        """
        name = f"{year}@{at}" if at else str(year)
        address = self._join("report", region or NOWHERE, agency, name, site=site)
        if cell:
            address += "#" + quote(cell)
        return address

    def document(self, url: str, at: str | None = None) -> str:
        """Return the address of a document, whether its agency is known or not."""
        return self._join("document", url=url, at=at)

    def beside(self, url: str, at: str | None = None) -> str:
        """Return the address of a document as its page printed it, beside what was read."""
        return self._join("beside", url=url, at=at)

    def unassigned(self, **filters: Any) -> str:
        """Return the address of the reports of unknown agency or year."""
        return self._join("unassigned", **filters)

    def diff(
        self,
        url: str,
        before: str | None = None,
        after: str | None = None,
        to_url: str | None = None,
    ) -> str:
        """Return the address of two versions side by side, each named by a moment.

        The second one is at `to_url` where that is another page.
        """
        arguments = {"from": before, "to_url": to_url, "to": after}
        return self._join("diff", url=url, **arguments)

    def archived(self, sha256: str, part: str = "") -> str:
        """Return the address of an archived page, by its payload digest.

        `part`: `page` is the page for the frame, `bytes` the payload.
        """
        if part:
            return self._join("archived", sha256, part)
        return self._join("archived", sha256)

    def findings(self, rule: str | None = None, **filters: Any) -> str:
        """Return the address of all rules, or of the findings of one."""
        if rule:
            return self._join("findings", rule, **filters)
        return self._join("findings", **filters)

    def judge(self) -> str:
        """Return the address that takes the form by which a person judges."""
        return f"{self.prefix}-/judge"

    def sites(self) -> str:
        """Return the address of the sites and how their last crawl went."""
        return self._join("sites")

    def tables(self, name: str = "", **filters: Any) -> str:
        """Return the address of Datasette's pages of the tables."""
        if name:
            return self._join("archive", name, **filters)
        return self._join("archive", **filters)

    def asset(self, name: str) -> str:
        """Return the address of a file of `static/`."""
        return f"{self.prefix}nianbao/{name}"

    def page(self, path: str, suffix: str = "", **arguments: Any) -> str:
        """Return the address of a page by its percent-encoded path, in a format."""
        path = path.lstrip("/")
        if suffix and not path:
            path = "index"
        return f"{self.prefix}{path}{suffix}{_query_string(arguments)}"

    def _join(self, *parts: str, **arguments: Any) -> str:
        path = "/".join(quote(part, safe="@:") for part in parts)
        return self.prefix + path + _query_string(arguments)


def _query_string(arguments: dict[str, Any]) -> str:
    values = {}
    for name, value in arguments.items():
        if value is not None and value != "":
            values[name] = value
    if not values:
        return ""
    return "?" + urlencode(values)
