"""Processes that work for others: killed at any moment, too slow, unable to begin, never waited for
in vain.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, PriorityQueue
from typing import Any

import pytest

from nianbao.crawler.time_limit import call_within
from nianbao.pipelines import process_pool
from nianbao.pipelines.process_pool import (
    CannotBegin,
    ProcessDied,
    ProcessPool,
    require_threads,
)
from tests.processes import list_children

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
MOST_SECONDS = 60  # that a result is waited for
OTHERS: set[int] = set()


def begin() -> None:
    """Prepare nothing."""


def fail_to_begin() -> None:
    raise MemoryError


def never_begin() -> None:
    time.sleep(100)


def double(number: int) -> int:
    return 2 * number


def sleep_for(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def tell_process() -> int:
    return os.getpid()


def make_unpicklable() -> object:
    return lambda: None


class Panic(BaseException):
    """What a library raises past `except Exception`."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} of {second}")


def panic() -> None:
    raise Panic(1, 2)


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def take_memory() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (200_000_000, resource.RLIM_INFINITY))
    return len(bytearray(1 << 30))


def want_threads() -> None:
    """Want the threads of a crawl where there is room for one or two of them."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    room = pages * resource.getpagesize() + 20_000_000
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
    require_threads()


@pytest.fixture(autouse=True)
def _other_children() -> Iterator[None]:
    """Leave out of `find_children` what other tests began and keep."""
    OTHERS.update(list_children())
    yield
    OTHERS.clear()


def find_children() -> list[int]:
    """Return the ids of the processes that a test began and that run."""
    return sorted(list_children() - OTHERS)


def work_once(path: Path) -> str:
    """Say that the work has begun; go on for ever, unless it was begun before."""
    if path.exists():
        return "done"
    path.write_text("begun")
    time.sleep(100)
    return "not done"


def kill_worker(path: Path) -> None:
    """Kill the one process that this one began, when it says that it is at work."""
    while not path.exists():
        time.sleep(0.01)
    (child,) = find_children()
    os.kill(child, signal.SIGKILL)


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    pool = ProcessPool(1, begin)
    yield pool
    pool.close()


def submit(pool: ProcessPool, function: object, *arguments: object) -> Future[object]:
    return pool.submit(function, *arguments, size=1, seconds=30)  # type: ignore[arg-type]


def test_what_comes_back(pool: ProcessPool) -> None:
    assert submit(pool, double, 21).result(MOST_SECONDS) == 42
    number = submit(pool, tell_process).result(MOST_SECONDS)
    for function, error in (
        (make_unpicklable, Exception),
        (panic, RuntimeError),
        (take_memory, MemoryError),
    ):
        with pytest.raises(error):
            submit(pool, function).result(MOST_SECONDS)
    assert submit(pool, tell_process).result(MOST_SECONDS) == number, "none has died"
    with pytest.raises(ProcessDied) as failure:
        submit(pool, die).result(MOST_SECONDS)
    assert failure.value.exit_code == -signal.SIGSEGV
    assert submit(pool, tell_process).result(MOST_SECONDS) != number


def test_a_task_that_takes_too_long(pool: ProcessPool) -> None:
    future = pool.submit(sleep_for, 100, size=1, seconds=1)
    with pytest.raises(TimeoutError):
        future.result(MOST_SECONDS)
    assert submit(pool, double, 1).result(MOST_SECONDS) == 2


def test_short_tasks_go_before_long_ones(pool: ProcessPool) -> None:
    order: list[int] = []
    submit(pool, sleep_for, 0.2)
    futures = []
    for size in (30, 10, 20):
        future = pool.submit(double, size, size=size, seconds=30)
        future.add_done_callback(lambda done: order.append(done.result()))
        futures.append(future)
    for future in futures:
        future.result(MOST_SECONDS)
    assert order == [20, 40, 60]


def test_a_process_that_is_killed_is_replaced(
    pool: ProcessPool, tmp_path: Path
) -> None:
    submit(pool, double, 1).result(MOST_SECONDS)
    (child,) = find_children()
    os.kill(child, signal.SIGKILL)
    assert submit(pool, double, 2).result(MOST_SECONDS) == 4
    future = submit(pool, work_once, tmp_path / "a")
    kill_worker(tmp_path / "a")
    assert future.result(MOST_SECONDS) == "done", "it was tried once more"


def test_a_task_whose_process_is_killed_twice_has_failed(pool: ProcessPool) -> None:
    with pytest.raises(ProcessDied) as failure:
        submit(pool, kill_itself).result(MOST_SECONDS)
    assert failure.value.exit_code == -signal.SIGKILL


def test_closing_ends_what_runs_and_what_waits() -> None:
    pool = ProcessPool(1, begin)
    running = submit(pool, sleep_for, 100)
    waiting = submit(pool, sleep_for, 100)
    while not running.running():
        time.sleep(0.01)
    pool.close()
    assert waiting.cancelled()
    # not TimeoutError: also a process that was about to begin is not waited for
    assert isinstance(running.exception(), (ProcessDied, CannotBegin))
    assert find_children() == []


class Snatching(PriorityQueue[Any]):
    """A queue whose tasks somebody takes as soon as it was looked whether there are any."""

    def empty(self) -> bool:
        was_empty = super().empty()
        with suppress(Empty):
            while True:
                self.get_nowait()
        return was_empty


def test_closing_does_not_wait_for_tasks_that_are_taken_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process_pool, "PriorityQueue", Snatching)
    pool = ProcessPool(1, begin)
    running = submit(pool, sleep_for, 100)
    submit(pool, double, 1)
    while not running.running():
        time.sleep(0.01)
    call_within(MOST_SECONDS / 6, pool.close)
    assert find_children() == []


def test_closing_ends_all_processes() -> None:
    pool = ProcessPool(3, begin)
    for future in [submit(pool, sleep_for, 0.1) for _ in range(9)]:
        future.result(MOST_SECONDS)
    pool.close()
    assert find_children() == []


def test_processes_that_cannot_begin_are_told_of() -> None:
    pool = ProcessPool(1, fail_to_begin)
    for _ in range(2):
        with pytest.raises(CannotBegin, match="No reading process can begin"):
            submit(pool, double, 1).result(MOST_SECONDS)
    pool.close()


def test_a_process_that_is_never_ready_is_waited_for_once() -> None:
    pool = ProcessPool(1, never_begin, seconds_to_begin=0.5)
    with pytest.raises(CannotBegin, match=r"not ready within 0\.5 seconds"):
        submit(pool, double, 1).result(MOST_SECONDS)
    assert find_children() == []
    pool.close()


def test_threads_that_cannot_be_had_are_told_of(pool: ProcessPool) -> None:
    require_threads()
    with pytest.raises(CannotBegin, match=r"can't start new thread.*LimitAS="):
        submit(pool, want_threads).result(MOST_SECONDS)


REPORT = "西霞县青石镇人民政府2021年政府信息公开工作年度报告"


CANNOT_BEGIN = "No reading process can begin"
# which of the two processes has too little memory depends on the machine
TOO_LITTLE = f"There is not enough memory|{CANNOT_BEGIN}"
LIMITS = {
    "memory": (resource.RLIMIT_AS, 60_000_000, TOO_LITTLE),
    "files": (resource.RLIMIT_NOFILE, 7, CANNOT_BEGIN),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_nianbao_says_that_nothing_can_be_read(kind: str, tmp_path: Path) -> None:
    """As under a limit that `ulimit` or systemd sets; nothing hangs, no traceback is printed."""
    path = tmp_path / "report.html"
    path.write_text(f"<title>{REPORT}</title>", "utf-8")
    command = [Path(sys.executable).with_name("nianbao"), "read", path]
    limit, most, message = LIMITS[kind]
    done = subprocess.run(
        command,
        preexec_fn=lambda: resource.setrlimit(limit, (most, most)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(message, done.stderr)
    assert "Traceback" not in done.stderr
