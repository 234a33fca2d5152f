"""Whether a site is as its file states, from what its pages answered."""

from __future__ import annotations

from nianbao.archive.records import Finding
from nianbao.spiders.capture import HostLeftOut
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.discovery.platform_signs import PlatformSign
from nianbao.spiders.discovery.site_check import (
    PageCheck,
    SiteCheck,
    count_report_rows,
    home_pages,
)
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.platforms import reader_for

HOST = "http://www.example.gov.cn"
SITE = make_provisional_site("trs", f"{HOST}/nb/", "年报")


def check(
    answer: str, links: int | None, home: str = "200", sign: str | None = None
) -> SiteCheck:
    """Return the check of a site whose column and home page answered so."""
    column = PageCheck(f"{HOST}/nb/", "年报", answer, links)
    site_check = SiteCheck(SITE, [column, PageCheck(f"{HOST}/", None, home)])
    if sign:
        site_check.signs.add(PlatformSign(sign, 0.9, "…"))
    return site_check


def test_a_site_as_its_file_states() -> None:
    site_check = check("200", 20, sign="trs")
    assert (site_check.state, site_check.notes()) == ("as_stated", [])
    assert (site_check.links, site_check.platform) == (20, "trs")


def test_a_column_that_is_gone() -> None:
    site_check = check("404", None)
    assert (site_check.state, site_check.links) == ("changed", None)
    assert site_check.notes() == [f"年报: {HOST}/nb/: 404"]


def test_a_column_that_names_no_report() -> None:
    assert check("200", 0).notes() == [f"年报: {HOST}/nb/ names no report"]


def test_another_platform_is_noted_where_the_lists_fail_too() -> None:
    note = "the pages are signed as hanweb (90%), not trs"
    assert check("200", 0, sign="hanweb").notes()[-1] == note
    assert check("404", None, sign="hanweb").notes()[-1] == note
    assert check("200", 3, sign="hanweb").notes() == []


def test_a_site_that_does_not_answer() -> None:
    assert check("TimeoutError", None, home="DNS lookup failed").state == "unreachable"


def test_a_site_that_blocks_or_is_left_out() -> None:
    site_check = check("200", 3)
    finding = Finding("host.rest", "info", "the site rests")
    site_check.left_out = HostLeftOut("www.example.gov.cn", finding, "postponed")
    assert site_check.state == "left_out"
    site_check.blocked = True
    assert site_check.state == "blocked"


def test_home_pages() -> None:
    assert home_pages(SITE) == [f"{HOST}/"]
    assert home_pages(make_provisional_site("trs", f"{HOST}/", "年报")) == []


def test_rows_that_may_be_reports_count_once() -> None:
    page = ListPage.from_bytes(
        f"{HOST}/nb/",
        '<li><a href="a.html">某县2021年年报</a></li><li><a href="a.html">某县2021年年报</a></li>'
        '<li><a href="b.html">一图读懂某县2021年年报</a></li>'.encode(),
        content_type="text/html; charset=utf-8",
    )
    assert count_report_rows(page, reader_for("generic")) == 1
