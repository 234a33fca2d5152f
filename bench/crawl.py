"""`make bench-crawl`: how fast a crawl is, beside a bare Scrapy spider that stores nothing.

With `--storing` also beside one that extracts pages with trafilatura and stores them in SQLite.

The site is served from memory by a process of its own, on an address of loopback for each of
its hosts. All crawls ask for the same pages: lists, and the report pages that they name.
Politeness is off (`delay: 0`), except that `nianbao` asks an address for one page at a time;
the bare spider has Scrapy's own settings. Time runs from the first request to the end of the
process; every page that was asked for counts, lists too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.captures import Country, VisitedPage
from bench.results import Result, add_results_option, write_results
from bench.webserver import PageAnswer, ServerHandle, run_server

BARE = "Scrapy, nothing stored"
STORING = "Scrapy, trafilatura and SQLite"
NIANBAO = Path(sys.executable).with_name("nianbao")
HOSTS_OF_BLOCK = 250  # addresses 127.0.1.1, 127.0.1.2, …, 127.0.2.1, …
ROWS = 20  # report links on a list page
# What is wanted, × the bare spider.
LEAST_FULL = 0.35
LEAST_UNCHANGED = 0.8
LIST = (
    '<html><head><meta charset="utf-8"><title>{name}</title></head>'
    "<body><ul>{rows}</ul>{next_link}</body></html>"
)
ROW = '<li><a href="{path}" title="{title}">{title}</a><span>{date}</span></li>'
NEXT_LINK = '<a class="next" href="index_{number}.html">下一页</a>'
LIST_HEADERS = (("Content-Type", "text/html; charset=utf-8"),)
CONNECTION_HEADERS = ("Content-Length", "Connection")
SITE = """\
id: {id}
name: {name}
region: {{name: {region}, code: null}}
platform: simple
entries:
  - {{url: "http://{host}/nb/index.html", column: 政府信息公开年报}}
options: {{row: //li, title: a, date: span/text(), next: "//a[@class='next']"}}
expect: {{links: 1}}
delay: {delay}
official: true
"""


@dataclass(frozen=True, slots=True)
class CrawlTime:
    """One crawl: its pages, and what they took."""

    pages: int
    seconds: float
    cpu_seconds: float  # user and system, of the crawler's processes

    def __str__(self) -> str:
        cpu_ms = self.cpu_seconds / self.pages * 1000
        return (
            f"{self.rate:6.1f} pages a second "
            f"({self.pages} in {self.seconds:.1f} s; {cpu_ms:.1f} ms of CPU a page)"
        )

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def main() -> None:
    """Print pages a second of a full crawl, of an unchanged one, and of the bare spider."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--pages", type=int, default=4000, help="report pages (default: 4000)"
    )
    parser.add_argument(
        "--sites", type=int, default=16, help="sites, each a host (default: 16)"
    )
    parser.add_argument(
        "--storing", action="store_true", help="also beside trafilatura and SQLite"
    )
    add_results_option(parser)
    options = parser.parse_args()
    country = Country(options.pages, options.sites)
    storing: CrawlTime | None = None
    with tempfile.TemporaryDirectory() as name, run_server() as server:
        folder = Path(name)
        entries = [
            add_site(server, country, number, folder) for number in range(country.sites)
        ]
        bare_command = [sys.executable, "-m", "bench.bare", *entries]
        nianbao_command = make_command(folder)
        before = _time_crawl(server, bare_command)
        print(f"bare Scrapy, nothing stored {before}", flush=True)
        full = _time_crawl(server, nianbao_command)
        print(f"full crawl, read and stored {full}", flush=True)
        unchanged = _time_crawl(server, nianbao_command)
        print(f"nothing changed             {unchanged}", flush=True)
        if options.storing:
            store = str(folder / "pages.db")
            storing = _time_crawl(server, [*bare_command, "--store", store])
            print(f"Scrapy, trafilatura, SQLite {storing}", flush=True)
        after = _time_crawl(server, bare_command)
        print(f"bare Scrapy once more       {after}", flush=True)
    if not before.pages == full.pages == unchanged.pages == after.pages:
        sys.exit("the crawls did not ask for the same number of pages")
    bare_rate = (before.rate + after.rate) / 2
    full_ratio = full.rate / bare_rate
    unchanged_ratio = unchanged.rate / bare_rate
    print(f"full crawl / bare {full_ratio:.2f} (wanted: at least {LEAST_FULL})")
    print(
        f"nothing changed / bare {unchanged_ratio:.2f} "
        f"(wanted: at least {LEAST_UNCHANGED})"
    )
    results = [
        _make_result("full crawl", full, BARE, bare_rate, f"≥ {LEAST_FULL}"),
        _make_result(
            "nothing changed", unchanged, BARE, bare_rate, f"≥ {LEAST_UNCHANGED}"
        ),
    ]
    if storing is not None:
        results.append(_make_result("full crawl", full, STORING, storing.rate))
    write_results(options.results, results)


def _make_result(
    name: str, crawl: CrawlTime, peer: str, peer_rate: float, wanted: str | None = None
) -> Result:
    return Result(name, crawl.rate, "pages a second", peer, peer_rate, wanted)


def make_command(folder: Path) -> list[str]:
    """Return the command that crawls the sites of a folder into an archive in it."""
    return [
        str(NIANBAO),
        "crawl",
        "--sites",
        str(folder),
        "--allow-address",
        "127.0.0.0/8",
        "--json",
        "--archive",
        str(folder / "archive.db"),
    ]


def add_site(
    server: ServerHandle,
    country: Country,
    number: int,
    folder: Path,
    delay: float = 0,
) -> str:
    """Give the server the pages of a site, write its site file; return its entry.

    Each site has an address of its own; `delay` is in seconds, between two requests.
    """
    site = country.get_site(number)
    block, rest = divmod(number, HOSTS_OF_BLOCK)
    host = f"127.0.{block + 1}.{rest + 1}:{server.port}"
    pages: dict[str, PageAnswer] = {}
    rows: list[str] = []
    for visited_page in country.iterate_visits(number, 1):
        path = urlsplit(visited_page.capture.url).path
        pages[path] = _make_answer(visited_page)
        hints = visited_page.capture.hints
        rows.append(ROW.format(path=path, title=hints.list_title, date=hints.list_date))
    pages.update(_iterate_lists(site.name, rows))
    server.add_pages(host, pages)
    site_file = SITE.format(
        id=site.id, name=site.name, region=site.region, host=host, delay=delay
    )
    (folder / f"{site.id}.yml").write_text(site_file, "utf-8")
    return f"http://{host}/nb/index.html"


def _make_answer(visited_page: VisitedPage) -> PageAnswer:
    headers: list[tuple[str, str]] = []
    for name, value in visited_page.capture.headers:
        if name not in CONNECTION_HEADERS:
            headers.append((name, value))
    return PageAnswer(visited_page.answer, tuple(headers))


def _iterate_lists(
    site_name: str, rows: Sequence[str]
) -> Iterator[tuple[str, PageAnswer]]:
    """Yield path and answer of each list page; each but the last one links to the next."""
    for start in range(0, len(rows), ROWS):
        number = start // ROWS
        path = "/nb/index.html"
        if number:
            path = f"/nb/index_{number}.html"
        next_link = ""
        if start + ROWS < len(rows):
            next_link = NEXT_LINK.format(number=number + 1)
        list_rows = "".join(rows[start : start + ROWS])
        text = LIST.format(name=site_name, rows=list_rows, next_link=next_link)
        yield path, PageAnswer(text.encode(), LIST_HEADERS)


def _time_crawl(server: ServerHandle, command: list[str]) -> CrawlTime:
    """Run a crawl to its end; raise SystemExit when it fails."""
    environment: dict[str, str] = {}
    for name, value in os.environ.items():
        if not name.startswith("NIANBAO_"):
            environment[name] = value
    server.reset_counts()
    cpu_before = _measure_children()
    process = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    end = time.monotonic()
    cpu_seconds = _measure_children() - cpu_before
    if process.returncode:
        sys.exit(
            f"{' '.join(command)} ended with {process.returncode}\n"
            f"{process.stdout}\n{process.stderr}"
        )
    pages, first_request_at = server.get_counts()
    return CrawlTime(pages, end - first_request_at, cpu_seconds)


def _measure_children() -> float:
    """Return the CPU seconds of the processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
