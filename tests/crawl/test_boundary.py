"""Addresses: which may be reached, and which are the same page."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.archive.addresses import canonicalize, remove_session
from nianbao.crawler.imports.site_index import SiteIndex
from nianbao.crawler.networks import is_allowed, networks_of
from nianbao.sample.country.answers import Answer
from nianbao.spiders.catalogue import make_provisional_site
from tests.crawl.commands import content, nianbao
from tests.crawl.hostile_server import hostile
from tests.crawl.list_sites import ListSite, make_site, serve_sites

SITE = """\
id: site{number}
name: 小站
region: null
platform: trs
entries:
  - {{url: "http://{host}:{port}/nb/", column: 年报}}
expect: {{links: 5}}
delay: 0
official: true
"""

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_in_every_guise(address: str) -> None:
    assert not is_allowed(address, ())


@pytest.mark.parametrize(
    "address",
    [
        "114.114.114.114",
        "::ffff:114.114.114.114",
        "2400:da00::6666",
        "64:ff9b::7272:7272",
    ],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address, ())


def test_an_allowed_network_holds_its_addresses_in_every_guise() -> None:
    networks = networks_of(["10.0.0.0/8"])
    assert is_allowed("10.1.2.3", networks)
    assert is_allowed("::ffff:10.1.2.3", networks)
    assert not is_allowed("127.0.0.1", networks)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/a;jsessionid=1F?b=2", "http://h/a?b=2"),
        ("http://h/a.jsp?JSESSIONID=1F&b=2", "http://h/a.jsp?b=2"),
        ("http://h/(S(abc123))/a.aspx", "http://h/a.aspx"),
        ("http://h/a.asp?ASPSESSIONIDQQ=1&id=3", "http://h/a.asp?id=3"),
        (
            "http://h/gkmlpt/api/all/0?page=1&sid=755001",
            "http://h/gkmlpt/api/all/0?page=1&sid=755001",
        ),
        ("http://h/a(1).html", "http://h/a(1).html"),
    ],
)
def test_session_ids_are_no_part_of_an_address(url: str, expected: str) -> None:
    assert remove_session(url) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://h/a?b=1&c=2", "http://h/a?c=2&b=1", True),
        ("http://h/a#top", "http://h/a", True),
        ("http://h:80/a", "http://h/a", True),
        ("https://h:443/a", "https://h/a", True),
        ("http://h./a", "http://h/a", True),
        ("http://H/a", "http://h/a", True),
        ("http://h/a?phpsessid=7", "http://h/a", True),
        ("http://h:8080/a", "http://h/a", False),
        ("http://h/A", "http://h/a", False),
        ("http://h/a?nbYear=2021", "http://h/a?nbYear=2022", False),
        ("http://h/post_1.html", "http://h/mpost_1.html", False),
        ("http://m.h/a", "http://h/a", False),
    ],
)
def test_canonical(one: str, other: str, same: bool) -> None:
    assert (canonicalize(one) == canonicalize(other)) is same


HOSTS = ("127.0.0.1", "127.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]")


@pytest.mark.parametrize("network", ["10.0.0.0/8", "127.0.0.0/8"])
def test_loopback_is_reached_only_where_it_is_let_in(
    network: str, tmp_path: Path
) -> None:
    """Written as address, as name, or as something the system's resolver takes for an address."""
    with hostile() as server:
        for number, host in enumerate(HOSTS):
            site = SITE.format(number=number, host=host, port=server.port)
            (tmp_path / f"site{number}.yml").write_text(site, "utf-8")
        arguments = (
            "--sites",
            tmp_path,
            "--archive",
            tmp_path / "a.db",
            "--allow-address",
            network,
        )
        nianbao("crawl", *arguments, code=1)
        assert bool(server.log) is (network == "127.0.0.0/8")
    outcomes = {(visit[1], visit[4]) for visit in content(tmp_path / "a.db")["visits"]}
    let_in = set(HOSTS) - {"[::1]"} if network == "127.0.0.0/8" else set()
    assert outcomes == {
        (f"site{number}", "fetched" if host in let_in else "refused_by_boundary")
        for number, host in enumerate(HOSTS)
    }


def test_a_redirect_to_the_twin_with_www_is_followed_and_noted(tmp_path: Path) -> None:
    """The list answers under www. alone, and so do the rows that it names: one site."""

    def make(port: int) -> list[ListSite]:
        moved = make_site(1, 0, port)
        location = f"http://www.{moved.host}/nb/"
        redirect = Answer(b"", status=302, location=location)
        moved.answers[f"//{moved.name}.localhost/nb/"] = redirect
        return [moved]

    (tmp_path / "sites").mkdir()
    with serve_sites(make) as (_, (site,)):
        (tmp_path / "sites" / "s0.yml").write_text(site.site_file, "utf-8")
        nianbao(
            *("crawl", "--sites", tmp_path / "sites", "--archive", tmp_path / "a.db"),
            *("--allow-address", "127.0.0.0/8"),
        )
    found = content(tmp_path / "a.db")
    notes = [row for row in found["findings"] if row[0] == "host.other_form"]
    assert len(notes) == 1
    assert f"answers as http://www.{site.host}/" in notes[0][2]
    assert {row[0] for row in found["documents"]} == {
        f"http://www.{site.host}{path}" for path in site.reports
    }


def test_an_import_takes_the_twin_with_www_for_the_site() -> None:
    site = make_provisional_site("trs", "http://www.example.gov.cn:8080/nb/", "年报")
    index = SiteIndex({site.id: site})
    for host in ("www.example.gov.cn:8080", "example.gov.cn:8080"):
        owner = index.find_owner(f"http://{host}/nb/1.html")
        assert owner is not None
        assert owner.site.id == site.id
    assert index.find_owner("http://example.gov.cn/nb/1.html") is None
    assert index.find_owner("http://xxgk.example.gov.cn:8080/nb/1.html") is None
