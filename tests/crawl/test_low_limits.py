"""Too little memory, as under `ulimit -v` or LimitAS= of systemd: a command that writes says so in
one sentence and loses nothing.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from nianbao.archive import Archive
from tests.conftest import Crawl, make_reading
from tests.crawl.commands import NIANBAO, content, free_port
from tests.crawl.test_troubles import REPORT, SITE, TITLE
from tests.crawl.warc_files import response, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits the memory")
# Bytes with which nothing can be imported; LOW_MEMORY, in MB, tries by hand what comes later: a
# crawl has no room for its threads up to some 180.
MOST_MEMORY = int(os.environ.get("LOW_MEMORY", "60")) * 1_000_000
COMMANDS = {
    "crawl": ("crawl", "--sites", "sites", "--allow-address", "127.0.0.0/8"),
    "reread": ("reread", "--all"),
    "import": ("import", "captures.warc.gz", "--sites", "sites"),
}
PLACES = (
    "http://small.localhost:{port}/nb/1.html",
    "http://small.localhost:{port}/nb/2.html",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an archive of two reports, one of them not read yet, a site file and captures."""
    port = free_port()
    first, second = (place.format(port=port) for place in PLACES)
    page = REPORT.format(title=TITLE, text="原文")
    with Archive.create(tmp_path / "archive.db") as archive:
        crawl = Crawl(archive, make_reading)
        crawl.run({first: page}, site="small")
        crawl.run({second: page + " "}, site="small", unread=True)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "small.yml").write_text(SITE.format(port=port), "utf-8")
    record = response(first, "2020-01-20T00:00:00Z", page.encode())
    write(tmp_path / "captures.warc.gz", [record])
    return tmp_path


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_with_too_little_memory(folder: Path, command: str) -> None:
    before = content(folder / "archive.db")
    done = subprocess.run(
        [str(NIANBAO), *COMMANDS[command]],
        cwd=folder,
        preexec_fn=limit_memory,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    assert "Traceback" not in printed
    assert "LimitAS=" in done.stderr, "what to do"
    after = content(folder / "archive.db")
    del before["runs"], before["site_runs"]  # one more may have begun
    assert {name: after[name] for name in before} == before
