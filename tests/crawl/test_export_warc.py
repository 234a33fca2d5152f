"""`nianbao export warc` and `wacz`: other programs find what the archive holds, and the way
back is lossless.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator

from nianbao.archive import Archive
from tests.crawl.commands import content, free_port, nianbao
from tests.kept_samples import KeptSample

WARCIO = Path(sys.executable).with_name("warcio")


@pytest.fixture(scope="module")
def captures(sample: KeptSample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample province's whole history as WARC, in several files."""
    folder = tmp_path_factory.mktemp("export") / "captures"
    printed = nianbao(
        "export", "warc", folder, "--archive", sample.archive, "--size", "1M"
    )
    assert "read back: every digest is right" in printed
    assert len(list(folder.glob("*.warc.gz"))) > 1
    return folder


@pytest.fixture(scope="module")
def packed(sample: KeptSample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as WACZ."""
    target = tmp_path_factory.mktemp("export") / "captures.wacz"
    nianbao("export", "wacz", target, "--archive", sample.archive)
    return target


@pytest.fixture(scope="module")
def again(captures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty archive into which the WARC files were taken."""
    archive = tmp_path_factory.mktemp("import") / "archive.db"
    nianbao("import", captures, "--archive", archive)
    return archive


def test_the_way_back_makes_the_same_archive(
    sample: KeptSample, again: Path, packed: Path
) -> None:
    there, here = content(sample.archive), content(again)
    for name in there.keys() - {
        "changes"
    }:  # visits, versions, readings, findings, runs, …
        assert here[name] == there[name], name
    assert _page_lines(here) == _page_lines(there)
    assert _announced_reports(again) == _announced_reports(sample.archive)
    assert _visits(again) == _visits(sample.archive)  # times, headers and payloads too
    printed = nianbao("import", packed, "--archive", again)
    assert "0 visits taken in" in printed
    assert content(again) == here
    nianbao("verify", "--archive", again)


def _page_lines(rows: dict[str, list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """Return the lines of the feed that are about pages.

    An import of two runs tells of a report once, when it ends; the crawls told of it twice.
    """
    return [row for row in rows["changes"] if not row[0].startswith("report_")]


def _announced_reports(archive: Path) -> list[tuple[Any, ...]]:
    """Return what the feed has told of each report in the end."""
    query = (
        "SELECT agency, region, site_id, report_year, url, ordinal, state, last_url,"
        " last_version, content_sha256 FROM announced_reports"
    )
    with Archive(archive) as opened:
        return sorted(opened.db.execute(query).fetchall(), key=repr)


def test_the_same_archive_gives_the_same_bytes(
    captures: Path, again: Path, tmp_path: Path
) -> None:
    nianbao("export", "warc", tmp_path / "captures", "--archive", again, "--size", "1M")
    assert _digests(tmp_path / "captures") == _digests(captures)


def test_a_wacz_holds_the_same_records(
    sample: KeptSample, packed: Path, tmp_path: Path
) -> None:
    """What was made of the WARC files is what would be made of the WACZ alone."""
    nianbao("export", "warc", tmp_path / "captures", "--archive", sample.archive)
    (path,) = (tmp_path / "captures").glob("*.warc.gz")
    with (
        zipfile.ZipFile(packed) as package,
        package.open(f"archive/{path.name}") as member,
        path.open("rb") as file,
    ):
        assert member.read() == file.read()


def test_warcio_finds_every_digest_right(captures: Path) -> None:
    files = sorted(captures.glob("*.warc.gz"))
    done = subprocess.run(
        [WARCIO, "check", "-v", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "no digest to check" not in done.stdout.replace("warcinfo: no digest", "")


def test_unchanged_visits_are_revisits_of_what_they_found(captures: Path) -> None:
    whole: set[tuple[str, str, str]] = set()
    revisits: list[tuple[str, tuple[str, str, str]]] = []
    for path in sorted(captures.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                header = record.rec_headers.get_header
                digest = header("WARC-Payload-Digest")
                if record.rec_type == "response":
                    whole.add((header("WARC-Target-URI"), header("WARC-Date"), digest))
                elif record.rec_type == "revisit":
                    found = (
                        header("WARC-Refers-To-Target-URI"),
                        header("WARC-Refers-To-Date"),
                        digest,
                    )
                    revisits.append((header("WARC-Profile").rpartition("/")[2], found))
    assert {profile for profile, _ in revisits} == {
        "server-not-modified",
        "identical-payload-digest",
    }
    assert [found for _, found in revisits if found not in whole] == []


def test_pywb_replays_a_report_and_its_earlier_version(
    sample: KeptSample, captures: Path, wayback: Path
) -> None:
    with Archive(sample.archive) as archive, replay(wayback, captures) as base:
        rows = archive.db.execute(
            "SELECT documents.url, visits.visited_at, versions.payload_sha256 FROM versions"
            " JOIN documents ON documents.id = document_id JOIN visits ON visits.id = first_visit_id"
            " WHERE (SELECT count(*) FROM versions AS v WHERE v.document_id = documents.id) > 1"
        ).fetchall()
        assert len({url for url, _, _ in rows}) >= 5
        for url, visited_at, sha256 in rows:
            assert (
                hashlib.sha256(replayed(base, url, visited_at).content).hexdigest()
                == sha256
            ), (url, visited_at)
        shown = httpx.get(f"{base}/{stamp(rows[0][1])}mp_/{rows[0][0]}", timeout=60)
        assert shown.status_code == 200
        assert (
            "wombat" in shown.text
        )  # as a person looks at it, with pywb's own scripts around it


def test_pywb_replays_unchanged_and_posted_pages(
    sample: KeptSample, captures: Path, wayback: Path
) -> None:
    with Archive(sample.archive) as archive, replay(wayback, captures) as base:
        rows = archive.db.execute(
            "SELECT * FROM (SELECT url, visited_at, payload_sha256 FROM visits WHERE outcome = 'not_modified' LIMIT 20)"
            " UNION ALL SELECT url, visited_at, payload_sha256 FROM visits WHERE instr(url, '#post-')"
        ).fetchall()
        posted = [row for row in rows if "#post-" in row[0]]
        assert posted
        assert len(posted) < len(rows)
        for url, visited_at, sha256 in rows:
            address, _, sent = url.partition("#post-")
            address += (
                ("&" if "?" in address else "?") + f"__wb_method=POST&post-{sent}"
                if sent
                else ""
            )
            assert (
                hashlib.sha256(replayed(base, address, visited_at).content).hexdigest()
                == sha256
            ), url


def test_py_wacz_finds_the_wacz_valid(packed: Path, wacz: Path) -> None:
    done = subprocess.run(
        [wacz, "validate", "-f", packed], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "Validation succeeded" in done.stdout


def test_nothing_is_written_over(
    captures: Path, packed: Path, sample: KeptSample
) -> None:
    before = _digests(captures)
    for kind, target in (("warc", captures), ("wacz", packed)):
        printed = nianbao("export", kind, target, "--archive", sample.archive, code=1)
        assert "there is something already" in printed
    assert _digests(captures) == before


@contextmanager
def replay(wayback: Path, captures: Path) -> Iterator[str]:
    """Serve the files with their index in pywb, on loopback; give the collection's address."""
    folder, port = captures.parent, free_port()
    config = {
        "collections": {
            "c": {
                "index_paths": str(captures / "index.cdxj"),
                "archive_paths": f"{captures}/",
            }
        }
    }
    (folder / "config.yaml").write_text(json.dumps(config), "utf-8")
    command = [wayback, "--bind", "127.0.0.1", "--port", str(port)]
    with (folder / "pywb.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        base = f"http://127.0.0.1:{port}/c"
        for _ in range(600):
            try:
                httpx.get(base, timeout=30)
                break
            except httpx.TransportError:
                assert process.poll() is None, (folder / "pywb.log").read_text()
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait()


def replayed(base: str, url: str, visited_at: str) -> httpx.Response:
    """Return an address as it was at a time, its bytes left as they are."""
    answer = httpx.get(f"{base}/{stamp(visited_at)}id_/{url}", timeout=60)
    assert answer.status_code == 200, (url, visited_at, answer.text[-300:])
    return answer


def stamp(visited_at: str) -> str:
    return "".join(letter for letter in visited_at[:19] if letter.isdigit())


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def _visits(path: Path) -> list[tuple[Any, ...]]:
    """Return every visit with what the server sent."""
    with Archive(path) as archive:
        return archive.db.execute(
            "SELECT runs.uid, url, role, outcome, visited_at, status, payload_sha256, etag, last_modified, redirects,"
            " message, (SELECT group_concat(name || ': ' || value, char(10)) FROM (SELECT name, value"
            " FROM visit_headers WHERE visit_id = visits.id ORDER BY position)) FROM visits"
            " JOIN runs ON runs.id = run_id ORDER BY uid, visited_at, url"
        ).fetchall()
