"""Scrapyd itself, on loopback: the egg is deployed, a spider scheduled, and the archive has the
site.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from nianbao.archive import Archive
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.crawler import egg
from nianbao.crawler.commands.crawl import sample_sites
from nianbao.crawler.settings import VERSION
from nianbao.sample.server import serve
from tests.crawl.commands import content, free_port

CONFIGURED = """\
[scrapyd]
http_port = {port}
poll_interval = 0.2
max_proc = 1
"""
SECONDS = 120.0


@contextmanager
def scrapyd(folder: Path, **environment: str) -> Iterator[httpx.Client]:
    """Run Scrapyd in a folder of its own while the context lasts; give a client of it."""
    port = free_port()
    (folder / "scrapyd.conf").write_text(CONFIGURED.format(port=port))
    command = [sys.executable, "-W", "ignore", "-m", "scrapyd"]
    with (
        (folder / "scrapyd.log").open("w") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client,
    ):
        try:
            wait(lambda: _answers(client))
            yield client
        finally:
            process.terminate()
            process.wait(SECONDS)


def _answers(client: httpx.Client) -> bool:
    with suppress(httpx.ConnectError):
        return client.get("/daemonstatus.json").json()["status"] == "ok"
    return False


def wait(until: Any) -> None:
    end = time.monotonic() + SECONDS
    while not until():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_spider_scheduled_by_scrapyd(tmp_path: Path) -> None:
    archive, folder = tmp_path / "a.db", tmp_path / "scrapyd"
    folder.mkdir()
    with (
        serve(1, port=0) as server,
        scrapyd(folder, NIANBAO_ARCHIVE=str(archive)) as client,
    ):
        sites = sample_sites(server.port, tmp_path)
        file = egg.write_egg(tmp_path / "dist" / "nianbao.egg")
        deployed = client.post(
            "/addversion.json",
            data={"project": "nianbao", "version": VERSION},
            files={"egg": file.read_bytes()},
        ).json()
        assert (deployed["status"], deployed["spiders"]) == ("ok", 20), deployed
        spiders = client.get("/listspiders.json", params={"project": "nianbao"}).json()[
            "spiders"
        ]
        assert {"trs", "hanweb", "gkmlpt", "simple"} <= set(spiders)
        settings = [f"NIANBAO_SITES={sites}", "NIANBAO_ALLOW_ADDRESS=127.0.0.0/8"]
        job = {
            "project": "nianbao",
            "spider": "simple",
            "site": "gucheng",
            "setting": settings,
        }
        assert client.post("/schedule.json", data=job).json()["status"] == "ok"

        def finished() -> bool:
            return bool(
                client.get("/listjobs.json", params={"project": "nianbao"}).json()[
                    "finished"
                ]
            )

        wait(finished)
    held = content(archive)
    assert [row[1:] for row in held["site_runs"]] == [("gucheng", "finished", 20, 1)]
    assert [run[1:3] for run in held["runs"]] == [("crawl", "finished")]
    with Archive(archive) as opened:
        assert count_holdings(opened.db).documents == 18
