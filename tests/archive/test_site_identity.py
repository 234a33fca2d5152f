"""What tells sites apart: hosts and regions, in a table of cases and as properties."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from nianbao.archive.export import metadata
from nianbao.archive.raw import site_hosts, site_identity
from nianbao.archive.raw.site_hosts import normalize_host
from nianbao.archive.raw.site_identity import SiteIdentity
from nianbao.pipelines.reader.regions.region_units import is_same_region

COUNTY = "浙江省丽水市缙云县"
# hosts and region of one site, of the other, and whether they are one site
PAIRS = {
    "nothing is known": ((), None, (), None, True),
    "hosts of one only": (("www.a.gov.cn",), None, (), None, True),
    "the same host": (("www.a.gov.cn",), None, ("www.a.gov.cn",), None, True),
    "another name below the same domain": (
        ("www.a.gov.cn",),
        None,
        ("xxgk.a.gov.cn",),
        None,
        True,
    ),
    "two domains below gov.cn": (
        ("www.a.gov.cn",),
        None,
        ("www.b.gov.cn",),
        None,
        False,
    ),
    "one host of several": (
        ("www.a.gov.cn", "files.example.cn"),
        None,
        ("www.b.gov.cn", "files.example.cn"),
        None,
        True,
    ),
    "one IP address": (("127.0.0.1",), None, ("127.0.0.1",), None, True),
    "two IP addresses": (("10.0.0.1",), None, ("10.0.0.2",), None, False),
    "two IPv6 addresses": (("[::1]",), None, ("[::2]",), None, False),
    "two bare names": (("xixia",), None, ("lanting",), None, False),
    "two names below localhost": (
        ("xixia.localhost",),
        None,
        ("lanting.localhost",),
        None,
        False,
    ),
    "an IP address and a name": (("10.0.0.1",), None, ("www.a.gov.cn",), None, False),
    "tenants of one hosting company": (
        ("a.github.io",),
        None,
        ("b.github.io",),
        None,
        False,
    ),
    "one region": (("www.a.gov.cn",), COUNTY, ("www.a.gov.cn",), COUNTY, True),
    "the region is not known yet": (
        ("www.a.gov.cn",),
        None,
        ("www.a.gov.cn",),
        COUNTY,
        True,
    ),
    "two regions on one domain": (
        ("www.tj.gov.cn",),
        "天津市东丽区",
        ("www.tj.gov.cn",),
        "天津市河西区",
        False,
    ),
    "one region on two domains": (
        ("www.a.gov.cn",),
        COUNTY,
        ("www.b.gov.cn",),
        COUNTY,
        False,
    ),
    "two regions, hosts not known": ((), "天津市东丽区", (), "天津市河西区", False),
    "a region and the one above it": ((), "浙江省丽水市", (), COUNTY, False),
    "without the prefecture": ((), "浙江省缙云县", (), COUNTY, True),
    "a name of before": ((), "浙江省杭州市富阳市", (), "浙江省杭州市富阳区", True),
    "a name that the table does not have": (
        (),
        "样例省西霞县",
        (),
        "样例省蓝汀市",
        False,
    ),
}
hosts = st.sets(
    st.sampled_from(
        ["www.a.gov.cn", "xxgk.a.gov.cn", "b.gov.cn", "127.0.0.1", "x.localhost"]
    ),
    max_size=3,
)
regions = st.sampled_from(
    [None, COUNTY, "浙江省缙云县", "天津市东丽区", "样例省西霞县"]
)
former_regions = st.sets(regions.filter(bool), max_size=2)


def make_site(
    site_hosts: tuple[str, ...],
    region: str | None,
    former: tuple[str, ...] = (),
) -> SiteIdentity:
    return SiteIdentity("county", "某县人民政府", region, site_hosts, former)


sites = st.builds(
    make_site, hosts.map(tuple), regions, former_regions.map(sorted).map(tuple)
)


def are_one(site: SiteIdentity, other: SiteIdentity) -> bool:
    return site_identity.is_same_site(site, other, is_same_region)


@pytest.mark.parametrize(
    ("hosts", "region", "other_hosts", "other_region", "same"),
    PAIRS.values(),
    ids=PAIRS,
)
def test_what_tells_two_sites_apart(
    hosts: tuple[str, ...],
    region: str | None,
    other_hosts: tuple[str, ...],
    other_region: str | None,
    same: bool,
) -> None:
    site = make_site(hosts, region)
    other = make_site(other_hosts, other_region)
    assert are_one(site, other) == same
    assert are_one(other, site) == same


@given(sites, sites)
def test_the_order_of_two_sites_does_not_matter(
    site: SiteIdentity, other: SiteIdentity
) -> None:
    assert are_one(site, other) == are_one(other, site)
    joined = site_identity.join_identities(site, other)
    other_way = site_identity.join_identities(other, site)
    assert joined.hosts == other_way.hosts
    assert set(joined.regions) == set(other_way.regions)


@given(sites, sites)
def test_what_is_not_known_speaks_for_nothing(
    site: SiteIdentity, other: SiteIdentity
) -> None:
    assert are_one(site, site)
    assert are_one(site, make_site((), None))
    assert are_one(site, site_identity.join_identities(site, other))
    without_region = make_site(other.hosts, None)
    without_hosts = make_site((), other.region, other.former_regions)
    assert are_one(site, other) == (
        are_one(site, without_region) and are_one(site, without_hosts)
    )


def test_a_site_file_names_what_the_site_was() -> None:
    old = make_site(("www.a.gov.cn",), "样例省甲县")
    moved = make_site(("www.b.gov.cn",), "样例省乙区")
    site_file = make_site(
        ("www.a.gov.cn", "www.b.gov.cn"), "样例省乙区", ("样例省甲县",)
    )
    assert not are_one(old, moved)
    assert are_one(site_file, old)
    assert site_identity.is_stated_by(old, site_file)
    assert site_identity.is_stated_by(moved, site_file)
    assert not site_identity.is_stated_by(old, moved)
    # a file that does not say a region does not say that two regions are one
    assert not site_identity.is_stated_by(old, make_site(old.hosts, None))


def test_a_message_names_what_is_known() -> None:
    assert (
        make_site((), None).describe()
        == "某县人民政府 (region not known; hosts not known)"
    )
    many = tuple(f"{number}.gov.cn" for number in range(9))
    assert make_site(many, COUNTY).describe().endswith("3.gov.cn, 4.gov.cn, …)")


@pytest.mark.parametrize(
    ("netloc", "host"),
    [
        ("WWW.A.gov.cn", "www.a.gov.cn"),
        ("www.a.gov.cn.", "www.a.gov.cn"),
        ("127.0.0.1:8620", "127.0.0.1"),
        ("[::1]:80", "[::1]"),
        ("user@xixia.localhost:1", "xixia.localhost"),
        ("政务.中国", "xn--zfr164b.xn--fiqs8s"),
        ("a.gov.cn?x", "a.gov.cn"),
        ("[broken", "[broken"),
        ("a..b", "a..b"),
    ],
)
def test_a_host_has_one_form(netloc: str, host: str) -> None:
    assert normalize_host(netloc) == host
    assert normalize_host(host) == host


def test_domains_are_known_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    site_identity.find_domain.cache_clear()
    site_identity._domain_extractor.cache_clear()
    assert site_identity.find_domain("xxgk.jinyun.gov.cn") == "jinyun.gov.cn"
    assert site_identity.find_domain("www.gov.cn") == "www.gov.cn"


@pytest.fixture
def db() -> Iterator[Database]:
    """Only the tables that hosts are about."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(
        "CREATE TABLE site_hosts (site_id TEXT, host TEXT, PRIMARY KEY (site_id, host));"
        "CREATE TABLE visits (site_id TEXT, role TEXT, url TEXT)"
    )
    yield Database(connection)
    connection.close()


def test_hosts_are_added_and_stay(db: Database) -> None:
    site_hosts.store_site_hosts(db, "county", ["b.gov.cn:80", "a.gov.cn", ""])
    site_hosts.store_site_hosts(db, "county", ["c.gov.cn"])
    assert site_hosts.find_site_hosts(db, "county") == (
        "a.gov.cn",
        "b.gov.cn",
        "c.gov.cn",
    )
    assert site_hosts.select_site_hosts(db).keys() == {"county"}


def test_hosts_of_an_archive_that_has_none(db: Database) -> None:
    visits = [
        ("listed", "list", "http://WWW.a.gov.cn:8080/nb/"),
        ("listed", "report", "http://files.example.cn/1.html"),
        ("imported", "report", "https://www.b.gov.cn"),
        ("imported", "other", "https://m.b.gov.cn?x=/"),
        ("known", "list", "http://www.c.gov.cn/"),
    ]
    db.conn.executemany("INSERT INTO visits VALUES (?, ?, ?)", visits)
    site_hosts.store_site_hosts(db, "known", ["www.known.gov.cn"])
    for _ in range(2):
        site_hosts.derive_site_hosts(db)
        assert site_hosts.select_site_hosts(db) == {
            "listed": ("www.a.gov.cn",),
            "imported": ("m.b.gov.cn", "www.b.gov.cn"),
            "known": ("www.known.gov.cn",),
        }


def test_exports_of_before_have_no_hosts_and_keep_their_record_ids() -> None:
    block = (
        b'nianbao-site: {"id":"county","name":"x","platform":"trs","region":null,'
        b'"code":null,"code_source":null,"seen_at":null}\r\n'
    )
    site = metadata.parse_block(block)
    assert isinstance(site, metadata.SiteRecord)
    assert site.hosts == ()
    assert metadata.identify_site(site) == (
        "Site(id='county', name='x', platform='trs', region=None, code=None,"
        " code_source=None, seen_at=None)"
    )
    with_hosts = replace(site, hosts=("a.gov.cn",))
    assert metadata.identify_site(with_hosts) != metadata.identify_site(site)
    assert metadata.parse_block(metadata.format_block(with_hosts)) == with_hosts
