"""How fast a crawl is: `nianbao crawl` over a generated site, beside a bare Scrapy spider that
stores nothing.

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
from dataclasses import dataclass
from pathlib import Path

from bench import webserver
from bench.captures import Country
from bench.webserver import Answer

NIANBAO = Path(sys.executable).with_name("nianbao")
ROWS = 20  # report links on a list page
FULL, UNCHANGED = 0.45, 0.8  # × the bare spider
LIST = '<html><head><meta charset="utf-8"><title>{name}</title></head><body><ul>{rows}</ul>{more}</body></html>'
ROW = '<li><a href="{path}" title="{title}">{title}</a><span>{date}</span></li>'
SITE = """\
id: {id}
name: {name}
region: {{name: {region}, code: null}}
platform: simple
entries:
  - {{url: "http://{host}/nb/index.html", column: 政府信息公开年报}}
options: {{row: //li, title: a, date: span/text(), next: "//a[@class='next']"}}
expect: {{links: 1}}
delay: 0
official: true
"""


@dataclass(frozen=True, slots=True)
class Raced:
    """One crawl: its pages, and what they took."""

    pages: int
    seconds: float
    cpu_seconds: float  # user and system, of the crawler's processes

    def __str__(self) -> str:
        a_page = self.cpu_seconds / self.pages * 1000
        return f"{self.rate:6.1f} pages a second ({self.pages} in {self.seconds:.1f} s; {a_page:.1f} ms of CPU a page)"

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def main() -> None:
    """Print pages a second of a full crawl, of one that finds nothing changed, and of the bare
    spider.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--pages", type=int, default=4000, help="report pages (default: 4000)"
    )
    parser.add_argument(
        "--sites", type=int, default=16, help="sites, each a host (default: 16)"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, webserver.running() as server:
        folder, archive = Path(name), Path(name, "archive.db")
        entries = _build(server, Country(given.pages, given.sites), folder)
        ours = [
            str(NIANBAO),
            "crawl",
            "--sites",
            str(folder),
            "--allow-address",
            "127.0.0.0/8",
            "--json",
        ]
        ours += ["--archive", str(archive)]
        bare = [sys.executable, "-m", "bench.bare", *entries]
        before = _race(server, bare)
        print(f"bare Scrapy, nothing stored {before}", flush=True)
        full = _race(server, ours)
        print(f"full crawl, read and stored {full}", flush=True)
        unchanged = _race(server, ours)
        print(f"nothing changed             {unchanged}", flush=True)
        after = _race(server, bare)
        print(f"bare Scrapy once more       {after}", flush=True)
    if not before.pages == full.pages == unchanged.pages == after.pages:
        sys.exit("the crawls did not ask for the same number of pages")
    rate = (before.rate + after.rate) / 2
    print(f"full crawl / bare {full.rate / rate:.2f} (wanted: at least {FULL})")
    print(
        f"nothing changed / bare {unchanged.rate / rate:.2f} (wanted: at least {UNCHANGED})"
    )


def _build(server: webserver.Handle, country: Country, folder: Path) -> list[str]:
    """Give the server the pages of the sites, write their site files; return the entries."""
    entries = []
    for number in range(country.sites):
        site, host = country.site(number), f"127.0.1.{number + 1}:{server.port}"
        answers: dict[str, Answer] = {}
        rows = []
        for shown in country.visits(number, 1):
            path = "/" + shown.capture.url.split("/", 3)[3]
            kept = [
                (name, value)
                for name, value in shown.capture.headers
                if name not in ("Content-Length", "Connection")
            ]
            answers[path] = Answer(shown.answer, tuple(kept))
            hints = shown.capture.hints
            rows.append(
                ROW.format(path=path, title=hints.list_title, date=hints.list_date)
            )
        for index in range(0, len(rows), ROWS):
            name = f"/nb/index{f'_{index // ROWS}' if index else ''}.html"
            more = (
                f'<a class="next" href="index_{index // ROWS + 1}.html">下一页</a>'
                if index + ROWS < len(rows)
                else ""
            )
            text = LIST.format(
                name=site.name, rows="".join(rows[index : index + ROWS]), more=more
            )
            answers[name] = Answer(
                text.encode(), (("Content-Type", "text/html; charset=utf-8"),)
            )
        server.add(host, answers)
        stated = SITE.format(id=site.id, name=site.name, region=site.region, host=host)
        (folder / f"{site.id}.yml").write_text(stated, "utf-8")
        entries.append(f"http://{host}/nb/index.html")
    return entries


def _race(server: webserver.Handle, command: list[str]) -> Raced:
    """Run a crawl to its end; raise SystemExit when it fails."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("NIANBAO_")
    }
    server.reset()
    before = _cpu_of_children()
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    ended, cpu = time.monotonic(), _cpu_of_children() - before
    if done.returncode:
        sys.exit(
            f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    pages, first = server.asked()
    return Raced(pages, ended - first, cpu)


def _cpu_of_children() -> float:
    """Return the CPU seconds of the processes that were waited for."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
