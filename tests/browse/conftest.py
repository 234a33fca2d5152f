"""A small archive made through the archive's own API, and the real server on it."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from nianbao.archive import Archive
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import (
    Agency,
    Capture,
    Figure,
    Finding,
    Hints,
    Note,
    Reading,
)
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels
from tests.browse import addresses_archive
from tests.browse.browser_pages import launched
from tests.conftest import BLANK
from tests.kept_samples import crawled_states

ROOT = Path(__file__).parents[2]
SERVE = """
import json
import sys
from pathlib import Path
import click
from nianbao.archive.browse import Serving, serve
how = Serving(**json.loads(sys.argv[3] if len(sys.argv) > 3 else "{}"))
try:
    serve(Path(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), open_browser=False, serving=how)
except click.ClickException as error:
    error.show()
    sys.exit(error.exit_code)
"""
XIXIA = ArchivedSite(
    "xixia", "西霞县人民政府", "trs", "样例省北原市西霞县", "999901", 1, 1
)
HUIBIAN = ArchivedSite("huibian", "基层年报汇编", "simple", "样例省北原市", None, 1, 1)
HOST = "http://xixia.example.gov.cn"
SCRIPT = "<script>window.hostile=1</script>"
IMAGE = "<img src=x onerror='window.hostile=2'>"
LONG = "政府信息公开工作年度报告的正文。" * 400


@dataclass(frozen=True)
class Page:
    """An invented report page."""

    url: str
    agency: str
    year: int
    text: str
    title: str = ""
    received: int = 0
    published: str = "01-20"
    findings: tuple[Finding, ...] = ()

    def reading(self) -> Reading:
        """Return what a reader makes of it."""
        return replace(
            BLANK,
            title=self.title or f"{self.agency}{self.year}年政府信息公开工作年度报告",
            report_year=self.year,
            agency=Agency(printed=self.agency, name=self.agency, level="department"),
            published_on=f"{self.year + 1}-{self.published}",
            form="g2021" if self.year > 2020 else "g2019",
            figures=figures("g2021" if self.year > 2020 else "g2019", self.received),
            findings=self.findings,
            text=self.text,
            content_sha256=hashlib.sha256(self.text.encode()).hexdigest(),
        )


def figures(form: str, received: int) -> tuple[Figure, ...]:
    """Return a few cells of the tables on requests and lawsuits; one is ragged."""
    requests, lawsuits = f"{form}.requests", f"{form}.review_litigation"
    return (
        Figure(requests, "new_received", "natural_person", received, str(received)),
        Figure(requests, "new_received", "total", received, f"{received}件"),
        Figure(requests, "carried_in", "total", 1, "1"),
        Figure(requests, "result_total", "total", None, "12?", "ragged"),
        Figure(lawsuits, "litigation_direct", "total", 2, "2"),
        Figure(lawsuits, "litigation_after_review", "total", 1, "1"),
    )


BALANCE = Finding(
    "req.balance",
    "error",
    f"3 + 1 against 5 {IMAGE}",
    "g2021.requests",
    "new_received",
    "total",
    "4",
    "5",
)
FIRST = (
    Page(
        f"{HOST}/czj/2021.html", "西霞县财政局", 2021, "财政局的正文，初版", received=7
    ),
    Page(
        f"{HOST}/czj/2019.html",
        "西霞县财政局",
        2019,
        "财政局2019年",
        received=4,
        published="02-10",
    ),
    Page(
        f"{HOST}/xf/2022.html",
        "西霞县人民政府",
        2022,
        LONG,
        received=31,
        findings=(BALANCE,),
    ),
    Page(f"{HOST}/gone/2021.html", "西霞县石桥镇人民政府", 2021, "将会消失"),
    Page(
        f"{HOST}/bad/2020.html",
        f"西霞县{IMAGE}局",
        2020,
        f"正文 {SCRIPT}",
        title=f"2020年报告{SCRIPT}",
    ),
)
COPY = Page(
    "http://huibian.example.org/a?id=1",
    "西霞县财政局",
    2019,
    "财政局2019年",
    received=4,
    published="02-10",
)
CHANGED = replace(FIRST[0], text="财政局的正文，改过", received=9)


def build(path: Path) -> None:
    """Play two crawls into a new archive: one page changes, one vanishes, one is a copy, one is
    hostile.
    """
    with Archive.create(path) as archive:
        archive.store_cell_labels(astuple(label) for label in load_cell_labels())
        crawl(archive, 1, XIXIA, FIRST)
        crawl(archive, 2, HUIBIAN, (COPY,))
        second = (CHANGED, *FIRST[1:3], *FIRST[4:])
        crawl(archive, 3, XIXIA, second, gone=(FIRST[3].url,))


def crawl(
    archive: Archive,
    number: int,
    site: ArchivedSite,
    pages: tuple[Page, ...],
    gone: tuple[str, ...] = (),
) -> None:
    """Play one crawl of one site."""
    run_id = archive.begin_run("0.1.0", {"number": number})
    archive.begin_sites(run_id, [site])
    for minute, page in enumerate(pages):
        at = f"2026-01-0{number}T08:{minute:02}:00.000Z"
        visit_id, unread = archive.store_capture(
            run_id, _capture(site, page.url, at, page.text.encode())
        )
        if unread:
            archive.store_reading(visit_id, page.reading())
    for url in gone:
        archive.store_capture(
            run_id, _capture(site, url, f"2026-01-0{number}T09:00:00.000Z", None)
        )
    if number == 1:
        _visit_hostile_list(archive, run_id, site)
    if number == 3:
        _note_hostile_list(archive, run_id, site)
    archive.end_site(run_id, site.id, "finished", len(pages), lists_whole=True)
    archive.end_run(run_id, "finished", {"visits": len(pages)})


def _visit_hostile_list(archive: Archive, run_id: int, site: ArchivedSite) -> None:
    capture = _capture(
        site, "javascript:window.hostile=3", "2026-01-01T07:00:00.000Z", None
    )
    archive.store_capture(
        run_id,
        replace(
            capture,
            role="list",
            outcome="refused_by_boundary",
            status=None,
            message=SCRIPT,
        ),
    )


def _note_hostile_list(archive: Archive, run_id: int, site: ArchivedSite) -> None:
    archive.store_note(
        run_id,
        Note(
            site.id,
            "javascript:window.hostile=4",
            Finding("list.odd", "warning", SCRIPT),
        ),
    )


def _capture(site: ArchivedSite, url: str, at: str, payload: bytes | None) -> Capture:
    return Capture(
        site=site.id,
        url=url,
        role="report",
        outcome="not_found" if payload is None else "fetched",
        visited_at=at,
        status=404 if payload is None else 200,
        headers=(("Content-Type", "text/html; charset=utf-8"), ("X-Odd", SCRIPT)),
        payload=payload,
        hints=Hints(list_title=f"链接 {SCRIPT}"),
    )


@contextmanager
def serving(
    path: Path, port: int = 0, *, attacked: bool = False, **how: Any
) -> Iterator[str]:
    """Serve an archive in a process of its own; yield the address it prints; Ctrl-C must end it
    with 0. `attacked`: it may have said what it refused.
    """
    # Datasette's own, once, at its start
    leak = "ignore:unclosed database in <sqlite3.Connection:ResourceWarning"
    command = [
        sys.executable,
        "-W",
        "error",
        "-W",
        leak,
        "-c",
        SERVE,
        str(path),
        str(port),
        json.dumps(how),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.fullmatch(r"browse: (http://127\.0\.0\.1:\d+.*)/\n", line)
            if not found:
                process.kill()
                raise AssertionError(
                    f"no address in {line!r}: {process.communicate()[1]}"
                )
            yield found[1]
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        assert process.returncode == 0
        assert attacked or errors == ""


@pytest.fixture(scope="session")
def archive_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of five reports over six pages."""
    path = tmp_path_factory.mktemp("browse") / "some.db"
    build(path)
    return path


@pytest.fixture(scope="session")
def base(archive_path: Path) -> Iterator[str]:
    """The address of a server on that archive."""
    with serving(archive_path) as address:
        yield address


@pytest.fixture(scope="session")
def published(archive_path: Path) -> Iterator[str]:
    """The address of a server on that archive for strangers, who attack it."""
    with serving(archive_path, publish=True, attacked=True) as address:
        yield address


@pytest.fixture(scope="session")
def addresses_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with reports of nobody knows whom, and with addresses of several."""
    path = tmp_path_factory.mktemp("addresses") / "some.db"
    addresses_archive.build(path)
    return path


@pytest.fixture(scope="session")
def addresses_base(addresses_path: Path) -> Iterator[str]:
    """The address of a server on that archive."""
    with serving(addresses_path) as address:
        yield address


@pytest.fixture(scope="session")
def sample_path() -> Path:
    """The sample province, crawled in both of its states as a person does."""
    return crawled_states(1, 2).archive


@pytest.fixture(scope="session")
def sample_base(sample_path: Path) -> Iterator[str]:
    """The address of a server on that archive."""
    with serving(sample_path) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the system, off the network."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture
def get(base: str) -> Iterator[Callable[..., httpx.Response]]:
    """Fetch a page of that server."""
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:

        def fetch(path: str, status: int = 200, **params: Any) -> httpx.Response:
            answer = client.get(path, params=params or None)
            assert answer.status_code == status, answer.text
            return answer

        yield fetch
