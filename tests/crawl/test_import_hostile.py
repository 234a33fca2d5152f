"""Hostile and broken files: refused by name, nothing breaks, what was whole is taken in."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from nianbao.archive import Archive
from nianbao.archive.export import metadata
from nianbao.archive.records import Hints
from nianbao.crawler.imports import warc, warc_records, warc_streams
from nianbao.crawler.imports.digests import normalize_digest
from nianbao.crawler.imports.files import ImportFiles
from nianbao.crawler.imports.items import DamagedItem, ImportItem, PageItem
from tests.crawl.test_import import AT, PAGE, URL, Taken, sites
from tests.crawl.warc_files import (
    HTML,
    arc,
    arc_head,
    chunked,
    record,
    response,
    revisit,
    sha1,
    write,
    write_wacz,
)

__all__ = ["sites"]


@pytest.fixture
def into(tmp_path: Path, sites: Path) -> Taken:
    return Taken(tmp_path / "archive.db", sites)


def good(number: int = 1) -> bytes:
    """Return a record that can be taken in, packed."""
    packed = io.BytesIO()
    url = URL.replace("_1.", f"_{number}.")
    WARCWriter(packed, warc_version="WARC/1.1").write_record(response(url, AT, PAGE))
    return packed.getvalue()


def plain(*records: bytes) -> bytes:
    return b"".join(gzip.decompress(one) for one in records)


HEAD = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nWARC-Date: {AT}\r\n".encode()
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off in gzip": (lambda: good(1) + good(2)[:-200], "cannot be unpacked"),
    "cut off in a record": (
        lambda: plain(good(1), good(2))[:-300],
        "not as long as it says",
    ),
    "cut off in an answer's head": (
        lambda: plain(good(1)) + HEAD + b"Content-Length: 900\r\n\r\n",
        "ends in a record",
    ),
    "a record of 10^18 bytes": (
        lambda: (
            plain(good(1))
            + HEAD
            + b"Content-Length: 1"
            + b"0" * 18
            + b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"
        ),
        "not as long as it says",
    ),
    "a length that is none": (
        lambda: plain(good(1)) + HEAD + b"Content-Length: -5\r\n\r\n",
        "without its type or length",
    ),
    "no length": (
        lambda: plain(good(1)) + HEAD + b"\r\nHTTP/1.1 200 OK\r\n\r\nx",
        "without its type or length",
    ),
    "a header without end": (
        lambda: plain(good(1)) + HEAD + b"X: " + b"a" * 200_000,
        "does not end",
    ),
    "a million headers": (
        lambda: plain(good(1)) + HEAD + b"X-A: b\r\n" * 200_000,
        "does not end",
    ),
    "what is no WARC": (
        lambda: plain(good(1)) + b"GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1",
    ),
    "damaged gzip": (
        lambda: good(1) + bytes(byte ^ 0x55 for byte in good(2)),
        "cannot be unpacked",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named_and_what_is_before_the_damage_stays(
    name: str, tmp_path: Path
) -> None:
    made, said = FILES[name]
    path = tmp_path / "hostile.warc.gz"
    path.write_bytes(made())
    first, *others = read(path)
    assert isinstance(first, PageItem)
    assert first.url == URL
    (damaged,) = others
    assert isinstance(damaged, DamagedItem)
    assert "hostile.warc.gz" in damaged.where
    assert said in damaged.reason


def with_length(packed: bytes, change: int) -> bytes:
    """Return a record whose length is off."""
    head, _, rest = gzip.decompress(packed).partition(b"Content-Length: ")
    length, _, block = rest.partition(b"\r\n")
    return head + b"Content-Length: %d\r\n" % (int(length) + change) + block


def without_digests(packed: bytes) -> bytes:
    """Return a record that states no digest, as many programs write them."""
    return re.sub(rb"WARC-\w+-Digest: [^\r]+\r\n", b"", gzip.decompress(packed))


def pack(record: ArcWarcRecord) -> bytes:
    packed = io.BytesIO()
    WARCWriter(packed, warc_version="WARC/1.1").write_record(record)
    return packed.getvalue()


@pytest.mark.parametrize("ending", [b"</html>", b"\r\n", b""])
@pytest.mark.parametrize("is_owned", [True, False])
@pytest.mark.parametrize("is_last", [True, False])
def test_a_page_with_the_text_of_a_record_is_that_page(
    tmp_path: Path, ending: bytes, *, is_owned: bool, is_last: bool
) -> None:
    """Whoever writes a page could else have pages of other sites taken in, with any date."""
    forged = without_digests(good(7))
    host = "http://www.yexian.gov.cn/" if is_owned else "http://elsewhere.example/"
    warc = response(f"{host}2.html", AT, PAGE + b"\n\r\n" + forged + ending)
    line = arc(URL.replace("_1.", "_7."), "20010101000000", PAGE)
    arc_page = PAGE + b"\n\n" + line + ending
    files = {
        "a.warc": (
            plain(good(1)) + without_digests(pack(warc)),
            plain(good(3)),
        ),
        "a.arc": (
            arc_head() + arc(f"{host}2.html", "20210120011403", arc_page),
            arc(URL.replace("_1.", "_3."), "20210120011403", PAGE),
        ),
    }
    for name, (beginning, rest) in files.items():
        path = tmp_path / name
        path.write_bytes(beginning + (b"" if is_last else rest))
        items = read(path, lambda url: "elsewhere" not in url)
        assert all(isinstance(item, PageItem) for item in items)
        urls = [item.url for item in items if isinstance(item, PageItem)]
        assert not any("_7." in url for url in urls)
        assert (f"{host}2.html" in urls) == is_owned
        assert is_last or "_3." in urls[-1]


@pytest.mark.parametrize("times", [1, 3, 30])
@pytest.mark.parametrize("is_chunked", [True, False])
@pytest.mark.parametrize("is_owned", [True, False])
def test_what_a_record_has_swallowed_is_read_or_named(
    tmp_path: Path,
    times: int,
    *,
    is_chunked: bool,
    is_owned: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However much it is, and whatever the record is that is longer than it is."""
    monkeypatch.setattr(warc_streams, "MOST_KEPT", 1 << 20)
    monkeypatch.setattr(warc, "DOWNLOAD_MAXSIZE", 1 << 20)
    monkeypatch.setattr(warc_records, "DOWNLOAD_MAXSIZE", 1 << 20)
    url = f"http://{'www.yexian.gov.cn' if is_owned else 'elsewhere.example'}/2.html"
    body, headers = PAGE, [HTML]
    if is_chunked:
        body, headers = chunked(PAGE), [HTML, ("Transfer-Encoding", "chunked")]
    bad = without_digests(pack(response(url, AT, body, *headers)))
    large = plain(pack(response("http://elsewhere.example/", AT, b"z" * 100_000)))
    off = with_length(gzip.compress(bad), times * len(large) + 9)
    path = tmp_path / "a.warc"
    behind = [plain(good(3)), *[large] * times, plain(good(4)), plain(good(5))]
    path.write_bytes(plain(good(1)) + off + b"".join(behind))
    items = read(path, lambda url: "elsewhere" not in url)
    urls = [item.url for item in items if isinstance(item, PageItem)]
    (damage,) = [item for item in items if isinstance(item, DamagedItem)]
    is_named = "within its length were not read" in damage.reason
    assert is_named == (times == 30)
    swallowed = [] if is_named else [3]
    assert urls == [URL.replace("_1.", f"_{n}.") for n in (1, *swallowed, 4, 5)]


def asked() -> bytes:
    """Return the record of a request, packed."""
    packed = io.BytesIO()
    headers = [("Host", "x"), ("User-Agent", "a" * 60)]
    http = StatusAndHeaders("GET / HTTP/1.1", headers, is_http_request=True)
    writer = WARCWriter(packed, warc_version="WARC/1.1")
    writer.write_record(record(URL, "request", AT, b"", http=http))
    return packed.getvalue()


@pytest.mark.parametrize("change", [-40, -7, -1, 1, 3, 5, 9, 21, 40, 300])
@pytest.mark.parametrize("of_request", [True, False])
def test_behind_a_record_whose_length_is_off_all_others_are_read(
    tmp_path: Path, change: int, *, of_request: bool
) -> None:
    """What is cut short or has swallowed the next one is named and not taken in.

    A request that is off by its empty lines only does no harm.
    """
    one = asked() if of_request else good(2)
    path = tmp_path / "off.warc"
    records = (
        plain(good(1)) + with_length(one, change) + plain(good(3), asked(), good(4))
    )
    path.write_bytes(records)
    items = read(path)
    pages = [item for item in items if isinstance(item, PageItem)]
    assert [page.url for page in pages] == [
        URL.replace("_1.", f"_{number}.") for number in (1, 3, 4)
    ]
    assert all(page.body == PAGE for page in pages)
    others = [item for item in items if not isinstance(item, PageItem)]
    assert all(isinstance(item, DamagedItem) for item in others)
    assert len(others) == 1 or (of_request and others == [])


@pytest.mark.parametrize("packed", [True, False])
def test_records_without_empty_lines_behind_them_are_whole(
    tmp_path: Path, *, packed: bool
) -> None:
    records = [
        gzip.decompress(one).removesuffix(b"\r\n\r\n") for one in (good(1), good(2))
    ]
    path = tmp_path / "bare.warc.gz"
    path.write_bytes(b"".join(gzip.compress(one) if packed else one for one in records))
    items = read(path)
    assert [type(item) for item in items] == [PageItem, PageItem]


def read(
    path: Path, has_owner: Callable[[str], bool] = lambda _: True
) -> list[ImportItem]:
    """Return what a file holds, as an import reads it."""
    files = ImportFiles(has_owner=has_owner, skips=Counter(), progress=lambda *_: None)
    return list(files.items((path,)))


def failure(path: Path) -> str:
    """Return why a file cannot be read to its end."""
    damaged = read(path)[-1]
    assert isinstance(damaged, DamagedItem)
    return damaged.reason


def test_a_damaged_file_ends_an_import_with_a_word_on_it(
    into: Taken, tmp_path: Path
) -> None:
    (tmp_path / "cut.warc.gz").write_bytes(good(1) + good(2)[:-200])
    (tmp_path / "whole.warc.gz").write_bytes(good(3))
    found = into.take(tmp_path, code=1)
    assert {row[0] for row in into.visits()} == {URL, URL.replace("_1.", "_3.")}
    assert len(found["failed"]) == 1
    assert "cut.warc.gz" in found["failed"][0]


def test_records_that_are_not_what_they_say_are_refused_and_the_others_taken(
    into: Taken, tmp_path: Path
) -> None:
    one = URL.replace("_1.", "_{}.").format
    packed = (HTML, ("Content-Encoding", "gzip"))
    bomb = gzip.compress(b"\0" * (64 << 20))
    records = [
        response(one(1), AT, PAGE, WARC_Payload_Digest=sha1(b"something else")),
        response(one(2), "yesterday", PAGE),
        response(one(2), "0001-01-01T00:00:00+14:00", PAGE),
        response(one(2), "9999-12-31T23:59:59-14:00", PAGE),
        response(one(3), AT, PAGE, status="0200000 OK"),
        response(one(3), AT, PAGE, status="abc"),
        response(one(4), AT, PAGE, WARC_Truncated="length"),
        response(one(5), AT, PAGE, WARC_Segment_Number="1"),
        response(one(6), AT, bomb, *packed),
        response("http://[half/", AT, PAGE),
        response("", AT, PAGE),
        revisit(one(7), AT, "of-another-kind", sha1(PAGE), one(1), AT),
        record(
            "dns:www.yexian.gov.cn",
            "response",
            AT,
            b"20210120011403\n1.2.3.4\n",
            "text/dns",
        ),
        record(URL, "conversion", AT, b"text", "text/plain"),
        record(
            URL, "metadata", AT, b"nianbao-visit: {}\r\n", "application/warc-fields"
        ),
        record(
            URL,
            "metadata",
            AT,
            b"nianbao-run: " + b"[" * 100_000,
            "application/warc-fields",
        ),
        response(one(8), AT, PAGE, WARC_Payload_Digest="sha1:nonsense"),
    ]
    found = into.take(write(tmp_path / "a.warc.gz", records), code=1)
    assert [row[0] for row in into.visits()] == [one(8)]
    assert "payload digest failed" in found["failed"][0]
    said = "\n".join(found["refusals"])
    for reason in (
        "no time of capture",
        "no HTTP status",
        "cut short",
        "segments",
        "exceeded",
        "unknown profile",
    ):
        assert reason in said, (reason, said)
    assert said.count("is not what nianbao writes") == 2


def test_a_visit_that_claims_what_cannot_be_is_refused(
    into: Taken, tmp_path: Path
) -> None:
    def visit(**changed: object) -> bytes:
        values = {
            "run": "0" * 32,
            "record": None,
            "site": "ye",
            "url": URL,
            "role": "report",
            "outcome": "http_error",
        }
        values |= {
            "visited_at": "2021-01-20T01:14:03.000Z",
            "status": 500,
            "message": None,
            "payload_sha256": None,
        }
        values |= {
            "redirects": (),
            "hints": Hints(),
            "headers": None,
            "request_body": None,
        }
        return metadata.format_block(metadata.VisitRecord(**(values | changed)))  # type: ignore[arg-type]

    site = metadata.format_block(
        metadata.SiteRecord("ye", "叶县", "trs", None, None, None, None)
    )
    run = metadata.format_block(
        metadata.RunRecord(
            "0" * 32,
            "crawl",
            *(["2021-01-20T01:14:03.000Z"] * 2),
            "finished",
            "1",
            "{}",
            None,
            (),
            (),
        )
    )
    strangers = [
        visit(run="1" * 32),
        visit(site="nowhere"),
        visit(role="king"),
        visit(visited_at="2021"),
    ]
    answered = "<urn:uuid:00000000-0000-0000-0000-000000000001>"
    wrong = visit(
        record=answered,
        outcome="fetched",
        status=200,
        payload_sha256=hashlib.sha256(b"x").hexdigest(),
    )
    records = [
        record("urn:nianbao:x", "metadata", AT, block, "application/warc-fields")
        for block in (site, run, *strangers, wrong)
    ]
    records.append(response(URL, AT, PAGE, WARC_Record_ID=answered))
    found = into.take(write(tmp_path / "a.warc.gz", records), code=1)
    assert into.visits() == []
    assert found["refused"] == 5
    assert "does not have the digest" in found["failed"][0]


def test_a_wacz_that_is_another_or_leads_elsewhere(tmp_path: Path) -> None:
    target = tmp_path / "a.wacz"
    write_wacz(target, {"a.warc.gz": good(1)}, [], **{"archive/a.warc.gz": good(2)})
    assert "states another digest" in failure(target)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("archive/../../../outside.warc.gz", good(3))
        package.writestr("/archive/absolute.warc.gz", good(4))
        package.writestr("datapackage.json", "{" * 1000)
    assert "datapackage.json cannot be read" in failure(target)
    assert not list(tmp_path.parent.glob("outside*"))
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("data/x", b"")
    assert "no WACZ" in failure(target)
    target.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    assert "no ZIP file after all" in failure(target)


def test_what_unpacks_to_hundreds_of_times_its_size_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warc_streams, "MOST_BYTES", 1 << 20)
    stream = warc_streams.WarcStream(io.BytesIO(gzip.compress(b"\0" * (64 << 20))))
    with pytest.raises(warc_streams.DamagedFile, match="times its size"):
        io.BufferedReader(stream).read()
    assert stream.size < 33 << 20


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.warc.gz").write_bytes(good())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.warc.gz").symlink_to(tmp_path / "outside.warc.gz")
    assert read(tmp_path / "in") == []


ENDLESS = ("Set-Cookie", "a=" + "x" * 3_000_000)


@pytest.mark.parametrize(
    "headers", [(ENDLESS,), (HTML, *[("X-A", "b" * 1000)] * 2000)], ids=["one", "many"]
)
def test_an_answer_whose_headers_do_not_end_is_named_and_those_behind_it_are_read(
    headers: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    endless = response(URL.replace("_1.", "_2."), AT, PAGE, *headers)
    packed = io.BytesIO()
    WARCWriter(packed, warc_version="WARC/1.1").write_record(endless)
    content = good(1) + packed.getvalue() + good(3)
    for file in (content, gzip.decompress(content)):
        (tmp_path / "a.warc").write_bytes(file)
        first, damage, last = read(tmp_path / "a.warc")
        assert isinstance(first, PageItem)
        assert isinstance(damage, DamagedItem)
        assert "headers of the answer are longer" in damage.reason
        assert isinstance(last, PageItem)
        assert last.body == PAGE


def test_an_archive_is_untouched_by_what_was_refused(
    into: Taken, tmp_path: Path
) -> None:
    write(tmp_path / "a.warc.gz", [response("http://other.example/", AT, PAGE)])
    into.take(tmp_path / "a.warc.gz", code=1)
    with Archive(into.path) as archive:
        assert archive.db.execute("SELECT count(*) FROM runs").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (sha1(b"x"), sha1(b"x")),
        (f"sha1:{hashlib.sha1(b'x').hexdigest()}", sha1(b"x")),
        (sha1(b"x").lower(), sha1(b"x")),
        (
            f"sha-256:{hashlib.sha256(b'x').hexdigest()}",
            normalize_digest(f"sha256:{hashlib.sha256(b'x').hexdigest().upper()}"),
        ),
        ("sha1:nonsense", None),
        ("crc32:00000000", None),
        ("", None),
    ],
)
def test_digests_are_compared_in_one_form(written: str, meant: str | None) -> None:
    assert normalize_digest(written) == meant
