"""The world is the same every time, and its pages carry the troubles they should."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import opencc
import pytest

from nianbao.sample import agencies
from nianbao.sample.pages import Page
from nianbao.sample.province import Province, Truth
from nianbao.sample.server import Server
from nianbao.spiders import catalogue
from nianbao.spiders.platforms import READERS
from tests.sample.walker import body_of, text_of

SITES = Path(__file__).parents[2] / "sample" / "sites"
UNPRINTED_YEAR = 2022  # of the report that names none


@pytest.fixture(scope="module")
def truths(province: Province) -> dict[tuple[str, str, int], Truth]:
    """State 1 by site, agency, year; a copy on the same site stands behind its original."""
    return {
        (t.site, t.agency, t.report_year): t
        for t in reversed(province.truths(1))
        if t.agency and t.report_year
    }


def _text(province: Province, truth: Truth, state: int = 1) -> str:
    return text_of(truth.url, province.pages(state)[truth.url].body)


def test_equal_seeds_give_equal_bytes(province: Province) -> None:
    again = Province()
    for state in (2, 1):  # the other order than elsewhere
        assert again.pages(state) == province.pages(state)
    assert again.truths(1) == province.truths(1)


@pytest.fixture(scope="module")
def other() -> Province:
    """A province of another seed, of which nothing is printed yet."""
    return Province(seed=7)


def test_pages_are_printed_once_for_all_who_ask_at_once(other: Province) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(other.pages, [1] * 4))
    assert all(answer is answers[0] for answer in answers)


def test_another_seed_gives_another_world(province: Province, other: Province) -> None:
    assert other.pages(1) != province.pages(1)
    assert other.declare((1, 2)).documents == province.declare((1, 2)).documents


def test_the_port_is_in_the_links(served: Server) -> None:
    pages = served.province.pages(1)
    assert all(f":{served.port}/" in url for url in pages)
    assert not any(b":8620" in page.body for page in pages.values())


def test_an_unknown_state_is_refused(province: Province) -> None:
    with pytest.raises(ValueError, match="states"):
        province.pages(3)
    with pytest.raises(ValueError, match="at least one crawl"):
        province.declare(())


def test_the_old_site_is_gb2312_and_does_not_say_so_in_its_header(
    province: Province,
) -> None:
    pages = {
        url: page
        for url, page in province.pages(1).items()
        if "//gucheng." in url and "robots" not in url
    }
    assert len(pages) > 20
    for page in pages.values():
        assert page.content_type == "text/html"
        text = page.body.decode("gb18030")
        assert "charset=gb2312" in text
        assert 'meta name="' not in text
        with pytest.raises(UnicodeDecodeError):
            page.body.decode("utf-8")


@pytest.mark.parametrize(
    "name", ["SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnType"]
)
def test_the_meta_tags_a_portal_must_have(province: Province, name: str) -> None:
    article = ("ArticleTitle", "PubDate", "ContentSource")
    for truth in province.truths(1):
        if truth.site in {"xixia", "lanting"}:
            text = _text(province, truth)
            assert all(
                f'<meta name="{tag}" content="' in text for tag in (name, *article)
            )


def test_copies_have_the_same_title_and_body(province: Province) -> None:
    bodies: dict[str, list[str]] = {}
    for truth in province.truths(1):
        bodies.setdefault(
            truth.title + body_of(truth.url, _text(province, truth)), []
        ).append(truth.url)
    pairs = [sorted(urls) for urls in bodies.values() if len(urls) > 1]
    hosts = sorted(
        tuple(url.split("/")[2].partition(".")[0] for url in pair) for pair in pairs
    )
    assert hosts == [
        ("gucheng", "xixia"),
        ("gucheng", "xixia"),
        ("lanting", "lanting"),
        ("xixia", "xixia"),
    ]


def test_the_dates_of_a_page_agree_but_for_the_declared_ones(
    province: Province,
) -> None:
    odd = [(t.agency, t.report_year) for t in province.truths(1) if t.dates_disagree]
    assert sorted(odd) == [
        ("兰汀市市场监督管理局", 2020),
        ("西霞县石桥镇人民政府", 2022),
        ("西霞县自然资源局", 2022),
    ]
    for truth in province.truths(1):
        text, day = _text(province, truth), date.fromisoformat(truth.published_on)
        printed = {
            "xixia": f"发布时间：{day}",
            "lanting": f"发布日期：{day}",
            "gucheng": f"日期：{day.year}年{day.month}月{day.day}日",
        }
        assert printed.get(truth.site, "") in text
        year = truth.report_year or UNPRINTED_YEAR
        assert date(year + 1, 1, 1) < day < date(year + 1, 12, 31)


def _pages_of_one_report(
    first: dict[str, Truth], second: dict[str, Truth]
) -> list[str]:
    """Return the addresses that show the same report in both states."""
    return [
        url
        for url in first.keys() & second.keys()
        if (first[url].body, first[url].report_year)
        == (second[url].body, second[url].report_year)
    ]


def test_a_restamped_page_changes_its_date_and_not_its_content(
    province: Province,
) -> None:
    first, second = ({t.url: t for t in province.truths(state)} for state in (1, 2))
    stamped = [
        url
        for url in _pages_of_one_report(first, second)
        if first[url].published_on != second[url].published_on
    ]
    assert len(stamped) == 1
    url = stamped[0]
    assert second[url].published_on > first[url].published_on
    assert body_of(url, _text(province, first[url], 1)) == body_of(
        url, _text(province, second[url], 2)
    )


def test_one_edit_is_a_signing_date(province: Province) -> None:
    first, second = ({t.url: t for t in province.truths(state)} for state in (1, 2))
    signed = [
        url
        for url in _pages_of_one_report(first, second)
        if first[url].signed_on != second[url].signed_on
    ]
    assert len(signed) == 1
    assert None not in {first[signed[0]].signed_on, second[signed[0]].signed_on}


def test_a_report_on_the_form_before(
    truths: dict[tuple[str, str, int], Truth], province: Province
) -> None:
    truth = truths["xixia", "西霞县白塘镇人民政府", 2021]
    assert truth.form == "g2019"
    assert "本年新制作数量" in _text(province, truth)


def test_the_originals_are_as_in_the_seeds(
    truths: dict[tuple[str, str, int], Truth], province: Province
) -> None:
    names = (
        ("平顶山高新技术产业开发区遵化店镇", 2021, "g2021", "2022-01-20", None, True),
        ("上高县锦江镇人民政府", 2020, "g2019", "2021-01-25", None, True),
        ("沙县高桥镇人民政府", 2018, "g2008_local", "2019-01-22", "2019-01-10", False),
        ("北城区街道办事处", 2020, "g2019", "2021-01-12", "2021-01-11", False),
        (
            "德令哈市政务服务监督管理局",
            2020,
            "unknown",
            "2021-01-20",
            "2021-01-20",
            False,
        ),
    )
    for agency, year, form, published_on, signed_on, ragged in names:
        truth = truths["huibian", agency, year]
        assert (truth.form, truth.published_on, truth.signed_on, truth.ragged) == (
            form,
            published_on,
            signed_on,
            ragged,
        )
    gaoqiao = truths["huibian", "沙县高桥镇人民政府", 2018]
    assert gaoqiao.published_at == "2019-01-22T09:14+08:00"
    assert "发布时间:2019-01-22 09:14 | 来源:沙县高桥镇" in _text(province, gaoqiao)
    assert "<table" not in _text(
        province, truths["huibian", "德令哈市政务服务监督管理局", 2020]
    )


def test_the_mirror_is_traditional_with_glosses(
    truths: dict[tuple[str, str, int], Truth], province: Province
) -> None:
    truth = truths["huibian", "北城区街道办事处", 2020]
    body = re.sub(r"<[^>]*>", "", body_of(truth.url, _text(province, truth)))
    plain = re.sub(r"\([a-z\u00e0-\u01ff]+\)", "", body)
    assert len(body) - len(plain) > 100
    assert plain.count("本年新") == 2 + plain.count("本年新收")
    to_traditional = opencc.OpenCC("s2t")
    simplified = {
        letter for letter in set(plain) if to_traditional.convert(letter) != letter
    }
    assert simplified <= set("后于制范采秘系"), "the letters that the real mirror kept"


SHOWN = {  # by address, in state 1 and in state 2: body and year
    "/xxgk/zxnb.html": (("芦岔县人民政府", 2023), ("芦岔县人民政府", 2024)),
    "/xxgk/lbt/1.html": (
        ("芦岔县柳埠滩镇人民政府", 2023),
        ("芦岔县柳埠滩镇人民政府", 2024),
    ),
    "/xxgk/lbt/2.html": (
        ("芦岔县柳埠滩镇人民政府", 2022),
        ("芦岔县柳埠滩镇人民政府", 2023),
    ),
    "/xxgk/lbt/3.html": (
        ("芦岔县柳埠滩镇人民政府", 2021),
        ("芦岔县柳埠滩镇人民政府", 2022),
    ),
    "/xxgk/lbt/4.html": (None, ("芦岔县柳埠滩镇人民政府", 2021)),
    "/xxgk/swj/nb_a.html": (("芦岔县水务局", 2022), ("芦岔县水务局", 2023)),
    "/xxgk/swj/nb_b.html": (("芦岔县水务局", 2023), ("芦岔县水务局", 2022)),
}


def test_addresses_that_do_not_stay_with_a_report(province: Province) -> None:
    """The newest at a fixed address, numbers used again, and two that exchange their reports."""
    shown = [
        {
            urlsplit(truth.url).path: (truth.agency, truth.report_year)
            for truth in province.truths(state)
            if truth.site == "lucha"
        }
        for state in (1, 2)
    ]
    assert {path: (shown[0].get(path), shown[1].get(path)) for path in SHOWN} == SHOWN
    assert shown[0].keys() | shown[1].keys() == SHOWN.keys()


def test_two_towns_of_one_name(
    truths: dict[tuple[str, str, int], Truth], province: Province
) -> None:
    """Two bodies: neither their texts nor their figures are the same."""
    for year in (2022, 2023):
        east = truths["chengdong", "城关镇人民政府", year]
        west = truths["chengxi", "城关镇人民政府", year]
        assert east.body != west.body
        assert east.figures != west.figures
        bodies = [body_of(t.url, _text(province, t)) for t in (east, west)]
        assert bodies[0] != bodies[1]


def test_what_the_unassigned_reports_do_not_say(province: Province) -> None:
    found = {}
    for truth in province.truths(1):
        if truth.site == "shiyi":
            text = re.sub(r"<[^>]*>", "", body_of(truth.url, _text(province, truth)))
            found[truth.agency, truth.report_year] = truth.title + text
        else:
            assert truth.agency
            assert truth.report_year
    assert found.keys() == {(None, 2022), ("盐滩乡人民政府", None)}
    assert not re.search("人民政府|[局委办]$|[乡镇县]", found[None, 2022])
    assert not re.search(r"20\d\d|二〇", found["盐滩乡人民政府", None])


def test_the_site_files_are_good(province: Province) -> None:
    sites = catalogue.load_sites(SITES)
    assert sites.keys() == agencies.SITES.keys()
    assert {site.id for site in sites.values() if not site.official} == {
        "huibian",
        "shiyi",
    }
    platforms = {reader.platform for reader in READERS}
    platforms |= {"epoint", "gkmlpt", "jpaas", "lonsun"}
    assert {site.platform for site in sites.values()} == platforms, "one of each"
    for site in sites.values():
        assert all(entry.url in province.pages(1) for entry in site.entries)
        for state in (1, 2):
            documents = [
                truth for truth in province.truths(state) if truth.site == site.id
            ]
            assert len(documents) >= site.expect.links


def test_what_does_not_exist_is_404(served: Server) -> None:
    missing: Page = served.province.answer(
        1, f"http://nowhere.localhost:{served.port}/"
    )
    assert missing.status == 404
