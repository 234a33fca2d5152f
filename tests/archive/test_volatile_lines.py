"""Lines whose digits differ at every visit are learned for their site: from the third visit on they
make no version. A figure, a date and a sentence of a report are never learned away.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from nianbao.archive import Archive, clock, verify
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Hints
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.transfer.readings import carry_readings
from nianbao.archive.update.line_comparison import compare_texts, may_be_volatile
from nianbao.pipelines.reader import READER_VERSION, read
from tests.archive.crawlers import open_crawlers
from tests.archive.history_machine import START
from tests.reader import pages

PAGES = int(os.environ.get("VOLATILE_PAGES", "24"))
HINTS = Hints(content_type="text/html; charset=utf-8")
SIGNED = "<p>青石县柳河镇人民政府</p><p>2023年1月10日</p>"
# lines that no rule of the reader knows; `{}` is another number at every visit
UNKNOWN_LINES = (
    "火苗指数 {} 格",
    "节点 web-{} 为您服务",
    "累计流量 {} 兆字节",
    "编号尾数（{}）随机",
    "好评指数：{}",
    "本栏目关注人数 {} 人",
    "缓存标识 v{}",
    "<span>扫码人数</span><b>{}</b>",
)
# what a report says; `{}` is what a correction changes
REPORT_PIECES = {
    "figure of a table": lambda number: pages.body(signed=SIGNED).replace(
        "<span>120</span>", f"<span>{120 + number}</span>"
    ),
    "sentence": lambda number: pages.body(signed=SIGNED).replace(
        "四百余条", f"{400 + number}条"
    ),
    "date of the report": lambda number: pages.body(
        signed=SIGNED.replace("10日", f"{10 + number % 15}日")
    ),
    "short line of figures": lambda number: (
        f"<p>主动公开信息 {400 + number}</p>{pages.body(signed=SIGNED)}"
    ),
    "flattened table": lambda number: (
        f"<p>行政许可</p><p>{120 + number}</p>{pages.body(signed=SIGNED)}"
    ),
}


class Crawler:
    """An archive and weekly runs on one site, read as a crawl reads it."""

    def __init__(self, path: Path, week: int = 0) -> None:
        self.archive = Archive.create(path)
        self.archive.db.execute("PRAGMA synchronous = OFF")
        self.week = week

    def crawl(self, bodies: dict[str, str], hints: Hints = HINTS) -> None:
        self.week += 1
        at = START + timedelta(weeks=self.week)
        run_id = self.archive.begin_run("0.3.0", {"week": self.week})
        site = ArchivedSite("s", "青石县", "generic", None, None, 2, 1)
        self.archive.begin_sites(run_id, [site])
        for number, (path, body) in enumerate(bodies.items()):
            title = pages.TITLE.replace("柳河镇", f"{path}镇")
            capture = Capture(
                "s",
                f"http://s.localhost/{path}.html",
                "report",
                "fetched",
                clock.utc_text(at + timedelta(seconds=number)),
                200,
                payload=pages.trs(body, title=title).encode(),
                hints=hints,
            )
            visit_id, is_unread = self.archive.store_capture(run_id, capture)
            if is_unread:
                self.read(visit_id)
        self.archive.end_site(run_id, "s", "finished", len(bodies), lists_whole=True)
        self.archive.end_run(run_id, "finished", {})

    def read(self, visit_id: int) -> None:
        read_visit(self.archive, visit_id)

    def count_versions(self) -> list[int]:
        rows = self.archive.db.execute(
            """
            SELECT count(versions.id) FROM documents
            JOIN versions ON versions.document_id = documents.id
            GROUP BY documents.id ORDER BY documents.id
            """
        )
        return [count for (count,) in rows.fetchall()]

    def kinds(self) -> list[str]:
        kinds = [change.kind for change in self.archive.changes()]
        return [kind for kind in kinds if not kind.startswith(("finding", "report"))]

    def learned(self) -> str | None:
        row = self.archive.db.execute(
            "SELECT found FROM findings WHERE rule = 'site.volatile_lines' ORDER BY id DESC"
        ).fetchone()
        return row[0] if row else None

    def verify(self) -> None:
        """Check that the archive is whole, and that it can be built anew."""
        rebuild = verify.RebuildSettings(READER_VERSION, catch_up)
        report = verify.check_archive(self.archive, rebuild=rebuild)
        assert not report.damages, "\n".join(map(str, report.damages))


def read_visit(archive: Archive, visit_id: int) -> None:
    visit = archive.visit(visit_id)
    assert visit.payload_sha256 is not None
    payload = archive.payload(visit.payload_sha256)
    day = date.fromisoformat(visit.visited_at[:10])
    reading = read(payload, url=visit.final_url, hints=visit.hints, today=day)
    archive.store_reading(visit_id, reading)


def catch_up(archive: Archive, *_: object) -> list[str]:
    while waiting := archive.unread_visits(READER_VERSION):
        for visit_id in waiting:
            read_visit(archive, visit_id)
    archive.finalize()
    return []


@pytest.fixture
def make_crawler(tmp_path: Path) -> Iterator[Callable[..., Crawler]]:
    """Return what makes crawlers with archives of their own, which are closed at the end."""
    with open_crawlers(Crawler, tmp_path) as make:
        yield make


def put(line: str, body: str, place: int) -> str:
    """Return a body with a line in a place: first, last, before the signature."""
    markup = f"<p>{line}</p>"
    return [markup + body, body + markup, body.replace(SIGNED, markup + SIGNED)][place]


def test_pages_whose_lines_change_by_themselves(
    make_crawler: Callable[..., Crawler],
) -> None:
    """Each page has one or two such lines; from the third visit on they make no version."""
    chance = random.Random(19)
    body = pages.body(signed=SIGNED)
    lines: dict[str, list[tuple[str, int]]] = {}
    for number in range(PAGES):
        picked = chance.sample(UNKNOWN_LINES, chance.randint(1, 2))
        lines[f"p{number}"] = [(line, chance.randrange(3)) for line in picked]
    crawler = make_crawler()
    counter = 0
    for week in range(7):
        bodies = {}
        for path, own_lines in lines.items():
            bodies[path] = body
            for line, place in own_lines:
                counter += 1 + chance.randrange(9)
                bodies[path] = put(line.format(counter), bodies[path], place)
        crawler.crawl(bodies)
        if week == 1:
            assert crawler.learned() is None
    assert set(crawler.count_versions()) == {2}
    assert crawler.kinds() == ["new"] * PAGES + ["changed"] * PAGES
    assert (crawler.learned() or "").count("\n") == len(UNKNOWN_LINES) - 1
    crawler.verify()


@pytest.mark.parametrize("kind", REPORT_PIECES)
def test_what_a_report_says_is_never_learned_away(
    make_crawler: Callable[..., Crawler], kind: str
) -> None:
    """Not though it changes at every visit, nor beside a line that was learned."""
    make_body = REPORT_PIECES[kind]
    crawler = make_crawler()
    for number in range(5):
        crawler.crawl({"alone": make_body(number)})
    assert crawler.count_versions() == [5]
    assert crawler.learned() is None
    heat = UNKNOWN_LINES[0]
    for number in range(3):
        crawler.crawl({"both": put(heat.format(number * 7), make_body(0), 0)})
    assert crawler.learned() == "火苗指数 # 格"
    for number in range(3, 6):
        crawler.crawl({"both": put(heat.format(number * 7), make_body(number), 0)})
    assert crawler.count_versions() == [5, 2 + 3]
    crawler.verify()


def test_a_line_that_stood_still_at_a_visit_is_not_learned(
    make_crawler: Callable[..., Crawler],
) -> None:
    """Such a line was edited by somebody, however often."""
    crawler = make_crawler()
    body = pages.body(signed=SIGNED)
    for number in (1, 1, 2, 3, 3, 4):
        crawler.crawl({"a": put(f"值班人数 {number} 人", body, 0)})
    assert crawler.count_versions() == [4]
    assert crawler.learned() is None


def require_equal_merge(make_crawler: Callable[..., Crawler], crawler: Crawler) -> None:
    """Merge an archive into an empty one, with its readings and without: the same comes out."""
    for name, carries in (("with.db", True), ("without.db", False)):
        other = make_crawler(name)
        merge_archive(other.archive, crawler.archive, lambda _done, _total: None)
        if carries:
            carry_readings(other.archive, crawler.archive, READER_VERSION)
            assert other.archive.unread_visits(READER_VERSION) == []
        catch_up(other.archive)
        assert other.count_versions() == crawler.count_versions()
        other.verify()


def test_what_one_page_taught_holds_for_the_site_and_goes_along(
    make_crawler: Callable[..., Crawler],
) -> None:
    crawler = make_crawler()
    body = pages.body(signed=SIGNED)
    heat = UNKNOWN_LINES[0]
    for number in range(4):
        crawler.crawl({"old": put(heat.format(number * 5), body, 0)})
    for number in range(4):
        crawler.crawl({"new": put(heat.format(number * 3), body, 1)})
    assert crawler.count_versions() == [2, 1]
    assert crawler.kinds() == ["new", "changed", "new"]
    crawler.verify()
    # read again, page for page, and merged into another archive: nothing is told anew
    crawler.archive.mark_unread()
    catch_up(crawler.archive)
    assert crawler.kinds() == ["new", "changed", "new"]
    require_equal_merge(make_crawler, crawler)


def test_lines_that_a_site_file_says_to_ignore(
    make_crawler: Callable[..., Crawler],
) -> None:
    """They may change in any way, and come and go; from the second visit on."""
    crawler = make_crawler()
    body = pages.body(signed=SIGNED)
    hints = Hints(content_type=HINTS.content_type, ignored_lines=("^本期寄语",))
    crawler.crawl({"a": put("本期寄语：春风化雨", body, 0)}, hints)
    crawler.crawl({"a": put("本期寄语：秋高气爽，硕果累累。", body, 0)}, hints)
    crawler.crawl({"a": body}, hints)
    assert crawler.count_versions() == [1]
    crawler.crawl({"a": put("本期寄语：冬藏", REPORT_PIECES["sentence"](5), 0)}, hints)
    assert crawler.count_versions() == [2]
    crawler.verify()
    require_equal_merge(make_crawler, crawler)


@pytest.mark.parametrize(
    ("line", "may"),
    [
        ("火苗指数 12 格", True),
        ("节点 web-12 为您服务", True),
        ("行政许可\t120", False),
        ("120", False),
        ("2023年1月10日", False),
        ("更新于 2023-01-10", False),
        ("全年受理申请 12 件", False),
        ("今年比去年多出12个百分点。", False),
        ("联系电话：0575-8212345", False),
        ("没有数字的一行", False),
        ("热度 1" * 20, False),
    ],
)
def test_which_lines_may_change_by_themselves(line: str, may: bool) -> None:
    assert may_be_volatile(line) is may


def test_texts_are_compared_line_by_line() -> None:
    assert compare_texts("甲\n热度 1 度", "甲\n热度 2 度") == {"热度 # 度"}
    assert compare_texts("甲\n热度 1 度", "乙\n热度 2 度") is None
    assert compare_texts("热度 1 度", "热度 2 度\n") is None
    assert compare_texts("热度 1 度", "热度 1 度") == frozenset()
