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
import multiprocessing
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
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from scrapy.settings import default_settings

from nianbao.archive.storage import lean
from nianbao.pipelines import reading_pool

LARGEST_REQUEST = 1 << 18
SECONDS = 300.0
PACKAGES = (
    "nianbao.archive",
    "nianbao.crawler",
    "nianbao.pipelines",
    "nianbao.spiders",
)
# Reading processes are forked too, by a process of its own that has no reactor and no archive.
FORKSERVER = forkserver._forkserver  # type: ignore[attr-defined]
# What only `browse` uses, and what imports the reactor.
NOT_IMPORTED = ("nianbao.archive.browse", "scrapy.extensions.telnet")


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int  # as `subprocess` gives it: negative for a signal
    out: str
    err: str


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
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("NIANBAO_")
        }
        request = {
            "arguments": arguments,
            "folder": str(Path.cwd()),
            "environment": environment,
        }
        answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with answers, theirs:
            descriptors = [theirs.fileno(), out, err]
            with self._send:
                message = json.dumps(request).encode()
                socket.send_fds(self._channel, [message], descriptors)
            theirs.close()
            pid = int(answers.recv(64))
            answers.settimeout(SECONDS)
            try:
                status = answers.recv(64)
            except BaseException:
                os.kill(pid, signal.SIGKILL)
                raise
        return os.waitstatus_to_exitcode(int(status))

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
    """Fork for each request on a socket, until its other end is closed; a fork runs the command."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    FORKSERVER.set_forkserver_preload(["tests.crawl.warm_reader"])
    FORKSERVER.ensure_running()
    _import_everything()
    sys.path.remove("")
    gc.collect()
    gc.freeze()
    channel = socket.socket(fileno=descriptor)
    running: dict[int, tuple[int, socket.socket]] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not channel:
                    selector.unregister(key.fileobj)
                    _answer(key.fd, *running.pop(key.fd))
                    continue
                message, descriptors, _, _ = socket.recv_fds(
                    channel, LARGEST_REQUEST, 3
                )
                if not message:
                    FORKSERVER._stop()  # type: ignore[attr-defined]
                    return
                pid = os.fork()
                if pid == 0:
                    selector.close()
                    channel.close()
                    for ending, (_, answers) in running.items():
                        os.close(ending)
                        answers.close()
                    _run_command(json.loads(message), descriptors)
                answers = socket.socket(fileno=descriptors[0])
                for printed in descriptors[1:]:
                    os.close(printed)
                answers.send(str(pid).encode())
                ending = os.pidfd_open(pid)
                running[ending] = pid, answers
                selector.register(ending, selectors.EVENT_READ)


def _answer(ending: int, pid: int, answers: socket.socket) -> None:
    """Tell how a process ended."""
    os.close(ending)
    _, status = os.waitpid(pid, 0)
    with answers:
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


def _run_command(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Become the command that was asked for."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    answers, out, err = descriptors
    os.dup2(out, 1)
    os.dup2(err, 2)
    for descriptor in (answers, out, err):
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    _share_forkserver()
    sys.argv = ["nianbao", *request["arguments"]]
    os._exit(_run_main())


def _share_forkserver() -> None:
    """Have reading processes forked by the one that runs already, in place of starting them."""
    FORKSERVER.ensure_running = lambda: None  # type: ignore[method-assign]
    context = multiprocessing.get_context("forkserver")
    reading_pool.get_context = lambda _: context  # type: ignore[assignment]


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
