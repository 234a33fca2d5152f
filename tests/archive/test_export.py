"""Captures of every kind written as WARC: what the records say, and that all of it comes back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.archive.export import metadata, readback, warc
from nianbao.archive.export.surt import make_surt
from nianbao.archive.raw import visits
from nianbao.archive.raw.decisions import Decision
from nianbao.archive.raw.discoveries import DiscoveredColumn, SiteDiscovery
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Finding, Hints, Note
from nianbao.crawler.commands.cli import main

HERE = "http://www.yexian.gov.cn/nb/"
BODY = "<html>年报</html>".encode()
WHOLE = b"blocked" * 1000
SAID = f"waf_block: status 403 (7000 bytes, sha256 {hashlib.sha256(WHOLE).hexdigest()})"
REPLAY = Path(__file__).parents[2] / ".venv-replay" / "bin" / "python"


def capture(number: int, **values: Any) -> Capture:
    """Make a capture of an attachment, which nobody reads."""
    usual = {
        "site": "ye",
        "url": f"{HERE}{number}",
        "role": "attachment",
        "outcome": "fetched",
        "status": 200,
    }
    usual |= {"visited_at": f"2026-01-01T00:00:{number:02}.123Z", "payload": BODY}
    return Capture(**(usual | values))


HEADERS = (
    ("Server", "  spaced  "),
    ("Content-Encoding", "gzip"),
    ("Content-Length", "12"),
    ("Content-Type", "text/html; charset=gb2312"),
    ("Set-Cookie", "a=1"),
    ("Set-Cookie", "b=2"),
    ("X-Latin", "\xc4\xea\xb1\xa8"),
    ("X-Empty", ""),
    ("X-\xb1:", "a\r\nB: c"),
)
CAPTURES = [
    capture(
        1,
        headers=HEADERS,
        hints=Hints(list_title="题", content_type="text/html", official_host=False),
    ),
    capture(
        2,
        headers=(("Transfer-Encoding", "chunked"), ("Content-Length", str(len(BODY)))),
    ),  # the same payload
    capture(
        3,
        url=f"{HERE}1",
        outcome="not_modified",
        status=304,
        payload=None,
        headers=(("ETag", '"x"'),),
    ),
    capture(
        4,
        outcome="not_found",
        status=404,
        payload=None,
        message="the server answered 404",
    ),
    capture(
        5,
        outcome="network_error",
        status=None,
        payload=None,
        message="time-out\nof the server",
    ),
    capture(6, outcome="blocked", status=403, payload=WHOLE[:2048], message=SAID),
    capture(
        7,
        redirects=(f"{HERE}8?年=1", "https://elsewhere.gov.cn/报告 1.html"),
        payload=b"moved",
    ),
    capture(9, url=f"{HERE}list#post-0123456789abcdef", payload=b"first"),
    capture(10, url=f"{HERE}list#post-0123456789abcdef", payload=b"first"),
    capture(11, status=None, payload=b"saved", hints=Hints(content_type="text/html")),
    capture(12, payload=b""),
    capture(13, status=999, payload=b"odd", role="other"),
    capture(
        14,
        outcome="refused_by_robots",
        status=None,
        payload=None,
        redirects=(f"{HERE}9",),
        message="no",
    ),
]


DECISION = Decision(
    "report", "印在末页", url=f"{HERE}1", agency="叶县某镇人民政府", report_year=2020
)
DISCOVERY = SiteDiscovery(
    uid="0123456789abcdef0123456789abcdef",
    site_id="ye",
    government="河南省平顶山市叶县",
    government_code="410422",
    home="http://www.yexian.gov.cn/",
    started_at="2026-01-01T00:00:00.000Z",
    ended_at="2026-01-01T00:01:00.000Z",
    outcome="found",
    site_name=None,
    platform="trs",
    hosts=("www.yexian.gov.cn",),
    requests=7,
    troubles=("某页未答",),
    unread=((f"{HERE}x", "其他"),),
    elsewhere=(),
    software_version="0.1.0",
    columns=(
        DiscoveredColumn(
            *(HERE, "年报", "trs", 0.5, None, "one_body", "某镇", 3, HERE, "题")
        ),
    ),
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive with every kind of visit."""
    path = tmp_path / "there.db"
    with Archive.create(path) as archive:
        run_id = archive.begin_run("0.1.0", {"a": "年"})
        archive.begin_sites(
            run_id,
            [
                ArchivedSite(
                    "ye", "叶县人民政府", "trs", "河南省平顶山市叶县", "410422", 2, 3
                )
            ],
        )
        for one in CAPTURES:
            sha256 = (
                hashlib.sha256(BODY).hexdigest()
                if one.outcome == "not_modified"
                else None
            )
            archive.store_capture(
                run_id, dataclasses.replace(one, payload_sha256=sha256)
            )
        archive.store_note(
            run_id,
            Note(
                "ye",
                HERE,
                Finding("list.failed", "error", "x", "t", "r", "c", "1", "2"),
            ),
        )
        archive.end_site(run_id, "ye", "blocked", 3, lists_whole=False)
        archive.end_run(run_id, "finished", {"visits": 13})
        archive.store_decision(DECISION)
        archive.store_discovery(DISCOVERY)
    return path


def written(archive: Path, target: Path) -> list[Any]:
    """Write the archive; return the records, each with its body."""
    with Archive(archive) as opened:
        warc.export_warc(
            opened, target, size=1 << 30, software="nianbao", progress=lambda *_: None
        )
    records = []
    with next(target.glob("*.warc.gz")).open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            records.append((record, record.raw_stream.read()))
    return records


def test_all_of_it_comes_back(archive: Path, tmp_path: Path) -> None:
    written(archive, tmp_path / "captures")
    here = tmp_path / "here.db"
    done = CliRunner().invoke(
        main, ["import", str(tmp_path / "captures"), "--archive", str(here), "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["visits"] == len(CAPTURES)
    with Archive(archive) as one, Archive(here) as other:
        assert [visits.load_capture(one.db, n + 1) for n in range(13)] == [
            visits.load_capture(other.db, n + 1) for n in range(13)
        ]
        for table in ("runs", "site_runs", "regions", "findings", "blobs"):
            query = (
                f"SELECT * FROM {table}"
                if table != "blobs"
                else "SELECT sha256 FROM blobs ORDER BY 1"
            )
            assert (
                one.db.execute(query).fetchall() == other.db.execute(query).fetchall()
            ), table
        assert one.decisions() == other.decisions()
        assert [decision.reason for decision in one.decisions()] == ["印在末页"]
        assert one.discoveries() == other.discoveries() == [DISCOVERY]


def test_the_records_do_not_lie(archive: Path, tmp_path: Path) -> None:
    found = written(archive, tmp_path / "captures")
    at = {
        (record.rec_type, record.rec_headers.get_header("WARC-Target-URI")): (
            record,
            body,
        )
        for record, body in found
    }
    first, body = at["response", f"{HERE}1"]
    assert body == BODY
    head = first.http_headers.get_header
    assert (head("Content-Encoding"), head("Content-Length")) == (None, None)
    assert (
        head("X-Archive-Orig-Content-Encoding"),
        head("X-Archive-Orig-Content-Length"),
    ) == ("gzip", "12")
    again, body = at["revisit", f"{HERE}2"]
    assert (again.rec_headers.get_header("WARC-Refers-To-Target-URI"), body) == (
        f"{HERE}1",
        b"",
    )
    assert again.http_headers.get_header("Content-Length") == str(len(BODY))
    same, _ = at["revisit", f"{HERE}1"]
    assert same.rec_headers.get_header("WARC-Profile").endswith("/server-not-modified")
    assert same.rec_headers.get_header("WARC-Refers-To-Date") == CAPTURES[0].visited_at
    for number in (4, 6):
        cut, _ = at["response", f"{HERE}{number}"]
        assert cut.rec_headers.get_header("WARC-Truncated") == "unspecified"
    hop, _ = at["response", f"{HERE}7"]
    assert hop.http_headers.get_header("Location") == f"{HERE}8?%E5%B9%B4=1"
    assert "not kept" in hop.rec_headers.get_header(metadata.REBUILT)
    assert (
        at["response", "https://elsewhere.gov.cn/%E6%8A%A5%E5%91%8A%201.html"][1]
        == b"moved"
    )
    posted = [
        record
        for record, body in found
        if record.rec_type == "response" and body == b"first"
    ]
    assert len(posted) == 2  # whole each time
    request, body = at["request", f"{HERE}list"]
    assert (request.http_headers.protocol, body) == ("POST", b"")
    assert "post-0123456789abcdef" in request.rec_headers.get_header(metadata.REBUILT)
    asked = at["request", f"{HERE}2"][0].http_headers
    assert (asked.protocol, asked.statusline) == ("GET", "/nb/2 HTTP/1.1")
    assert asked.get_header("Host") == "www.yexian.gov.cn"
    assert at["resource", f"{HERE}11"][0].content_type == "text/html"
    assert ("response", f"{HERE}5") not in at


def test_the_index_has_a_line_for_each_answer(archive: Path, tmp_path: Path) -> None:
    written(archive, tmp_path / "captures")
    lines = (tmp_path / "captures" / "index.cdxj").read_text("utf-8").splitlines()
    assert lines == sorted(lines, key=str.encode)
    path = next((tmp_path / "captures").glob("*.warc.gz"))
    for line in lines:
        key, _, rest = line.partition(" ")
        place = json.loads(rest.partition(" ")[2])
        with path.open("rb") as stream:
            stream.seek(int(place["offset"]))
            record = next(iter(ArchiveIterator(stream)))
        assert record.rec_headers.get_header("WARC-Target-URI") == place["url"]
        assert key.startswith(make_surt(place["url"]))
    assert sum("__wb_method=post&post-0123456789abcdef" in line for line in lines) == 2


def test_what_is_read_back_otherwise_gets_no_name(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = readback.check_files

    def damage(files: Any, opened: Any, progress: Any) -> None:
        (folder,) = tmp_path.glob("captures.nianbao-part-*/new")
        path = folder / files[0].name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
        checked(files, opened, progress)

    monkeypatch.setattr(readback, "check_files", damage)
    with pytest.raises(ArchiveError):
        written(archive, tmp_path / "captures")
    assert [
        path.name for path in tmp_path.iterdir() if path.name.startswith("captures")
    ] == []


ADDRESSES = (
    "http://www.Example.gov.cn/A/?b=2&a=1",
    "https://example.gov.cn:443/",
    "http://example.gov.cn:8080/a//b/../c/./d/",
    "http://x.cn/年报/2020.html?标题=公开",
    "http://x.cn/%E5%B9%B4?x=%25E5",
    "http://x.cn/a?jsessionid=0123456789abcdef0123456789abcdef&b=1",
    "http://x.cn/(s(0123456789abcdefghijklmn))/a.aspx?x",
    "http://user:pw@x.cn/a?#frag",
    "http://x.cn./a b",
    "http://政府.cn/a/..",
    "http://X.localhost:8620/zwgk/T1.html",
    "http://x.cn/a?__wb_method=POST&post-ab12",
    "http://x.cn",
)


def test_keys_are_those_of_pywb() -> None:
    if not REPLAY.exists():
        pytest.skip("no pywb: make replay")
    script = (
        "import json, sys; from pywb.utils.canonicalize import canonicalize as key;"
    )
    script += "print(json.dumps([key(url) for url in json.load(sys.stdin)]))"
    done = subprocess.run(
        [REPLAY, "-c", script],
        input=json.dumps(ADDRESSES),
        capture_output=True,
        text=True,
        check=True,
    )
    assert [make_surt(url) for url in ADDRESSES] == json.loads(done.stdout)
