"""A site crawled by Scrapy's own command, as Scrapyd would start it: the run begins and ends
itself.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from nianbao.archive import Archive
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.crawler.commands.crawl import SAMPLE_SITES, sample_sites
from nianbao.sample.server import serve
from tests.crawl.commands import NIANBAO, content

ROOT = Path(__file__).parents[2]


def test_scrapy_crawl(tmp_path: Path) -> None:
    archive = tmp_path / "a.db"
    with serve(1, port=0) as server:
        sites = sample_sites(server.port, tmp_path)
        assert sites != SAMPLE_SITES
        command = [
            NIANBAO.with_name("scrapy"),
            "crawl",
            "simple",
            "-a",
            "site=gucheng",
            "-s",
            f"NIANBAO_SITES={sites}",
        ]
        command += ["-s", "NIANBAO_ALLOW_ADDRESS=127.0.0.0/8"]
        environment = os.environ | {"NIANBAO_ARCHIVE": str(archive)}
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    (run,) = content(archive)["runs"]
    assert run[2] == "finished"
    (site_run,) = content(archive)["site_runs"]
    assert site_run[1:] == ("gucheng", "finished", 20, 1)
    with Archive(archive) as opened:
        assert count_holdings(opened.db).documents == 18
