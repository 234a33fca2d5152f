"""The frame of the pages: languages, formats, headers, addresses, and what is said when there
is nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from xml.etree import ElementTree

import httpx
import pytest
from python_calamine import CalamineWorkbook

from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.formats import ATOM, get_environment
from tests.browse.test_pages import tree

Get = Callable[..., httpx.Response]
COUNTY = "样例省北原市西霞县"
PAGES = {  # page → the formats it has beside HTML
    "/": ("json", "csv", "atom"),
    "/search": ("json", "csv", "atom"),
    "/coverage": ("json", "csv"),
    f"/region/{COUNTY}": ("json", "csv", "atom", "xlsx"),
    "/region/样例省": ("json", "csv", "atom", "xlsx"),
    "/findings": ("json", "csv"),
    "/findings/req.balance": ("json", "csv", "atom"),
    "/findings/list.odd": ("json", "csv", "atom"),
    "/findings/report.late": ("json", "csv", "atom"),
    "/changes": ("json", "csv", "atom"),
    "/sites": ("json", "csv"),
}
FORMATS = [(path, format_) for path, formats in PAGES.items() for format_ in formats]


def as_format(path: str, format_: str) -> str:
    return f"{'/index' if path == '/' else path}.{format_}"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_leads_to_its_formats_and_cites_itself(
    get: Get, base: str, path: str
) -> None:
    page = get(path)
    root = tree(page)
    links = [link.get("href") for link in root.find_class("downloads")[0].iter("a")]
    wanted = {as_format(path, format_) for format_ in PAGES[path]}
    assert {httpx.URL(link).path for link in links} == wanted
    (cite,) = root.iter("cite")
    address = base + httpx.URL(path).raw_path.decode()
    assert cite.text.endswith(address)
    assert "2026-11" in cite.text or "数据截至 20" in cite.text
    assert root.xpath("//link[@rel='canonical']")[0].get("href") == address
    assert root.xpath("//main//h1")


@pytest.mark.parametrize(("path", "format_"), FORMATS)
def test_every_format_is_what_it_says(
    get: Get, base: str, path: str, format_: str
) -> None:
    answer = get(as_format(path, format_))
    kind = answer.headers["content-type"]
    if format_ == "json":
        assert kind.startswith("application/json")
        assert answer.json()["address"].startswith(base)
    elif format_ == "csv":
        assert kind.startswith("text/csv")
        lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert len(lines) > 1
        assert len(set(map(len, lines))) == 1
    elif format_ == "xlsx":
        assert "spreadsheetml" in kind
        assert "attachment" in answer.headers["content-disposition"]
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        assert len(book.get_sheet_by_name("panel").to_python()) > 4
    else:
        assert kind.startswith("application/atom+xml")
        feed = ElementTree.fromstring(answer.content)
        assert feed.tag == f"{{{ATOM}}}feed"
        entries = feed.findall(f"{{{ATOM}}}entry")
        assert entries
        ids = [entry.findtext(f"{{{ATOM}}}id") or "" for entry in entries]
        assert len(set(ids)) == len(ids)
        for entry in entries:
            assert (entry.findtext(f"{{{ATOM}}}updated") or "").endswith("Z")
            link = entry.find(f"{{{ATOM}}}link")
            assert link is not None
            assert link.get("href", "").startswith(base)


def test_a_formula_in_a_spreadsheet_is_text(get: Get) -> None:
    for path, format_ in FORMATS:
        if format_ == "csv":
            for line in csv.reader(
                io.StringIO(get(as_format(path, format_)).text.removeprefix("\ufeff"))
            ):
                assert not any(cell.startswith(("=", "+", "@")) for cell in line)


def test_the_language_is_asked_for_remembered_and_accepted(base: str) -> None:
    with httpx.Client(base_url=base, trust_env=False) as client:
        assert 'lang="zh-CN"' in client.get("/coverage").text
        assert (
            'lang="en"'
            in client.get(
                "/coverage", headers={"Accept-Language": "en-US,en;q=0.9"}
            ).text
        )
        asked = client.get("/coverage?lang=en")
        assert "Coverage" in asked.text
        assert asked.headers["content-language"] == "en"
        assert 'lang="en"' in client.get("/sites").text  # by the cookie
        assert asked.text.count("lang=en") == 0  # no link drags it along
        assert f'href="{base}/coverage"' in asked.text  # nor the address to cite


@pytest.mark.parametrize(
    "path",
    [*PAGES, "/region/nowhere", "/archive/reports", "/index.json", "/-/versions.json"],
)
def test_headers_that_protect(base: str, path: str) -> None:
    headers = httpx.get(base + path, trust_env=False).headers
    policy = headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy  # nothing of another host
    if path.startswith(("/archive", "/-/")):
        assert "default-src 'self'" in policy
    else:
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "unsafe" not in policy


def test_nothing_on_a_page_needs_what_the_policy_forbids(get: Get, base: str) -> None:
    for path in PAGES:
        root = tree(get(path))
        assert not list(root.iter("script", "style"))
        assert not root.xpath("//@style")
        assert not [
            name
            for element in root.iter()
            for name in element.attrib
            if name.startswith("on")
        ]
        loaded = [
            link
            for element, name, link, _ in root.iterlinks()
            if name == "src" or element.get("rel") == "stylesheet"
        ]
        assert loaded
        assert all(link.startswith("/") or link.startswith(base) for link in loaded)


def test_what_has_not_changed_is_not_sent_again(base: str) -> None:
    with httpx.Client(base_url=base, trust_env=False) as client:
        first = client.get("/coverage")
        tag = {"If-None-Match": first.headers["etag"]}
        again = client.get("/coverage", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/coverage?x=1", headers=tag).status_code == 200
        assert (
            client.get("/coverage", headers=tag | {"Accept-Language": "en"}).status_code
            == 200
        )
        assert "Accept-Language" in first.headers["vary"]


def test_what_is_not_there_says_so_and_leads_on(get: Get) -> None:
    page = get("/region/西霞", status=404)
    assert "西霞" in page.text
    assert f"/region/{httpx.URL(COUNTY).path}" in [
        httpx.URL(link).path for link in _links(page)
    ]
    assert "/search" in _links(page)
    assert get("/findings/req.other", status=404).text.count("req.balance")
    get("/coverage/x", status=404)
    assert "&lt;script&gt;" in get("/region/<script>", status=404).text
    assert get("/region/西霞.json", status=404).json()["status"] == 404


def test_what_is_asked_wrongly(get: Get) -> None:
    assert "page" in get("/changes?page=x", status=400).text
    assert get("/search.json?year=abc", status=400).json()["status"] == 400
    get("/search?page=99999999999", status=400)
    get("/changes?page=999999999")  # far behind the end: an empty page


def test_a_code_leads_to_the_name(get: Get) -> None:
    answer = get("/region/999901", status=301)
    assert httpx.URL(answer.headers["location"]).path == f"/region/{COUNTY}"


def _links(page: httpx.Response) -> list[str]:
    return [link for _, name, link, _ in tree(page).iterlinks() if name == "href"]


def test_addresses_are_names() -> None:
    to = Addresses("/x/")
    assert to.agency(None, "a/b 局") == "/x/agency/-/a%2Fb%20%E5%B1%80"
    assert to.report("省", "局", 2021, "2022-03-01", cell="g-r-c").endswith(
        "/2021@2022-03-01#g-r-c"
    )
    assert (
        to.search("公开", year=2021, region=None)
        == "/x/search?q=%E5%85%AC%E5%BC%80&year=2021"
    )
    assert (to.front(), to.page("/"), to.page("/", ".json")) == (
        "/x/",
        "/x/",
        "/x/index.json",
    )


def test_instants_are_told_in_the_time_of_china() -> None:
    environment = get_environment()
    minute, day = environment.filters["minute"], environment.filters["day"]
    assert minute("2026-01-20T17:14:03.250Z") == "2026-01-21 01:14"
    assert day("2026-01-20T17:14:03.250Z") == "2026-01-21"
    assert minute("2023-02-13T16:37:00+08:00") == "2023-02-13 16:37"
    assert day("2023-02-13") == "2023-02-13"
    assert minute(None) == day(None) == ""
