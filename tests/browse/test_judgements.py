"""What persons judged stands beside what was read, and a reader can say what looks wrong."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from nianbao.archive import Archive
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.judging.form import choose_way_back, is_this_machine
from nianbao.archive.browse.judging.wrong_link import is_report_address
from nianbao.archive.browse.server import Serving, make_application, open_datasette
from nianbao.archive.notes.judgement import JudgementSubject, Outcome, PersonJudgement
from nianbao.archive.notes.notebook import Notebook
from nianbao.archive.records import Agency, Figure, Finding
from tests.browse.conftest import serving
from tests.browse.test_axe import look_at
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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "archive.db"
    with Archive.create(path) as archive:
        Crawl(archive, make_page).run({URL: "text"})
    return path


@pytest.fixture
def path(built: Path, tmp_path: Path) -> Path:
    """A copy of the archive, for one test."""
    return Path(shutil.copy(built, tmp_path))


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
        return self._ask("GET", address, headers=headers)

    def post(self, fields: dict[str, str], **headers: str) -> httpx.Response:
        return self._ask("POST", "/-/judge", data=fields, headers=headers)

    def _ask(self, method: str, address: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self.transport, base_url="http://127.0.0.1"
            ) as client:
                return await client.request(method, address, **more)

        # the tests in a browser have an event loop in this thread
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(ask())).result()


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


# ---- the form, where this machine alone is served

OWN = {"Origin": "http://127.0.0.1"}


def fill(page: str, **fields: str) -> dict[str, str]:
    """Return the form of a page, filled in."""
    hidden = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    )
    said = {"place": f"cell {CELL}", "outcome": "corrected", "value": "121"}
    said |= {"reason": f"because {HOSTILE}", "person": "张三"}
    return {name: unescape(value) for name, value in hidden.items()} | said | fields


@pytest.mark.parametrize("address", PAGES)
def test_a_person_judges_by_the_form(address: str, path: Path) -> None:
    server = Server(path, can_judge=True)
    before = path.read_bytes()
    page = server.get(address).text
    assert f'<option value="cell {CELL}">' in page
    assert f'<option value="finding req.balance {CELL}">' in page
    fields = fill(page)
    answer = server.post(fields, **OWN)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{fields['back']}#judgements"
    after = server.get(fields["back"]).text
    assert "识读为 120，应为 121" in after
    assert HOSTILE not in after
    finding = {"place": f"finding req.balance {CELL}", "outcome": "dismissed"}
    for more in (finding, {"place": "field title", "outcome": "confirmed"}):
        assert server.post(fill(page, **more), **OWN).status_code == 303
    assert server.post(fill(page, outcome="withdrawn"), **OWN).status_code == 303
    left = server.get(address).text
    assert "应为 121" not in left
    assert left.count('id="judgement-') == 2
    assert path.read_bytes() == before


REFUSED: dict[str, tuple[dict[str, str], dict[str, str], int]] = {
    "no origin": ({}, {}, 403),
    "another origin": ({}, {"Origin": "http://evil.example.org"}, 403),
    "another port": ({}, {"Origin": "http://127.0.0.1:8080"}, 403),
    "a frame in a sandbox": ({}, {"Origin": "null"}, 403),
    "another site": ({}, OWN | {"Sec-Fetch-Site": "cross-site"}, 403),
    "a name that leads here": ({}, {"Origin": "http://evil.org", "Host": "evil.org"}, 421),
    "no reason": ({"reason": " "}, OWN, 400),
    "no name": ({"person": ""}, OWN, 400),
    "no place": ({"place": ""}, OWN, 400),
    "no such cell": ({"place": "cell g2021.nix"}, OWN, 400),
    "no such outcome": ({"outcome": "maybe"}, OWN, 400),
    "no value": ({"value": ""}, OWN, 400),
    "other bytes": ({"payload": "ab" * 32}, OWN, 400),
    "too long": ({"reason": "x" * 40_000}, OWN, 400),
}  # fmt: skip


def test_what_is_not_stored(path: Path) -> None:
    server = Server(path, can_judge=True)
    page = server.get(PAGES[1]).text
    for case, (fields, headers, status) in REFUSED.items():
        answer = server.post(fill(page, **fields), **headers)
        assert answer.status_code == status, case
        assert not path.with_name("n.db").exists(), case


@pytest.mark.parametrize(
    "how", [{}, {"publish": True}, {"publish": True, "can_judge": True}]
)
def test_nobody_judges_where_others_are_served(
    how: dict[str, bool], path: Path
) -> None:
    page = Server(path, can_judge=True).get(PAGES[1]).text
    server = Server(path, **how)
    assert 'class="judge"' not in server.get(PAGES[1]).text
    assert server.post(fill(page), **OWN).status_code == 405
    assert not path.with_name("n.db").exists()


@pytest.mark.parametrize(
    ("wish", "way"),
    [
        ("/report/a/b/2021", "/report/a/b/2021"),
        ("//evil.example.org/", "/else"),
        ("https://evil.example.org/", "/else"),
        ("/\\evil.example.org", "/else"),
        ("/a\r\nSet-Cookie: x=1", "/else"),
        ("", "/else"),
    ],
)
def test_the_way_back_is_a_page_of_ours(wish: str, way: str) -> None:
    assert choose_way_back(wish, "/", "/else") == way


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("192.168.1.5", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_where_the_form_is(host: str, is_own: bool) -> None:
    assert is_this_machine(host) is is_own


def test_a_browser_sends_the_form_and_not_that_of_another_site(
    path: Path, tmp_path: Path, chromium: Browser
) -> None:
    """Browsers say where a form comes from only if the page lets them."""
    notes = path.with_name("n.db")
    address = PAGES[1]
    with serving(path, notes=str(notes), can_judge=True) as base:
        page = chromium.new_page(locale="zh-CN")
        page.goto(base + address)
        page.click(".judge summary")
        page.select_option("[name=place]", f"cell {CELL}")
        page.select_option("[name=outcome]", "corrected")
        page.fill("[name=value]", "121")
        page.fill("[name=reason]", "扫描件作121")
        page.fill("[name=person]", "张三")
        page.screenshot(path=tmp_path / "form.png", full_page=True)
        page.click(".judge button")
        page.wait_for_load_state()
        assert page.url == f"{base}{address}#judgements"
        assert "识读为 120，应为 121" in page.inner_text(".judgements")
        page.screenshot(path=tmp_path / "judged.png", full_page=True)
        fields = fill(httpx.get(base + address, trust_env=False).text, value="666")
        inputs = "".join(
            f'<input name="{name}" value="{escape(value)}">'
            for name, value in fields.items()
        )
        page.goto("about:blank")
        page.set_content(
            f'<form method=post action="{base}/-/judge">{inputs}<button>x</button></form>'
        )
        page.click("button")
        page.wait_for_load_state()
        assert "another page" in page.inner_text("body")
        page.close()
        look_at(chromium, base, address, "phone", "en-GB", "dark")
        look_at(chromium, base, address, "desktop", "zh-CN", "light")
    with Notebook.open(notes) as notebook:
        assert [one.value for one in notebook.list_all()] == ["121"]


@pytest.mark.parametrize("can_judge", [True, False])
def test_a_file_that_cannot_be_read_is_a_page_and_no_breakdown(
    path: Path, can_judge: bool
) -> None:
    """What stands at its place after the server began; strangers are not told where it is."""
    server = Server(path, can_judge=can_judge)
    notes = path.with_name("n.db")
    assert server.get(PAGES[0]).status_code == 200
    notes.write_bytes(b"no database" * 100)
    for address in (*PAGES, f"{PAGES[0]}.json"):
        answer = server.get(address)
        assert answer.status_code == 503
        assert ("--notes" in answer.text) == can_judge
    notes.unlink()
    assert server.get(PAGES[0]).status_code == 200
