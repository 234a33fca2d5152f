"""Search: what LIKE finds in the folded text, newest first; the index always has what the pages
say.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from nianbao.archive import Archive
from nianbao.archive.errors import UnknownName
from nianbao.archive.records import Agency
from nianbao.archive.search import folding, stop_grams, words
from nianbao.archive.search import index as search_index
from nianbao.archive.search.grams import make_grams, number_gram
from nianbao.archive.search.index_check import check_index
from nianbao.archive.search.query import Query, SearchHit
from nianbao.archive.search.snippets import format_snippet, make_snippet
from nianbao.archive.storage.batch import Batch
from nianbao.pipelines.reader.tables.form_labels import load_cell_labels
from tests.archive.pages import MIRROR, XIXIA, publish, withdraw
from tests.conftest import Crawl
from tests.crawl.commands import nianbao

URL = "http://xixia.example.gov.cn/{}.html"
PAGES = {
    "caizheng": ("本机关公开政务信息，行政复议0件。\n总计\t12\t3", "2022-01-20"),
    "jiaoyu": (
        "公開 行政訴訟 OCR 扫描件；规　章 2021 年制发ＰＤＦ文件。行政行为经复议维持",
        "2023-03-01",
    ),
    "shuili": ("水利局没有收到申请。行政\n复议", None),
}


@pytest.fixture
def filled(crawl: Crawl) -> Crawl:
    """An archive of three reports."""
    for name, (text, published_on) in PAGES.items():
        agency = Agency(printed=f"{name}局", name=f"样例省西霞县{name}局")
        title = f"{name}年度报告"
        publish(
            crawl,
            URL.format(name),
            text,
            title=title,
            agency=agency,
            published_on=published_on,
        )
    return crawl


def names(crawl: Crawl, text: str = "", **of: Any) -> list[str]:
    """Return which pages are found, the newest first unless asked otherwise."""
    hits = crawl.archive.search(Query(text, **{"order": "date", **of}))
    return [hit.url.rsplit("/", 1)[1].removesuffix(".html") for hit in hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "公开": ["jiaoyu", "caizheng"],
        "公開": ["jiaoyu", "caizheng"],
        "行政": ["jiaoyu", "caizheng", "shuili"],
        "行政复议": [
            "caizheng"
        ],  # the other two have all its pairs, or its halves in two lines
        "行政诉讼": ["jiaoyu"],
        "复议": ["jiaoyu", "caizheng", "shuili"],
        "公开 复议": ["jiaoyu", "caizheng"],
        "诉讼 复议0件": [],
        '"信息；行政复议"': ["caizheng"],
        '"政务 信息"': ["caizheng"],  # spaces beside Chinese are nothing
        "信息，行政复议": ["caizheng"],
        "信息行政": [],
        "规章": ["jiaoyu"],
        "2021年": ["jiaoyu"],
        "ocr": ["jiaoyu"],
        "Pdf": ["jiaoyu"],
        "202": ["jiaoyu"],
        "12": ["caizheng"],
        "123": [],
        '"12 3"': ["caizheng"],
        "局": ["jiaoyu", "caizheng", "shuili"],
        "件": ["jiaoyu", "caizheng"],
        "持": ["jiaoyu"],
        "shuili": ["shuili"],
        "jiaoyu年度": ["jiaoyu"],
        "样例省西霞县": ["jiaoyu", "caizheng", "shuili"],
        "": ["jiaoyu", "caizheng", "shuili"],
        "没有这个词": [],
        "，": [],
        '"': [],
        "NOT 公开": [],
        "a*) OR (公": [],
    }.items(),
)
def test_words(filled: Crawl, text: str, expected: list[str]) -> None:
    assert names(filled, text, literal=True) == expected


def test_only_of_a_year_an_agency_a_region_a_site(filled: Crawl) -> None:
    publish(
        filled,
        URL.format("old"),
        "公开",
        report_year=2019,
        published_on="2020-01-02",
        site=MIRROR,
    )
    assert names(filled, "公开", year=2021) == ["jiaoyu", "caizheng"]
    assert names(filled, "公开", year=2019) == names(filled, site="mirror") == ["old"]
    assert names(filled, agency="縣jiaoyu局") == ["jiaoyu"]
    assert names(filled, region="西霞县", year=2021) == ["jiaoyu", "caizheng", "shuili"]
    assert names(filled, region="西霞县", year=(2019, 2021)) == names(
        filled, region="西霞县"
    )
    for unknown in (
        {"agency": "教育"},
        {"agency": "，"},
        {"agency": ""},
        {"region": "县西"},
        {"site": "no-such"},
    ):
        with pytest.raises(UnknownName):
            names(filled, **unknown)


def test_pages_of_results(filled: Crawl) -> None:
    pages = [filled.archive.search(Query("行政"), 2, offset) for offset in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 1, 0]


def test_a_hit_says_what_a_page_of_results_shows(filled: Crawl) -> None:
    (hit,) = filled.archive.search(Query("訴訟"))
    assert isinstance(hit, SearchHit)
    assert (hit.title, hit.agency, hit.region) == (
        "jiaoyu年度报告",
        "样例省西霞县jiaoyu局",
        "样例省西霞县",
    )
    assert (hit.report_year, hit.published_on, hit.site, hit.state) == (
        2021,
        "2023-03-01",
        "xixia",
        "present",
    )
    assert format_snippet(hit.snippet, "[", "]").startswith(
        "公開 行政[訴訟] OCR 扫描件；规 章 2021 年"
    )


def test_the_index_follows_what_happens_to_a_page(filled: Crawl) -> None:
    agency = Agency(printed="caizheng局", name="样例省西霞县caizheng局")
    url = URL.format("caizheng")
    publish(filled, url, "改为主动答复", agency=agency, published_on="2024-02-01")
    assert names(filled, "行政复议") == []
    assert names(filled, "主动答复") == ["caizheng"]
    assert names(filled, "西霞县") == ["caizheng", "jiaoyu", "shuili"]
    withdraw(filled, URL.format("caizheng"))
    (hit,) = filled.archive.search(Query("主动答复"))
    assert hit.state == "vanished"
    assert list(check_index(filled.archive.db)) == []


def test_a_report_is_found_when_its_address_shows_another_one(filled: Crawl) -> None:
    agency = Agency(printed="caizheng局", name="样例省西霞县caizheng局")
    url = URL.format("caizheng")
    for year in (2022, 2023):
        text = f"{year}年没有收到申请"
        publish(filled, url, text, agency=agency, report_year=year)
    hits = filled.archive.search(Query("caizheng局"))
    states = {(hit.report_year, hit.state) for hit in hits}
    assert states == {(2021, "replaced"), (2022, "replaced"), (2023, "present")}
    assert names(filled, "行政复议", year=2021) == ["caizheng"]
    assert list(check_index(filled.archive.db)) == []


def test_a_page_that_is_no_report_any_longer_is_not_found(filled: Crawl) -> None:
    archive = filled.archive
    (visit_id,) = archive.db.execute(
        "SELECT id FROM visits WHERE url LIKE '%jiaoyu%'"
    ).fetchone()
    archive.mark_unread("documents.url LIKE '%jiaoyu%'")
    archive.store_reading(visit_id, filled.make("公开", is_report=False))
    assert names(filled, "公开") == ["caizheng"]
    assert list(check_index(archive.db)) == []


def test_nothing_is_written_when_nothing_changed(filled: Crawl) -> None:
    with filled.archive.transaction() as db:
        before = db.conn.total_changes
        for (document_id,) in db.execute("SELECT id FROM documents").fetchall():
            search_index.index_document(db, document_id)
        assert db.conn.total_changes == before


def test_a_batch_enters_the_index_at_once_and_what_failed_in_it_does_not(
    crawl: Crawl,
) -> None:
    """Later days first have smaller places, so the order of the places is not that of the pages."""
    archive, batch = crawl.archive, Batch(crawl.archive)
    run_id = archive.begin_run("0.1.0", {})
    archive.begin_sites(run_id, [XIXIA])

    def show(name: str, fails: bool) -> None:
        url, (text, published_on) = URL.format(name), PAGES[name]
        visit_id, _ = archive.store_capture(run_id, crawl.capture("xixia", url, text))
        archive.store_reading(visit_id, crawl.make(text, published_on=published_on))
        if fails:
            raise RuntimeError("the page after it was stored")

    batch.write(lambda: show("caizheng", fails=False))
    with pytest.raises(RuntimeError):
        batch.write(lambda: show("shuili", fails=True))
    batch.write(lambda: show("jiaoyu", fails=False))
    batch.commit()
    assert names(crawl, "行政") == ["jiaoyu", "caizheng"]
    batch.write(lambda: show("shuili", fails=False))
    batch.commit()
    assert names(crawl, "行政") == ["jiaoyu", "caizheng", "shuili"]
    assert list(check_index(archive.db)) == []


def entries(crawl: Crawl) -> list[tuple[object, ...]]:
    query = "SELECT id, version_id, digest, words FROM search_entries WHERE version_id IS NOT NULL ORDER BY id"
    return list(crawl.archive.db.execute(query).fetchall())


def test_built_anew_it_is_equal(filled: Crawl) -> None:
    before, told = entries(filled), []
    with filled.archive.transaction() as db:
        search_index.rebuild_index(db, lambda done, count: told.append((done, count)))
    assert entries(filled) == before
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert names(filled, "行政") == ["jiaoyu", "caizheng", "shuili"]
    assert list(check_index(filled.archive.db)) == []


def test_old_entries_are_swept_out(filled: Crawl) -> None:
    count = "SELECT count(*) FROM search_entries"
    kept = []
    for draft in "甲乙丙丁":
        agency = Agency(printed="caizheng局", name="样例省西霞县caizheng局")
        publish(filled, URL.format("caizheng"), f"{draft}号稿", agency=agency)
        kept += filled.archive.db.execute(count).fetchone()
    assert kept == [
        4,
        3,
        4,
        3,
    ]  # three pages; one old entry of four is borne, and no more
    assert names(filled, "丁号稿") == ["caizheng"]
    assert names(filled, "丙号稿") == []


@pytest.mark.parametrize(
    ("damage", "rules"),
    {
        "DELETE FROM search_entries WHERE version_id = 1": [
            "search.missing",
            "search.extra",  # what stands there in the index
        ],
        "UPDATE readings SET text = text || '。' WHERE version_id = 2": [
            "search.outdated"
        ],
        "INSERT INTO search_index (rowid, words) SELECT id, '公开' FROM search_entries WHERE version_id = 3": [
            "search.damaged"
        ],
        "INSERT INTO search_index (search_index) VALUES ('delete-all')": [
            "search.damaged"
        ]
        * 3,
        "UPDATE search_entries SET id = 5 WHERE version_id = 3": [
            "search.outdated",
            "search.extra",  # where it was
        ],
        "INSERT INTO search_index (rowid, words) VALUES (5, '公开')": ["search.extra"],
        "INSERT INTO search_entries VALUES (5, NULL, 0, 7, 1)": ["search.damaged"],
        "DELETE FROM readings WHERE version_id = 1": ["search.extra"],
    }.items(),
)
def test_check_finds_what_is_wrong(
    filled: Crawl, damage: str, rules: list[str]
) -> None:
    db = filled.archive.db
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute(damage)
    with Archive(filled.archive.path) as reader:
        assert [wrong.rule for wrong in check_index(reader.db)] == rules
        assert [
            wrong.rule for wrong in check_index(reader.db)
        ] == rules  # and leaves nothing behind
        quick = check_index(reader.db, each_posting=False)
        found = [wrong.rule for wrong in quick]
        assert found == rules[: len(found)] != []


def test_the_quick_check_reads_no_posting_where_none_is_missing(
    filled: Crawl,
) -> None:
    db = filled.archive.db
    publish(filled, URL.format("caizheng"), "二稿")  # one entry of it is an old one
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    assert list(check_index(db, each_posting=False)) == []
    assert not any("'instance'" in statement for statement in statements)
    query = "SELECT id FROM search_entries ORDER BY id LIMIT 2"
    (one,), (other,) = db.execute(query).fetchall()
    insert = "INSERT INTO search_index (rowid, words) VALUES (?, ?)"
    db.execute(
        insert, [one, "ab"]
    )  # two postings, and the sum of what they add is another
    db.execute(insert, [other, "cd"])
    defects = list(check_index(db, each_posting=False))
    assert {defect.rule for defect in defects} == {"search.damaged"}
    assert any("'instance'" in statement for statement in statements)


Words = dict[int, set[str]]  # by place


def load_words(db: Database) -> Words:
    found: Words = {}
    db.execute(
        "CREATE VIRTUAL TABLE temp.seen USING fts5vocab('main', 'search_index', 'instance')"
    )
    for term, place in db.execute("SELECT term, doc FROM temp.seen").fetchall():
        found.setdefault(place, set()).add(term)
    db.execute("DROP TABLE temp.seen")
    return found


def store_words(db: Database, words_by_place: Words) -> None:
    db.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    for place, terms in words_by_place.items():
        if terms:
            insert = "INSERT INTO search_index (rowid, words) VALUES (?, ?)"
            db.execute(insert, [place, " ".join(terms)])


def test_whatever_stands_in_the_index_otherwise_is_found(filled: Crawl) -> None:
    """Words are lost, added and moved, at documents, at a former one and at places of none."""
    db = filled.archive.db
    publish(
        filled, URL.format("caizheng"), "二稿"
    )  # its former entry is a document's no longer
    sound = load_words(db)
    assert len(sound) == 4
    total = sum(number_gram(term) for terms in sound.values() for term in terms)
    places = [*sound, 5]
    for seed in range(24):
        choose = random.Random(seed)
        damaged = {place: set(sound.get(place, ())) for place in places}
        for _ in range(choose.randint(1, 3)):
            one, other = choose.sample(places, 2)
            word = choose.choice([*sorted(damaged[one]), "zz"])
            damaged[one].discard(word)
            if choose.random() < 0.7:
                damaged[other].add(word)
        store_words(db, damaged)
        is_sound = load_words(db) == sound
        assert (list(check_index(db)) == []) == is_sound, seed
        sums = sum(number_gram(term) for terms in damaged.values() for term in terms)
        is_found = list(check_index(db, each_posting=False)) != []
        assert is_found == (sums != total), seed
    store_words(db, sound)
    assert list(check_index(db)) == []


def test_the_quick_check_does_not_see_words_that_changed_places(filled: Crawl) -> None:
    """What the whole check is for, and the help of `verify --quick` says."""
    db = filled.archive.db
    sound = load_words(db)
    places = list(sound)
    moved = zip(places, [*places[1:], places[0]], strict=True)
    store_words(db, {place: sound[other] for place, other in moved})
    assert list(check_index(db, each_posting=False)) == []
    assert [one.rule for one in check_index(db)] == ["search.damaged"] * 3
    path = filled.archive.path
    assert "whole" in nianbao("verify", "--quick", "--archive", path)
    assert "search.damaged" in nianbao("verify", "--archive", path, code=1)
    said = " ".join(nianbao("verify", "--help").split())
    assert "words that stand at another version are not seen" in said


def test_the_command(filled: Crawl) -> None:
    path = ("--archive", filled.archive.path)
    printed = nianbao("search", "行政復議", "公开", *path)
    assert (
        "1. caizheng年度报告\n   样例省西霞县caizheng局, 2021, published 2022-01-20, present\n"
        in printed
    )
    assert "there are more: --offset 1" in nianbao(
        "search", "行政", "--limit", 1, *path
    )
    assert nianbao("search", "没有这个词", *path) == "nothing found\n"
    found = json.loads(
        nianbao("search", "公开", "--year", 2021, "--limit", 1, "--json", *path)
    )
    assert (len(found["hits"]), found["offset"], found["more"]) == (1, 0, True)
    assert {"text": "公開", "marked": True} in found["hits"][0]["snippet"]


HAN = re.compile("[\u4e00-\u9fff]+")
TEXT = st.text(
    st.sampled_from("公開开行政復复 　\t\n，。·A1２ａ①㎡\u200b"), max_size=30
)


@given(text=TEXT, query=TEXT)
def test_grams_and_pattern_agree_with_a_plain_search_of_the_runs(
    text: str, query: str
) -> None:
    folded = "\n".join(folding.split_runs(text))
    wanted = words.parse_word(query)
    if wanted is None:
        return
    there = "\n".join(wanted.runs) in folded
    place = wanted.find(text)
    assert (place is not None) == there
    if folding.is_plain(text):
        assert wanted.find(text, plain=True) == place
    grams = set(make_grams(text).words.split())
    has_grams = grams.issuperset(wanted.grams) and any(
        gram.startswith(wanted.beginning or "") for gram in grams
    )
    assert has_grams >= there
    if wanted.exact:
        assert has_grams == there
    if place is not None:
        assert "\n".join(folding.split_runs(text[slice(*place)])) == "\n".join(
            wanted.runs
        )


def test_the_wording_of_the_forms_is_that_of_the_labels_the_reader_knows() -> None:
    known = "\n".join(stop_grams.FORMS)
    labels = [
        label
        for label in load_cell_labels()
        if label.table.startswith(("g2019.", "g2021."))
    ]
    runs = {
        run
        for label in labels
        for name in (label.row_label, label.column_label)
        for run in HAN.findall(name)
    }
    numbered = re.compile("^[一二三四五六七]$")
    assert {
        run for run in runs if run not in known and not numbered.match(run)
    } == set()


@pytest.mark.parametrize("rare", ["开总体", "信息公开总体情况"])
def test_what_is_made_of_the_forms_pairs_and_is_not_of_the_forms_is_looked_up_by_threes(
    rare: str,
) -> None:
    (word,) = words.parse_words(rare)
    assert "开总体" in word.grams
    assert "开总体" not in make_grams("政府信息公开\n总体情况").words.split()
    assert "开总体" in make_grams("政府信息公开总体情况").words.split()


@given(text=st.text(max_size=40))
def test_folding_keeps_places_and_is_done_once(text: str) -> None:
    folded = folding.fold(text)
    assert len(folded) == len(text)
    assert folding.fold(folded) == folded


@given(texts=st.lists(TEXT, max_size=6), query=TEXT)
def test_fts_finds_what_has_the_grams(texts: list[str], query: str) -> None:
    wanted = words.parse_words(query)
    for memory in opened():
        for number, text in enumerate(texts):
            entered = f"{search_index.MARK} {make_grams(text).words}"
            memory.execute(
                "INSERT INTO search_index (rowid, words) VALUES (?, ?)",
                [number, entered],
            )
        rows = memory.execute(
            "SELECT rowid FROM search_index WHERE search_index MATCH ?",
            [Query(query).match],
        )
        named = {row[0] for row in rows}
        assert named >= {
            number
            for number, text in enumerate(texts)
            if all(word.find(text) for word in wanted)
        }


def opened() -> Iterator[sqlite3.Connection]:
    """An index of its own, in memory."""
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5 (words, content='', detail=none, tokenize='ascii')"
    )
    yield db
    db.close()


def test_snippets_show_each_word_once_and_mark_all() -> None:
    text = (
        "开头"
        + "甲" * 100
        + "复议维持，復議终止"
        + "乙" * 100
        + "公开\n\t公开"
        + "丙" * 100
    )
    made = format_snippet(make_snippet(text, words.parse_words("公开 复议")), "[", "]")
    assert made == (
        f"…{'甲' * 24}[复议]维持，[復議]终止{'乙' * 47}…{'乙' * 24}[公开] [公开]{'丙' * 50}…"
    )
    assert format_snippet(make_snippet("短文", ()), "[", "]") == "短文"
    assert (
        format_snippet(make_snippet(text, words.parse_words("没有")), "[", "]")
        == f"开头{'甲' * 78}…"
    )
