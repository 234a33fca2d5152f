"""Troubles: each gives a message that says what to do, a finding, an exit code, and loses
nothing stored.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from nianbao.sample.loopback import LoopbackServer, run_server
from tests.crawl.commands import (
    NIANBAO,
    content,
    crawl_sample,
    free_port,
    nianbao,
    summary,
)
from tests.kept_samples import crawled_states

REPORT = """<html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>
<p>发布时间:2022-01-20 来源:西霞县青石镇</p><div class="TRS_Editor"><p>本报告由西霞县青石镇人民政府编制。</p>
<p>一、总体情况</p><p>本年度所列数据的统计期限自2021年1月1日起至2021年12月31日止。{text}</p>
<p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>
<p>四、政府信息公开行政复议、行政诉讼情况</p><p>五、存在的主要问题及改进情况</p><p>六、其他需要报告的事项</p>
<p>西霞县青石镇人民政府</p><p>2022年1月18日</p></div></body></html>"""
TITLE = "西霞县青石镇人民政府2021年政府信息公开工作年度报告"
REPORT_PATH = "/nb/202201/t20220120_1.html"
ROW = '<li><span>2022-01-20</span><a href=".{path}" title="{title}">{title}</a></li>'
LIST = f"<ul>{ROW.format(path=REPORT_PATH.removeprefix('/nb'), title=TITLE)}</ul>"
SITE = """\
id: small
name: 小站
region: null
platform: trs
entries:
  - {{url: "http://small.localhost:{port}/nb/", column: 年报}}
expect: {{links: 1}}
vanish_after: 1
delay: 0
official: true
"""


class Server(LoopbackServer):
    """A site on loopback whose answers a test sets: path → (status, body)."""

    def __init__(self) -> None:
        super().__init__(0, Handler)
        self.answers: dict[str, tuple[int, str]] = {
            "/nb/": (200, LIST),
            REPORT_PATH: (200, report("原文")),
        }
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """Answers with the headers that a test sets."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = self.server.answers.get(self.path, (404, "404"))
        payload = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(payload)))
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def report(text: str) -> str:
    return REPORT.format(title=TITLE, text=text)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with run_server(server):
        yield server


@pytest.fixture
def crawl(server: Server, tmp_path: Path) -> Callable[..., tuple[dict[str, Any], str]]:
    """Crawl the small site; return the summary and what was printed for a person."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "small.yml").write_text(
        SITE.format(port=server.server_port), "utf-8"
    )
    arguments = ("crawl", "--sites", tmp_path / "sites", "--archive", tmp_path / "a.db")

    def run(code: int = 0, allow: str = "127.0.0.0/8") -> tuple[dict[str, Any], str]:
        printed = nianbao(*arguments, "--allow-address", allow, "--json", code=code)
        return summary(printed), printed

    return run


def rules(tmp_path: Path) -> set[str]:
    return {row[0] for row in content(tmp_path / "a.db")["findings"]}


def test_a_sound_site(crawl: Callable[..., Any]) -> None:
    found, _ = crawl()
    assert (found["ok"], found["holdings"]["reports"], found["changes"]) == (
        True,
        1,
        {"new": 1},
    )
    found, _ = crawl()
    assert (found["visits"], found["changes"]) == (2, {})


def test_a_list_that_answers_500(
    crawl: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    crawl()
    server.answers = {"/nb/": (500, "down")}
    found, _ = crawl(code=1)
    assert "the server answered 500" in found["errors"][0]
    assert server.asked.count("/nb/") == 1 + 3, "asked, and tried again twice"
    assert "list.failed" in rules(tmp_path)
    assert found["changes"] == {}, "a site that is down makes nothing vanish"
    assert found["holdings"]["reports"] == 1


def test_a_list_whose_reading_raises(crawl: Callable[..., Any], tmp_path: Path) -> None:
    """A fault of our own, here a rule of a site file that selects nothing that can be read."""
    path = tmp_path / "sites" / "small.yml"
    options = "options: {row: '//li[', title: './/a', date: './/span', next: '//a'}\n"
    text = path.read_text("utf-8").replace("platform: trs", "platform: simple")
    path.write_text(text + options, "utf-8")
    found, _ = crawl(code=1)
    assert not found["ok"]
    assert "list.failed" in rules(tmp_path)
    with sqlite3.connect(tmp_path / "a.db") as db:
        (message,) = db.execute(
            "SELECT message FROM findings WHERE rule = 'list.failed'"
        ).fetchone()
        assert db.execute("SELECT healthy FROM site_runs").fetchone() == (0,)
    db.close()
    assert "/nb/: the page could not be read" in message


def test_a_report_that_answers_500(
    crawl: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    crawl()
    server.answers[REPORT_PATH] = (500, "down")
    found, _ = crawl(code=1)
    assert REPORT_PATH in found["errors"][0]
    assert "page.failed" in rules(tmp_path)
    assert (found["changes"], found["holdings"]["versions"]) == ({}, 1)


def test_an_empty_list(
    crawl: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    crawl()
    server.answers["/nb/"] = (200, "<ul></ul>")
    found, _ = crawl(code=1)
    assert any("no report link" in error for error in found["errors"])
    assert any("expect: links" in error for error in found["errors"]), (
        "it says what to do"
    )
    assert "list.empty" in rules(tmp_path)
    assert found["changes"] == {}
    assert REPORT_PATH in server.asked[-1], (
        "the report is visited at its own address all the same"
    )


def test_a_server_that_is_not_there(
    crawl: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    server.shutdown()
    server.server_close()
    found, _ = crawl(code=1)
    assert found["outcomes"] == {}, "without robots.txt no page is asked for"
    assert "host.unreachable" in rules(tmp_path)
    assert found["sites"][0]["reason"] == "postponed"


def test_a_page_that_is_not_a_report(
    crawl: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    other = "/nb/202201/t20220121_2.html"
    title = "关于报送政府信息公开工作年度报告的通知"
    server.answers["/nb/"] = (
        200,
        LIST + ROW.format(path=other.removeprefix("/nb"), title=title),
    )
    server.answers[other] = (
        200,
        f"<html><title>{title}</title><body><h1>{title}</h1><p>各单位:请报送。</p></body></html>",
    )
    found, _ = crawl()
    assert (found["visits"], found["holdings"]["documents"]) == (3, 1)
    assert "page.not_a_report" in rules(tmp_path)
    found, _ = crawl()
    assert found["changes"] == {}


def test_robots_are_obeyed(
    crawl: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    server.answers["/robots.txt"] = (200, "User-agent: *\nDisallow: /nb/2022\n")
    found, _ = crawl()
    assert found["outcomes"] == {"fetched": 1, "refused_by_robots": 1}
    assert REPORT_PATH not in server.asked
    assert "page.refused_by_robots" in rules(tmp_path)


def test_a_private_address_is_refused(
    crawl: Callable[..., Any], server: Server
) -> None:
    found, _ = crawl(code=1, allow="10.0.0.0/8")
    assert found["outcomes"] == {"refused_by_boundary": 1}
    assert "--allow-address 127.0.0.1" in found["errors"][0]
    assert server.asked == []


def test_a_redirect_to_another_host_is_not_followed(
    crawl: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    server.answers[REPORT_PATH] = (302, "")
    server.headers = {"Location": f"http://elsewhere.localhost:{server.server_port}/"}
    found, _ = crawl()
    assert found["outcomes"]["refused_by_boundary"] == 1
    assert "/" not in server.asked
    assert "page.refused_by_boundary" in rules(tmp_path)


def test_a_mistake_in_a_site_file(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "small.yml").write_text(
        SITE.format(port=1).replace("platform: trs", "platform: tsr"), "utf-8"
    )
    printed = nianbao(
        "crawl", "--sites", tmp_path / "sites", "--archive", tmp_path / "a.db", code=2
    )
    assert "small.yml:4: platform: Input should be 'auto', 'trs'" in printed
    assert not (tmp_path / "a.db").exists()


# Bytes that no file may grow beyond. What a crawl writes goes to the write-ahead log first, which
# is put back into the archive at 4 MB: it meets this limit in the middle of the crawl, however
# much of the archive itself is free.
ROOM = 1_000_000


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    sample, whole = crawled_states(1), crawled_states(1, 2)
    archive = sample.copy_to(tmp_path / "a.db")
    before = content(archive)

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))

    with sample.holding_port() as port:
        crawl = ("crawl", "--sample", "--state", 2, "--port", port)
        printed = failing(no_room, *crawl, "--archive", archive)
    assert "no room to write" in printed
    assert "free some space" in printed
    after = content(archive)
    assert set(before["versions"]) <= set(after["versions"])
    assert len(after["visits"]) > len(before["visits"]), "it failed in the middle"
    with sample.holding_port() as port:
        assert crawl_sample(archive, port, 2)["ok"], (
            "with room again the crawl is gone on with"
        )
    assert content(archive)["changes"] == content(whole.archive)["changes"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)

    def no_override() -> None:
        if os.geteuid() == 0:  # root may write anywhere, but for this capability
            ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE

    printed = failing(
        no_override,
        "crawl",
        "--sample",
        "--port",
        free_port(),
        "--archive",
        folder / "a.db",
    )
    assert "cannot be written" in printed
    assert "rights" in printed


def failing(prepare: Callable[[], None], *arguments: object) -> str:
    """Run the command in a process prepared so that it must fail; return what it printed."""
    command = [str(NIANBAO), *map(str, arguments)]
    done = subprocess.run(
        command,
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr
