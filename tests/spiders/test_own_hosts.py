"""Which hosts are those of one site."""

from __future__ import annotations

import pytest

from nianbao.spiders.own_hosts import (
    find_other_form,
    fold_host,
    has_host,
    has_same_domain,
    is_open_government_host,
)

HOST = "example.gov.cn"


@pytest.mark.parametrize(
    ("host", "url", "is_own"),
    [
        (HOST, "http://www.example.gov.cn/", True),
        (f"www.{HOST}", "https://example.gov.cn/", True),
        (f"WWW.{HOST}:80", "http://example.gov.cn./a", True),
        (f"{HOST}:443", "https://WWW.example.gov.cn:443/", True),
        (f"{HOST}:8080", "http://www.example.gov.cn:8080/", True),
        (f"{HOST}:8080", "http://www.example.gov.cn:9090/", False),
        (HOST, "http://xxgk.example.gov.cn/", False),
        (f"xxgk.{HOST}", "http://example.gov.cn/", False),
        (HOST, "http://www.other.gov.cn/", False),
        ("127.0.0.1:80", "http://www.127.0.0.1/", False),
        ("localhost", "http://www.localhost/", False),
        ("[::1]:80", "http://[::1]:80/", True),
    ],
)
def test_www_makes_no_other_site(host: str, url: str, is_own: bool) -> None:
    assert has_host([host], url) is is_own


@pytest.mark.parametrize(
    ("host", "site_host", "is_own"),
    [
        ("zfxxgk.example.gov.cn", "www.example.gov.cn", True),
        ("www.example.gov.cn", "xxgk.example.gov.cn", True),
        ("zwgk.county.example.gov.cn", "county.example.gov.cn", True),
        ("county.example.gov.cn", "www.example.gov.cn", False),
        ("www.example.gov.cn", "county.example.gov.cn", False),
        ("zwgk.gov", "www.gov", False),
    ],
)
def test_the_host_for_open_government(host: str, site_host: str, is_own: bool) -> None:
    assert is_open_government_host(host, site_host) is is_own


@pytest.mark.parametrize(
    ("host", "site_host", "is_same"),
    [
        ("zfxxgk.example.gov.cn", "www.example.gov.cn", True),
        ("gov.example.cn", "www.example.cn", True),
        ("county.example.gov.cn", "www.example.gov.cn", True),
        ("www.other.gov.cn", "www.example.gov.cn", False),
        ("www.other.bj.cn", "www.example.bj.cn", False),
        ("xxgk.bj.gov.cn", "www.bj.gov.cn", True),
        ("gov.cn", "www.example.gov.cn", False),
        ("10.1.2.3", "10.4.2.3", False),
        ("gov.place.localhost", "www.place.localhost", True),
        ("other.localhost", "www.place.localhost", False),
    ],
)
def test_hosts_below_one_domain(host: str, site_host: str, is_same: bool) -> None:
    assert has_same_domain(host, site_host) is is_same


def test_a_host_and_its_twin_are_folded_alike() -> None:
    for host in ("www.example.gov.cn", "example.gov.cn", "WWW.Example.gov.cn"):
        assert fold_host(host) == "example.gov.cn"
    assert fold_host("www.example.gov.cn:8080") == "example.gov.cn:8080"
    for host in ("www.cn", "127.0.0.1", "[::1]:80", "localhost"):
        assert fold_host(host) == host


@pytest.mark.parametrize(
    ("asked", "answered", "home"),
    [
        ("http://a.gov.cn/nb/", "https://a.gov.cn/nb/", "https://a.gov.cn/"),
        ("https://a.gov.cn/nb/", "http://www.a.gov.cn/x", "http://www.a.gov.cn/"),
        ("http://www.a.gov.cn/", "http://a.gov.cn:8080/", "http://a.gov.cn:8080/"),
        ("http://a.gov.cn/nb/", "http://a.gov.cn/nb/2/", None),
        ("http://a.gov.cn/", "http://b.gov.cn/", None),
        ("http://a.gov.cn/", "http://xxgk.a.gov.cn/", None),
    ],
)
def test_redirects_to_another_form(asked: str, answered: str, home: str | None) -> None:
    assert find_other_form(asked, answered) == home
