"""A crawl by the workers of a real scheduler: one is killed, one comes, the scheduler goes; what is
in the archive in the end is what one undisturbed crawl sees, asked one request at a time.
"""

from __future__ import annotations

import pickle
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster, Reschedule, get_worker
from distributed.core import Status

from bench.dask_cluster import serve_cluster
from nianbao.archive import Archive
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Hints
from nianbao.crawler.cluster import cluster as cluster_module
from nianbao.crawler.cluster import reading, tasks
from nianbao.crawler.cluster.cluster import LOOPBACK_PORT, Cluster, open_cluster
from nianbao.crawler.cluster.crawl_order import CrawlProcessOrder
from nianbao.crawler.cluster.crawl_task import _is_wanted, _run_process
from nianbao.crawler.cluster.errors import ClusterFailed, ClusterUnusable
from nianbao.crawler.commands.crawl import LOOPBACK, sample_sites
from nianbao.crawler.discovery.targets import Targets
from nianbao.crawler.plan import CrawlPlan
from nianbao.pipelines.process_pool import ProcessDied
from nianbao.pipelines.reading_pool import PageToRead
from nianbao.sample.province import Province
from nianbao.sample.server import Server, serve
from tests.crawl.capture_server import Held, serve_captures
from tests.crawl.commands import content, free_port, nianbao, start
from tests.crawl.small_backfill import ONE, A, Ours
from tests.crawl.warc_files import response, write
from tests.kept_samples import FEW_SITES, KeptSample

# what tells a crawl from another of the same sites
OF_CRAWL = ("changes",)
LOOPBACK_ADDRESS = "0100007F"  # 127.0.0.1
DAY = date(2026, 1, 1)
GONE = ArchivedSite("gone", "某县", "auto", None, None, 1, 1)
ADDRESS = "http://xixia.localhost:8620/zwgk/zfxxgknb/202402/t20240212_1240228.html"


class Watch:
    """Counts the requests that each host of the sample answers at one time."""

    def __init__(self, server: Server) -> None:
        self.most: Counter[str] = Counter()
        self.count = 0
        self.pause = 0.1  # seconds that an answer takes
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._answer = server.province.answer
        server.province.answer = self.answer  # type: ignore[method-assign]

    def answer(self, state: int, url: str, body: bytes = b"") -> Any:
        host = url.split("/")[2]
        with self._lock:
            self.count += 1
            self._now[host] += 1
            self.most[host] = max(self.most[host], self._now[host])
        try:
            time.sleep(self.pause)
            return self._answer(state, url, body)
        finally:
            with self._lock:
                self._now[host] -= 1


def make_sites(port: int, folder: Path) -> Path:
    sites = sample_sites(port, folder)
    for path in sites.glob("*.yml"):
        if path.stem not in FEW_SITES:
            path.unlink()
    return sites


def wait_until(is_so: Any, process: Any, log: Path) -> None:
    while not is_so():
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)


def test_a_worker_dies_and_the_scheduler_goes(tmp_path: Path) -> None:
    whole, single = tmp_path / "100%41#?.db", tmp_path / "single.db"
    folder = tmp_path / "sites"
    folder.mkdir()
    with serve(1, port=0) as server:
        sites = make_sites(server.port, folder)
        usual = ("crawl", "--sites", sites, "--allow-address", LOOPBACK)
        watch = Watch(server)
        log = tmp_path / "log"
        with serve_cluster(tmp_path, workers=1) as cluster:
            doomed = cluster.start_worker()
            crawl = (*usual, "--archive", whole, "--cluster", cluster.address)
            with start(*crawl, into=log) as process:
                wait_until(lambda: watch.count > 8, process, log)
                doomed.send_signal(signal.SIGKILL)
                cluster.start_worker()
                wait_until(lambda: finished_sites(whole), process, log)
                cluster.scheduler.send_signal(signal.SIGKILL)
                process.wait(timeout=120)
            assert process.returncode == 1, log.read_text()
            assert "the scheduler is gone" in log.read_text()
            told = nianbao("changes", "--archive", whole)
            assert "new" in told, "the feed has what came"
        assert max(watch.most.values()) == 1
        watch.pause = 0.0
        begin_gone_site(whole)
        printed = nianbao(*usual, "--archive", whole, "--cluster", "local")
        assert "healthy" in printed
        nianbao(*usual, "--archive", single)
    nianbao("verify", "--archive", whole)
    clustered, alone = content(whole), content(single)
    clustered["site_runs"].remove((1, GONE.id, "abandoned", None, 0))
    for name in alone:
        if name not in OF_CRAWL:
            assert clustered[name] == alone[name], name
    assert sorted(clustered["changes"]) == sorted(alone["changes"])


def begin_gone_site(path: Path) -> None:
    """Begin, in the run that was cut off, a site whose file is gone when it is gone on with."""
    with Archive.create(path) as archive:
        archive.begin_sites(1, [GONE])


def finished_sites(path: Path) -> int:
    """Return how many sites of a crawl are finished."""
    if not path.exists():
        return 0
    with Archive(path) as archive:
        query = "SELECT count(*) FROM site_runs WHERE ended_at IS NOT NULL"
        return int(archive.db.execute(query).fetchone()[0])


def test_pages_are_read_as_here(sample: KeptSample, tmp_path: Path) -> None:
    path = sample.copy_to(tmp_path / "a.db")
    where = "documents.site_id = 'xixia'"
    nianbao("reread", "--where", where, "--archive", path, "--cluster", "local")
    assert content(path) == content(sample.archive)


def test_a_capture_is_imported_as_here(tmp_path: Path) -> None:
    page = Province().answer(1, ADDRESS).body
    captures = [
        response(ADDRESS, f"2024-0{month}-01T00:00:00Z", page) for month in (3, 5)
    ]
    warc = write(tmp_path / "captures.warc.gz", captures)
    archives = {}
    for name, more in {"here": (), "there": ("--cluster", "local")}.items():
        path = tmp_path / f"{name}.db"
        prefix = ("--url-prefix", "http://xixia.localhost:8620/")
        nianbao("import", warc, *prefix, "--archive", path, *more)
        archives[name] = content(path)
    assert archives["here"]["versions"]
    assert archives["here"] == archives["there"]


def test_a_backfill_has_its_captures_read(tmp_path: Path) -> None:
    ours = Ours(tmp_path)
    with serve_captures([Held(ONE, "20210301000000", A)]) as served:
        summary = ours.backfill(served.base, "--cluster", "local")
    assert summary["captures"]["fetched"] == 1
    assert [version[0] for version in ours.line(ONE)] == ["2021-03-01"]


def list_listening_addresses() -> set[str]:
    """Return the addresses on which this process listens, as the kernel writes them."""
    sockets = set()
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            sockets.add(str(handle.readlink()))
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                addresses.add(local.partition(":")[0])
    return addresses


def test_a_local_cluster_listens_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no more pages are on the way than have so many bytes; and a worker that is paused,
    since its memory is short, goes on with its crawl.
    """
    monkeypatch.setattr(reading, "MOST_BYTES_AHEAD", 1000)
    with open_cluster("local") as cluster:
        assert list_listening_addresses() == {LOOPBACK_ADDRESS}
        readers = reading.ClusterReaders(cluster)
        few = readers.pages_ahead
        assert few >= 3 * reading.BATCH_PAGES
        readings = [
            readers.submit(PageToRead(b"<p>" + b"x" * 500, None, Hints(), DAY))
            for _ in range(5)
        ]
        assert readers.pages_ahead == reading.BATCH_PAGES
        assert not any(one.result().is_report for one in readings)
        assert readers.pages_ahead == few
        assert cluster.take_result(cluster.submit(is_wanted_when, "paused"))


def is_wanted_when(status: str) -> bool:
    """Tell, on a worker, whether a crawl is wanted while the worker has a status."""
    worker = get_worker()
    status_before = worker.status
    worker.status = Status[status]
    try:
        return _is_wanted(worker, worker.get_current_task())
    finally:
        worker.status = status_before


def test_a_crawl_that_is_not_wanted_is_one_for_another_worker(tmp_path: Path) -> None:
    plan = CrawlPlan(tmp_path / "a.db", None)
    order = CrawlProcessOrder(plan.archive, plan, Targets({}), "none", 1)
    with pytest.raises(Reschedule):
        _run_process(order, "", tmp_path, lambda: False)
    (last_words,) = _run_process(order, "", tmp_path, lambda: True)
    assert "exit code 1" in last_words
    assert "Error" in last_words


def test_a_task_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its arguments are; one that a machine cannot even read does it no harm."""
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "VERSION", "0.0.0")
        call = tasks.pack_call(print, (Unreadable(),))
    with pytest.raises(ClusterFailed, match=r"this is 0\.0\.0\. Install the same"):
        pickle.loads(call)
    with open_cluster("local") as cluster:
        task = cluster.submit(print, Unreadable())
        with pytest.raises(ClusterFailed, match=r"No module named.* Install nianbao"):
            cluster.take_result(task)
        assert cluster.take_result(cluster.submit(int, "7")) == 7


class Unreadable:
    """What no machine can unpickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        return import_module, ("nianbao.of_another_version",)


def test_how_a_reading_process_died_is_told_over_the_wire() -> None:
    assert pickle.loads(pickle.dumps(ProcessDied(-9))).exit_code == -9


@pytest.mark.parametrize("option", ["--redis", "--round", "--lease"])
def test_the_former_options_are_refused(option: str, tmp_path: Path) -> None:
    archive = tmp_path / "a.db"
    printed = nianbao("crawl", option, "7", "--archive", archive, code=2)
    assert f"{option} is gone" in printed
    assert "--cluster ADDRESS" in printed
    assert not archive.exists()


@pytest.mark.parametrize(
    "command",
    ["crawl", "reread", "import x.warc", "backfill --from http://127.0.0.1:9/"],
)
def test_what_names_no_scheduler_is_refused(command: str, tmp_path: Path) -> None:
    archive = tmp_path / "a.db"
    with Archive.create(archive):
        pass
    options = ("--archive", archive, "--cluster", "scheduler.example")
    printed = nianbao(*command.split(), *options, code=2)
    assert "scheduler.example: no Dask scheduler answers (missing port" in printed


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.2)
    address = f"tcp://127.0.0.1:{free_port()}"
    with (
        pytest.raises(ClusterUnusable, match=f"{address}: no Dask scheduler answers"),
        open_cluster(address),
    ):
        pass


def test_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the beginning; and later, when none is left."""
    monkeypatch.setattr(cluster_module, "NO_WORKER_SECONDS", 0.2)
    monkeypatch.setattr(cluster_module, "LOOK_UP", 0.1)
    with LocalCluster(
        n_workers=0, processes=False, protocol="tcp", dashboard_address=LOOPBACK_PORT
    ) as scheduler:
        address = scheduler.scheduler_address
        with (
            pytest.raises(ClusterUnusable, match="the scheduler has no worker"),
            open_cluster(address),
        ):
            pass
        with Client(address, set_as_default=False) as client:
            cluster = Cluster(client, address)
            task = cluster.submit(int, "7")
            with pytest.raises(ClusterFailed, match="there has been no worker for"):
                cluster.take_result(task)
