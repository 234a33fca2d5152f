"""What runs in a reading process, and what it may do there.

It may use a bounded amount of memory, time and disk. It may not open a socket or start a program:
a reading is made of bytes alone. What a library prints of its own end goes nowhere.

The reader is imported where it reads: the program that starts the processes has no use for it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nianbao.archive.garbage import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nianbao.archive.records import Reading
    from nianbao.pipelines.reader.explain.explain import ExplainedReading

Source = TypeVar("Source")
Result = TypeVar("Result")
# Bytes of address space beyond those that a process has when it begins. The largest page that is
# read takes 250 MB; a file that asks for more ends its own reading and no other program.
MOST_MEMORY = 500_000_000
# of the processor for one page; the slowest page that is known takes two
MOST_CPU_SECONDS = 30
MOST_FILE_BYTES = 256_000_000  # what a DOC is converted to stands in a file
_MEMORY_SIZES = Path("/proc/self/statm")
_REFUSED_EVENTS = frozenset(
    (
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "socket.__new__",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.getnameinfo",
        "subprocess.Popen",
    )
)


def begin_process() -> None:
    """Prepare a reading process.

    Ctrl-C, which a terminal sends to every process, is to end the crawl in good order and not
    the readings. The reader is loaded before the limits are set: they are for pages.
    """
    import_module("nianbao.pipelines.reader")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = _measure_memory()
    if memory is not None:
        _limit(resource.RLIMIT_AS, memory + MOST_MEMORY)
    _limit(resource.RLIMIT_FSIZE, MOST_FILE_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse_event)
    _silence_output()
    collect_seldom()


def read_payload(
    payload: bytes,
    cpu_seconds: int,
    recognitions: Sequence[str] = (),
    **arguments: Any,
) -> Reading:
    """Read a page, and prepare its reading for the search index.

    `recognitions` are what OCR recognised of it, as JSON.
    """
    from nianbao.archive.search.index import prepare_reading
    from nianbao.pipelines.reader import read

    _limit_time(cpu_seconds)
    if not recognitions:
        return prepare_reading(read(payload, **arguments))
    from nianbao.pipelines.reader.ocr.image_reading import read_images
    from nianbao.pipelines.reader.ocr.recognition import Recognition

    recognized = list(map(Recognition.from_json, recognitions))
    return prepare_reading(read_images(payload, recognized, **arguments))


def explain_payload(
    payload: bytes, cpu_seconds: int, **arguments: Any
) -> ExplainedReading:
    """Read a page, and explain its reading."""
    from nianbao.pipelines.reader.explain.explain import explain

    _limit_time(cpu_seconds)
    return explain(payload, **arguments)


def run_task(
    source: Source, cpu_seconds: int, task: Callable[[Source], Result]
) -> Result:
    """Have a function make something of what a page is."""
    _limit_time(cpu_seconds)
    return task(source)


def _limit_time(cpu_seconds: int) -> None:
    """Have the process ended when it takes so much of the processor from now on."""
    used_seconds = int(time.process_time()) + 1
    _limit(resource.RLIMIT_CPU, used_seconds + cpu_seconds)


def _limit(kind: int, most: int) -> None:
    """Set a limit of this process; a lower one that somebody else has set stands."""
    _, hard_limit = resource.getrlimit(kind)
    if hard_limit != resource.RLIM_INFINITY:
        most = min(most, hard_limit)
    resource.setrlimit(kind, (most, hard_limit))


def _measure_memory() -> int | None:
    """Return the bytes of address space that the process has; None where no system says that.

    A reading process imports what the program imports that starts it, however large.
    """
    if not _MEMORY_SIZES.exists():
        return None
    pages = int(_MEMORY_SIZES.read_text("ascii").split()[0])
    return pages * resource.getpagesize()


def _refuse_event(event: str, _: tuple[Any, ...]) -> None:
    """Refuse what no reading needs; called by Python for each of its audit events."""
    if event in _REFUSED_EVENTS:
        raise PermissionError(f"{event} is refused: a reading is made of bytes alone")


def _silence_output() -> None:
    """Throw away what libraries print: how a reading failed is told by the pool."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
