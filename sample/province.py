"""The sample province: every page of every site in both states, and what a reader should find
on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import RLock
from urllib.parse import urlsplit

from nianbao.sample import DEFAULT_PORT, carriers, counties
from nianbao.sample.agencies import LANTING, SITES, Site
from nianbao.sample.declaration import Crawlable, Declaration, declare
from nianbao.sample.pages import DATAPROXY, NOT_FOUND, Page, Printer, list_paths
from nianbao.sample.postings import Posting, make_postings
from nianbao.sample.reports import Number, Report

DEFAULT_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Truth:
    """What a reader should find on a report page, from the generator's own data.

    `figures` holds (table, row, column, value) of the whole tables; a table with ragged rows is
    left out, and `ragged` says so. A value is None where the cell prints a dash.
    `dates_disagree`: the page's header, meta tag, list row and address name several days.
    Agency and year are None where nothing names them; `body` tells agencies of one name apart.
    """

    url: str
    site: str
    title: str
    agency: str | None
    report_year: int | None
    published_on: str
    published_at: str | None
    signed_on: str | None
    form: str
    violations: tuple[str, ...]
    figures: tuple[tuple[str, str, str, Number], ...]
    ragged: bool
    dates_disagree: bool
    body: str | None


class Province:
    """The sites as they stand on `port`; equal seeds and ports give equal bytes."""

    def __init__(self, seed: int = DEFAULT_SEED, port: int = DEFAULT_PORT) -> None:
        self.seed = seed
        self.port = port
        self._postings = cache(self._make_postings)
        self._pages = cache(self._print_pages)
        # The first requests for all sites come at once; each would print all pages for itself.
        self._printing = RLock()

    def pages(self, state: int) -> Mapping[str, Page]:
        """Return every page by its absolute URL; what is not among them answers 404.

        What a list's service sends stands at its address with the page's number in the fragment.
        """
        with self._printing:
            return self._pages(state)

    def answer(self, state: int, url: str, body: bytes = b"") -> Page:
        """Return the page at an absolute URL; what a list's service sends is worked out from
        the whole request.
        """
        page = None if body else self.pages(state).get(url)
        path, _, query = url.partition("?")
        if page is None and path == self._url(LANTING, DATAPROXY):
            page = Printer(state, self.port).print_dataproxy(
                self._postings(state)[LANTING.id], query
            )
        if page is None:
            label = counties.label_of(urlsplit(path), query, body)
            page = self.pages(state).get(f"{path}#{label}") or (
                self.pages(state).get(url) if body else None
            )
        return page or NOT_FOUND

    def truths(self, state: int) -> list[Truth]:
        """Return what should be found on each report page of a state."""
        return [
            self._truth(posting, posting.report)
            for postings in self._postings(state).values()
            for posting in postings
            if posting.report
        ]

    def declare(self, history: Sequence[int]) -> Declaration:
        """Return what the last crawl of `history` finds, all its crawls going into one archive."""
        return declare([self._crawlable(state) for state in history])

    def _make_postings(self, state: int) -> Mapping[str, tuple[Posting, ...]]:
        postings = make_postings(self.seed, state)
        return {
            name: tuple(posting for posting in postings if posting.site is site)
            for name, site in SITES.items()
        }

    def _print_pages(self, state: int) -> Mapping[str, Page]:
        printer = Printer(state, self.port)
        return {
            self._url(site, path): page
            for site in SITES.values()
            for path, page in printer.print_site(site, self._postings(state)[site.id])
        }

    def _crawlable(self, state: int) -> Crawlable:
        postings = self._postings(state)
        return Crawlable(
            lists=frozenset(
                self._url(site, path)
                for site in SITES.values()
                for path in list_paths(site, postings[site.id])
            ),
            links=frozenset(
                self._url(p.site, path)
                for site in postings.values()
                for p in site
                for path in (p.path, *carriers.list_further_paths(p))
            ),
            documents={
                self._url(p.site, carriers.get_document_path(p)): p.report
                for site in postings.values()
                for p in site
                if p.report
            },
        )

    def _truth(self, posting: Posting, report: Report) -> Truth:
        printed = posting.printed_at or posting.meta_at
        days = (
            printed and printed.date(),
            posting.meta_at and posting.meta_at.date(),
            posting.listed_on,
            posting.url_on,
        )
        has_time = (
            posting.site.shows_time and posting.printed_at and not posting.bare_date
        )
        return Truth(
            url=self._url(posting.site, carriers.get_document_path(posting)),
            site=posting.site.id,
            title=report.title,
            agency=report.agency,
            report_year=report.year,
            published_on=(printed.date() if printed else posting.listed_on).isoformat(),
            published_at=posting.printed_at.isoformat(timespec="minutes")
            if has_time and posting.printed_at
            else None,
            signed_on=report.signed_on,
            form=report.form,
            violations=report.violations,
            figures=tuple((*key, value) for key, value in report.figures),
            ragged=report.ragged,
            dates_disagree=len({day for day in days if day}) > 1,
            body=report.body,
        )

    def _url(self, site: Site, path: str) -> str:
        return f"http://{site.id}.localhost:{self.port}{path}"
