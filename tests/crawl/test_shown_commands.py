"""The commands of the pages on browsing, reading and notifying, run as they stand there."""

from __future__ import annotations

import re
import signal
import urllib.request
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.crawler.notify.notify_file import read_notify_file
from tests.conftest import Crawl
from tests.crawl.commands import free_port, run_line, start
from tests.crawl.test_documented_commands import blocks
from tests.crawl.test_troubles import report
from tests.notify.calls import SITE, make_page
from tests.notify.receivers import Inbox, serve_web

HOST = "archive.example.org"
CHANNEL = re.compile(r"(?m)^(  \w+: )\w+://.*$")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an archive of few reports."""
    with Archive.create(tmp_path / "archive.db") as archive:
        Crawl(archive, make_page).run({f"{SITE}/1.html": "低保 2022"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def list_lines(page: str) -> list[str]:
    return "".join(blocks(page, "sh")).splitlines()


@pytest.mark.parametrize("page", ["browsing", "notify", "judging"])
def test_the_chinese_page_has_the_same_commands(page: str) -> None:
    lines = [list_lines(f"{page}{ending}") for ending in (".md", ".zh.md")]
    english, chinese = (
        [re.sub('--reason ".*?"', "", line) for line in one] for one in lines
    )
    assert english == chinese
    assert len(blocks(f"{page}.md", "yaml")) == len(blocks(f"{page}.zh.md", "yaml"))


def test_a_page_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.html").write_text(report("原文"), "utf-8")
    for line in list_lines("reading.md"):
        run_line(line)


def test_the_archive_is_served_and_published(folder: Path) -> None:
    served = 0
    for line in list_lines("browsing.md"):
        if "--server-name" in line:
            served += 1
            ask_server(line)
        else:
            run_line(line)
    assert served == 1
    assert (folder / "site" / "SHA256SUMS").stat().st_size


def ask_server(line: str) -> None:
    """Start the server that a line starts, on a free port, and ask for its first page."""
    port = free_port()
    words = re.sub(r"--port \d+", f"--port {port}", line).split()[1:]
    base_url = words[words.index("--base-url") + 1]
    with start(*words) as process:
        try:
            assert process.stdout is not None
            assert f":{port}{base_url}" in process.stdout.readline()
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}{base_url}", headers={"Host": HOST}
            )
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


@pytest.mark.parametrize("ending", [".md", ".zh.md"])
def test_people_are_told(
    ending: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file as it stands there is one; its channels are led to a receiver on loopback."""
    file = folder / "notify.yaml"
    (text,) = blocks(f"notify{ending}", "yaml")
    file.write_text(text, "utf-8")
    for name in ("MAIL_PASSWORD", "WECOM_KEY"):
        monkeypatch.setenv(name, "x")
    assert len(read_notify_file(file).filters) == 3
    inbox = Inbox()
    with serve_web(inbox) as port:
        text = CHANNEL.sub(rf"\g<1>json://127.0.0.1:{port}/", text)
        text = re.sub("(region|words): .*", r"since: 0", text)
        file.write_text(text, "utf-8")
        for line in list_lines(f"notify{ending}"):
            run_line(line)
    assert inbox.messages
