"""Processes that work for this one, each replaced when it dies or takes too long.

Each has a pipe of its own and a thread here that waits for it, so that one that is killed, at any
moment, harms nothing but what it was at. Short tasks go before long ones: what is hard to read is
long, as a rule, and the rest of a crawl does not wait for it.
"""

from __future__ import annotations

import gc
import itertools
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from queue import Empty, PriorityQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

READY = "ready"  # what a process says when it can take its first task
SECONDS_TO_BEGIN = 120.0  # for a process, on a busy machine; none is begun after that
SECONDS_TO_END = (
    2.0  # for a process that says no more: a core is written, memory given back
)
# Threads that a crawl has at a time on a small machine: they wait for reading processes and look
# names up. Each wants 8 MB of address space.
THREADS = 8
MOST_STARTS = 5  # for one task: somebody may kill processes while they begin
# Bytes of a task after which a process collects garbage: trees of pages refer to themselves, and
# a dozen of large ones would take the memory of the one that comes next.
LARGE_TASK = 512 * 1024
KILLED = (-signal.SIGKILL, -signal.SIGTERM)  # by somebody else, as a rule
LAST = float("inf")  # the size of the tasks that end the threads
CANNOT_BEGIN = (
    "No reading process can begin ({reason}). Look at the limits on memory and processes"
    " (`ulimit -a`; LimitAS= and TasksMax= of systemd): one needs 1 GB of address space."
)
# What a process runs. It is begun anew, not forked: a fork would copy the event loop and the
# open archive.
PROGRAM = "import sys; sys.path[:] = {path!r}; import {module} as m; m.serve({handle})"
CLOSING = "the pool is being closed"
Result = TypeVar("Result")


class ProcessDied(RuntimeError):
    """The process that was at a task died; `exit_code` is below 0 for a signal."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(f"exit code {exit_code}")
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[ProcessDied], tuple[int]]:
        """Be made again of the exit code on another machine."""
        return ProcessDied, (self.exit_code,)


class CannotBegin(RuntimeError):
    """No process could begin to work; the message says why, and what to do."""


@dataclass(order=True, slots=True)
class _Task:
    size: float
    number: int  # of two of one size the first one goes first
    call: tuple[Any, ...] = field(compare=False, repr=False)
    seconds: float = field(compare=False)
    future: Future[Any] = field(compare=False, repr=False)


class ProcessPool:
    """A number of processes; they begin when there is something to do. `close` ends them."""

    def __init__(
        self,
        workers: int,
        begin: Callable[[], None],
        seconds_to_begin: float = SECONDS_TO_BEGIN,
    ) -> None:
        self._tasks: PriorityQueue[_Task] = PriorityQueue()
        self._numbers = itertools.count()
        self._workers = [
            _Worker(self._tasks, begin, seconds_to_begin) for _ in range(workers)
        ]
        self._is_closed = False

    def submit(
        self,
        function: Callable[..., Result],
        *arguments: Any,
        size: int,
        seconds: float,
        **named_arguments: Any,
    ) -> Future[Result]:
        """Have a function called in a process, and its process ended after some seconds.

        The future fails with what the function raises, TimeoutError, ProcessDied or CannotBegin.
        Raises CannotBegin where there is not even a thread to wait for it.
        """
        if self._is_closed:
            raise RuntimeError("the pool is closed")
        future: Future[Result] = Future()
        call = (function, arguments, named_arguments)
        self._tasks.put(_Task(size, next(self._numbers), call, seconds, future))
        for worker in self._workers:
            worker.start()
        return future

    def close(self) -> None:
        """End the processes, whatever they are doing; what waits is cancelled."""
        self._is_closed = True
        with suppress(Empty):  # the workers take tasks meanwhile
            while True:
                self._tasks.get_nowait().future.cancel()
        for _ in self._workers:  # whichever takes it
            last = _Task(LAST, next(self._numbers), (), 0.0, Future())
            self._tasks.put(last)
        for worker in self._workers:
            worker.stop()


class _Worker:
    """One process, and the thread that waits for it."""

    def __init__(
        self,
        tasks: PriorityQueue[_Task],
        begin: Callable[[], None],
        seconds_to_begin: float,
    ) -> None:
        self._tasks = tasks
        self._begin = begin
        self._seconds_to_begin = seconds_to_begin
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None
        self._is_stopping = False

    def start(self) -> None:
        """Begin to take tasks, if that has not begun. Raises CannotBegin."""
        if self._thread is None:
            thread = threading.Thread(target=self._take_tasks)
            _start(thread)
            self._thread = thread

    def stop(self) -> None:
        """End the process and the thread."""
        self._is_stopping = True
        self._kill()
        if self._thread is not None:
            self._thread.join()
        self._end_process()

    def _take_tasks(self) -> None:
        while not self._is_stopping:
            task = self._tasks.get()
            if task.size == LAST:
                return
            if not task.future.set_running_or_notify_cancel():
                continue
            self._settle(task)
            del task  # with its payload, while there is no other

    def _settle(self, task: _Task) -> None:
        try:
            result = self._try_twice(task)
        except BaseException as error:  # noqa: BLE001 — it is the caller's
            task.future.set_exception(error)
        else:
            task.future.set_result(result)

    def _try_twice(self, task: _Task) -> Any:
        """Return the result of a task; one whose process was killed is tried once more."""
        try:
            return self._do(task)
        except ProcessDied as error:
            if error.exit_code not in KILLED:
                raise
        return self._do(task)

    def _do(self, task: _Task) -> Any:
        """Return the result of a task, or raise what it failed with."""
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._kill()

        pipe = self._require_process()
        timer = threading.Timer(task.seconds, expire)
        _start(timer)
        try:
            pipe.send(task.call)
            is_result, value = pipe.recv()
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            exit_code = self._end_process(SECONDS_TO_END)
            if expired.is_set():
                message = f"it took longer than {task.seconds:.0f} seconds"
                raise TimeoutError(message) from error
            raise ProcessDied(exit_code) from error
        finally:
            timer.cancel()
        if is_result:
            return value
        raise value

    def _require_process(self) -> Connection[Any, Any]:
        """Return the pipe of a process that can take a task; raise CannotBegin."""
        if self._pipe is not None and self._process and self._process.poll() is None:
            return self._pipe
        reason = CLOSING
        for _ in range(MOST_STARTS):
            self._end_process()
            if self._is_stopping:
                break
            try:
                pipe = self._begin_process()
            except TimeoutError as error:
                self._end_process()
                reason = str(error)
                break
            except (EOFError, MemoryError, OSError) as error:
                exit_code = self._end_process(SECONDS_TO_END)
                reason = str(error) or f"it ended with exit code {exit_code}"
            else:
                if not self._is_stopping:  # else `stop` came before there was a process
                    return pipe
                reason = CLOSING
        raise CannotBegin(CANNOT_BEGIN.format(reason=reason))

    def _begin_process(self) -> Connection[Any, Any]:
        """Begin a process; raise EOFError or OSError where it does not get so far.

        Raises TimeoutError for one that neither is ready in time nor dies.
        """
        self._pipe, far_end = Pipe()
        with far_end:
            handle = far_end.fileno()
            program = PROGRAM.format(path=sys.path, module=__name__, handle=handle)
            self._process = subprocess.Popen(
                [sys.executable, "-c", program],
                pass_fds=[handle],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._pipe.send(self._begin)
        if not self._pipe.poll(self._seconds_to_begin):
            seconds = self._seconds_to_begin
            raise TimeoutError(f"it was not ready within {seconds:g} seconds")
        self._pipe.recv()
        return self._pipe

    def _end_process(self, seconds: float = 0.0) -> int:
        """End the process, unless it ends by itself within some seconds; return its exit code."""
        exit_code = 0
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            self._kill()
            exit_code = self._process.wait()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None
        return exit_code

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            process.kill()


def require_threads(count: int = THREADS) -> None:
    """Raise CannotBegin where so many threads cannot be had at a time.

    It is asked before a crawl: Twisted waits for ever for a name that it has no thread to look
    up.
    """
    ending = threading.Event()
    threads = [threading.Thread(target=ending.wait) for _ in range(count)]
    begun = []
    try:
        for thread in threads:
            _start(thread)
            begun.append(thread)
    finally:
        ending.set()
        for thread in begun:
            thread.join()


def _start(thread: threading.Thread) -> None:
    """Start a thread that ends with the program; raise CannotBegin where none can be had."""
    thread.daemon = True
    try:
        thread.start()
    except RuntimeError as error:
        raise CannotBegin(CANNOT_BEGIN.format(reason=error)) from error


def serve(handle: int) -> None:
    """Do what is asked for over a pipe, until nobody asks; this is what a process runs."""
    pipe = Connection(handle)
    begin = pipe.recv()
    begin()
    pipe.send(READY)
    while True:
        try:
            task = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(_answer(task))
        if len(task) > LARGE_TASK:
            del task
            gc.collect()


def _answer(task: bytes) -> Any:
    """Return what a function makes of its arguments, or raises, for the pipe."""
    try:
        function, arguments, named_arguments = pickle.loads(task)
        result = function(*arguments, **named_arguments)
        return ForkingPickler.dumps((True, result))
    except BaseException as error:  # noqa: BLE001 — a library in Rust panics past it
        return _pickle_error(error)


def _pickle_error(error: BaseException) -> Any:
    """Return an error for the pipe; what can be said of one that does not survive the way."""
    try:
        data = ForkingPickler.dumps((False, error))
        pickle.loads(data)
    except Exception:  # noqa: BLE001
        reason = f"{type(error).__name__}: {error}"
        return ForkingPickler.dumps((False, RuntimeError(reason)))
    return data
