"""A reader walks from a report to its evidence, its versions and its agency, in a real browser."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nianbao.archive.browse.addresses import Addresses
from tests.browse.browser_pages import SCREENS, watching

TO = Addresses("/")
XIXIA = "样例省北原市西霞县"
FINANCE = "西霞县财政局"  # its report for 2022 does not add up, and a figure of it was changed
REPORT = TO.report(XIXIA, FINANCE, 2022)
CELL = "g2021.requests-granted-total"


@pytest.fixture(params=SCREENS)
def page(
    request: pytest.FixtureRequest, chromium: Browser, sample_base: str
) -> Iterator[Page]:
    with watching(chromium, sample_base, request.param) as (page, _):
        yield page


def cell(page: Page, anchor: str) -> str:
    """Return what a cell shows, without the marks of findings."""
    found: str = page.locator(f'[id="{anchor}"]').evaluate(
        "cell => [...cell.childNodes].filter(one => one.className === undefined || !one.className.includes('flag'))"
        ".map(one => one.textContent).join('').trim()"
    )
    return found


def test_a_finding_leads_to_its_cell_and_back(page: Page) -> None:
    page.goto(REPORT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("西霞县财政局2022年")
    finding = page.locator("#finding-1")
    expect(finding).to_contain_text("应为 3，实为 2")
    finding.locator("a.place").click()
    expect(page).to_have_url(re.compile(f"#{re.escape(CELL)}$"))
    marked = page.locator(f'[id="{CELL}"]')
    expect(marked).to_be_in_viewport()
    assert cell(page, CELL) == "2"
    marked.get_by_role("link", name="问题 1").click()
    expect(finding).to_be_in_viewport()


def test_the_tables_stand_as_the_form_prints_them(page: Page) -> None:
    page.goto(REPORT)
    table = page.get_by_role("table", name="收到和处理政府信息公开申请情况")
    labels = [text.strip() for text in table.locator("tbody th").all_inner_texts()]
    assert labels[:4] == [
        "一、本年新收政府信息公开申请数量",
        "二、上年结转政府信息公开申请数量",
        "三、本年度办理结果",
        "（一）予以公开",
    ]
    assert labels[-1] == "四、结转下年度继续办理"
    expect(table.get_by_role("columnheader", name="法人或其他组织")).to_have_attribute(
        "colspan", "5"
    )
    row = table.get_by_role("row", name="一、本年新收政府信息公开申请数量")
    assert row.locator("td").all_inner_texts() == ["3", "0", "0", "1", "1", "1", "6"]


def test_a_report_leads_to_the_page_and_the_bytes_it_was_read_from(
    page: Page, tmp_path: Path
) -> None:
    page.goto(REPORT)
    evidence = page.locator("section", has=page.get_by_role("heading", name="证据"))
    digest = evidence.get_by_text(re.compile("^[0-9a-f]{64}$")).first.inner_text()
    with page.expect_download() as started:
        evidence.get_by_role("link", name="下载原件").click()
    started.value.save_as(tmp_path / "page")
    assert hashlib.sha256((tmp_path / "page").read_bytes()).hexdigest() == digest
    evidence.get_by_role("link", name="存档网页").click()
    expect(page.locator("main")).to_contain_text(digest)
    framed = page.frame_locator("iframe.archived")
    expect(framed.get_by_text("行政复议").first).to_be_visible()
    original = page.get_by_role("navigation", name="当前位置").get_by_role(
        "link", name="2022"
    )
    original.click()
    expect(page).to_have_url(re.compile(re.escape(REPORT) + "$"))


def test_dates_tell_what_they_rest_on(page: Page) -> None:
    page.goto(REPORT)
    facts = page.locator(".lead-facts")
    expect(facts).to_contain_text("2023-02-13 16:37")
    expect(facts).to_contain_text("“发布时间”")
    facts.get_by_text("个候选").first.click()
    expect(facts.locator(".candidates").first).to_contain_text("元标签 PubDate")
    link = facts.get_by_role("link", name=re.compile("^http"))
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_what_changed_is_seen_side_by_side(page: Page) -> None:
    page.goto(REPORT)
    page.get_by_role("link", name="查看差异").click()
    expect(page.get_by_text("网页有改动")).to_be_visible()
    changed = page.locator("td.changed")
    expect(changed).to_have_count(1)
    expect(changed).to_have_attribute("id", "g2021.requests-granted-natural_person")
    expect(changed.locator("del")).to_contain_text("0")
    expect(changed.locator("ins")).to_contain_text("1")
    texts = page.locator("table.texts")
    expect(texts.locator("del")).to_have_text(["0"])
    expect(texts.locator("ins")).to_have_text(["1"])
    folded = texts.locator("details").first
    folded.locator("summary").click()
    expect(folded.get_by_text("一、总体情况")).to_be_visible()


def test_a_report_as_it_stood_then(page: Page) -> None:
    page.goto(REPORT)
    page.get_by_role("link", name="第 1 版").click()
    expect(page.get_by_role("note")).to_contain_text("这是第 1 版")
    assert "@" in page.url
    assert cell(page, "g2021.requests-granted-natural_person") == "0"
    page.get_by_role("link", name="查看当前版本").click()
    assert cell(page, "g2021.requests-granted-natural_person") == "1"


def test_an_agency_over_the_years(page: Page) -> None:
    page.goto(REPORT)
    page.get_by_role("link", name=FINANCE, exact=True).first.click()
    strip = page.locator(".strip")
    expect(strip.locator("li")).to_have_count(4)
    changed = strip.locator("li", has=page.get_by_role("link", name="2022"))
    expect(changed).to_contain_text("有改动")
    chart = page.locator("figure", has_text="新收申请")
    expect(chart.locator("rect")).to_have_count(4)
    chart.get_by_text("数据").click()
    expect(chart.get_by_role("row", name="2022")).to_contain_text("6")
    strip.get_by_role("link", name="2021").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2021年")


def test_a_copy_leads_to_the_page_it_is_one_of(page: Page, sample_path: Path) -> None:
    with sqlite3.connect(f"file:{sample_path}?mode=ro", uri=True) as db:
        url, other = db.execute(
            "SELECT one.url, other.url FROM documents AS one JOIN documents AS other"
            " ON other.content_sha256 = one.content_sha256 AND other.id > one.id AND other.state = 'present' LIMIT 1"
        ).fetchone()
    db.close()
    page.goto(TO.document(url))
    pages = page.locator(
        "section", has=page.get_by_role("heading", name="其他刊载网页")
    )
    expect(pages.locator("li", has_text=other)).to_contain_text("内容相同")
    pages.get_by_role("link", name=other).click()
    expect(page.locator(".lead-facts")).to_contain_text(other)


def test_in_english_the_printed_names_stay(page: Page) -> None:
    page.goto(f"{REPORT}?lang=en")
    row = page.get_by_role("row", name="New requests received this year")
    expect(row).to_contain_text("一、本年新收政府信息公开申请数量")
    expect(page.locator("#finding-1")).to_contain_text("expected 3, found 2")
    assert page.locator("html").get_attribute("lang") == "en"


def test_by_keyboard_alone(page: Page) -> None:
    page.goto(REPORT)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.getAttribute('href')")
        if focused == f"#{CELL}":
            break
    page.keyboard.press("Enter")
    expect(page.locator(f'[id="{CELL}"]')).to_be_in_viewport()
    outline = page.evaluate(
        "getComputedStyle(document.querySelector(':focus-visible') || document.body).outlineStyle"
    )
    assert outline != ""


def test_on_paper_the_whole_table_stands(chromium: Browser, sample_base: str) -> None:
    with watching(chromium, sample_base) as (page, _):
        page.goto(REPORT)
        page.emulate_media(media="print")
        page.set_viewport_size(
            {"width": 718, "height": 1000}
        )  # A4 with its margins, in CSS pixels
        expect(page.locator(".top form")).to_be_hidden()
        wide = page.locator("table.form").evaluate_all(
            "tables => tables.map(one => one.getBoundingClientRect().right)"
        )
        assert max(wide) <= 718
        assert (
            page.locator("thead").first.evaluate(
                "head => getComputedStyle(head).display"
            )
            == "table-header-group"
        )
        assert page.pdf(format="A4").startswith(b"%PDF")
