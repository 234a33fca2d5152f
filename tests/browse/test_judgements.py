"""What persons judged stands beside what was read, and a reader can say what looks wrong."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from nianbao.archive import Archive
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.judging.wrong_link import is_report_address
from nianbao.archive.browse.server import Serving, make_application, open_datasette
from nianbao.archive.notes.judgement import JudgementSubject, Outcome, PersonJudgement
from nianbao.archive.notes.notebook import Notebook
from nianbao.archive.records import Agency, Figure, Finding
from tests.conftest import Crawl, make_reading

URL = "http://xixia.localhost/1.html"
COUNTY, FINANCE = "样例省西霞县", "样例省西霞县财政局"
CELL = "g2021.requests-new_received-total"
PLACE = {"table": "g2021.requests", "row": "new_received", "column": "total"}
PAGES = (Addresses("/").report(COUNTY, FINANCE, 2021), Addresses("/").document(URL))
HOSTILE = "<script>alert(1)</script>"


def make_page(text: str) -> Any:
    return make_reading(
        text,
        title=f"财政局{HOSTILE}&年报",
        agency=Agency("西霞县财政局", FINANCE, COUNTY),
        report_year=2021,
        figures=(Figure("g2021.requests", "new_received", "total", 120, "120"),),
        findings=(Finding("req.balance", "error", "120 against 1", **PLACE),),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    with Archive.create(path) as archive:
        Crawl(archive, make_page).run({URL: "text"})
    return path


@pytest.fixture
def judge(path: Path) -> Callable[..., None]:
    """What stores a judgement on the page."""
    with Archive(path) as archive:
        (version,) = archive.versions(url=URL)

    def store(kind: Any, outcome: Outcome, **parts: Any) -> None:
        value = parts.pop("value", None)
        observed = parts.pop("observed", "120")
        subject = JudgementSubject(kind, URL, version.payload_sha256, **parts)
        with Notebook.create(path.with_name("n.db")) as notebook:
            reason = f"because {HOSTILE}"
            notebook.store(
                PersonJudgement(
                    subject, outcome, f"张三{HOSTILE}", reason, observed, value
                )
            )

    return store


class Server:
    """The server on an archive, in this process."""

    def __init__(self, path: Path, **how: Any) -> None:
        serving = Serving(notes=path.with_name("n.db"), **how)
        app = make_application(open_datasette(path, serving), serving, "127.0.0.1")
        self.transport = httpx.ASGITransport(app=app)

    def get(self, address: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            base = "http://127.0.0.1"
            async with httpx.AsyncClient(
                transport=self.transport, base_url=base
            ) as client:
                return await client.get(address, headers=headers)

        return asyncio.run(ask())


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("immutable", [False, True])
def test_judgements_stand_beside_what_was_read(
    address: str, immutable: bool, path: Path, judge: Callable[..., None]
) -> None:
    server = Server(path, immutable=immutable)
    before = server.get(address)
    assert "judgements" not in before.text
    judge("cell", "corrected", value="121", **PLACE)
    judge("finding", "dismissed", rule="req.balance", observed="120 against 1", **PLACE)
    judge("field", "confirmed", field="title", observed="another title")
    after = server.get(address, **{"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    cell = re.search(rf'<td id="{CELL}".*?</td>', after.text, re.S)
    assert cell
    assert "120" in cell[0]
    assert "更正 121" in cell[0]
    assert "识读为 120，应为 121" in after.text
    assert after.text.count("现在识读为") == 1
    assert HOSTILE not in after.text
    path_, mark, query = address.partition("?")
    answer = server.get(f"{path_}.json{mark}{query}").json()
    shown = answer.get("data", answer)["shown"]
    assert [one["outcome"] for one in shown["judgements"]] == ["corrected", "dismissed", "confirmed"]  # fmt: skip
    assert shown["judgements"][0]["value"] == "121"
    assert shown["figures"][0]["value"] == 120
    assert server.get(address, **{"If-None-Match": after.headers["ETag"]}).status_code == 304  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("report_to", "name"),
    [
        ("mailto:ogi@example.org", "subject"),
        ("https://git.example.org/new?labels=wrong", "title"),
    ],
)
def test_the_link_of_what_looks_wrong_has_the_evidence(
    address: str, report_to: str, name: str, path: Path
) -> None:
    server = Server(path, publish=True, report_to=report_to)
    page = server.get(address)
    (link,) = re.findall(r'class="wrong"><a class="outside" href="([^"]*)"', page.text)
    split = urlsplit(unescape(link))
    values = {key: one for key, (one,) in parse_qs(split.query).items()}
    assert HOSTILE in values[name]
    with Archive(path) as archive:
        (version,) = archive.versions(url=URL)
    for part in (URL, version.payload_sha256, "http://127.0.0.1/"):
        assert part in values["body"]
    assert unescape(link).startswith(report_to)
    assert "labels" in values or name == "subject"
    assert 'class="wrong"' not in Server(path).get(address).text


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("mailto:a@example.org", True),
        ("https://example.org/new", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("mailto:nobody", False),
        ("example.org", False),
        ("https://[", False),
    ],
)
def test_to_whom_readers_can_be_sent(text: str, fits: bool) -> None:
    assert is_report_address(text) is fits


def test_it_is_json_all_the_way(path: Path, judge: Callable[..., None]) -> None:
    judge("cell", "dismissed", **PLACE)
    answer = Server(path).get(PAGES[1].replace("document?", "document.json?"))
    (one,) = json.loads(answer.text)["shown"]["judgements"]
    assert (one["row"], one["reading"]) == ("new_received", "120")
