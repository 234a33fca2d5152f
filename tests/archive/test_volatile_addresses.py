"""A page whose address has another parameter at every visit is one page: nothing is new, moved or
gone; a parameter by which pages are known is never taken for one of a visit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import permutations
from pathlib import Path

import pytest

from nianbao.archive import Archive, clock, verify
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture
from nianbao.archive.transfer.merge import merge_archive
from tests.archive.crawlers import open_crawlers
from tests.archive.history_machine import START, Shown, catch_up, read_payload
from tests.archive.history_model import Content

HOST = "http://north.localhost"
FINANCE = Content("finance", 2020)
EDUCATION = Content("education", 2021)
Pages = dict[str, Content | None]


class Crawler:
    """An archive and the runs that fill it, a week after one another."""

    def __init__(self, path: Path, week: int = 0) -> None:
        self.archive = Archive.create(path)
        self.week = week

    def crawl(self, pages: Pages) -> None:
        """Visit some addresses; None is one that answers 404."""
        self.week += 1
        at = START + timedelta(weeks=self.week)
        run_id = self.archive.begin_run("0.3.0", {"week": self.week})
        site = ArchivedSite("north", "north", "generic", None, None, 1, 1)
        self.archive.begin_sites(run_id, [site])
        for number, (path, content) in enumerate(pages.items()):
            visited_at = clock.utc_text(at + timedelta(seconds=number))
            capture = Capture(
                "north", HOST + path, "report", "not_found", visited_at, 404
            )
            if content is not None:
                # a counter: other bytes at each visit
                payload = Shown(content, self.week * 100 + number).payload
                capture = replace(
                    capture, outcome="fetched", status=200, payload=payload
                )
            visit_id, is_unread = self.archive.store_capture(run_id, capture)
            if is_unread:
                assert capture.payload is not None
                self.archive.store_reading(visit_id, read_payload(capture.payload, "1"))
        self.archive.end_site(run_id, "north", "finished", len(pages), lists_whole=True)
        self.archive.end_run(run_id, "finished", {})

    def kinds(self) -> list[str]:
        """Return the kinds of the lines of the feed, without those about findings."""
        kinds = [change.kind for change in self.archive.changes()]
        return [kind for kind in kinds if not kind.startswith("finding")]

    def urls(self) -> list[str]:
        """Return the paths of all pages."""
        rows = self.archive.db.execute("SELECT url FROM documents ORDER BY url")
        return [url.removeprefix(HOST) for (url,) in rows.fetchall()]

    def verify(self) -> None:
        """Check that the archive is whole, and that it can be built anew."""
        rebuild = verify.RebuildSettings("1", partial(catch_up, "1"))
        report = verify.check_archive(self.archive, rebuild=rebuild)
        assert not report.damages, "\n".join(map(str, report.damages))


@pytest.fixture
def make_crawler(tmp_path: Path) -> Iterator[Callable[..., Crawler]]:
    """Return what makes crawlers with archives of their own, which are closed at the end."""
    with open_crawlers(Crawler, tmp_path) as make:
        yield make


VISITS = {
    "t": [f"/nb/1.html?t={1701234567890 + number * 604800000}" for number in range(5)],
    "_": [f"/nb/1.html?_={number * 7919}" for number in range(5)],
    "spm": [f"/nb/1.html?id=7&spm=a{number}.b{number}.0.0" for number in range(5)],
    "random": [f"/nb/show.jsp?rnd=0.{83712345 + number * 777}&year=2020" for number in range(5)],
    "unnamed fraction": [f"/nb/1.html?x=0.{83712345 + number * 777}" for number in range(5)],
    "session": [f"/nb/1.html?sessionkey={'0123456789abcdef'[number:] * 2}" for number in range(5)],
    "two of them": [f"/1.html?t=170123456{number}&r={number}" for number in range(5)],
}  # fmt: skip


@pytest.mark.parametrize("name", VISITS)
@pytest.mark.parametrize("expires", [False, True])
def test_a_page_of_another_address_at_every_visit(
    make_crawler: Callable[..., Crawler], name: str, expires: bool
) -> None:
    """The address of the visit before is asked for too; it shows the page, or is gone."""
    crawler = make_crawler()
    before: str | None = None
    for url in VISITS[name]:
        pages: Pages = {url: FINANCE, "/nb/2.html": EDUCATION}
        if before is not None:
            pages[before] = None if expires else FINANCE
        crawler.crawl(pages)
        before = url
    assert crawler.kinds() == ["new", "new", "report_new", "report_new"]
    assert len(crawler.urls()) == 2
    versions = crawler.archive.db.execute("SELECT count(*) FROM versions").fetchone()
    assert versions == (2,)
    crawler.verify()


def test_a_correction_behind_such_an_address_is_told(
    make_crawler: Callable[..., Crawler],
) -> None:
    crawler = make_crawler()
    urls = VISITS["t"]
    crawler.crawl({urls[0]: FINANCE})
    crawler.crawl({urls[1]: FINANCE})
    crawler.crawl({urls[2]: replace(FINANCE, edit=1)})
    crawler.crawl({urls[3]: replace(FINANCE, edit=1)})
    assert crawler.kinds() == ["new", "report_new", "changed", "report_changed"]
    crawler.crawl({urls[4]: None, urls[3]: None})
    assert crawler.kinds()[4:] == ["vanished", "report_vanished"]
    crawler.verify()


IDENTITY = {
    "id": ("/show?id=1701234567890", "/show?id=1701834567890"),
    "year": ("/show?year=2020", "/show?year=2021"),
    "articleKey": ("/show?articleKey=1701234567890", "/show?articleKey=1701834567890"),
    "plain": ("/show?x=12", "/show?x=13"),
}


@pytest.mark.parametrize("name", IDENTITY)
def test_a_move_to_another_value_is_a_move(
    make_crawler: Callable[..., Crawler], name: str
) -> None:
    crawler = make_crawler()
    one, other = IDENTITY[name]
    crawler.crawl({one: FINANCE})
    crawler.crawl({other: FINANCE, one: None})
    assert crawler.kinds() == ["new", "report_new", "moved", "report_moved"]
    assert crawler.urls() == sorted([one, other])


def test_a_parameter_that_tells_reports_apart_is_none_of_a_visit(
    make_crawler: Callable[..., Crawler],
) -> None:
    """Even where its values change: `t` is the number of the article here."""
    crawler = make_crawler()
    crawler.crawl({"/show?t=1": FINANCE, "/show?t=2": EDUCATION})
    crawler.crawl({"/show?t=3": FINANCE, "/show?t=2": EDUCATION, "/show?t=1": None})
    assert crawler.urls() == ["/show?t=1", "/show?t=2", "/show?t=3"]
    assert "moved" in crawler.kinds()
    crawler.verify()


def test_pages_are_parted_again_when_their_parameter_tells_them_apart(
    make_crawler: Callable[..., Crawler],
) -> None:
    crawler = make_crawler()
    crawler.crawl({"/show?t=1": FINANCE})
    crawler.crawl({"/show?t=2": FINANCE})
    assert crawler.urls() == ["/show"]
    crawler.crawl({"/show?t=2": FINANCE, "/show?t=3": EDUCATION})
    assert crawler.urls() == ["/show?t=1", "/show?t=2", "/show?t=3"]
    crawler.verify()


def test_the_same_whatever_is_merged_first(
    make_crawler: Callable[..., Crawler],
) -> None:
    urls = VISITS["t"]
    parts = [make_crawler(f"{number}.db", number) for number in range(3)]
    for part, url in zip(parts, urls, strict=False):
        part.crawl({url: FINANCE})
        assert part.urls() == [url]
    wholes = []
    for number, order in enumerate(permutations(parts)):
        whole = make_crawler(f"whole {number}.db")
        for part in order:
            merge_archive(whole.archive, part.archive)
            catch_up("1", whole.archive)
        rows = whole.archive.db.execute(
            "SELECT url, state, misses FROM documents ORDER BY url"
        )
        wholes.append(rows.fetchall())
        whole.verify()
    assert wholes == [[(f"{HOST}/nb/1.html", "present", 0)]] * 6
