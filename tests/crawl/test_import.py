"""`nianbao import`: captures that others made become visits with their own times, whatever they
come in.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from warcio.recordloader import ArcWarcRecord

from nianbao.archive import Archive
from nianbao.archive.read_model.documents import Document, find_document
from nianbao.crawler.commands.crawl import sample_sites
from nianbao.sample.province import Province
from nianbao.sample.server import serve
from tests.crawl.commands import content, nianbao, start
from tests.crawl.conftest import needed
from tests.crawl.test_troubles import report
from tests.crawl.warc_files import (
    HTML,
    PROFILE,
    chunked,
    record,
    response,
    revisit,
    sha1,
    write,
    write_wacz,
)

AT = "2021-01-20T01:14:03Z"
LATER = "2022-03-01T00:00:00Z"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of one site."""
    folder = tmp_path_factory.mktemp("sites")
    (folder / "ye.yml").write_text(
        "id: ye\nname: 叶县人民政府\nregion: {name: 河南省平顶山市叶县, code: '410422'}\nplatform: trs\n"
        'entries:\n  - {url: "http://www.yexian.gov.cn/nb/", column: 年报}\nexpect: {links: 1}\n',
        "utf-8",
    )
    return folder


URL = "http://www.yexian.gov.cn/nb/t20210120_1.html"
PAGE = report("原文").encode()


class Taken:
    """An archive to import into."""

    def __init__(self, path: Path, sites: Path) -> None:
        self.path, self.sites = path, sites

    def take(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        """Import; return the summary."""
        printed = nianbao(
            "import",
            "--archive",
            self.path,
            "--sites",
            self.sites,
            "--json",
            *arguments,
            code=code,
        )
        found: dict[str, Any] = json.loads(printed)
        return found

    def visits(self) -> list[tuple[str, str, str, str]]:
        """Return every visit: address, time, role, outcome."""
        with Archive(self.path) as archive:
            return archive.db.execute(
                "SELECT url, visited_at, role, outcome FROM visits ORDER BY visited_at, url"
            ).fetchall()

    def document(self, url: str) -> Document:
        """Return the document at an address."""
        with Archive(self.path) as archive:
            found = find_document(archive.db, url)
        assert found is not None
        return found


@pytest.fixture
def into(tmp_path: Path, sites: Path) -> Taken:
    return Taken(tmp_path / "archive.db", sites)


# --- what other programs write ---------------------------------------------------------------


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Two sites of the sample province fetched by wget: a WARC file and, beside it, the mirror."""
    wget = needed(
        Path(shutil.which("wget") or "/nowhere"), "wget", "apt-get install wget"
    )
    folder = tmp_path_factory.mktemp("wget")
    with serve(1, port=0) as server:
        base = f".localhost:{server.port}"
        begin = [
            f"http://xixia{base}/zwgk/zfxxgknb/",
            f"http://gucheng{base}/zfxxgk/list.asp",
        ]
        proxy = [
            "-e",
            "use_proxy=yes",
            "-e",
            f"http_proxy=127.0.0.1:{server.port}",
        ]  # so no name is looked up
        command = [
            wget,
            "-q",
            "-r",
            "-l",
            "2",
            "--warc-file=captures",
            "--warc-cdx",
            "-e",
            "robots=off",
            *proxy,
        ]
        subprocess.run(
            [*command, *begin], cwd=folder, check=False, timeout=120
        )  # 8: some answers were 404
        truths = [
            truth
            for truth in server.province.truths(1)
            if truth.site in ("xixia", "gucheng")
        ]
        catalogue = folder / "sites"
        catalogue.mkdir()
        for path in sample_sites(server.port, catalogue).glob("*.yml"):
            if path.stem not in ("xixia", "gucheng"):
                path.unlink()
        yield {
            "folder": folder,
            "truths": truths,
            "province": Province(port=server.port),
            "sites": catalogue,
        }


def _names(path: Path) -> dict[str, tuple[Any, ...]]:
    with Archive(path) as archive:
        rows = archive.db.execute(
            "SELECT documents.url, readings.title, report_year, published_on FROM documents"
            " JOIN readings ON readings.version_id = current_version_id"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_a_warc_of_wget_is_read_as_a_crawl_reads(
    fetched: dict[str, Any], tmp_path: Path
) -> None:
    into = Taken(tmp_path / "archive.db", fetched["sites"])
    found = into.take(fetched["folder"] / "captures.warc.gz")
    assert found["visits"] == found["reports"] > 30
    assert found["passed"]["pages that are no report"] > 5
    read = _names(into.path)
    truths = {truth.url: truth for truth in fetched["truths"]}
    assert set(read) <= set(truths)
    for url, (title, year, published_on) in read.items():
        truth = truths[url]
        assert (title, year) == (truth.title, truth.report_year), url
        assert published_on in (truth.published_on, None), url
    again = into.take(fetched["folder"] / "captures.warc.gz")
    assert (again["visits"], again["known"]) == (0, found["visits"])
    nianbao("verify", "--archive", into.path)


def test_a_mirror_of_wget_holds_the_same_reports(
    fetched: dict[str, Any], tmp_path: Path
) -> None:
    mirror, into = tmp_path / "mirror", Taken(tmp_path / "archive.db", fetched["sites"])
    shutil.copytree(
        fetched["folder"], mirror, ignore=shutil.ignore_patterns("captures*", "sites")
    )
    refused = into.take(mirror, code=1)
    assert (refused["visits"], refused["refused"] > 40) == (
        0,
        True,
    )  # neither the scheme nor the times are known
    found = into.take(mirror, "--mirror", "http")
    assert found["visits"] > 30
    with Archive(into.path) as archive:
        for url, visited_at in archive.db.execute(
            "SELECT url, visited_at FROM visits"
        ).fetchall():
            path = mirror / url.removeprefix("http://")
            assert int(path.stat().st_mtime) == _seconds(visited_at), url
        assert (
            archive.db.execute(
                "SELECT count(*) FROM visits WHERE url LIKE '%show.asp?id=%'"
            ).fetchone()[0]
            > 15
        )
    assert all(
        "it could be any of" in line and "index.html" in line
        for line in found["refusals"]
    )
    assert into.take(mirror, "--mirror", "http")["visits"] == 0


def _seconds(visited_at: str) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(visited_at).timestamp())


def test_a_wacz_of_a_browsers_crawler(
    into: Taken, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Layout, record kinds and encodings as Browsertrix writes them."""
    packed = {
        "br": brotli.compress(PAGE),
        "gzip": gzip.compress(report("第二").encode()),
        "deflate": __import__("zlib").compress(report("第三").encode()),
    }
    records = [
        record(
            "", "warcinfo", AT, b"software: a crawler\r\n", "application/warc-fields"
        )
    ]
    for number, (encoding, body) in enumerate(packed.items(), start=1):
        url = f"http://www.yexian.gov.cn/nb/t20210120_{number}.html"
        headers = (
            HTML,
            ("Content-Encoding", encoding),
            ("Transfer-Encoding", "chunked"),
        )
        records.append(
            response(url, f"2021-01-20T01:14:0{number}.123Z", chunked(body), *headers)
        )
        records.append(
            record(f"urn:text:{url}", "resource", AT, "正文".encode(), "text/plain")
        )
        records.append(
            record(
                f"urn:pageinfo:{url}",
                "resource",
                AT,
                b'{"pageid":"1"}',
                "application/json",
            )
        )
    records.append(
        response(
            "http://www.yexian.gov.cn/style.css",
            AT,
            b"p {}",
            ("Content-Type", "text/css"),
        )
    )
    records.append(response("http://other.example/", AT, PAGE))
    records.append(
        record(URL, "metadata", AT, b"fetchTimeMs: 12\r\n", "application/warc-fields")
    )
    warc = write(tmp_path / "rec-0.warc.gz", records).read_bytes()
    page = {"id": "1", "url": URL, "ts": AT, "title": "年报"}
    target = write_wacz(tmp_path / "crawl.wacz", {"rec-0.warc.gz": warc}, [page])
    found = into.take(target)
    assert (found["visits"], found["reports"]) == (3, 3)
    assert found["passed"]["resource records"] == 6
    assert found["passed"]["of other sites"] == 1
    with Archive(into.path) as archive:
        first = archive.latest_payload_visit(URL)
        assert first is not None
        assert archive.payload(str(first.payload_sha256)) == PAGE
        assert (first.visited_at, first.content_type) == (
            "2021-01-20T01:14:01.123Z",
            HTML[1],
        )
        assert first.hints.region_code == "410422"
    assert into.take(target)["visits"] == 0
    wacz = request.getfixturevalue("wacz")
    done = subprocess.run(
        [wacz, "validate", "-f", target], capture_output=True, text=True, check=False
    )
    assert "Validation succeeded" in done.stdout, done.stdout


def test_a_crawl_of_the_whole_web_is_passed_over_in_little_memory(
    into: Taken, tmp_path: Path
) -> None:
    def others(count: int) -> Iterator[ArcWarcRecord]:
        text = os.urandom(40_000).hex().encode()
        for number in range(count):
            yield response(
                f"http://www{number}.example/", AT, text, ("Content-Type", "text/html")
            )
        yield response(URL, AT, PAGE)

    peaks = []
    for count in (10, 2_000):  # 160 MB
        write(tmp_path / "CC-MAIN.warc.gz", others(count))
        into.path.unlink(missing_ok=True)
        process = start(
            "import",
            tmp_path / "CC-MAIN.warc.gz",
            "--archive",
            into.path,
            "--sites",
            into.sites,
            into=tmp_path / "log",
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        assert status == 0, (tmp_path / "log").read_text()
        peaks.append(used.ru_maxrss)
        assert [row[0] for row in into.visits()] == [URL]
    assert peaks[1] < peaks[0] + 20_000, peaks  # KB
    assert resource.getpagesize()


# --- pages that are one file each -------------------------------------------------------------


def test_saved_pages_are_taken_when_they_say_where_and_when(
    into: Taken, tmp_path: Path
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "told.html").write_bytes(PAGE)
    (folder / "nothing.html").write_bytes(PAGE)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    comment = f"<!-- saved from url=({len(URL):04})http://www.yexian.gov.cn/nb/t20210120_1.html -->\n"
    (folder / "browser.html").write_bytes(comment.encode() + PAGE)
    os.utime(
        folder / "browser.html", (1_646_092_800, 1_646_092_800)
    )  # 2022-03-01T00:00:00Z
    mhtml = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: http://www.yexian.gov.cn/nb/t3.html\r\n"
        "Date: Thu, 3 Mar 2022 09:00:00 +0800\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
        "Content-Transfer-Encoding: base64\r\nContent-Location: http://www.yexian.gov.cn/nb/t3.html\r\n\r\n"
    )
    import base64

    (folder / "page.mhtml").write_bytes(
        mhtml.encode() + base64.encodebytes(PAGE) + b"\r\n--b--\r\n"
    )
    found = into.take(folder)
    assert into.visits() == [
        (
            "http://www.yexian.gov.cn/nb/t3.html",
            "2022-03-03T01:00:00.000Z",
            "report",
            "fetched",
        )
    ]
    assert found["refused"] == 4
    (folder / "manifest.csv").write_text(
        f"file,url,visited_at\ntold.html,{URL.replace('_1', '_9')},2021-01-20T09:14:03+08:00\n",
        "utf-8",
    )
    found = into.take(folder, "--manifest", folder / "manifest.csv", "--file-times")
    assert (URL, "2022-03-01T00:00:00.000Z", "report", "fetched") in into.visits()
    assert (
        URL.replace("_1", "_9"),
        "2021-01-20T01:14:03.000Z",
        "report",
        "fetched",
    ) in into.visits()
    assert "does not say where it was seen" in " ".join(found["refusals"])
    assert into.document(URL).versions[0].report_year is not None


def test_names_that_could_be_two_addresses_are_not_guessed(
    into: Taken, tmp_path: Path
) -> None:
    host = tmp_path / "mirror" / "www.yexian.gov.cn" / "nb"
    host.mkdir(parents=True)
    for name in ("index.html", "show.asp?id=1.html", "t20210120_1.html"):
        (host / name).write_bytes(PAGE)
    found = into.take(tmp_path / "mirror", "--mirror", "http")
    assert [row[0] for row in into.visits()] == [URL]
    assert found["refused"] == 2
    into.take(tmp_path / "mirror", "--mirror", "http", "--adjusted")
    assert "http://www.yexian.gov.cn/nb/show.asp?id=1" in [
        row[0] for row in into.visits()
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,url\n", "manifest.csv:1: the columns file, url, visited_at are wanted"),
        (
            f"file,url,visited_at\na.html,{URL},2021-01-20 09:14\n",
            "manifest.csv:2: visited_at:",
        ),
        (
            f"file,url,visited_at\na.html,{URL},0001-01-01T00:00:00+14:00\n",
            "manifest.csv:2: visited_at:",
        ),
        (
            "file,url,visited_at\na.html,ftp://x/,2021-01-20T09:14Z\n",
            "manifest.csv:2: url:",
        ),
    ],
)
def test_a_manifest_with_a_mistake_begins_nothing(
    into: Taken, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "manifest.csv").write_text(text, "utf-8")
    command = (
        "import",
        tmp_path,
        "--manifest",
        tmp_path / "manifest.csv",
        "--archive",
        into.path,
    )
    assert said in nianbao(*command, code=2)
    assert not into.path.exists()


# --- what becomes of it -----------------------------------------------------------------------


def test_what_stood_in_the_place_of_a_report_is_kept_and_the_rest_only_if_asked(
    into: Taken, tmp_path: Path
) -> None:
    gone, list_page = (
        b"<html><body>not here</body></html>",
        b"<html><body><a href='x'>x</a></body></html>",
    )
    challenge = b"<script>var arg1='0123456789ABCDEF0123456789ABCDEF01234567'</script>"
    records = [
        response(URL, "2020-01-01T00:00:00Z", gone, status="404 Not Found"),
        response(URL, AT, PAGE),
        response(URL, LATER, challenge),
        response("http://www.yexian.gov.cn/nb/", AT, list_page),
        response("http://www.yexian.gov.cn/nowhere", AT, gone, status="404 Not Found"),
        response(
            "http://www.yexian.gov.cn/moved",
            AT,
            b"",
            ("Location", "/"),
            status="301 Moved",
        ),
    ]
    path = write(tmp_path / "a.warc.gz", records)
    found = into.take(path)
    assert [(row[0], row[3]) for row in into.visits()] == [
        (URL, "not_found"),
        (URL, "fetched"),
        (URL, "blocked"),
    ]
    assert found["passed"]["pages that are no report"] == 1
    whole = into.take(path, "--keep-all")
    assert (whole["visits"], whole["known"]) == (3, 3)
    assert {row[2] for row in into.visits()} == {"report", "other"}
    assert into.document(URL).state == "present"
    nianbao("verify", "--archive", into.path)


@pytest.mark.parametrize("order", [1, -1])
def test_revisits_have_the_payload_of_what_they_refer_to(
    into: Taken, tmp_path: Path, order: int
) -> None:
    digest, other = sha1(PAGE), "http://www.yexian.gov.cn/nb/t20210120_2.html"
    second, third = "2021-06-01T00:00:00Z", "2021-07-01T00:00:00Z"
    lost = sha1(b"lost")
    records = [
        response(URL, AT, PAGE, WARC_Payload_Digest=digest),
        revisit(URL, second, "identical-payload-digest", digest, URL, AT),
        revisit(URL, third, "server-not-modified", digest, URL, AT),
        revisit(
            other,
            third,
            "identical-payload-digest",
            digest,
            "http://nowhere.example/",
            AT,
        ),
        revisit(
            URL, LATER, "identical-payload-digest", lost, "http://nowhere.example/", AT
        ),
    ]
    found = into.take(write(tmp_path / "a.warc.gz", records[::order]))
    assert found["passed"]["revisits of a payload that is not at hand"] == 1
    assert [(url, at[:10], outcome) for url, at, _, outcome in into.visits()] == [
        (URL, "2021-01-20", "fetched"),
        (URL, "2021-06-01", "fetched"),
        (URL, "2021-07-01", "not_modified"),
        (other, "2021-07-01", "fetched"),
    ]
    assert len(into.document(URL).versions) == 1
    assert into.document(URL).versions[0].last_seen.startswith("2021-07-01")


@pytest.mark.parametrize("digest", [sha1(b""), None])
def test_an_answer_304_that_names_nothing_is_about_the_capture_before_it(
    into: Taken, tmp_path: Path, digest: str | None
) -> None:
    fields = {"WARC_Profile": f"{PROFILE}server-not-modified"}
    if digest is not None:
        fields["WARC_Payload_Digest"] = digest
    records = [
        response(URL, "2021-06-01T00:00:00Z", b"", kind="revisit", **fields),
        response(URL, AT, PAGE),
        response(URL, "2020-06-01T00:00:00Z", b"", kind="revisit", **fields),
    ]
    found = into.take(write(tmp_path / "a.warc.gz", records))
    assert [(at[:10], outcome) for _, at, _, outcome in into.visits()] == [
        ("2021-01-20", "fetched"),
        ("2021-06-01", "not_modified"),
    ]
    assert found["passed"]["revisits of a payload that is not at hand"] == 1


def test_an_older_capture_is_put_in_its_place(into: Taken, tmp_path: Path) -> None:
    texts = {
        "2021-02-01T00:00:00Z": "原文",
        "2023-02-01T00:00:00Z": "更正",
        "2022-02-01T00:00:00Z": "另一",
    }
    for at, text in texts.items():
        into.take(
            write(
                tmp_path / f"{at[:4]}.warc.gz",
                [response(URL, at, report(text).encode())],
            )
        )
    versions = into.document(URL).versions
    assert [version.first_seen[:4] for version in versions] == ["2021", "2022", "2023"]
    assert [
        "原文" in versions[0].text,
        "另一" in versions[1].text,
        "更正" in versions[2].text,
    ] == [True] * 3
    nianbao("verify", "--archive", into.path)
    with Archive(into.path) as archive:
        assert (
            archive.db.execute("SELECT kind, end_reason FROM runs").fetchall()
            == [("import", "finished")] * 3
        )


def test_an_unknown_host_is_nobodys_until_somebody_says_so(
    into: Taken, tmp_path: Path
) -> None:
    url = "https://www.elsewhere.gov.cn/nb/1.html"
    path = write(
        tmp_path / "a.warc.gz", [response(url, AT, PAGE), response(URL, AT, PAGE)]
    )
    assert (
        into.take(
            path,
            "--url-prefix",
            "https://www.elsewhere.gov.cn.evil.example/",
            code=1,
        )["visits"]
        == 0
    )
    assert (
        into.take(path, "--url-prefix", "https://www.elsewhere.gov.cn/nb/")["visits"]
        == 1
    )
    with Archive(into.path) as archive:
        assert archive.db.execute(
            "SELECT id, name, platform, region_id FROM sites"
        ).fetchall() == [
            ("www.elsewhere.gov.cn", "www.elsewhere.gov.cn", "unknown", None)
        ]
    into.path.unlink()
    into.take(path, "--url-prefix", "https://www.elsewhere.gov.cn/", "--site", "ye")
    with Archive(into.path) as archive:
        assert archive.site_ids() == ["ye"]
    assert "no site nowhere" in nianbao(
        "import", path, "--site", "nowhere", "--archive", into.path, code=2
    )


def test_a_killed_import_is_gone_on_with(tmp_path: Path, sites: Path) -> None:
    records = [
        response(
            f"http://www.yexian.gov.cn/nb/t20210120_{number}.html",
            AT,
            report(f"第{number}份").encode(),
        )
        for number in range(40)
    ]
    path = write(tmp_path / "a.warc.gz", records)
    whole, cut = Taken(tmp_path / "whole.db", sites), Taken(tmp_path / "cut.db", sites)
    whole.take(path)
    for kept in (3, 20):
        with start(
            "import",
            path,
            "--archive",
            cut.path,
            "--sites",
            sites,
            into=tmp_path / "log",
        ) as process:
            while process.poll() is None and _count(cut.path) < kept:
                time.sleep(0.05)
            process.kill()
    assert 20 <= _count(cut.path) < 40
    found = cut.take(path)
    assert found["visits"] + found["known"] == 40
    assert content(cut.path) == content(whole.path)
    with (
        Archive.create(cut.path) as archive,
        archive.transaction() as db,
    ):  # as if cut off before the very end
        db.execute("UPDATE runs SET ended_at = NULL, end_reason = NULL, counts = NULL")
        db.execute(
            "UPDATE site_runs SET ended_at = NULL, end_reason = NULL, healthy = NULL"
        )
    assert cut.take(path)["known"] == 40
    assert content(cut.path) == content(whole.path)
    nianbao("verify", "--archive", cut.path)


def _count(path: Path) -> int:
    if not path.exists():
        return 0
    with Archive(path) as archive:
        return int(archive.db.execute("SELECT count(*) FROM visits").fetchone()[0])
