"""`nianbao sites add --from` and `--region`: many home pages at once, and going on after a stop."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nianbao.crawler.commands.sites.add_many import (
    HostOwners,
    read_homes,
    select_homes,
)
from nianbao.crawler.site_files.explorations import (
    Exploration,
    append_exploration,
    load_explorations,
)
from nianbao.sample.loopback import run_server
from nianbao.sample.server import Server, serve
from nianbao.spiders.catalogue import Site, load_sites
from nianbao.spiders.register.governments import COLUMNS, load_governments
from nianbao.spiders.register.own_register import load_all_governments
from tests.crawl.commands import free_port, nianbao, start

LOCAL = ("--allow-address", "127.0.0.0/8", "--delay", "0")
WALL = "<html><script>document.cookie='__jsl_clearance_s=1';location.href=location.pathname</script></html>"
# What is shown of a look: the host, and how many pages were asked for.
PROGRESS = re.compile(r"(?m)^new-site \((\S+)\): (\d+) pages, finished$")
OWNERS = HostOwners(load_governments())
FINDABLE = ("xixia", "yuanhe", "lanting")


class Strangers(BaseHTTPRequestHandler):
    """Hosts without a column: a wall, a home page that leads nowhere, and one that is slow."""

    asked = threading.Event()
    released = threading.Event()

    def do_GET(self) -> None:
        host = self.headers["Host"].split(":")[0]
        if self.path == "/robots.txt":
            self.send_error(404)
            return
        if host.startswith("slow"):
            self.asked.set()
            self.released.wait(10)
        if host.startswith("plain") and self.path == "/":
            self.send_response(302)
            self.send_header("Location", "/index.html")
            self.end_headers()
            return
        if host.startswith("wall"):
            status, page = 521, WALL
        else:
            status, page = 200, "<title>某局</title><a href='/xw/'>新闻</a>"
        body = f"<meta charset='utf-8'>{page}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def sample() -> Iterator[Server]:
    with serve(1, port=0) as server:
        yield server


@pytest.fixture(scope="module")
def strangers() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Strangers)
    with run_server(server):
        yield server.server_port


def explore(
    homes: Path, folder: Path, *options: object, code: int
) -> list[Exploration]:
    printed = nianbao(
        "sites",
        "--sites",
        folder,
        "add",
        "--from",
        homes,
        *LOCAL,
        "--json",
        *options,
        code=code,
    )
    # what is logged follows what is printed
    rows, _ = json.JSONDecoder().raw_decode(printed[printed.index("[") :])
    return [Exploration(**one) for one in rows]


def test_many_home_pages_become_site_files_and_lines(
    sample: Server, strangers: int, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "sites"  # is made when there is something to write
    ids = list(FINDABLE)
    found = [f"http://{site}.localhost:{sample.port}/" for site in ids]
    others = {
        f"http://wall.localhost:{strangers}/": "blocked",
        f"http://plain.localhost:{strangers}/": "no_column",
        f"http://gone.localhost:{free_port()}/": "unreachable",
    }
    homes = tmp_path / "homes.txt"
    homes.write_text("# ours\n" + "\n".join([*found, *others]) + "\n", "utf-8")

    first = explore(homes, folder, "--limit", 2, code=0)
    assert {one.outcome for one in first} == {"found"}
    # as a look that was cut off leaves it: half a line
    with (folder / "explorations.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"home": "http://half')
    rest = explore(homes, folder, code=1)
    outcomes = {one.home: one.outcome for one in [*first, *rest]}
    assert outcomes == dict.fromkeys(found, "found") | others
    assert {one.home for one in first} & {one.home for one in rest} == set()
    assert sorted(load_sites(folder)) == sorted(ids)
    assert max(one.requests for one in [*first, *rest]) <= 14
    assert explore(homes, folder, code=0) == []
    words = ("sites", "--sites", folder, "add", "--from", homes, *LOCAL, "--again")
    again = nianbao(*words, code=1)
    # where a redirect leads is no further page
    pages = {urlsplit(home).netloc: "1" for home in others}
    assert dict(PROGRESS.findall(again)) == pages


def test_a_look_that_is_stopped_is_no_success(strangers: int, tmp_path: Path) -> None:
    """What was not looked at to its end has no line, and the command says so."""
    homes = tmp_path / "homes.txt"
    homes.write_text(f"http://slow.localhost:{strangers}/\n", "utf-8")
    folder = tmp_path / "sites"
    words = ("sites", "add", "--sites", folder, "--from", homes, *LOCAL)
    with start(*words) as process:
        assert Strangers.asked.wait(30)
        process.terminate()
        Strangers.released.set()
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "stopped: 1 home pages were not looked at to the end" in err
    assert not folder.exists()


def test_a_line_that_is_no_address_ends_the_command(tmp_path: Path) -> None:
    homes = tmp_path / "homes.txt"
    homes.write_text("www.example.gov.cn\n\n某县\n", "utf-8")
    printed = nianbao("sites", "add", "--from", homes, code=2)
    assert "homes.txt: line 3" in printed


def test_a_home_of_the_register_gets_its_government() -> None:
    (home,) = read_homes(["http://www.tonglu.gov.cn/  # 桐庐"], OWNERS)
    assert home.government is not None
    assert home.government.code == "330122"


def test_what_has_a_site_file_is_passed_over(tmp_path: Path) -> None:
    text = (
        "id: tonglu\nname: 桐庐县人民政府\nregion: null\nplatform: auto\nentries:\n"
        '  - {url: "http://www.tonglu.gov.cn/nb/", column: 年报}\n'
    )
    (tmp_path / "tonglu.yml").write_text(text, "utf-8")
    lines = ["http://www.tonglu.gov.cn/", "https://www.linan.gov.cn/"]
    homes = read_homes(lines, HostOwners(()))
    sites = load_sites(tmp_path).values()
    left = select_homes(homes, sites, tmp_path, again=False)
    assert [home.url for home in left] == ["https://www.linan.gov.cn/"]


def test_the_last_line_of_a_home_page_counts(tmp_path: Path) -> None:
    lines = [
        Exploration("http://a/", None, None, day, "no_column", None, 0, 3, None)
        for day in ("2027-01-01", "2027-02-01")
    ]
    for line in lines:
        append_exploration(tmp_path, line)
    assert load_explorations(tmp_path) == {("http://a/", None): lines[1]}


def test_no_government_is_guessed_where_several_have_a_host() -> None:
    """Of every row of the register: the one at its host, or nobody and all their names."""
    for one in load_governments():
        (home,) = read_homes([one.home], OWNERS)
        if home.government is None:
            assert one.name in (home.note or "")
        else:
            assert (home.government, home.note) == (one, None)
    (putuo,) = read_homes(["putuo.gov.cn"], OWNERS)
    assert putuo.government is None
    assert "上海市普陀区、浙江省舟山市普陀区" in (putuo.note or "")


def test_governments_of_one_home_page_have_a_line_each(
    strangers: int, tmp_path: Path
) -> None:
    """None takes the place of another, in one look or after it, or by its site file."""
    folder = tmp_path / "sites"
    folder.mkdir()
    url = f"http://plain.localhost:{strangers}/"
    rows = ["\t".join(COLUMNS)]
    for name, code in (("甲州", "990100"), ("甲州/乙市", "990101")):
        rows.append(f"样例省/{name}\tcounty\t{code}\t\t{url}\tnone\t")
    (folder / "governments.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    words = ("sites", "--sites", folder, "add", "--region", "样例", *LOCAL)
    nianbao(*words, code=1)
    lines = load_explorations(folder)
    assert {key for _, key in lines} == {"990100", "990101"}
    for line in lines.values():
        assert "样例省甲州、样例省甲州乙市" in (line.note or "")

    owners = HostOwners(load_all_governments(folder))
    homes = [owners.make_home(url, one) for one in load_all_governments(folder)]
    assert select_homes(homes, (), folder, again=False) == []
    (folder / "explorations.jsonl").unlink()
    append_exploration(folder, lines[url, "990100"])
    assert select_homes(homes, (), folder, again=False) == [homes[1]]
    region = {"name": "样例省甲州", "code": "990100"}
    for address in (url, "http://own.localhost/"):
        entries = [{"url": address, "column": "年报"}]
        fields = {"id": "a", "name": "甲州政府", "region": region, "entries": entries}
        site = Site.model_validate(fields)
        assert select_homes(homes, [site], folder, again=True) == [homes[1]]


def test_a_column_without_a_site_file_is_no_success(
    sample: Server, tmp_path: Path
) -> None:
    """Another site has the id: the note says so, and the exit code."""
    folder = tmp_path / "sites"
    folder.mkdir()
    taken = "id: xixia\nname: 别处\nregion: null\nplatform: auto\nentries:\n"
    entry = '  - {url: "http://elsewhere.example.org/nb/", column: 年报}\n'
    (folder / "xixia.yml").write_text(taken + entry, "utf-8")
    homes = tmp_path / "homes.txt"
    homes.write_text(f"http://xixia.localhost:{sample.port}/\n", "utf-8")
    (exploration,) = explore(homes, folder, code=1)
    assert (exploration.outcome, exploration.site) == ("found", None)
    assert "this site already" in (exploration.note or "")
    assert (folder / "xixia.yml").read_text("utf-8") == taken + entry
