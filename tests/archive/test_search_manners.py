"""Search by relevance or date, with names and years read as filters, with or without form wording."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.archive import Archive
from nianbao.archive.read_model import faceted_search
from nianbao.archive.read_model.faceted_search import (
    SearchFilter,
    SearchManner,
    search_with_facets,
)
from nianbao.archive.records import Agency
from nianbao.archive.search import query as search_query
from nianbao.archive.search import stop_grams
from nianbao.archive.search.grams import make_report_grams
from nianbao.archive.search.prose import has_prose, iterate_prose_places, match_prose
from nianbao.archive.search.query import ORDERS, Query
from nianbao.archive.search.query_reading import ReadNames
from nianbao.archive.search.snippets import format_snippet
from nianbao.archive.search.words import SearchWord, parse_word, parse_words
from tests.archive.pages import publish
from tests.conftest import Crawl, make_reading
from tests.crawl.commands import nianbao

COUNTY = "样例省西霞县"
# Region, name, year, day, text.
REPORTS = {
    "caizheng21": (COUNTY, "财政局", 2021, "2022-01-20", "低保一次。\n行政复议\t0"),
    "caizheng22": (COUNTY, "财政局", 2022, "2023-01-20", "西霞县财政局\n行政复议\t3"),
    "minzheng21": (COUNTY, "民政局", 2021, "2022-01-21", "低保、低保、财政局拨付低保"),
    "shuili22": ("样例省东霞县", "水利局", 2022, "2023-02-01", "收到行政复议3件，2021年低保"),
    "county21": (COUNTY, "人民政府", 2021, "2022-03-01", "西霞县人民政府，2021年行政复议"),
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    """An archive that no test changes."""
    path = tmp_path_factory.mktemp("filled") / "archive.db"
    with Archive.create(path) as archive:
        yield fill(Crawl(archive, make_reading))


def fill(crawl: Crawl) -> Crawl:
    for name, (region, body, year, day, text) in REPORTS.items():
        printed = f"{region[3:]}{body}"
        agency = Agency(printed=printed, name=f"{region}{body}", region=region)
        publish(
            crawl,
            f"http://xixia.example.gov.cn/{name}.html",
            text,
            title=f"{printed}{year}年政府信息公开工作年度报告",
            agency=agency,
            report_year=year,
            published_on=day,
        )
    return crawl


def find(crawl: Crawl, text: str, **of: Any) -> list[str]:
    """Return what the API finds, which must be what the page finds."""
    archive = crawl.archive
    query = Query(text, **of)
    hits = archive.search(query)
    manner = SearchManner(query.order, query.prose, query.literal)
    results = search_with_facets(archive.db, text, SearchFilter(), 20, 0, manner)
    assert [hit.url for hit in hits] == [hit.url for hit in results.hits]
    assert results.names == archive.read_query(query).names
    return [hit.url.rsplit("/", 1)[1].removesuffix(".html") for hit in hits]


# ---- names and years


READ = {
    "西霞县 2021": ReadNames(region="西霞县", year=2021),
    "西霞縣 ２０２１年": ReadNames(region="西霞县", year=2021),
    "样例省西霞县": ReadNames(region="样例省西霞县"),
    "样例 2022年度": ReadNames(region="样例", year=2022),
    "西霞县2021": ReadNames(region="西霞县", year=2021),
    "西霞县财政局2022年": ReadNames(agency=f"{COUNTY}财政局", year=2022),
    "西霞县财政局 低保": ReadNames(agency=f"{COUNTY}财政局"),
    "财政局 2021": ReadNames(year=2021),
    "西霞县 东霞县": ReadNames(),
    "2021 2022": ReadNames(),
    "2021 ２０２１ 2021": ReadNames(),
    "西霞县 2021 西霞县": ReadNames(region="西霞县", year=2021),
    "2020-2021": ReadNames(),
    "2020至2021": ReadNames(),
    "3.2021": ReadNames(),
    "0375-2021": ReadNames(),
    "a2021": ReadNames(),
    "1999": ReadNames(),
    "霞县": ReadNames(),
    '"西霞县" 2021': ReadNames(),
    "低保": ReadNames(),
    "": ReadNames(),
}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(filled: Crawl, text: str) -> None:
    reading = filled.archive.read_query(Query(text))
    assert reading.names == READ[text]
    assert (reading.query == Query(text)) == (not reading.names)
    literal = filled.archive.read_query(Query(text, literal=True))
    assert literal.names == ReadNames()


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("低保2021 2022 西霞县", "低保2021 2022"),
        ("低保1999 西霞县", "低保1999"),
        ("西霞县1999", "1999"),
        ("低保2021 西霞县 西霞县", "低保"),
    ],
)
def test_what_is_no_filter_stays_as_it_is_typed(
    filled: Crawl, text: str, rest: str
) -> None:
    reading = filled.archive.read_query(Query(text))
    assert reading.names.region == "西霞县"
    assert reading.query.text == rest


def test_what_an_option_says_is_not_read_again(filled: Crawl) -> None:
    query = Query("西霞县 2021", year=2022, region="东霞县")
    assert filled.archive.read_query(query).names == ReadNames()


def test_what_is_read_is_a_filter_and_there_is_a_way_back(filled: Crawl) -> None:
    assert find(filled, "西霞县 2021") == ["county21", "minzheng21", "caizheng21"]
    assert find(filled, "西霞县 2021", literal=True)[0] == "county21"
    assert find(filled, "西霞县财政局 2022") == ["caizheng22"]
    assert find(filled, "2021 低保") == ["minzheng21", "caizheng21"]
    assert "shuili22" in find(filled, "2021 低保", literal=True)


# ---- order


@pytest.mark.parametrize("bound", [1, 2, 500])
@pytest.mark.parametrize(
    "text", ["财政局", "低保", "行政复议", "公开", "局", "西霞县 局"]
)
def test_each_order_has_all_and_no_more(
    filled: Crawl, text: str, bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is ranked and what follows by date, page by page."""
    monkeypatch.setattr(search_query, "MOST_RANKED", bound)
    pages = {}
    for order in ORDERS:
        query = Query(text, order=order, literal=True)
        pages[order] = [
            hit.url
            for offset in range(0, 6, 2)
            for hit in filled.archive.search(query, 2, offset)
        ]
    assert len(set(pages["date"])) == len(pages["date"])
    assert sorted(pages["date"]) == sorted(pages["relevance"])


def test_names_come_first_then_titles_then_prose_and_the_form_last(
    filled: Crawl,
) -> None:
    assert find(filled, "财政局") == ["caizheng22", "caizheng21", "minzheng21"]
    assert find(filled, "财政局", order="date") == ["caizheng22", "minzheng21", "caizheng21"]  # fmt: skip
    assert find(filled, "低保") == ["minzheng21", "shuili22", "caizheng21"]
    by_relevance = find(filled, "行政复议")
    assert set(by_relevance[:2]) == {"shuili22", "county21"}
    assert set(by_relevance[2:]) == {"caizheng21", "caizheng22"}


def test_an_old_report_of_the_body_is_found_before_the_newest(
    filled: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though more are newer than are ranked or counted."""
    monkeypatch.setattr(search_query, "MOST_RANKED", 2)
    monkeypatch.setattr(faceted_search, "MOST_COUNTED", 2)
    assert find(filled, "民政局", literal=True)[0] == "minzheng21"
    archive = filled.archive
    results = search_with_facets(archive.db, "财政局", SearchFilter(), 20, 0)
    assert (results.counted, results.whole) == (2, False)
    assert {hit.agency for hit in results.hits} == {f"{COUNTY}财政局"}


# ---- prose


def test_prose_is_told_from_the_wording_of_the_forms(filled: Crawl) -> None:
    everywhere = find(filled, "行政复议")
    assert set(find(filled, "行政复议", prose=True)) == {"shuili22", "county21"}
    assert len(everywhere) == 4
    assert find(filled, "低保", prose=True) == find(filled, "低保")
    (hit, *_) = filled.archive.search(Query("行政复议", prose=True, year=2022))
    assert "收到[行政复议]3件" in format_snippet(hit.snippet, "[", "]")


WORDS = "行政复议 行政诉讼 規範性文件 其他 结果维持 总计 年 收到 A 3 12 複議 行 政复"
PROSE_PIECES = st.sampled_from([*WORDS.split(), *" \u3000\n\t，·"])
PROSE_TEXT = st.lists(PROSE_PIECES, max_size=8).map("".join)


@given(texts=st.lists(PROSE_TEXT, min_size=1, max_size=4), text=PROSE_TEXT)
def test_the_index_names_all_whose_prose_has_a_word(
    texts: list[str], text: str
) -> None:
    """What is looked up by the marks of prose is what looking at every text finds."""
    words = parse_words(f'"{text}"')
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(
            "CREATE VIRTUAL TABLE entries USING fts5"
            " (words, content='', detail=none, tokenize='ascii')"
        )
        for number, report in enumerate(texts):
            grams = make_report_grams(report, "").words
            memory.execute(
                "INSERT INTO entries (rowid, words) VALUES (?, ?)", [number, grams]
            )
        for word in words:
            matched = match_prose(word)
            if matched is None:
                continue
            rows = memory.execute(
                "SELECT rowid FROM entries WHERE entries MATCH ?", [matched]
            )
            assert {number for (number,) in rows} >= {
                number
                for number, report in enumerate(texts)
                if word.find(report) and has_prose(word, report)
            }


def test_a_word_that_no_prose_has_is_looked_for_in_no_text(
    filled: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def look(word: SearchWord, text: str) -> bool:
        looked_at.append(text)
        return has_prose(word, text)

    monkeypatch.setattr(search_query, "has_prose", look)
    assert find(filled, "行政复议", prose=True)
    assert len(set(looked_at)) == 2
    looked_at.clear()
    assert not find(filled, "尚未审结", prose=True)
    assert not looked_at


@pytest.mark.parametrize("label", stop_grams.FORMS)
def test_no_label_is_prose_wherever_it_stands(label: str) -> None:
    word = parse_word(label)
    assert word is not None
    for text in (
        label,
        f"一、{label}\t3\t0",
        f"{label}{stop_grams.FORMS[0]}",
        f"3{label}",
    ):
        assert not has_prose(word, text)
    for text in (f"本县{label}了", f"{label}\n办理{label}"):
        assert has_prose(word, text)
        (start, end) = next(iterate_prose_places(word, text))
        assert text[start:end] == label


def test_the_time_grows_with_the_run() -> None:
    """Labels that begin alike are tried once, not in every combination."""
    word = parse_word("行政复议")
    assert word is not None
    label = "".join(itertools.islice(itertools.cycle(stop_grams.FORMS), 3000))
    assert has_prose(word, f"{label}行政复议鸎")


# ---- the command and the page


def test_the_command_says_what_it_read(filled: Crawl) -> None:
    path = ("--archive", filled.archive.path)
    printed = nianbao("search", "西霞县", "2021", "低保", *path)
    assert printed.startswith("read as filters: 西霞县, 2021; --as-words")
    assert "1. 西霞县民政局" in printed
    fields = json.loads(
        nianbao("search", "西霞县2021", "--order", "date", "--json", *path)
    )
    assert fields["names"] == {"region": "西霞县", "agency": None, "year": 2021}
    assert (fields["order"], len(fields["hits"])) == ("date", 3)
    literal = json.loads(
        nianbao("search", "低保", "2021", "--as-words", "--json", *path)
    )
    assert set(literal["names"].values()) == {None}
    prose = json.loads(nianbao("search", "行政复议", "--prose", "--json", *path))
    assert len(prose["hits"]) == 2
