"""The server: one line when it cannot serve, new data while a crawl writes, and never a write
of its own.
"""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import httpx
import pytest

from nianbao.archive import Archive
from nianbao.archive.browse import serve
from tests.browse.conftest import (
    COPY,
    FIRST,
    HUIBIAN,
    ROOT,
    SERVE,
    XIXIA,
    crawl,
    serving,
)


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match=r"no\.db: no such file"):
        serve(tmp_path / "no.db", host="127.0.0.1", port=0, open_browser=False)


def test_another_database(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(click.ClickException, match="not an archive of nianbao"):
        serve(tmp_path / "other.db", host="127.0.0.1", port=0, open_browser=False)


def test_a_busy_port_is_one_line(archive_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-c", SERVE, str(archive_path), str(port)]
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        f"Error: cannot serve on 127.0.0.1 port {port}: Address already in use. Try another --port.\n"
    )


def test_new_data_shows_while_a_crawl_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Archive.create(path) as archive:
        crawl(archive, 1, XIXIA, FIRST[:1])
        with (
            serving(path) as base,
            httpx.Client(base_url=base, trust_env=False) as client,
        ):

            def count() -> int:
                found: int = client.get("/archive/documents.json").json()[
                    "filtered_table_rows_count"
                ]
                return found

            assert count() == 1
            with archive.transaction():
                crawl(archive, 2, HUIBIAN, (COPY,))
                assert count() == 1
            assert count() == 2


def test_any_file_name(tmp_path: Path) -> None:
    path = tmp_path / "年报 50%20 a?b#c.db"
    with Archive.create(path) as archive:
        crawl(archive, 1, XIXIA, FIRST[:1])
    with serving(path) as base:
        assert (
            "西霞县财政局2021年"
            in httpx.get(f"{base}/archive/reports", trust_env=False).text
        )


def test_nothing_writes(base: str, archive_path: Path) -> None:
    before = archive_path.read_bytes()
    with httpx.Client(base_url=base, trust_env=False) as client:
        assert (
            client.get(
                "/archive.json", params={"sql": "DELETE FROM reports"}
            ).status_code
            == 400
        )
        assert (
            client.get(
                "/archive.json", params={"sql": "PRAGMA user_version = 9"}
            ).status_code
            == 400
        )
        assert client.get("/archive.db").status_code in (403, 404)
        assert client.get("/-/databases.json").json()[0]["name"] == "archive"
    assert archive_path.read_bytes() == before


def test_a_wrong_address_is_no_traceback(base: str) -> None:
    assert (
        httpx.get(f"{base}/archive/nothing", trust_env=False).status_code == 404
    )  # `serving` wants no errors printed
