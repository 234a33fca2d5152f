"""What tools write: ARC files, digests of many kinds, odd records between others, saved pages."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from warcio.recordloader import ArcWarcRecord
from warcio.warcwriter import WARCWriter

from nianbao.archive import Archive
from nianbao.crawler.imports.files import ImportFiles
from nianbao.crawler.imports.items import (
    DamagedItem,
    ImportItem,
    PageItem,
    RefusedItem,
)
from nianbao.crawler.imports.saved_pages import load_commented_page
from nianbao.crawler.imports.site_index import SiteIndex
from nianbao.spiders.catalogue import Region
from nianbao.spiders.register.governments import load_governments
from tests.crawl.commands import nianbao
from tests.crawl.test_import import AT, PAGE, URL, Taken, sites
from tests.crawl.warc_files import (
    arc,
    arc_head,
    chunked,
    response,
    revisit,
    sha1,
    write,
)

__all__ = ["sites"]

STAMP = "20050120011403"
SEEN = "2005-01-20T01:14:03.000Z"
GZIP = ("Content-Encoding", "gzip")
CHUNKED = ("Transfer-Encoding", "chunked")


@pytest.fixture
def into(tmp_path: Path, sites: Path) -> Taken:
    return Taken(tmp_path / "archive.db", sites)


def _url(number: int) -> str:
    return URL.replace("_1.", f"_{number}.")


def _read(path: Path) -> list[ImportItem]:
    files = ImportFiles(lambda _: True, Counter(), lambda *_: None)
    return list(files.items((path,)))


def _urls(items: list[ImportItem]) -> list[str]:
    assert all(item.body == PAGE for item in items if isinstance(item, PageItem))
    return [item.url for item in items if isinstance(item, PageItem)]


def _others(items: list[ImportItem]) -> list[str]:
    others = [item for item in items if not isinstance(item, PageItem)]
    assert all(isinstance(item, RefusedItem) for item in others)
    return [item.reason for item in others if isinstance(item, RefusedItem)]


# --- ARC -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.arc", "a.arc.gz", "one_member.arc.gz"])
@pytest.mark.parametrize("has_head", [True, False])
def test_arc_files_are_read(tmp_path: Path, name: str, *, has_head: bool) -> None:
    records = [arc(_url(number), STAMP, PAGE) for number in (1, 2, 3)]
    if has_head:
        records.insert(0, arc_head())
    if name == "a.arc.gz":
        records = [gzip.compress(one) for one in records]
    data = b"".join(records)
    if name.startswith("one"):
        data = gzip.compress(data)
    path = tmp_path / name
    path.write_bytes(data)
    items = _read(path)
    assert _urls(items) == [_url(number) for number in (1, 2, 3)]
    assert _others(items) == []
    assert {item.visited_at for item in items if isinstance(item, PageItem)} == {SEEN}


@pytest.mark.parametrize("change", [-300, -40, -2, -1, 1, 2, 5, 40, 300])
def test_an_arc_record_whose_length_is_off_costs_itself(
    tmp_path: Path, change: int
) -> None:
    path = tmp_path / "a.arc"
    records = [arc(_url(number), STAMP, PAGE) for number in (1, 3, 4)]
    records.insert(1, arc(_url(2), STAMP, PAGE, change=change))
    path.write_bytes(arc_head() + b"".join(records))
    items = _read(path)
    urls = _urls([item for item in items if getattr(item, "body", PAGE) == PAGE])
    assert [url for url in urls if url != _url(2)] == [_url(n) for n in (1, 3, 4)]
    assert len(_others(items)) == (0 if change == 1 else 1)


@pytest.mark.parametrize(
    "line",
    [
        "http://example.com/ 93.184.216.119 201404010000000000 text/html -1",
        "http://example.com/ 93.184.216.119 201404010000000000 text/html abc",
        "http://example.com/ 127.0.0.1 20140102000000 text/plain 1",
        "http://example.com/ 127.0.0.1 20149902000000 text/plain 0",
    ],
)
def test_an_odd_arc_record_is_named_and_the_next_is_found(
    tmp_path: Path, line: str
) -> None:
    path = tmp_path / "a.arc"
    odd = f"{line}\n\n".encode()
    path.write_bytes(
        arc_head(-1) + odd + arc(_url(1), STAMP, PAGE) + odd + arc(_url(2), STAMP, PAGE)
    )
    items = _read(path)
    assert _urls(items) == [_url(1), _url(2)]
    assert 2 <= len(_others(items)) <= 3


@pytest.mark.parametrize("junk", [b"a:", b"a", b"a: ", b"http://x/ 1.2.3.4 2", b"\n\n"])
def test_junk_in_an_arc_file_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    """There are tens of thousands of places at which a record could begin."""
    path = tmp_path / "a.arc"
    odd = b"http://x/ 1.2.3.4 20140102000000 text/html -1\n" + junk * (
        300_000 // len(junk)
    )
    path.write_bytes(arc_head() + odd + b"\n" + arc(_url(1), STAMP, PAGE))
    assert _urls(_read(path)) == [_url(1)]


@pytest.mark.parametrize("packed", [False, True])
def test_arc_records_without_a_line_end_behind_them_are_whole(
    tmp_path: Path, *, packed: bool
) -> None:
    path = tmp_path / "a.arc.gz"
    records = [arc(_url(n), STAMP, PAGE).removesuffix(b"\n") for n in (1, 2)]
    path.write_bytes(b"".join(gzip.compress(one) if packed else one for one in records))
    items = _read(path)
    assert (_urls(items), _others(items)) == ([_url(1), _url(2)], [])


def test_reports_of_an_arc_file_are_taken_in(into: Taken, tmp_path: Path) -> None:
    path = tmp_path / "a.arc.gz"
    path.write_bytes(gzip.compress(arc_head() + arc(URL, STAMP, PAGE)))
    assert into.take(path)["visits"] == 1
    assert into.visits() == [(URL, SEEN, "report", "fetched")]


# --- odd records among WARC records -----------------------------------------------------------

HEAD = (
    f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nWARC-Date: {AT}\r\n"
)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (f"{HEAD}\r\nHTTP/1.1 200 OK\r\n\r\nx\r\n\r\n", "without its type or length"),
        (f"{HEAD}Content-Length: -5\r\n\r\nx\r\n\r\n", "without its type or length"),
        ("WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n", "without its type or length"),
        ("GET / HTTP/1.1\r\n\r\n", "no record behind it"),
        ("\x00" * 5000, "no record behind it"),
    ],
)
def test_what_is_no_record_costs_itself(tmp_path: Path, odd: str, reason: str) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(
        _pack(response(_url(1), AT, PAGE))
        + odd.encode()
        + _pack(response(_url(2), AT, PAGE))
    )
    items = _read(path)
    assert _urls(items) == [_url(1), _url(2)]
    (other,) = _others(items)
    assert reason in other


def test_records_of_the_drafts_of_the_standard_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    records = [_pack(response(_url(number), AT, PAGE)) for number in (1, 2)]
    data = b"".join(records).replace(b"WARC/1.1", b"WARC/0.18")
    path.write_bytes(data)
    assert _urls(_read(path)) == [_url(1), _url(2)]


def _pack(record: ArcWarcRecord) -> bytes:
    packed = io.BytesIO()
    WARCWriter(packed, gzip=False, warc_version="WARC/1.1").write_record(record)
    return packed.getvalue()


# --- digests -----------------------------------------------------------------------------------

PACKED = gzip.compress(PAGE, mtime=0)


@pytest.mark.parametrize(
    ("stored", "of", "headers"),
    [
        (chunked(PAGE), chunked(PAGE), (CHUNKED,)),
        (chunked(PAGE), PAGE, (CHUNKED,)),
        (PACKED, PACKED, (GZIP,)),
        (PACKED, PAGE, (GZIP,)),
        (chunked(PACKED), chunked(PACKED), (CHUNKED, GZIP)),
        (chunked(PACKED), PACKED, (CHUNKED, GZIP)),
        (chunked(PACKED), PAGE, (CHUNKED, GZIP)),
        (PAGE, PAGE, (GZIP,)),
        (PAGE, PAGE, (CHUNKED,)),
        (PAGE, PAGE, (CHUNKED, GZIP)),
    ],
)
def test_a_digest_is_of_the_body_in_any_of_its_forms(
    tmp_path: Path,
    stored: bytes,
    of: bytes,
    headers: tuple[tuple[str, str], ...],
) -> None:
    """The standard has it of the entity body; programs make it with chunks, or without encodings."""
    content_type = ("Content-Type", "text/html; charset=utf-8")
    fields = {"WARC_Payload_Digest": sha1(of)}
    path = tmp_path / "a.warc"
    path.write_bytes(_pack(response(URL, AT, stored, content_type, *headers, **fields)))
    (item,) = _read(path)
    assert isinstance(item, PageItem)
    fields = {"WARC_Payload_Digest": sha1(of + b"x")}
    path.write_bytes(_pack(response(URL, AT, stored, content_type, *headers, **fields)))
    (item,) = _read(path)
    assert isinstance(item, DamagedItem)
    assert "payload digest" in item.reason


def test_a_body_that_is_stored_decoded_is_read(into: Taken, tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", [response(URL, AT, PAGE, GZIP, CHUNKED)])
    assert into.take(path)["reports"] == 1


@pytest.mark.parametrize("session", [";jsessionid=A1", "?PHPSESSID=a1", "#top"])
def test_a_revisit_finds_a_page_that_was_seen_with_a_session(
    into: Taken, tmp_path: Path, session: str
) -> None:
    url = f"{URL}{session}"
    path = tmp_path / "a.warc.gz"
    into.take(write(path, [response(url, AT, PAGE)]))
    later = "2022-01-20T01:14:03Z"
    again = revisit(url, later, "identical-payload-digest", sha1(b"?"), url, AT)
    assert into.take(write(path, [again]))["visits"] == 1
    assert {row[0] for row in into.visits()} == {URL}


# --- when a capture was made --------------------------------------------------------------------

REPLAY = "https://web.archive.org/web/20190120011403id_/http://www.yexian.gov.cn/"


@pytest.mark.parametrize(
    ("source", "memento", "visited_at"),
    [
        (REPLAY, None, "2019-01-20T01:14:03.000Z"),
        (REPLAY, "Sun, 20 Jan 2019 09:14:04 +0800", "2019-01-20T01:14:04.000Z"),
        (REPLAY, "Sun, 20 Jan 2019 01:14:05 GMT", "2019-01-20T01:14:05.000Z"),
        (None, "Sun, 20 Jan 2019 01:14:06 GMT", "2021-01-20T01:14:03.000Z"),
        ("https://data.example.org/a.warc.gz", None, "2021-01-20T01:14:03.000Z"),
        (REPLAY, "soon", None),
        (REPLAY, "Fri, 31 Dec 9999 23:59:59 -1400", None),
        (REPLAY, "Sun, 20 Jan 2019 01:14:04 GMT|Mon, 01 Jan 2001 01:14:04 GMT", None),
    ],
)
def test_a_capture_has_the_time_that_the_web_archive_gives(
    tmp_path: Path, source: str | None, memento: str | None, visited_at: str | None
) -> None:
    fields = {} if source is None else {"WARC_Source_URI": source}
    headers = [("Content-Type", "text/html")]
    for time in memento.split("|") if memento else ():
        headers.append(("X-Archive-Memento-Datetime", time))
    path = tmp_path / "a.warc"
    path.write_bytes(_pack(response(URL, AT, PAGE, *headers, **fields)))
    (item,) = _read(path)
    if visited_at is None:
        assert isinstance(item, RefusedItem)
    else:
        assert isinstance(item, PageItem)
        assert item.visited_at == visited_at


# --- pages that say where they were --------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "url"),
    [
        (f'<meta name="Url" content="{URL}">', URL),
        (f"<META content='{URL}' NAME='url' />", URL),
        (f"<meta name=Url content={URL}>", URL),
        (f'<meta name="Url" content="{URL}?a=1&amp;b=2">', f"{URL}?a=1&b=2"),
        (f'<meta name="Url" content="{URL}"><meta name="Url" content="{URL}">', URL),
        (f'<meta name="Url" content="{URL}"><meta name="Url" content="{URL}x">', None),
        ('<meta name="Url" content="/nb/t20210120_1.html">', None),
        (f'<meta name="ImageUrl" content="{URL}">', None),
        (f'<meta name="og:url" content="{URL}">', None),
        ('<meta name="Url" content="">', None),
    ],
)
def test_a_saved_page_says_in_a_tag_where_it_was(
    tmp_path: Path, tags: str, url: str | None
) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><head>{tags}</head></html>", "utf-8")
    item = load_commented_page(path, file_times=True)
    assert (item.url if isinstance(item, PageItem) else None) == url


# --- whose pages are -------------------------------------------------------------------------------


def test_the_register_knows_the_region_of_a_host() -> None:
    """Every home page of the register: its region, or that of none where several have one host."""
    governments = load_governments()
    hosts = Counter(one.home.split("/")[2].removeprefix("www.") for one in governments)
    checked = 0
    for one in governments[::40]:
        host = one.home.split("/")[2]
        index = SiteIndex({}, (), [f"http://{host}/"], governments)
        owner = index.find_owner(f"http://{host}/nb/1.html")
        assert owner is not None
        if hosts[host.removeprefix("www.")] == 1:
            assert owner.site.region in (one.name, None)
            checked += owner.site.region == one.name
    assert checked > 70


def test_the_region_of_a_new_site_is_the_registers_or_ones_own() -> None:
    home = next(one for one in load_governments() if one.code == "410422")
    host = home.home.split("/")[2]
    for name in (host, host.removeprefix("www."), f"xxgk.{host.removeprefix('www.')}"):
        prefix = f"http://{name}:8080/"
        index = SiteIndex({}, (), [prefix], load_governments())
        owner = index.find_owner(f"{prefix}1.html")
        assert owner is not None
        assert (owner.site.region, owner.site.region_code) == (home.name, home.code)
    own = Region(name="河南省平顶山市", code="410400")
    index = SiteIndex({}, (), [prefix], load_governments(), own)
    owner = index.find_owner(f"{prefix}1.html")
    assert owner is not None
    assert (owner.site.region, owner.site.region_code) == (own.name, own.code)


def test_a_new_site_keeps_the_region_that_an_import_knew(
    into: Taken, tmp_path: Path
) -> None:
    urls = [f"https://www.elsewhere.gov.cn/nb/{number}.html" for number in (1, 2)]
    first, second = (
        write(tmp_path / f"{number}.warc.gz", [response(url, AT, PAGE)])
        for number, url in enumerate(urls)
    )
    prefix = ("--url-prefix", "https://www.elsewhere.gov.cn/")
    into.take(first, *prefix, "--region", "410422")
    into.take(second, *prefix)
    with Archive(into.path) as archive:
        rows = archive.db.execute(
            "SELECT regions.name, code FROM sites JOIN regions ON regions.id = region_id"
        ).fetchall()
    assert rows == [("河南省平顶山市叶县", "410422")]
    options = ("import", first, "--archive", into.path, "--region", "410422")
    assert "--url-prefix" in nianbao(*options, code=2)


def test_an_import_that_takes_nothing_says_so(into: Taken, tmp_path: Path) -> None:
    elsewhere = response("http://www.elsewhere.gov.cn/1.html", AT, PAGE)
    path = write(tmp_path / "a.warc.gz", [elsewhere])
    (failure,) = into.take(path, code=1)["failed"]
    assert "--url-prefix" in failure
    write(path, [response(URL, AT, b"<p>no report")])
    (failure,) = into.take(path, code=1)["failed"]
    assert "no page with a report" in failure
    write(path, [response(URL, AT, PAGE)])
    into.take(path)
    assert into.take(path)["known"] == 1
