"""Too little memory, as under `ulimit -v` or LimitAS= of systemd: a command that writes says so in
one sentence and loses nothing.
"""

from __future__ import annotations

import json
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
# Bytes with which nothing can be imported: no command comes so far as to open the archive.
# LOW_MEMORY, in MB, tries by hand what comes later.
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


# The command where all is imported and there is room for one or two of the threads of a crawl.
FEW_THREADS = """
import re, resource, sys, threading
from pathlib import Path
from nianbao.crawler import runs
from nianbao.crawler.commands import crawl
from nianbao.crawler.commands.cli import main
size = re.search(r"VmSize:\\s+(\\d+) kB", Path("/proc/self/status").read_text("ascii"))
threading.stack_size(8 * 1024 * 1024)
most = int(size[1]) * 1024 + 20_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
main(sys.argv[1:])
"""


def test_a_crawl_without_room_for_its_threads_begins_no_run(folder: Path) -> None:
    before = content(folder / "archive.db")
    hook = ("--alert-command", "/usr/bin/tee alert.json")
    done = subprocess.run(
        [sys.executable, "-c", FEW_THREADS, *COMMANDS["crawl"], *hook],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "can't start new thread" in done.stderr
    assert "Traceback" not in done.stderr
    assert content(folder / "archive.db") == before
    (error,) = json.loads((folder / "alert.json").read_bytes())["errors"]
    assert "can't start new thread" in error
