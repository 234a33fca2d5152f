"""What stands in a WACZ file, and in the index of a WARC export."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.export import wacz, warc
from nianbao.archive.export.source import open_source
from nianbao.archive.export.surt import make_surt
from tests.conftest import Crawl, make_reading

A = "http://www.xixia.gov.cn/nb/a.html"
B = "http://xixia.gov.cn/nb/b.html"
SOFTWARE = "nianbao 0.1"
SESSION = "0123456789abcdef0123456789abcdef"
ASPX = "0123456789abcdefghijklmn"

# What pywb 2.8 makes of them: `test_keys_are_those_of_pywb` asks it where it is installed.
KEYS = {
    "http://www.Example.gov.cn/A/?b=2&a=1": "cn,gov,example)/a?a=1&b=2",
    "http://www2.x.cn/A.aspx": "cn,x)/a.aspx",
    "https://example.gov.cn:443/": "cn,gov,example)/",
    "http://x.cn:80/a": "cn,x)/a",
    "https://x.cn:80/a": "cn,x:80)/a",
    "http://example.gov.cn:8080/a//b/../c/./d/": "cn,gov,example:8080)/a/c/d",
    "http://x.cn/a/../../b": "cn,x)/../b",
    "http://x.cn/a/./": "cn,x)/a",
    "http://x.cn/年报?标题=公开": "cn,x)/%e5%b9%b4%e6%8a%a5?%e6%a0%87%e9%a2%98=%e5%85%ac%e5%bc%80",
    "http://x.cn/%E5%B9%B4?x=%25E5": "cn,x)/%e5%b9%b4?x=%e5",
    f"http://x.cn/a?jsessionid={SESSION}&b=1": "cn,x)/a?b=1",
    f"http://x.cn/a?c=1&PHPSESSID={SESSION}&b=1": "cn,x)/a?b=1&c=1",
    f"http://x.cn/a?sid={SESSION}": "cn,x)/a",
    f"http://x.cn/a?sid={SESSION[1:]}": f"cn,x)/a?sid={SESSION[1:]}",
    "http://x.cn/a?b=1&cfid=12&cftoken=ab&c=2": "cn,x)/a?b=1&c=2",
    f"http://x.cn/a?ASPSESSIONIDabcdefgh={'a' * 24}&c": "cn,x)/a?c",
    f"http://x.cn/(s({ASPX}))/a.aspx?x": "cn,x)/a.aspx?x",
    f"http://x.cn/(a({ASPX})b({ASPX}))/A.aspx": "cn,x)/a.aspx",
    f"http://x.cn/b/({ASPX})/a.aspx": "cn,x)/b/a.aspx",
    f"http://x.cn/({ASPX})/a.html": f"cn,x)/({ASPX})/a.html",
    "http://user:pw@x.cn/a?#frag": "cn,x)/a",
    "http://x.cn./a b": "cn,x)/a%20b",
    "http://政府.cn/a/..": "cn,xn--mxtq1m)/",
    "http://X.localhost:8620/zwgk/T1.html": "localhost,x:8620)/zwgk/t1.html",
    "http://x.cn/a?__wb_method=POST&post-1": "cn,x)/a?__wb_method=post&post-1",
    "http://x.cn/a?b&a=2&a=1&B=0": "cn,x)/a?a=1&a=2&b&b=0",
    "http://x.cn": "cn,x)/",
    "  http://x.cn/  ": "cn,x)/",
    "mailto:a@b": "mailto:a@b",
}


@pytest.mark.parametrize("url", KEYS)
def test_the_key_of_an_address(url: str) -> None:
    assert make_surt(url) == KEYS[url]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Two pages, one of them changed, and one that was not found."""
    with Archive.create(tmp_path_factory.mktemp("played") / "archive.db") as archive:
        crawl = Crawl(archive, make_reading)
        crawl.run({A: "one", B: "two"})
        crawl.run({A: "another", B: "two", "http://xixia.gov.cn/nb/c.html": None})
        yield archive


def export(archive: Archive, target: Path, size: int) -> warc.WarcSummary:
    write = wacz.export_wacz if target.suffix == ".wacz" else warc.export_warc
    steps: list[tuple[str, int, int]] = []
    summary = write(
        archive,
        target,
        size=size,
        software=SOFTWARE,
        progress=lambda *step: steps.append(step),
    )
    visits = summary.visits
    assert steps == [
        *(("visits written", done, visits) for done in range(1, visits + 1)),
        *(
            ("files read back", done, len(summary.files))
            for done in range(1, len(summary.files) + 1)
        ),
    ]
    return summary


def test_a_payload_that_no_visit_has_is_named(archive: Archive) -> None:
    with open_source(archive) as source:
        first = source.find_original(sha256_of(b"one"))
        assert (first.url, first.visited_at) == (A, "2026-01-01T00:01:00.000Z")
        with pytest.raises(ArchiveError) as raised:
            source.find_original("0" * 64)
    assert str(raised.value) == (
        f"no visit has the payload {'0' * 64} whole: see what `nianbao verify` says"
    )


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", [1, 1 << 30])
def test_the_index_says_what_the_records_say(
    archive: Archive, tmp_path: Path, size: int
) -> None:
    summary = export(archive, tmp_path / "captures", size)
    assert summary.visits == 5
    # the first of many has what is known of the run alone
    assert len(summary.files) == (6 if size == 1 else 1)
    assert summary.records["response"] == 4
    assert summary.records["revisit"] == 1
    lines = (tmp_path / "captures" / "index.cdxj").read_text("utf-8").splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 5
    for line in lines:
        key, moment, text = line.split(" ", 2)
        place = json.loads(text)
        path = tmp_path / "captures" / place["filename"]
        assert summary.files[path.name] == path.stat().st_size
        check_line(path, key, moment, place)


def check_line(path: Path, key: str, moment: str, place: dict[str, Any]) -> None:
    with path.open("rb") as stream:
        stream.seek(int(place["offset"]))
        records = ArchiveIterator(stream)
        record = next(records)
        records.read_to_end()
        length = records.get_record_length()
    headers = record.rec_headers
    assert place["url"] == headers.get_header("WARC-Target-URI")
    assert key == make_surt(place["url"])
    date = headers.get_header("WARC-Date")
    assert moment == date[:19].translate(str.maketrans("", "", "-:T"))
    assert place["digest"] == headers.get_header("WARC-Payload-Digest")
    assert place["digest"].startswith("sha256:")
    assert int(place["length"]) == length
    if record.rec_type == "revisit":
        assert (place["mime"], place["status"]) == ("warc/revisit", "-")
    else:
        assert place["mime"] == "text/html"
        assert place["status"] == record.http_headers.get_statuscode()


@pytest.mark.parametrize("block", [2, 5, 1024])
def test_a_wacz_file(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(wacz, "BLOCK_LINES", block)
    target = tmp_path / "captures.wacz"
    summary = export(archive, target, 1)
    export(archive, tmp_path / "captures", 1)
    with zipfile.ZipFile(target) as package:
        assert package.testzip() is None
        for info in package.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.external_attr == 0o644 << 16
            assert info.compress_type == zipfile.ZIP_STORED
        members = {name: package.read(name) for name in package.namelist()}
    warc_files = {
        name.removeprefix("archive/"): data
        for name, data in members.items()
        if name.startswith("archive/")
    }
    assert {name: len(data) for name, data in warc_files.items()} == summary.files
    for name, data in warc_files.items():
        assert data == (tmp_path / "captures" / name).read_bytes()
    lines = (tmp_path / "captures" / "index.cdxj").read_text("utf-8")
    check_index(members, lines, block)
    check_description(members, archive)
    check_pages(members)


def check_index(members: dict[str, bytes], lines: str, block: int) -> None:
    packed = members["indexes/index.cdx.gz"]
    assert gzip.decompress(packed).decode() == lines
    heading, *places = members["indexes/index.idx"].decode().splitlines()
    meta = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    assert heading == f"!meta 0 {json.dumps(meta)}"
    assert len(places) == -(-5 // block)
    offset = 0
    for number, place in enumerate(places):
        key, _, text = place.partition(" {")
        values = json.loads("{" + text)
        data = packed[values["offset"] : values["offset"] + values["length"]]
        first, *others = gzip.decompress(data).decode().splitlines()
        assert first.startswith(f"{key} {{")
        assert len(others) + 1 == min(block, 5 - number * block)
        assert values["digest"] == digest_of(data)
        assert (values["offset"], values["filename"]) == (offset, "index.cdx.gz")
        offset += values["length"]
    assert offset == len(packed)


def digest_of(data: bytes) -> str:
    return f"sha256:{sha256_of(data)}"


def check_description(members: dict[str, bytes], archive: Archive) -> None:
    data = members["datapackage.json"]
    described = json.loads(members["datapackage-digest.json"])
    assert described == {"path": "datapackage.json", "hash": digest_of(data)}
    package = json.loads(data)
    resources = package.pop("resources")
    last = archive.db.execute("SELECT max(visited_at) FROM visits").fetchone()[0]
    assert package == {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": "captures",
        "created": f"{last[:19]}Z",
        "software": SOFTWARE,
    }
    assert resources == [
        {
            "name": path.rpartition("/")[2],
            "path": path,
            "hash": digest_of(content),
            "bytes": len(content),
        }
        for path, content in members.items()
        if not path.startswith("datapackage")
    ]


def check_pages(members: dict[str, bytes]) -> None:
    heading, *pages = map(json.loads, members["pages/pages.jsonl"].splitlines())
    assert heading == {
        "format": "json-pages-1.0",
        "id": "pages",
        "title": "Versions of reports, as they were first seen",
    }
    assert [page["url"] for page in pages] == [A, B, A]
    for page in pages:
        assert page["title"] == "青石镇2021年政府信息公开工作年度报告"
        assert page["ts"].endswith(":00Z")
        assert len(page["id"]) == 22
    assert len({page["id"] for page in pages}) == 3
    assert "青石镇".encode() in members["pages/pages.jsonl"]
