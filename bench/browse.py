"""`make bench-browse`: how long every page takes on an archive of 100,000 documents, asked of
the real server.

Datasette's default time limits are in force. Of each kind of page many are asked for, different
ones, one after the other; `first` is the first of its kind after the server's start, when
nothing is worked out yet, as after each change of the archive. Ends with 1 when the p95 of a
page is above its most.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from sqlite_utils import Database

from bench import nation
from nianbao.archive import Archive
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.read_model.regions import RegionTree

MOST = {"search": 200.0}  # ms; what is not named: 300
OTHERS = 300.0
SERVE = (
    "import sys; from pathlib import Path; from nianbao.archive.browse import serve;\
 serve(Path(sys.argv[1]), host='127.0.0.1', port=0, open_browser=False)"
)
WORDS = (
    "公开",
    "行政复议",
    "政府信息公开",
    "行政復議",
    "低保名单",
    "財政 預算",
    "规范性文件",
    '"主动公开政府信息"',
    "重复申请 商业企业",
    "教育局",
    "水利局 2021",
    "无此词语",
    "县",
)
NARROWED = (
    {},
    {"year": 2021},
    {"level": "county"},
    {"form": "g2021"},
    {"finding": "report.late"},
    {"region": "河南省"},
)


def main() -> None:
    """Make the archive unless one is given, serve it, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--archive", type=Path, help="one made before by `python -m bench.nation`"
    )
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=60, help="of each kind of page")
    parser.add_argument(
        "--by-cpu",
        action="store_true",
        help="judge by the server's CPU time: on a busy machine",
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-browse-") as folder:
        path = wanted.archive or Path(folder) / "nation.db"
        if wanted.archive is None:
            nation.make(path, wanted.documents)
        with Archive(path) as archive:
            kinds = addresses(archive.db, wanted.requests)
            print(holdings(archive.db))
        with serving(path) as (base, process_id):
            slow = measure(base, process_id, kinds, by_cpu=wanted.by_cpu)
    sys.exit(f"slower than they may be: {', '.join(slow)}" if slow else None)


def holdings(db: Database) -> str:
    """Return what the archive holds, in a line."""
    tables = (
        "documents",
        "versions",
        "reports",
        "agencies",
        "regions",
        "findings",
        "changes",
    )
    return ", ".join(
        f"{db.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:,} {table}"
        for table in tables
    )


def addresses(db: Database, count: int) -> dict[str, list[str]]:
    """Return of each kind of page as many addresses."""
    dice, to = random.Random(0), Addresses("/")
    places = RegionTree(db.execute("SELECT id, name, code FROM regions").fetchall())
    provinces = [name for name in places.top if places.by_name[name].below]
    prefectures = [
        name for province in provinces for name in places.by_name[province].below
    ]
    counties = [
        name
        for name in places.by_name
        if name not in provinces and name not in prefectures
    ]
    some = Sampler(db, dice, count)
    reports = some.rows(
        "SELECT regions.name, agencies.name, report_year FROM reports JOIN agencies ON agencies.id = agency_id"
        " LEFT JOIN regions ON regions.id = agencies.region_id",
        "reports.id",
    )
    changed = some.rows(
        "SELECT documents.url, first.visited_at, second.visited_at FROM documents"
        " JOIN versions AS old ON old.document_id = documents.id AND old.number = 1"
        " JOIN versions AS new ON new.document_id = documents.id AND new.number = 2"
        " JOIN visits AS first ON first.id = old.first_visit_id"
        " JOIN visits AS second ON second.id = new.first_visit_id",
        "documents.id",
    )
    urls = [url for (url,) in some.rows("SELECT url FROM documents", "documents.id")]
    digests = [
        digest
        for (digest,) in some.rows("SELECT payload_sha256 FROM versions", "versions.id")
    ]
    rules = [
        rule
        for (rule,) in db.execute(
            "SELECT DISTINCT rule FROM findings ORDER BY rule"
        ).fetchall()
    ]
    asked = [to.search(words, **narrowed) for words in WORDS for narrowed in NARROWED]
    dice.shuffle(asked)
    regions = {
        "region: a province": provinces,
        "region: a prefecture": prefectures,
        "region: a county": counties,
    }
    kinds = {
        "front": [to.front()],
        "front.atom": [to.index(".atom")],
        "coverage": [to.coverage()],
        "search": asked,
        "search.atom": [
            address.replace("search?", "search.atom?") for address in asked
        ],
        "findings": [to.findings()],
        "findings of a rule": [to.findings(rule) for rule in rules]
        + [to.findings(rule, page=9) for rule in rules],
        "changes": [to.changes(page=page) for page in range(1, 40)]
        + [to.changes(kind="vanished")],
        "sites": [to.sites()],
        "report": [to.report(*report) for report in reports],
        "report as it stood": [
            to.report(*report, at="2026-01-15") for report in reports
        ],
        "agency": [to.agency(*report[:2]) for report in reports],
        "document": [to.document(url) for url in urls],
        "diff": [to.diff(*row) for row in changed],
        "archived": [to.archived(digest) for digest in digests],
        "archived, framed": [to.archived(digest, "page") for digest in digests],
    }
    kinds |= {
        kind: [to.region(dice.choice(names)) for _ in range(count)]
        for kind, names in regions.items()
    }
    kinds["region.atom"] = [
        to.region(dice.choice(provinces)).replace("?", "") + ".atom"
        for _ in range(count)
    ]
    return {
        kind: [made[at % len(made)] for at in range(count)]
        for kind, made in kinds.items()
    }


class Sampler:
    """Draws rows by chance."""

    def __init__(self, db: Database, dice: random.Random, count: int) -> None:
        self.db, self.dice, self.count = db, dice, count

    def rows(self, query: str, key: str) -> list[tuple]:  # type: ignore[type-arg]
        """Return rows of a query, as many as are wanted, the keys drawn by chance."""
        last = self.db.execute(
            f"SELECT max({key}) FROM {key.partition('.')[0]}"
        ).fetchone()[0]
        found: list[tuple] = []  # type: ignore[type-arg]
        while len(found) < self.count:
            drawn = [self.dice.randint(1, last)]
            found += self.db.execute(
                f"{query} WHERE {key} >= ? ORDER BY {key} LIMIT 1", drawn
            ).fetchall()
        return found


@contextmanager
def serving(path: Path) -> Iterator[tuple[str, int]]:
    """Serve an archive as `nianbao browse` does, in a process of its own; yield the address and
    the process.
    """
    command = [sys.executable, "-c", SERVE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            found = re.search(
                r"http://\S+[^/\s]", process.stdout.readline() if process.stdout else ""
            )
            if not found:
                raise RuntimeError("the server did not start")
            yield found[0], process.pid
        finally:
            process.terminate()


class Took(NamedTuple):
    """What an answer took: milliseconds on the clock, of the server's processor, and its size."""

    wall_ms: float
    cpu_ms: float
    size_bytes: int


def measure(
    base: str, process_id: int, kinds: dict[str, list[str]], *, by_cpu: bool
) -> list[str]:
    """Ask for every page, print how long it took, return the kinds that are too slow."""
    slow = []
    with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
        client.get(
            "/-/versions.json"
        )  # Datasette begins its work with the first request
        print(
            f"{'ms':<22}{'first':>7}{'p50':>6}{'p95':>6}{'slowest':>8} |{'CPU first':>10}{'p50':>6}{'p95':>6}{'KB':>7}"
        )
        for kind, asked in kinds.items():
            first, *others = [_timed(client, process_id, address) for address in asked]
            wall, cpu = (
                sorted(took.wall_ms for took in others),
                sorted(took.cpu_ms for took in others),
            )
            print(
                f"{kind:<22}{first.wall_ms:7.0f}{statistics.median(wall):6.0f}{p95(wall):6.0f}{wall[-1]:8.0f} |"
                f"{first.cpu_ms:10.0f}{statistics.median(cpu):6.0f}{p95(cpu):6.0f}"
                f"{statistics.mean(took.size_bytes for took in others) / 1000:7.0f}",
                flush=True,
            )
            if p95(cpu if by_cpu else wall) > MOST.get(kind, OTHERS):
                slow.append(kind)
    return slow


def p95(taken: list[float]) -> float:
    """Return what one in twenty exceeds, of sorted numbers."""
    return taken[min(len(taken) - 1, round(len(taken) * 0.95))]


def _timed(client: httpx.Client, process_id: int, address: str) -> Took:
    cpu, began = _cpu_ms(process_id), time.perf_counter()
    answer = client.get(address)
    took = Took(
        (time.perf_counter() - began) * 1000,
        _cpu_ms(process_id) - cpu,
        len(answer.content),
    )
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}: {answer.text[:500]}")
    return took


def _cpu_ms(process_id: int) -> float:
    """Return the milliseconds that all threads of a process have run, as Linux counts them."""
    tasks = Path(f"/proc/{process_id}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


if __name__ == "__main__":
    main()
