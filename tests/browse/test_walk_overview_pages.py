"""A person walks through the sample province: front page, coverage, search, regions, findings,
changes, sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browse.browser_pages import SCREENS, watching
from tests.browse.test_browser import look

PAGES = (
    "/",
    "/coverage",
    "/search?q=行政复议",
    "/region/样例省",
    "/region/样例省北原市西霞县",
    "/region/-",
    "/findings",
    "/findings/row.ragged",
    "/changes",
    "/sites",
    "/region/nowhere",
)


@pytest.fixture
def page(chromium: Browser, sample_base: str) -> Iterator[Page]:
    """A page on a wide screen."""
    with watching(chromium, sample_base) as (page, _):
        yield page


def path(page: Page) -> str:
    return unquote(page.url.partition("://")[2].partition("/")[2])


def test_from_the_country_to_a_report(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "政府信息公开工作年度报告档案"
    )
    expect(page.locator(".holdings")).to_contain_text("191")
    look(page, tmp_path / "front.png")
    page.locator(".board").get_by_role("link", name="样例省", exact=True).click()
    page.locator(".board").get_by_role("link", name="北原市", exact=True).click()
    page.locator(".board tbody tr", has_text="西霞县").get_by_role(
        "link", name="8", exact=True
    ).first.click()
    assert path(page).startswith("region/样例省北原市西霞县?year=20")
    expect(page.locator(".strip tbody tr")).to_have_count(8)
    expect(page.locator(".crumbs li")).to_have_text(
        ["首页", "收录情况", "样例省", "北原市", "样例省北原市西霞县"]
    )
    look(page, tmp_path / "region.png")
    row = page.locator(".strip tbody tr", has_text="西霞县财政局")
    expect(row.locator("td").nth(2)).to_contain_text("改")
    row.locator("td").nth(2).get_by_role("link").click()
    assert path(page) == "report/样例省北原市西霞县/西霞县财政局/2022"
    expect(page.get_by_role("heading", level=1)).to_contain_text("西霞县财政局2022年")


def test_search_and_narrow_down(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("行政復議 財政局")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("份，最相关的在前")
    expect(page.locator(".hits mark").first).to_have_text(re.compile("行政复议|财政局"))
    look(page, tmp_path / "search.png")
    page.locator(".facets").get_by_role("link", name="2021", exact=True).click()
    expect(page.locator(".facets .chosen")).to_contain_text("2021")
    for title in page.locator(".hits h2").all_text_contents():
        assert "2021" in title
    page.locator(".facets").get_by_role("link", name="样例省兰汀市", exact=True).click()
    expect(page.locator(".hits li")).to_have_count(1)
    page.locator(".facets .chosen a", has_text="2021").click()
    expect(page.locator(".facets .chosen")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("行政復議 財政局")


def test_from_a_finding_to_its_cell(page: Page) -> None:
    page.goto("/findings")
    page.get_by_role("link", name="办理结果之和不等于总计").click()
    expect(page.locator(".code")).to_have_text("req.result_sum_2021")
    page.locator(".found tbody tr").first.get_by_role("link", name="报告").click()
    target = page.evaluate(
        "document.getElementById(decodeURIComponent(location.hash.slice(1)))?.tagName"
    )
    assert target == "TD", page.url


def test_what_changed_and_how_the_sites_went(page: Page) -> None:
    page.goto("/changes")
    page.get_by_role("navigation", name="变动类型").get_by_role(
        "link", name="消失"
    ).click()
    expect(page.locator("ol.changes li")).to_have_count(1)
    expect(page.locator("ol.changes li")).to_contain_text("谷澄县水利局2018年")
    page.goto("/sites")
    expect(page.locator("table.data tbody tr")).to_have_count(31)


def test_the_language_is_switched_and_kept(page: Page) -> None:
    page.goto("/findings")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Findings")
    page.get_by_role("link", name="Coverage").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Coverage")
    assert "lang" not in page.url
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("收录情况")


def test_by_keyboard(page: Page) -> None:
    page.goto("/coverage")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # the table, which scrolls
    page.keyboard.press("Tab")
    focused = page.evaluate(
        "document.activeElement.closest('.board') !== null && document.activeElement.textContent"
    )
    assert focused
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/region/"))


def test_in_print(page: Page) -> None:
    page.goto("/coverage")
    page.emulate_media(media="print")
    expect(page.locator(".main-nav")).to_be_hidden()
    expect(page.locator(".board")).to_be_visible()
    expect(page.locator("cite")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_sticks_out_sideways(
    chromium: Browser, sample_base: str, screen: str, language: str
) -> None:
    with watching(chromium, sample_base, screen, language) as (page, seen):
        for address in PAGES:
            page.goto(address)
            assert page.evaluate(
                "document.documentElement.scrollWidth <= window.innerWidth"
            ), address
            assert page.evaluate(
                "document.documentElement.lang"
            ) == language.removesuffix("-GB")
        assert not [url for url in seen.sent if ".js" in url]
