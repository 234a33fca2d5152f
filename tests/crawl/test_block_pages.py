"""What stands in the place of a page is told from pages: every class found, no innocent page
taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse, Request, Response, TextResponse

from nianbao.crawler.middlewares.block_signs import (
    MOST_BYTES,
    extract_features,
    judge,
    sign_table,
    visible_text,
)
from nianbao.sample.carriers import FAULT
from nianbao.sample.province import Province
from nianbao.spiders.capture import Verdict
from tests.crawl.hostile_server import BLOCKS, HOME, SOFT

PAGES = Path(__file__).parents[1] / "accuracy" / "pages"
URL = "http://www.example.gov.cn/zwgk/202201/t20220120_1.html"
COOKIES = (
    "__jsluid_s=1",
    "acw_tc=2",
    "HWWAFSESID=3",
    "yunsuo_session_verify=4",
    "wzws_sessionid=5",
    "yd_cookie=6",
)


def verdict(
    body: bytes,
    status: int = 200,
    headers: dict[str, list[str]] | None = None,
    kind: type[Response] = HtmlResponse,
) -> Verdict | None:
    request = Request(URL, meta={"role": "report"})
    return judge(
        extract_features(
            request,
            kind(URL, status=status, headers=headers, body=body, request=request),
        )
    )


def innocent(shared: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield real pages and texts, and those of the project's own tests."""
    folders = (
        [shared / name for name in ("data/html", "data/pages", "seeds")]
        if shared
        else [PAGES]
    )
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".html", ".htm", ".txt"):
                yield path.name, path.read_bytes()


def false_alarms(pages: Iterator[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Return the pages taken for something else, also when they come through a firewall that
    sets cookies.
    """
    headers = {"Set-Cookie": list(COOKIES), "Server": ["yunjiasu"], "WZWS-Ray": ["1"]}
    found = ((name, verdict(body, headers=headers)) for name, body in pages)
    return [(name, str(said)) for name, said in found if said]


def test_no_real_page_is_taken_for_a_block(shared: Path) -> None:
    pages = list(innocent(shared))
    assert len(pages) > 40
    assert false_alarms(iter(pages)) == []


def test_of_the_labelled_pages_only_the_false_ones_are_blocks() -> None:
    assert [name for name, _ in false_alarms(innocent())] == [
        "not_404.html",
        "not_blocked.html",
        "not_soft_404.html",
    ]


@pytest.mark.parametrize("state", [1, 2])
def test_no_page_of_the_sample_is_taken_for_a_block(state: int) -> None:
    pages = (
        (url, page.body)
        for url, page in Province().pages(state).items()
        if page.status == 200 and FAULT.encode() not in page.body
    )
    assert false_alarms(pages) == []


def test_a_real_page_with_a_firewalls_script_is_a_page() -> None:
    script = BLOCKS["ruishu200"].body.encode()
    for name, body in innocent():
        if len(visible_text(body.decode("utf-8", "replace"))) > 250:
            assert verdict(script + body) is None, name


@pytest.mark.parametrize("name", BLOCKS)
def test_every_class_is_found(name: str) -> None:
    block = BLOCKS[name]
    headers = {key: [value] for key, value in block.headers.items()}
    found = verdict(block.body.encode(), block.status, headers)
    assert found is not None
    assert (found.outcome, found.kind) == ("blocked", block.kind)
    assert found.signs


def test_a_page_that_says_it_does_not_exist() -> None:
    found = verdict(SOFT.encode())
    assert found is not None
    assert (found.outcome, found.kind) == ("soft_404", "soft_404")
    assert verdict(HOME.encode()) is None, (
        "a home page is known by standing at many addresses"
    )


@pytest.mark.parametrize(
    "text",
    [
        "经审查，您访问的信息不存在，本机关已依法答复。"
        + "本年度共收到申请十二件，均已办结。" * 60,
        "福利彩票管理中心2021年政府信息公开工作年度报告"
        + "主动公开彩票公益金使用情况。" * 60,
        "网站遭受恶意攻击次数、验证码登录办件量等情况如下：" + "全年无。" * 200,
    ],
)
def test_a_report_may_speak_of_such_things(text: str) -> None:
    assert (
        verdict(f"<html><title>年度报告</title><body>{text}</body></html>".encode())
        is None
    )


def test_a_file_is_not_looked_into() -> None:
    assert verdict(b"%PDF-1.7 acw_sc__v2 C3VK", kind=Response) is None


@pytest.mark.parametrize("piece", ["<script", "<!--", "<", "<title ", "&nbsp;<style>"])
def test_broken_markup_takes_no_time(piece: str) -> None:
    """Markup that never closes is gone through once: with a quadratic pattern this would not
    end.
    """
    body = (piece * (MOST_BYTES // len(piece)))[:MOST_BYTES]
    assert verdict(body.encode(), kind=TextResponse) is None


def test_the_table_is_sound() -> None:
    for row in sign_table():
        assert sum(sign.points for sign in row.signs) >= 3, row


def test_every_example_is_what_its_row_says() -> None:
    wrong = []
    for row in sign_table():
        for example in row.examples:
            found = verdict(example.body.encode(), example.status)
            if found is None or (found.kind, found.system) != (row.kind, row.system):
                wrong.append((row.kind, row.system, example.body, str(found)))
    assert wrong == []


NOTICES = (
    "网站正在升级改造，给您带来不便敬请谅解。",
    "因机房设备检修，本网站暂停服务。",
    "系统维护中",
    "本站正在进行适老化改造，请稍后再访问",
    "平台将于1月8日22时至9日6时停机维护，期间无法访问",
    "门户网站迁移期间暂停对外服务",
    "网站改版中，敬请期待",
    "各位网民：因数据库迁移，本网站定于1月8日暂停访问。",
)
FRAMES = (
    "<html><head><title>县政府</title></head><body><h2>{}</h2></body></html>",
    "<html><body><div class='nav'><a href='/'>首页</a><a href='/zwgk/'>政务公开</a></div>"
    "<div class='main'><p>{}</p></div><div>主办：县人民政府</div></body></html>",
    "<!DOCTYPE html><html><head><title>提示信息</title></head><body>\n<center>{}</center></body></html>",
)


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("frame", FRAMES)
def test_a_notice_of_maintenance_is_no_page(notice: str, frame: str) -> None:
    found = verdict(frame.format(notice).encode())
    assert found is not None
    assert (found.outcome, found.kind) == ("blocked", "maintenance")


@pytest.mark.parametrize(
    "text",
    [
        "县政府办2022年政府信息公开工作年度报告。网站全年改版升级2次，维护及时。附件：报告.docx",
        "一、总体情况 2022年完成政府网站适老化改造，系统升级后运行平稳。",
    ],
)
def test_a_short_report_may_speak_of_an_upgrade(text: str) -> None:
    page = (
        f"<html><title>2022年政府信息公开工作年度报告</title><body>{text}</body></html>"
    )
    assert verdict(page.encode()) is None
