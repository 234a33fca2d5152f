"""Visits: headers and hints come back as they went in, and those that say the same again cost
little.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nianbao.archive.raw import visits
from nianbao.archive.raw.hints import parse_hints
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Hints
from tests.conftest import Crawl

URL = "http://xixia.localhost/a.html"
SITE = ArchivedSite("xixia", "西霞县", "trs", None, None, 1, 1)
HEADERS = (
    ("Server", "nginx"),
    ("Date", "Mon, 12 Jan 2026 01:00:00 GMT"),
    ("ETag", '"1"'),
    ("Content-Length", "3"),
    ("Set-Cookie", "a=1"),
    ("Set-Cookie", "b=2"),
)
HINTS = Hints(list_title="年度报告", list_date="2026-01-12", official_host=False)


def keep(crawl: Crawl, capture: Capture) -> Capture:
    """Store a capture; return what the archive hands out of it."""
    if not crawl.archive.unfinished_sites(1):
        crawl.archive.begin_run("0.1.0", {})
        crawl.archive.begin_sites(1, [SITE])
    visit_id, _ = crawl.archive.store_capture(1, capture)
    return visits.load_capture(crawl.archive.db, visit_id)


def same(capture: Capture, found: Capture) -> bool:
    return replace(found, payload_sha256=None) == replace(capture, payload_sha256=None)


NAMES = st.sampled_from(
    ["ETag", "etag", "Last-Modified", "Content-Length", "Date", "X-Id", "Set-Cookie"]
)
VALUES = st.sampled_from(
    ["", "0", "3", '"1"', "null", "Mon, 12 Jan 2026 01:00:00 GMT", "é\u0080\"'\\"]
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=25,
    deadline=None,
)
@given(st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=6), min_size=1, max_size=4))
def test_headers_come_back_in_order_and_letters(
    crawl: Crawl, answers: list[list[tuple[str, str]]]
) -> None:
    for headers in answers:
        capture = replace(crawl.capture("xixia", URL, "one"), headers=tuple(headers))
        assert same(capture, keep(crawl, capture))


def test_redirects_and_hints_come_back(crawl: Crawl) -> None:
    capture = crawl.capture("xixia", URL, "one")
    capture = replace(
        capture,
        redirects=("http://xixia.localhost/b.html", "http://xixia.localhost/c.html"),
        hints=HINTS,
    )
    assert same(capture, keep(crawl, capture))


def test_a_visit_has_only_what_differs(crawl: Crawl) -> None:
    for minute in (0, 1, 1):
        date = f"Mon, 12 Jan 2026 01:0{minute}:00 GMT"
        headers = tuple(
            (name, date if name == "Date" else value) for name, value in HEADERS
        )
        keep(
            crawl,
            replace(crawl.capture("xixia", URL, "one"), headers=headers, hints=HINTS),
        )
    rows = crawl.archive.db.execute(
        "SELECT header_set_id, headers, etag, hint_set_id FROM visits"
    ).fetchall()
    other = '{"1":"Mon, 12 Jan 2026 01:01:00 GMT"}'
    assert rows == [(1, None, '"1"', 2), (1, other, '"1"', 2), (1, other, '"1"', 2)]
    hints = crawl.archive.db.execute(
        "SELECT common_id, hints FROM hint_sets ORDER BY id"
    ).fetchall()
    assert hints == [
        (None, '{"official_host":false}'),
        (1, '{"list_title":"年度报告","list_date":"2026-01-12"}'),
    ]
    sets = crawl.archive.db.execute(
        "SELECT json_extract(headers, '$[2]', '$[3]') FROM header_sets"
    ).fetchall()
    assert sets == [('[["ETag",null],["Content-Length",null]]',)]


def test_other_hints_are_kept_beside_those_before(crawl: Crawl) -> None:
    for hints in (HINTS, replace(HINTS, list_title="更正"), HINTS, Hints()):
        found = keep(crawl, replace(crawl.capture("xixia", URL, "one"), hints=hints))
        assert found.hints == hints


def test_what_a_site_says_is_stored_once_for_all_its_pages(crawl: Crawl) -> None:
    for number in range(20):
        url = f"http://xixia.localhost/{number}.html"
        hints = Hints(
            column="县教育局", site_name="西霞县教育局", region="样例省西霞县"
        )
        if number % 2:
            hints = replace(hints, list_title=f"{2000 + number}年年报")
        for _ in range(3):
            capture = replace(crawl.capture("xixia", url, "one"), hints=hints)
            assert keep(crawl, capture).hints == hints
    rows = crawl.archive.db.execute(
        "SELECT common_id IS NULL, count(*) FROM hint_sets GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert rows == [(0, 10), (1, 1)], "one for the site, one for each row of the list"


def test_hints_of_an_earlier_version_have_no_name_of_the_site() -> None:
    hints = parse_hints('{"column":"年报","list_title":"2021年年报"}')
    assert hints == Hints(column="年报", list_title="2021年年报")
    assert hints.site_name is None


def test_the_content_type_is_that_of_the_visit(crawl: Crawl) -> None:
    for kind in ("text/html", "text/html; charset=gbk", None):
        headers = (
            (("X-Other", "1"), ("content-type", kind)) if kind else (("X-Other", "1"),)
        )
        keep(crawl, replace(crawl.capture("xixia", URL, "one"), headers=headers))
        visit = crawl.archive.latest_payload_visit(URL)
        assert visit is not None
        assert visit.content_type == kind
