"""A site crawled by Scrapy's own command, as Scrapyd would start it: the run begins and ends
itself, and what cannot be crawled is refused in a sentence that says what to do.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError

from nianbao.archive import Archive
from nianbao.archive.read_model.holdings import count_holdings
from nianbao.crawler.commands.crawl import SAMPLE_SITES, sample_sites
from nianbao.crawler.process import project_settings
from nianbao.crawler.scrapy_commands.crawl import CrawlCommand
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
        command += ["-s", f"NIANBAO_ARCHIVE={archive}"]
        environment = os.environ | {"NIANBAO_ARCHIVE": str(tmp_path / "other.db")}
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "other.db").exists()
    (run,) = content(archive)["runs"]
    assert run[2] == "finished"
    (site_run,) = content(archive)["site_runs"]
    assert site_run[1:] == ("gucheng", "finished", 20, 1)
    with Archive(archive) as opened:
        assert count_holdings(opened.db).documents == 18


def run_refused(*words: str) -> tuple[str, CrawlCommand]:
    """Give the command words that it refuses, without a process; return why, and the command."""
    command = CrawlCommand()
    command.settings = project_settings()
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    options, arguments = parser.parse_known_args(words)
    command.process_options(arguments, options)
    with pytest.raises(UsageError) as caught:
        command.run(arguments, options)
    return str(caught.value), command


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["hanweb"], "name the site to crawl: scrapy crawl hanweb -a site=ID"),
        (["hanweb", "-a", "site="], "scrapy crawl hanweb -a site=ID"),
        (["nope"], "scrapy crawl PLATFORM -a site=ID; `nianbao sites` lists"),
        ([], "name one platform and a site of it"),
        (["trs", "pingtan"], "name one platform and a site of it"),
        (["trs", "-a", "site=nope"], "no site file nope.yml. `nianbao sites` lists"),
        (["hanweb", "-a", "site=pingtan"], "not hanweb: scrapy crawl trs -a site="),
        (["nope", "-a", "site=pingtan"], "not nope: scrapy crawl trs -a site=pingtan"),
        (["trs", "-a", "site=pingtan"], "into NIANBAO_CONTACT"),
        (["trs", "-a", "site=pingtan", "-a", "_job=1"], "into NIANBAO_CONTACT"),
        (["trs", "-a", "site=pingtan", "-a", "year=2021"], "-a year=… is no argument"),
        (
            ["trs", "-a", "site=pingtan", "-s", "NIANBAO_ALLOW_ADDRESS=here"],
            "'here' does not appear to be an IPv4 or IPv6 network",
        ),
    ],
)
def test_what_cannot_be_crawled_is_refused_and_the_hook_is_told(
    words: list[str], advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = tmp_path / "told"
    words += ["-s", f"NIANBAO_ALERT_COMMAND=tee '{told}'"]
    reason, _ = run_refused(*words, "-s", "NIANBAO_ARCHIVE=named.db")
    assert advice in reason
    assert list(tmp_path.iterdir()) == [told]
    alert = told.read_text("utf-8")
    assert '"archive": "named.db"' in alert
    assert advice.split("`")[0] in alert


def test_settings_of_the_command_line_count_as_those_of_the_environment() -> None:
    contact = ["-s", "NIANBAO_CONTACT=mailto:a@example.org"]
    proxy = ["-s", "NIANBAO_PROXY=socks5://user:secret@proxy.example"]
    reason, command = run_refused("trs", "-a", "site=pingtan", *contact, *proxy)
    assert reason.startswith("NIANBAO_PROXY: the address of an HTTP proxy is wanted")
    assert "secret" not in reason
    assert command.settings is not None
    assert command.settings["USER_AGENT"].endswith("; mailto:a@example.org)")
