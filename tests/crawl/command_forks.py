"""Commands in processes that are forked from one which has imported all of them.

To import what a command needs takes a second of processor time, and the tests run commands by the
hundred. Each has a process of its own all the same, with its own folder, environment, signals and
exit code. What only a process that was started anew can show (the installed script, an environment
that is read while importing, signals, kills) is started by `commands.start`.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple, NoReturn

from scrapy.settings import default_settings

from nianbao.archive.storage import lean
from nianbao.pipelines import process_pool

LARGEST_REQUEST = 1 << 18
SECONDS = 300.0
PACKAGES = (
    "nianbao.archive",
    "nianbao.crawler",
    "nianbao.pipelines",
    "nianbao.spiders",
)
# What only `browse` and only `read --ocr` use, and what imports the reactor.
NOT_IMPORTED = (
    "nianbao.archive.browse",
    "nianbao.pipelines.reader.ocr",
    "scrapy.extensions.telnet",
)


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int  # as `subprocess` gives it: negative for a signal
    out: str
    err: str


class Fork:
    """A process that was forked for a request, as `subprocess.Popen` shows one."""

    def __init__(
        self, channel: socket.socket, request: dict[str, Any], descriptors: list[int]
    ) -> None:
        self.returncode: int | None = None
        self._answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            message = json.dumps(request).encode()
            socket.send_fds(channel, [message], [theirs.fileno(), *descriptors])
        self.pid = int(self._answers.recv(64))

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended; raise TimeoutExpired."""
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                status = int(self._answers.recv(64))
            except (BlockingIOError, TimeoutError) as error:
                raise subprocess.TimeoutExpired("fork", timeout or 0.0) from error
            self.returncode = os.waitstatus_to_exitcode(status)
            self._answers.close()
        return self.returncode

    def kill(self) -> None:
        """End it, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(self.pid, number)


# --- the side of the tests ----------------------------------------------------------------------


class CommandForks:
    """The process that forks, begun at the first command of a test process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        self._send = threading.Lock()
        environment = dict(os.environ)
        for name in os.environ:
            if name.startswith("NIANBAO_"):
                del environment[name]
        code = f"from tests.crawl.command_forks import serve; serve({theirs.fileno()})"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=Path(__file__).parents[2],
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def run(self, arguments: list[str]) -> Ended:
        """Run `nianbao` with these arguments to its end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = self._run(arguments, out.fileno(), err.fileno())
            return Ended(code, _read_text(out), _read_text(err))

    def _run(self, arguments: list[str], out: int, err: int) -> int:
        fork = self._begin(arguments, out, err)
        try:
            return fork.wait(SECONDS)
        except BaseException:
            fork.kill()
            raise

    def start(self, arguments: list[str], into: Path, **environment: str) -> Fork:
        """Start `nianbao` with these arguments; what it prints goes into a file."""
        with into.open("wb") as file:
            return self._begin(arguments, file.fileno(), file.fileno(), environment)

    def _begin(
        self,
        arguments: list[str],
        out: int,
        err: int,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Fork:
        environment = dict(more)
        for key, value in os.environ.items():
            if not key.startswith("NIANBAO_"):
                environment.setdefault(key, value)
        request = {
            "arguments": arguments,
            "folder": str(Path.cwd()),
            "environment": environment,
        }
        with self._send:
            return Fork(self._channel, request, [out, err])

    def close(self) -> None:
        """End the process."""
        self._channel.close()
        self._process.wait()


def _read_text(file: Any) -> str:
    """Return what a process wrote into a file."""
    file.seek(0)
    content: bytes = file.read()
    return content.decode().replace("\r\n", "\n")


@cache
def command_forks() -> CommandForks:
    """Return the forking process of this test process; it ends with it."""
    forks = CommandForks()
    atexit.register(forks.close)
    return forks


# --- the side of the process that forks ---------------------------------------------------------


def serve(descriptor: int) -> None:
    """Fork for each request on a socket, until its other end is closed.

    A fork runs a command; those that the commands ask for in turn read pages.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_everything()
    import_module("tests.crawl.warm_reader")
    sys.path.remove("")
    gc.collect()
    gc.freeze()
    channel = socket.socket(fileno=descriptor)
    readers, from_commands = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    running: dict[int, tuple[int, socket.socket]] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ)
        selector.register(from_commands, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                source = key.fileobj
                if not isinstance(source, socket.socket):
                    selector.unregister(source)
                    _answer(key.fd, *running.pop(key.fd))
                    continue
                message, descriptors, _, _ = socket.recv_fds(source, LARGEST_REQUEST, 3)
                if not message:
                    return
                pid = os.fork()
                if pid == 0:
                    selector.close()
                    channel.close()
                    from_commands.close()
                    for ending, (_, answers) in running.items():
                        os.close(ending)
                        answers.close()
                    os.close(descriptors[0])
                    if source is channel:
                        _run_command(json.loads(message), descriptors[1:], readers)
                    _read_pages(descriptors[1])
                answers = socket.socket(fileno=descriptors[0])
                for given in descriptors[1:]:
                    os.close(given)
                with suppress(ConnectionError):  # who asked was killed meanwhile
                    answers.send(str(pid).encode())
                ending = os.pidfd_open(pid)
                running[ending] = pid, answers
                selector.register(ending, selectors.EVENT_READ)


def _answer(ending: int, pid: int, answers: socket.socket) -> None:
    """Tell how a process ended."""
    os.close(ending)
    _, status = os.waitpid(pid, 0)
    with answers, suppress(ConnectionError):  # nobody may want to know any more
        answers.send(str(status).encode())


def _import_everything() -> None:
    """Import what the commands would import, and nothing that starts threads or a reactor."""
    names = set(_list_components())
    for package in PACKAGES:
        names |= set(_list_modules(package))
    for name in sorted(names):
        if not name.startswith(NOT_IMPORTED):
            with suppress(ImportError):  # a library that is not installed
                import_module(name)
    assert not {"twisted.internet.reactor", *lean.UNUSED} & set(sys.modules)
    assert threading.active_count() == 1


def _list_modules(package: str) -> Iterator[str]:
    """List the modules of a package and of those in it."""
    path = import_module(package).__path__
    for module in pkgutil.iter_modules(path, f"{package}."):
        yield module.name
        if module.ispkg and not module.name.startswith(NOT_IMPORTED):
            yield from _list_modules(module.name)


def _list_components() -> Iterator[str]:
    """List the modules that Scrapy imports because its settings name what they hold."""
    for setting in vars(default_settings).values():
        values = [setting]
        if isinstance(setting, dict):
            values = [*setting, *setting.values()]
        for value in values:
            if isinstance(value, str) and value.startswith("scrapy."):
                yield value.rpartition(".")[0]


def _read_pages(descriptor: int) -> NoReturn:
    """Become a reading process, whose standard error nobody reads."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process_pool.serve(descriptor)
    os._exit(0)


def _run_command(
    request: dict[str, Any], descriptors: list[int], readers: socket.socket
) -> NoReturn:
    """Become the command that was asked for."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    out, err = descriptors
    os.dup2(out, 1)
    os.dup2(err, 2)
    for descriptor in descriptors:
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    _fork_readers(readers)
    sys.argv = ["nianbao", *request["arguments"]]
    os._exit(_run_main())


def _fork_readers(readers: socket.socket) -> None:
    """Have reading processes forked too, in place of starting them anew."""
    lock = threading.Lock()

    def fork(_: list[str], *, pass_fds: list[int], **__: Any) -> Fork:
        with lock:
            return Fork(readers, {}, pass_fds)

    process_pool.subprocess = SimpleNamespace(  # type: ignore[assignment]
        Popen=fork,
        DEVNULL=subprocess.DEVNULL,
        TimeoutExpired=subprocess.TimeoutExpired,
    )


def _run_main() -> int:
    """Run the command and what is to run at the end of a process; return its exit code.

    Python's own end is left out: to take apart all that was imported takes longer than most
    commands.
    """
    cli = import_module("nianbao.crawler.commands.cli")
    try:
        cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code
