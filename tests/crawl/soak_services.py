"""What the soaks of `backfill` and `notify` talk to, and what they have read of what came of it."""

from __future__ import annotations

import atexit
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.archive.sound_archive import pages
from tests.crawl.capture_server import Held, serve_captures
from tests.crawl.commands import content
from tests.notify.receivers import Inbox, serve_web

NOTIFY_FILE = """
channels: {{hook: 'json://127.0.0.1:{port}/'}}
filters:
  all: {{since: 0, send_to: hook}}
  new: {{since: 0, kind: report_new, send_to: hook}}
"""
RUNS = ("runs", "site_runs")


def serve_state(state: int) -> str:
    """Serve the pages of a state as a web archive has them, until this process ends.

    Return the address of its index.
    """
    captures = [
        Held(url, f"2026020100{minute:02}00", body)
        for minute, (url, body) in enumerate(sorted(pages(state).items()))
    ]
    stack = ExitStack()
    server = stack.enter_context(serve_captures(captures))
    atexit.register(stack.close)
    return server.base


def write_notify_file(path: Path) -> None:
    """Write a notify file whose channel is served until this process ends."""
    stack = ExitStack()
    port = stack.enter_context(serve_web(Inbox()))
    atexit.register(stack.close)
    path.write_text(NOTIFY_FILE.format(port=port), "utf-8")


def read_positions(path: Path) -> dict[str, Any]:
    """Return how far each filter was told; what is about to be sent may come again."""
    deliveries: dict[str, Any] = json.loads(path.read_text("utf-8"))["deliveries"]
    return deliveries


def check_positions(path: Path, expected: dict[str, Any]) -> None:
    """Check that no filter was told more than there is."""
    for name, channels in read_positions(path).items():
        for channel, position in channels.items():
            assert position["line"] <= expected[name][channel]["line"]


def read_filled_archive(path: Path) -> dict[str, Any]:
    """Return what an archive holds, but for the runs: one that was cut off is followed by another."""
    held: dict[str, Any] = {}
    for name, rows in content(path).items():
        if name not in RUNS:
            held[name] = rows
    return held
