"""Servers on this machine alone, and how they run."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = "127.0.0.1"
SECONDS_BETWEEN_LOOKS = 0.02  # at whether the server is to stop


class LoopbackServer(ThreadingHTTPServer):
    """An HTTP server on the loopback address; port 0 takes any free port."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__((ADDRESS, port), handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for a host name, which http.server does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]


@contextmanager
def run_server(server: socketserver.BaseServer) -> Iterator[None]:
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
