"""Archives of earlier versions, opened by every command: what they held is there."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.archives import NAMES, unpack_archive
from tests.browse.conftest import serving
from tests.crawl.commands import free_port, nianbao

pytestmark = [pytest.mark.crawl, pytest.mark.slow]

COUNTS = ("visits", "blobs", "documents", "versions", "reports", "changes")


class Kept(NamedTuple):
    """An archive of an earlier version, as it was and as the commands have it now."""

    name: str
    path: Path
    counts: dict[str, int]  # rows by table, as it was
    changes: list[tuple[Any, ...]]  # lines of the feed, as they were
    url: str  # of a page that has two versions

    def run(self, *arguments: object, code: int = 0) -> str:
        """Run a command on the archive."""
        return nianbao(*arguments, "--archive", self.path, code=code)

    def run_json(self, *arguments: object) -> Any:
        """Run a command on the archive that prints JSON; return what it says."""
        return json.loads(self.run(*arguments, "--json"))

    def count(self, table: str) -> int:
        """Return the number of a table's rows now."""
        (row,) = select(self.path, f"SELECT count(*) FROM {table}")
        return int(row[0])


def select(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the file."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


@pytest.fixture(scope="module", params=NAMES)
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Kept:
    """An archive that an earlier version wrote, read again where that is wanted."""
    name = request.param
    path = unpack_archive(name, tmp_path_factory.mktemp("earlier") / f"{name}.db")
    counts = {
        table: select(path, f"SELECT count(*) FROM {table}")[0][0] for table in COUNTS
    }
    changes = select(path, "SELECT id, kind, occurred_at, site_id FROM changes")
    ((url,),) = select(
        path,
        "SELECT url FROM documents JOIN versions ON versions.id = current_version_id"
        " WHERE number > 1 ORDER BY url LIMIT 1",
    )
    said = nianbao("status", "--archive", path, code=1)
    assert f"`nianbao reread --archive {path}`" in said
    assert "Traceback" not in said
    said = nianbao("reread", "--archive", path)
    assert "brought to schema 7. It holds all it held:" in said
    return Kept(name, path, counts, changes, url)


# After `reread` all are alike, so not each is imported, merged and crawled on with; with
# EARLIER=all it is.
ALL = os.environ.get("EARLIER") == "all"
TAKEN_IN = NAMES if ALL else ("96e16c6", "cc70c47")
CRAWLED_ON = NAMES if ALL else ("353e21a", "cfe0cb6", "v0.1.0")


READERS = (
    ("status",),
    ("show", "http://a/"),
    ("search", "x"),
    ("diff", "http://a/"),
    ("changes",),
    ("export", "jsonl", "folder"),
    ("export", "warc", "folder"),
    ("verify",),
    ("backup", "copy.db"),
    ("browse",),
    ("crawl", "--sample", "--dry-run"),
)


@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_a_command_that_reads_says_which_one_migrates(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    path = unpack_archive("cc70c47", tmp_path / "a.db")
    before = path.read_bytes()
    printed = nianbao(*arguments, "--archive", path, code=1)
    assert printed == (
        f"Error: {path}: written by an earlier nianbao, and its tables are to be brought to"
        f" schema 7 first: `nianbao reread --archive {path}` does it.\n"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", CRAWLED_ON)
def test_a_crawl_goes_on_with_an_earlier_archive(name: str, tmp_path: Path) -> None:
    path = unpack_archive(name, tmp_path / "a.db")
    ((before,),) = select(path, "SELECT count(*) FROM visits")
    arguments = ("--state", 2, "--port", free_port(), "--site", "huibian")
    printed = nianbao("crawl", "--sample", *arguments, "--archive", path)
    assert (
        f"{path}: brought to schema 7. It holds all it held: {before} visits" in printed
    )
    ((after,),) = select(path, "SELECT count(*) FROM visits")
    assert after > before
    assert "whole" in nianbao("verify", "--quick", "--archive", path)


def test_status(kept: Kept) -> None:
    holdings = kept.run_json("status")["holdings"]
    assert holdings["documents"] == kept.counts["documents"]
    assert holdings["versions"] == kept.counts["versions"]
    assert holdings["reports"] == kept.counts["reports"]
    assert holdings["unread"] == 0


def test_reread(kept: Kept) -> None:
    assert kept.run_json("reread")["pages"] == 0
    assert {table: kept.count(table) for table in COUNTS[:-1]} == {
        table: kept.counts[table] for table in COUNTS[:-1]
    }


def test_show_and_diff(kept: Kept) -> None:
    (shown,) = kept.run_json("show", kept.url)
    assert shown["document"]["url"] == kept.url
    assert len(shown["document"]["versions"]) == 2
    assert "2" in kept.run("diff", kept.url)


def test_search(kept: Kept) -> None:
    hits = kept.run_json("search", "政府信息公开", "--limit", 1000)["hits"]
    assert len(hits) == kept.counts["documents"]


def test_changes(kept: Kept) -> None:
    lines = [json.loads(line) for line in kept.run("changes", "--json").splitlines()]
    told = [
        (line["id"], line["kind"], line["occurred_at"], line["site"]) for line in lines
    ]
    assert told[: len(kept.changes)] == kept.changes
    assert [line["id"] for line in lines] == list(range(1, len(lines) + 1))


def test_exports(kept: Kept, tmp_path: Path) -> None:
    kept.run("export", "jsonl", tmp_path / "jsonl")
    kept.run("export", "csv", tmp_path / "csv")
    kept.run("export", "sqlite", tmp_path / "panel.db")
    kept.run("export", "warc", tmp_path / "warc")
    reports = (tmp_path / "jsonl" / "reports.jsonl").read_text("utf-8").splitlines()
    assert len(reports) == kept.counts["reports"]
    if kept.name not in TAKEN_IN:
        return
    nianbao("import", tmp_path / "warc", "--archive", tmp_path / "again.db")
    (row,) = select(tmp_path / "again.db", "SELECT count(*) FROM visits")
    assert row[0] == kept.counts["visits"]


def test_verify(kept: Kept) -> None:
    assert "whole" in kept.run("verify")


def test_backup_and_merge(kept: Kept, tmp_path: Path) -> None:
    kept.run("backup", tmp_path / "copy.db")
    if kept.name not in TAKEN_IN:
        assert "whole" in nianbao(
            "verify", "--quick", "--archive", tmp_path / "copy.db"
        )
        return
    nianbao("merge", tmp_path / "copy.db", "--archive", tmp_path / "merged.db")
    for table in ("visits", "blobs", "versions", "reports"):
        (row,) = select(tmp_path / "merged.db", f"SELECT count(*) FROM {table}")
        assert row[0] == kept.counts[table], table


def test_browse(kept: Kept) -> None:
    with serving(kept.path) as address:
        for page in ("/", "/findings", "/archive/changes.json?_size=1"):
            assert httpx.get(address + page, timeout=60).status_code == 200


def test_sites(kept: Kept) -> None:
    assert "Traceback" not in kept.run("status", "--sites", "spiders/sites", "--json")
