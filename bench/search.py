"""`make bench-search`: the search index on report-like documents: size, speed and recall."""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import opencc
from sqlite_utils import Database

from bench import reports
from bench.results import Result, add_results_option, write_results
from nianbao.archive import Archive
from nianbao.archive.search import index as search_index
from nianbao.archive.search import query as search_query
from nianbao.archive.search.query import Query
from nianbao.archive.search.query_reading import read_query

FORM_WORDS = {  # words that stand in every report, by length
    2: (
        "公开",
        "政府",
        "信息",
        "申请",
        "行政",
        "复议",
        "诉讼",
        "报告",
        "规章",
        "结转",
        "总计",
        "其他",
    ),
    4: (
        "政府信息",
        "信息公开",
        "行政复议",
        "行政诉讼",
        "结果维持",
        "尚未审结",
        "予以公开",
        "重复申请",
        "商业企业",
    ),
    6: (
        "政府信息公开",
        "主动公开政府",
        "行政规范性文",
        "未经复议直接",
        "其他法律行政",
        "本机关不掌握",
    ),
}
TOGETHER = (
    "政府 信息 公开",
    "行政复议 行政诉讼",
    "规章 诉讼 2023",
    "主动公开 结转下年度 低保名单",
    "公开 惠农补贴",
)
PHRASES = (
    '"政府信息公开 行政复议"',
    '"公开、报告"',
    '"第二十条第（一）项"',
    '"总体情况 2021"',
    '"2.重复申请"',
)
# Every report has all pairs of their characters.
ABSENT_OF_FORM = (
    "在的勾",
    "范性信",
    "数量反",
    "审结果",
    "关政复议",
    "公开总体",
)
# Their pairs are there, the words are not.
ABSENT = (
    "政府申请",
    "信息复议",
    "公开结转",
    "行政报告",
    "年度申请",
    "申请总计",
    "复议公开",
)
RUN = re.compile("[\u4e00-\u9fff]{2,}")
NUMBER = re.compile("[0-9]{3,}")
COMPARED_TERMS = 24  # terms of each length whose documents are all compared with LIKE's
SINGLE_DOCUMENTS = 300  # documents indexed one by one
NAMED = (
    "财政局",
    "杭州市 2021",
    "浙江省",
    "西湖区财政局 公开",
    "教育局 2019 低保名单",
    "余杭区2020",
)
# How a search is asked for.
MANNERS: dict[str, dict[str, Any]] = {
    "by date": {"order": "date", "literal": True},
    "by relevance": {},
    "by relevance, prose alone": {"prose": True},
}
ONE_CHARACTER = ("年", "府", "镇", "霞", "告", "县", "局")
LENGTHS = (2, 3, 4, 6)  # of terms drawn from the texts

INSERT_DOCUMENT = """
INSERT INTO documents (id, site_id, url, state, current_version_id)
VALUES (?, 'made', ?, 'present', ?)
"""
INSERT_VERSION = """
INSERT INTO versions (id, document_id, number, content_sha256, payload_sha256, first_visit_id,
                      last_visit_id, report_id)
VALUES (:id, :id, 1, '', '', :id, :id, :id)
"""
INSERT_REPORT_PAGE = """
INSERT INTO report_pages (document_id, report_id, version_id) VALUES (:id, :id, :id)
"""
INSERT_READING = """
INSERT INTO readings (version_id, visit_id, reader_version, title, report_year, agency_id,
                      agency_printed, published_on, text, details)
VALUES (?, ?, '1', ?, ?, ?, ?, ?, ?, '{}')
"""
SELECT_TEXTS = """
SELECT documents.id, readings.text, readings.title, agency_printed
FROM documents
JOIN readings ON version_id = current_version_id
"""
SELECT_SIZE = """
SELECT (page_count - freelist_count) * page_size
FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""

_simplify = opencc.OpenCC("t2s").convert


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="bench-search")
    parser.add_argument("documents", type=int, nargs="?", default=100_000)
    add_results_option(parser)
    options = parser.parse_args()
    count = options.documents
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.create(Path(folder) / "archive.db") as archive,
    ):
        sample_texts = _fill_archive(archive, count)
        _build_index(archive, count)
        _index_one_by_one(archive, count)
        slowest_ms = _time_searches(archive.db, sample_texts)
        recall = _compare_with_like(archive.db, sample_texts)
    results = [
        Result("search, p95 of its slowest kind", slowest_ms, "ms of CPU"),
        Result("search, found of what LIKE finds", 100 * recall, "%", "LIKE", 100),
    ]
    write_results(options.results, results)


def _fill_archive(archive: Archive, count: int) -> list[str]:
    """Write documents with their readings and nothing else; return one text in a hundred."""
    sample_texts: list[str] = []
    # What the search reads is all there is.
    archive.db.execute("PRAGMA foreign_keys = OFF")
    regions: dict[str, int] = {}
    agencies: dict[str, int] = {}
    with archive.transaction() as db:
        db.execute(
            "INSERT INTO sites (id, name, platform) VALUES ('made', 'made', 'made')"
        )
        for number, report in enumerate(reports.make_reports(count), start=1):
            region_id = regions.setdefault(report.region, len(regions) + 1)
            agency_id = agencies.setdefault(report.agency, len(agencies) + 1)
            _insert_report(db, number, report, region_id, agency_id)
            if number % 100 == 1:
                sample_texts.append(report.text)
    characters = statistics.mean(map(len, sample_texts))
    print(
        f"{count} documents of {characters:,.0f} characters, {len(agencies)} agencies",
        flush=True,
    )
    return sample_texts


def _insert_report(
    db: Database,
    number: int,
    report: reports.InventedReport,
    region_id: int,
    agency_id: int,
) -> None:
    """Insert a document with its reading, and its region and agency if they are new."""
    db.execute(
        "INSERT OR IGNORE INTO regions (id, name) VALUES (?, ?)",
        [region_id, report.region],
    )
    db.execute(
        "INSERT OR IGNORE INTO agencies (id, name, region_id) VALUES (?, ?, ?)",
        [agency_id, report.agency, region_id],
    )
    url = f"http://made.example/{number}.html"
    db.execute(INSERT_DOCUMENT, [number, url, number])
    db.execute(INSERT_VERSION, {"id": number})
    db.execute(INSERT_REPORT_PAGE, {"id": number})
    values = [
        number,
        number,
        report.title,
        report.report_year,
        agency_id,
        report.agency,
        report.published_on,
        report.text,
    ]
    db.execute(INSERT_READING, values)


def _build_index(archive: Archive, count: int) -> None:
    size_before = _measure_size(archive.db)
    start = time.perf_counter()
    with archive.transaction() as db:
        search_index.rebuild_index(db)
    seconds = time.perf_counter() - start
    index_kb = (_measure_size(archive.db) - size_before) / count / 1024
    print(
        f"built: {count / seconds:,.0f} documents/s; "
        f"index and entries {index_kb:.2f} KB a document"
    )


def _index_one_by_one(archive: Archive, count: int) -> None:
    """Index changed documents as a crawl does, each in a transaction of its own."""
    plain_ms = _change_texts(archive, count, has_index=False)
    index_ms = _change_texts(archive, count, has_index=True)
    print(
        f"one by one: {plain_ms:.1f} ms for a transaction that changes a text, "
        f"{index_ms:.1f} ms with the index"
    )


def _change_texts(archive: Archive, count: int, *, has_index: bool) -> float:
    """Return the milliseconds for a document whose text changes."""
    document_count = min(SINGLE_DOCUMENTS, count)
    start = time.perf_counter()
    for document_id in range(1, document_count + 1):
        with archive.transaction() as db:
            db.execute(
                "UPDATE readings SET text = text || '。' WHERE version_id = ?",
                [document_id],
            )
            if has_index:
                search_index.index_document(db, document_id)
    return (time.perf_counter() - start) / document_count * 1000


def _measure_size(db: Database) -> int:
    """Return the bytes of the pages that hold something."""
    (size,) = db.execute(SELECT_SIZE).fetchone()
    return int(size)


def _time_searches(db: Database, sample_texts: Sequence[str]) -> float:
    """Print what searches of each kind take; return the p95 of the slowest, in milliseconds."""
    slowest_ms = 0.0
    print("ms of the processor for the first page:      p50     p95  slowest")
    searches = _list_searches(sample_texts)
    for name, manner in MANNERS.items():
        print(f" {name}")
        search_query.search(db, Query("公开", **manner))
        for kind, terms in searches.items():
            times = sorted(_time_search(db, Query(term, **manner)) for term in terms)
            position = min(len(times) - 1, round(len(times) * 0.95))
            slowest_ms = max(slowest_ms, times[position])
            print(
                f"  {kind:<28} {len(times):4} terms {statistics.median(times):7.1f} "
                f"{times[position]:7.1f} {times[-1]:7.1f}",
                flush=True,
            )
    return slowest_ms


def _list_searches(sample_texts: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return the terms to search for, by kind."""
    dice = random.Random(0)
    searches: dict[str, Sequence[str]] = {}
    for length, words in FORM_WORDS.items():
        searches[f"{length} characters, of the form"] = words
    for length in LENGTHS:
        terms = _draw_terms(sample_texts, length, 200, dice)
        searches[f"{length} characters, anywhere"] = terms
    searches["numbers"] = _draw_numbers(sample_texts, 100, dice)
    searches["several words"] = TOGETHER
    searches["phrases"] = PHRASES
    searches["of the form's pairs, absent"] = ABSENT_OF_FORM
    searches["4 characters, absent"] = ABSENT
    searches["one character"] = ONE_CHARACTER
    searches["names and years"] = NAMED
    return searches


def _time_search(db: Database, query: Query) -> float:
    """Return the milliseconds of the processor for a search, whatever else runs."""
    start = time.process_time()
    search_query.search(db, read_query(db, query).query)
    return (time.process_time() - start) * 1000


def _draw_terms(
    sample_texts: Sequence[str], length: int, count: int, dice: random.Random
) -> list[str]:
    """Return pieces of a length that stand anywhere in the texts."""
    terms: list[str] = []
    while len(terms) < count:
        runs = RUN.findall(dice.choice(sample_texts))
        run = dice.choice(runs)
        if len(run) >= length:
            start = dice.randint(0, len(run) - length)
            terms.append(run[start : start + length])
    return terms


def _draw_numbers(
    sample_texts: Sequence[str], count: int, dice: random.Random
) -> list[str]:
    terms: list[str] = []
    for _ in range(count):
        numbers = NUMBER.findall(dice.choice(sample_texts))
        terms.append(dice.choice(numbers))
    return terms


def _compare_with_like(db: Database, sample_texts: Sequence[str]) -> float:
    """Compare the documents that the search finds with those that LIKE '%term%' would find.

    Returns which part of these it finds.

    Texts are normalised as a whole, so what LIKE finds is what Python's `in` does, in one pass
    over the texts for all terms.
    """
    terms = _list_compared_terms(sample_texts)
    expected_ids = _find_like_ids(db, terms)
    missing = 0
    extra = 0
    for term in terms:
        sources = search_query.find_sources(db, Query(f'"{term}"'))
        document_ids = {source.document_id for source in sources}
        missing += len(expected_ids[term] - document_ids)
        extra += len(document_ids - expected_ids[term])
    hits = sum(map(len, expected_ids.values()))
    recall = 1 - missing / hits
    print(
        f"recall against LIKE: {recall:.4%} of {hits:,} hits "
        f"of {len(terms)} terms; {extra:,} more found"
    )
    return recall


def _list_compared_terms(sample_texts: Sequence[str]) -> list[str]:
    dice = random.Random(1)
    terms: dict[str, None] = {}
    for length in LENGTHS:
        drawn_terms = _draw_terms(sample_texts, length, COMPARED_TERMS, dice)
        for term in (*drawn_terms, *FORM_WORDS.get(length, ())):
            terms[term] = None
    for number in _draw_numbers(sample_texts, COMPARED_TERMS, dice):
        terms[number] = None
    return list(terms)


def _find_like_ids(db: Database, terms: Sequence[str]) -> dict[str, set[int]]:
    """Return for each term the documents in whose normalised text it stands."""
    document_ids: dict[str, set[int]] = {term: set() for term in terms}
    patterns = {term: _normalize(term) for term in terms}
    for document_id, *texts in db.conn.execute(SELECT_TEXTS):
        text = _normalize("\n".join(texts))
        for term, pattern in patterns.items():
            if pattern in text:
                document_ids[term].add(document_id)
    return document_ids


def _normalize(text: str) -> str:
    return unicodedata.normalize("NFKC", _simplify(text)).casefold()


if __name__ == "__main__":
    main()
