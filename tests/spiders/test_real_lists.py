"""List pages and answers of real sites: platform, rows with dates, the next page, the total.

None is a list of reports; what counts is that all its rows are read and the way on is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from nianbao.spiders.list_findings import describe_unread
from nianbao.spiders.lists.link_rows import LinkRows
from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.lists.printed_totals import read_printed_totals
from nianbao.spiders.lists.reader import ListReader
from nianbao.spiders.page_readers import choose_reader, recognize_platform
from nianbao.spiders.page_rows import PageRows, read_page_rows
from nianbao.spiders.paging.pager_links import find_pager_links
from nianbao.spiders.paging.plans import find_plan
from nianbao.spiders.platforms import reader_for
from nianbao.spiders.rows.row_links import ROW_TAGS

DATA_PROXY = "http://gxt.jiangsu.gov.cn/module/web/jpage/dataproxy.jsp"
GANSU = "http://jyt.gansu.gov.cn/jyt/c110634/zwgklist.shtml"
JIANGXI = "http://sthjt.jiangxi.gov.cn/jxssthjt/col/col42150/index.html"
SHANGHAI = "https://wsjkw.sh.gov.cn/xwfb/index.html"
JIUJIANG = "http://www.jiujiang.gov.cn/irs-c-web/search-result.html"


@dataclass(frozen=True)
class RealList:
    """A list page of a real site, and what reads it."""

    page: ListPage
    reader: ListReader
    platform: str
    rows: PageRows

    @property
    def dated_titles(self) -> dict[str, tuple[str, str]]:
        """The first title and the date of each address that a dated row leads to."""
        titles: dict[str, tuple[str, str]] = {}
        for link in self.rows.links:
            root = link.element.root.getroottree().getroot()
            date = LinkRows(root, ROW_TAGS).find_date(link.element)
            if link.url and link.title and date:
                titles.setdefault(link.url, (link.title, date))
        return titles

    @property
    def next_pages(self) -> list[NextPage]:
        return [
            self.page.resolve_next(p) for p in self.reader.read_next_pages(self.page)
        ]


@pytest.fixture
def real_list(shared: Path, request: pytest.FixtureRequest) -> RealList:
    name, url = request.param
    body = (shared / "data" / "lists" / name).read_bytes()
    kind = "text/xml" if name.endswith(".xml") else "text/html"
    page = ListPage.from_bytes(url, body, content_type=kind)
    platform = recognize_platform(page, "generic")
    reader = choose_reader(reader_for("auto"), platform)
    return RealList(page, reader, platform, read_page_rows(reader, page))


def of(name: str, url: str) -> pytest.MarkDecorator:
    """Return the mark that gives a test one of the real lists."""
    return pytest.mark.parametrize("real_list", [(name, url)], indirect=True)


@pytest.mark.parametrize(
    "real_list",
    [
        ("jiangsu_gxt_dataproxy_1.xml", f"{DATA_PROXY}?page=1"),
        ("jiangsu_gxt_dataproxy_2.xml", f"{DATA_PROXY}?page=2"),
    ],
    indirect=True,
)
def test_jiangsu(real_list: RealList) -> None:
    """A data store whose answers print no way on, and overlap."""
    rows = list(real_list.reader.read_rows(real_list.page))
    assert real_list.platform == "hanweb"
    assert len(rows) == real_list.page.text.count("<record>")
    assert all(row.title and row.date for row in rows)
    assert real_list.reader.read_totals(real_list.page) == (len(rows), 756)
    number = int(real_list.page.url[-1])
    assert real_list.next_pages == [f"{DATA_PROXY}?page={number + 1}"]


@of("gansu_jyt_zwgklist.html", GANSU)
def test_gansu(real_list: RealList) -> None:
    """The rows and the call of the pager stand in a comment, all that their element holds."""
    rows = list(real_list.reader.read_rows(real_list.page))
    assert real_list.platform == "ucap"
    assert (len(rows), rows[0].date, rows[-1].date) == (20, "2025-11-17", "2025-06-09")
    assert all(row.title and row.date for row in rows)
    assert read_printed_totals(real_list.page) == (200, 10)
    assert real_list.next_pages == [GANSU.replace("zwgklist.", "zwgklist_2.")]


@of("jiangxi_sthjt_column.html", JIANGXI)
def test_jiangxi(real_list: RealList) -> None:
    """The rows stand in script data, their addresses as JSON in a text."""
    titles = real_list.dated_titles
    rows = {url: row for url, row in titles.items() if "/col42150/content/" in url}
    dates = [date for _, date in rows.values()]
    assert real_list.platform == "querylist"
    (first,) = real_list.next_pages
    assert isinstance(first, FormPost)
    assert first.url == "http://sthjt.jiangxi.gov.cn/queryList"
    assert first.fields["channelCode[]"] == "col42150"
    assert len(rows) == 50
    assert dates == sorted(dates, reverse=True)
    assert not [title for title, _ in rows.values() if title.endswith("处")]


@of("shanghai_wsjkw_list.js", SHANGHAI)
def test_shanghai(real_list: RealList) -> None:
    """The page is a text of a script; some rows lead to another host."""
    titles = real_list.dated_titles
    assert real_list.platform == "generic"
    assert len(titles) == 20
    assert read_printed_totals(real_list.page).pages == 54
    plan = find_plan(real_list.page, page_count=54, has_rows=True)
    assert plan is not None
    assert plan.requests[0] == SHANGHAI.replace("index.", "index_2.")
    assert plan.requests[-1] == SHANGHAI.replace("index.", "index_54.")
    assert (len(plan.requests), plan.is_counted) == (53, True)


@of("jiujiang_search.html", JIUJIANG)
def test_jiujiang(real_list: RealList) -> None:
    """A search whose results are links through the search; its way on is said to be unread."""
    titles = real_list.dated_titles
    assert len(titles) == 10
    assert not [title for title, _ in titles.values() if "<" in title]
    (link,) = find_pager_links(real_list.page)
    assert (link.label, link.address) == ("下一页", None)
    finding = describe_unread(JIUJIANG, Pagination("搜索"), link.label)
    assert finding is not None
    assert finding.rule == "list.pager_not_followed"
