"""What a person sees of the tables in a browser: headless Chromium on the served archive, wide
and narrow.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browse.browser_pages import SCREENS, watching


@pytest.fixture(params=SCREENS)
def page(
    request: pytest.FixtureRequest, chromium: Browser, base: str
) -> Iterator[Page]:
    """A page on a wide or a narrow screen."""
    with watching(chromium, base, request.param) as (page, _):
        yield page


def test_a_reader_narrows_down_to_an_agency(page: Page, tmp_path: Path) -> None:
    page.goto("/archive")
    page.get_by_role("link", name="年度报告").click()
    expect(page.get_by_role("heading", name="年度报告")).to_be_visible()
    expect(
        page.get_by_text("西霞县人民政府2022年政府信息公开工作年度报告")
    ).to_be_visible()
    look(page, tmp_path / "reports.png")

    years = page.locator("#facet-report_year")
    expect(years).to_contain_text("年度")
    years.get_by_role("link", name="2021", exact=True).click()
    expect(page).to_have_url(re.compile("report_year=2021"))
    rows = page.locator("table.rows-and-columns tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="2022年政府")).to_have_count(0)

    rows.get_by_role("link", name="西霞县财政局", exact=True).click()
    expect(page.get_by_role("heading", name="机关")).to_be_visible()
    expect(page.locator(".row-title")).to_have_text("西霞县财政局")
    look(page, tmp_path / "agency.png")


def test_a_reader_follows_a_change_to_the_page(page: Page) -> None:
    page.goto("/archive/changed_after_publication")
    page.get_by_role("link", name="#1", exact=True).first.click()
    expect(page.locator(".row-title")).to_contain_text("西霞县财政局2021年")
    link = page.get_by_role("link", name="http://xixia.example.gov.cn/czj/2021.html")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_a_reader_searches(page: Page, tmp_path: Path) -> None:
    page.goto("/archive/search")
    page.get_by_label("检索词").fill("正文 財政局")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="全文检索")).to_be_visible()
    rows = page.locator("table.rows-and-columns tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.locator("mark")).to_have_text(["财政局", "正文"])
    look(page, tmp_path / "search.png")

    page.get_by_label("检索词").fill("公开")
    page.get_by_label("年度").fill("2022")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.locator("mark").first).to_have_text("公开")


def test_hostile_titles_are_read_not_run(page: Page) -> None:
    for path in (
        "/archive/reports?report_year=2020",
        "/archive/findings",
        "/archive/visits",
        "/archive/agencies",
    ):
        page.goto(path)
        assert page.evaluate("window.hostile") is None
    page.goto("/archive/reports?report_year=2020")
    expect(
        page.get_by_text("2020年报告<script>window.hostile=1</script>")
    ).to_be_visible()


def test_nothing_sticks_out_sideways(page: Page) -> None:
    for path in (
        "/archive",
        "/archive/reports",
        "/archive/reports/1",
        "/archive/panel",
        "/archive/visits",
    ):
        page.goto(path)
        assert page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth"
        ), path


def look(page: Page, path: Path) -> None:
    """Take a screenshot and check that it shows something: many shades, and Chinese that is not
    boxes.
    """
    assert len(page.screenshot(path=path)) > 10_000
    assert shades(page, path) > 30
    assert page.evaluate(WIDTHS) > 1


def shades(page: Page, path: Path) -> int:
    """Count the colours of a picture, by the browser itself."""
    data = base64.b64encode(path.read_bytes()).decode()
    browser = page.context.browser
    assert browser
    with (
        browser.new_page() as blank
    ):  # the policy of our own pages allows no picture in an address
        found: int = blank.evaluate(COLOURS, f"data:image/png;base64,{data}")
    return found


COLOURS = """async address => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const pixels = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
    return new Set(pixels).size;
}"""
# A font without Chinese draws the same box for every character: drawn, 西 and 霞 must differ.
WIDTHS = """() => {
    const drawn = ["西", "霞", "县"].map(character => {
        const canvas = new OffscreenCanvas(40, 40), pen = canvas.getContext("2d");
        pen.font = "30px " + getComputedStyle(document.body).fontFamily;
        pen.fillText(character, 2, 32);
        return String(pen.getImageData(0, 0, 40, 40).data);
    });
    return new Set(drawn).size;
}"""
