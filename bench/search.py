"""`make bench-search`: the search index on report-like documents: size, building, speed, and
what it finds.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import opencc
from sqlite_utils import Database

from bench import reports
from nianbao.archive import Archive
from nianbao.archive.search import index as search_index
from nianbao.archive.search import query as search_query
from nianbao.archive.search.query import Query

FORM = {  # words that stand in every report
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
MADE_OF_FORM = (
    "在的勾",
    "范性信",
    "数量反",
    "审结果",
    "关政复议",
    "公开总体",
)  # every report has all their pairs
ABSENT = (
    "政府申请",
    "信息复议",
    "公开结转",
    "行政报告",
    "年度申请",
    "申请总计",
    "复议公开",
)  # of pairs that are there
RUN = re.compile("[\u4e00-\u9fff]{2,}")
NUMBER = re.compile("[0-9]{3,}")
COMPARED = 24  # terms of each length whose documents are all compared with LIKE's
STEADY = 300  # documents indexed one by one


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="bench-search")
    parser.add_argument("documents", type=int, nargs="?", default=100_000)
    count = parser.parse_args().documents
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.create(Path(folder) / "archive.db") as archive,
    ):
        sample = _fill(archive, count)
        _build(archive, count)
        _one_by_one(archive, count)
        _time(archive.db, sample)
        _compare(archive.db, sample)


def _fill(archive: Archive, count: int) -> list[str]:
    """Write documents with their readings and nothing else; return the texts of one in a
    hundred.
    """
    sample = []
    archive.db.execute(
        "PRAGMA foreign_keys = OFF"
    )  # what the search reads is all there is
    with archive.transaction() as db:
        db.execute(
            "INSERT INTO sites (id, name, platform) VALUES ('made', 'made', 'made')"
        )
        regions: dict[str, int] = {}
        agencies: dict[str, int] = {}
        for number, made in enumerate(reports.make(count), start=1):
            region_id = regions.setdefault(made.region, len(regions) + 1)
            agency_id = agencies.setdefault(made.agency, len(agencies) + 1)
            db.execute(
                "INSERT OR IGNORE INTO regions (id, name) VALUES (?, ?)",
                [region_id, made.region],
            )
            db.execute(
                "INSERT OR IGNORE INTO agencies VALUES (?, ?, ?, NULL)",
                [agency_id, made.agency, region_id],
            )
            db.execute(
                "INSERT INTO documents (id, site_id, url, state, current_version_id)"
                " VALUES (?, 'made', ?, 'present', ?)",
                [number, f"http://made.example/{number}.html", number],
            )
            db.execute(
                "INSERT INTO readings (version_id, visit_id, reader_version, title, report_year, agency_id,"
                " agency_printed, published_on, text, details) VALUES (?, ?, '1', ?, ?, ?, ?, ?, ?, '{}')",
                [
                    number,
                    number,
                    made.title,
                    made.report_year,
                    agency_id,
                    made.agency,
                    made.published_on,
                    made.text,
                ],
            )
            if number % 100 == 1:
                sample.append(made.text)
    characters = statistics.mean(map(len, sample))
    print(
        f"{count} documents of {characters:,.0f} characters, {len(agencies)} agencies",
        flush=True,
    )
    return sample


def _build(archive: Archive, count: int) -> None:
    before = _pages(archive.db)
    began = time.perf_counter()
    with archive.transaction() as db:
        search_index.rebuild_index(db)
    took = time.perf_counter() - began
    size = _pages(archive.db) - before
    print(
        f"built: {count / took:,.0f} documents/s; index and entries {size / count / 1024:.2f} KB a document"
    )


def _one_by_one(archive: Archive, count: int) -> None:
    """Index changed documents as a crawl does, each in a transaction of its own."""
    took = []
    for indexed in (False, True):
        began = time.perf_counter()
        for document_id in range(1, min(STEADY, count) + 1):
            with archive.transaction() as db:
                db.execute(
                    "UPDATE readings SET text = text || '。' WHERE version_id = ?",
                    [document_id],
                )
                if indexed:
                    search_index.index_document(db, document_id)
        took.append((time.perf_counter() - began) / min(STEADY, count) * 1000)
    print(
        f"one by one: {took[0]:.1f} ms for a transaction that changes a text, {took[1]:.1f} ms with the index"
    )


def _pages(db: Database) -> int:
    used = "SELECT (page_count - freelist_count) * page_size"
    return int(
        db.execute(
            f"{used} FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        ).fetchone()[0]
    )


def _time(db: Database, sample: Sequence[str]) -> None:
    dice = random.Random(0)
    kinds = {f"{length} characters, of the form": FORM[length] for length in FORM}
    kinds |= {
        f"{length} characters, anywhere": _terms(sample, length, 200, dice)
        for length in (2, 3, 4, 6)
    }
    kinds |= {
        "numbers": _numbers(sample, 100, dice),
        "several words": TOGETHER,
        "phrases": PHRASES,
    }
    kinds |= {"of the form's pairs, absent": MADE_OF_FORM}
    kinds |= {
        "4 characters, absent": ABSENT,
        "one character": ("年", "府", "镇", "霞", "告", "县", "局"),
    }
    search_query.search(db, Query("公开"))
    print("ms for the first page, with snippets:        p50     p95  slowest")
    for kind, terms in kinds.items():
        taken = sorted(_timed(db, term) * 1000 for term in terms)
        p95 = taken[min(len(taken) - 1, round(len(taken) * 0.95))]
        print(
            f"  {kind:<28} {len(taken):4} terms {statistics.median(taken):7.1f} {p95:7.1f} {taken[-1]:7.1f}"
        )


def _timed(db: Database, term: str) -> float:
    began = time.perf_counter()
    search_query.search(db, Query(term))
    return time.perf_counter() - began


def _terms(
    sample: Sequence[str], length: int, count: int, dice: random.Random
) -> list[str]:
    """Return what stands anywhere in the texts, of a length in characters."""

    def drawn() -> Iterator[str]:
        while True:
            run = dice.choice(RUN.findall(dice.choice(sample)))
            if len(run) >= length:
                at = dice.randint(0, len(run) - length)
                yield run[at : at + length]

    return list(islice(drawn(), count))


def _numbers(sample: Sequence[str], count: int, dice: random.Random) -> list[str]:
    return [dice.choice(NUMBER.findall(dice.choice(sample))) for _ in range(count)]


def _compare(db: Database, sample: Sequence[str]) -> None:
    """Compare all documents that the search finds with all that LIKE '%term%' would, in the
    text normalised as a whole.

    Letters are normalised, so what LIKE finds is what Python's `in` does, in one pass over the
    texts for all terms.
    """
    dice = random.Random(1)
    simplify = opencc.OpenCC("t2s").convert
    normal = lambda text: unicodedata.normalize("NFKC", simplify(text)).casefold()  # noqa: E731
    terms = [
        term
        for length in (2, 3, 4, 6)
        for term in (*_terms(sample, length, COMPARED, dice), *FORM.get(length, ()))
    ]
    terms = list(dict.fromkeys((*terms, *_numbers(sample, COMPARED, dice))))
    liked: dict[str, set[int]] = {term: set() for term in terms}
    patterns = {term: normal(term) for term in terms}
    rows = db.conn.execute(
        "SELECT documents.id, readings.text, readings.title, agency_printed FROM documents"
        " JOIN readings ON version_id = current_version_id"
    )
    for document_id, *texts in rows:
        whole = normal("\n".join(texts))
        for term, pattern in patterns.items():
            if pattern in whole:
                liked[term].add(document_id)
    missed = extra = 0
    for term in terms:
        found = {
            source.document_id
            for source in search_query.find_sources(db, Query(f'"{term}"'))
        }
        missed += len(liked[term] - found)
        extra += len(found - liked[term])
    hits = sum(map(len, liked.values()))
    print(
        f"recall against LIKE: {1 - missed / hits:.4%} of {hits:,} hits of {len(terms)} terms; {extra:,} more found"
    )


if __name__ == "__main__":
    main()
