"""Servers of the tests, on this machine only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer

SECONDS_BETWEEN_LOOKS = 0.02  # at whether the server is to stop


@contextmanager
def run_server(server: BaseServer) -> Iterator[None]:
    """Let a server answer while the context lasts; it is closed at the end."""
    thread = threading.Thread(
        target=server.serve_forever, args=(SECONDS_BETWEEN_LOOKS,), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
