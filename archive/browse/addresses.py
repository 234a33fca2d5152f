"""Addresses of the pages: made of names, years and addresses of documents, never of row ids, so
they can be cited.

A row id changes when an archive is reread or merged; a name does not. An agency is named by its
region and its name, both as the archive has them; one without a region by `-`. A document is
named by its own address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

NOWHERE = "-"  # stands for the region of an agency that has none


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses that begin with `prefix`: `/` or the path behind a proxy; with scheme and host
    for a citation.
    """

    prefix: str

    def front(self) -> str:
        """The front page."""
        return self.prefix

    def index(self, suffix: str) -> str:
        """The front page for programs."""
        return self._at("index" + suffix)

    def search(self, q: str = "", **narrowed: Any) -> str:
        """Search results; `narrowed` are facets (year, region, level, agency, form, finding,
        page).
        """
        return self._at("search", q=q, **narrowed)

    def coverage(self, region: str | None = None) -> str:
        """The board of region × year, of the whole archive or what is below one region."""
        return self._at("coverage", region=region)

    def changes(self, **narrowed: Any) -> str:
        """The latest changes."""
        return self._at("changes", **narrowed)

    def region(self, name: str, **narrowed: Any) -> str:
        """A region, by its full name."""
        return self._at("region", name, **narrowed)

    def agency(self, region: str | None, name: str) -> str:
        """An agency."""
        return self._at("agency", region or NOWHERE, name)

    def report(
        self,
        region: str | None,
        agency: str,
        year: int,
        at: str | None = None,
        cell: str = "",
    ) -> str:
        """An agency's report for a year; `at` (a day, ISO 8601) as it stood then; `cell` is an
        :func:`anchor`.
        """
        path = self._at(
            "report", region or NOWHERE, agency, f"{year}@{at}" if at else str(year)
        )
        return path + ("#" + quote(cell) if cell else "")

    def document(self, url: str, at: str | None = None) -> str:
        """One document by its address, whether it is known whose report it is or not."""
        return self._at("document", url=url, at=at)

    def diff(
        self, url: str, before: str | None = None, after: str | None = None
    ) -> str:
        """Two versions of a document side by side, each named by a moment at which it stood."""
        return self._at("diff", url=url, **{"from": before, "to": after})

    def archived(self, sha256: str, part: str = "") -> str:
        """A page as it was archived, by its payload digest; `part`: `page` is what is framed,
        `bytes` the payload.
        """
        return self._at("archived", sha256, *([part] if part else []))

    def findings(self, rule: str | None = None, **narrowed: Any) -> str:
        """All rules with what they found, or one."""
        return self._at("findings", *([rule] if rule else []), **narrowed)

    def sites(self) -> str:
        """The sites and how their last crawl went."""
        return self._at("sites")

    def tables(self, name: str = "", **narrowed: Any) -> str:
        """Datasette's pages of the tables."""
        return self._at("archive", *([name] if name else []), **narrowed)

    def asset(self, name: str) -> str:
        """A file of `static/`."""
        return f"{self.prefix}nianbao/{name}"

    def page(self, path: str, suffix: str = "", **args: Any) -> str:
        """A page by its path as :class:`Ask` has it, percent-encoded, in another format or with
        other arguments.
        """
        path = path.lstrip("/") or ("index" if suffix else "")
        return f"{self.prefix}{path}{suffix}{_arguments(args)}"

    def _at(self, *parts: str, **args: Any) -> str:
        return (
            self.prefix
            + "/".join(quote(part, safe="@:") for part in parts)
            + _arguments(args)
        )


def anchor(table: str, row: str | None = None, column: str | None = None) -> str:
    """Return the anchor of a place in a report: `g2021.requests-new_received-total`; white
    space in a name is `_`.
    """
    return re.sub(r"\s+", "_", "-".join(part for part in (table, row, column) if part))


def _arguments(args: dict[str, Any]) -> str:
    given = {name: value for name, value in args.items() if value not in (None, "")}
    return "?" + urlencode(given) if given else ""
