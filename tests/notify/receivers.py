"""A mail server and a receiver of webhooks on loopback, which keep what they were sent.

Each can be told to kill the sender: when a message has come and before it is answered, or a
moment after the answer.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from tests.crawl.commands import free_port

LINE = re.compile(r"^#(\d+) ", re.M)


@dataclass
class Received:
    """A message as it came."""

    channel: str
    id: str
    lines: tuple[int, ...]
    text: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass
class Inbox:
    """What came, and whom to kill when the next message comes."""

    messages: list[Received] = field(default_factory=list)
    pid: int | None = None
    before_answer: bool = True
    seconds: float = 0.0  # from the answer to the kill
    passed: int = 0  # messages that come before the one at which it kills
    answer: tuple[int, str] = (200, "{}")

    def take(self, message: Received) -> bool:
        """Keep a message; return whether the sender is to be killed when it has its answer."""
        self.messages.append(message)
        if self.pid is None:
            return False
        if self.passed:
            self.passed -= 1
            return False
        if self.before_answer:
            self.kill()
            return False
        return True

    def kill_later(self) -> None:
        """Kill the sender, which has its answer, a moment later."""
        time.sleep(self.seconds)
        self.kill()

    def kill(self) -> None:
        """Kill the sender, once."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.pid = None


class MailHandler:
    """Takes mails for any address but those that begin with `nobody`."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_RCPT(
        self,
        _server: object,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: object,
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(
        self, _server: object, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        (message_id,) = mail.get_all("Message-ID")
        text = mail.get_content().replace("\r\n", "\n")
        lines = tuple(map(int, LINE.findall(text)))
        received = Received("mail", message_id, lines, f"{mail['Subject']}\n{text}")
        if self.inbox.take(received):
            threading.Thread(target=self.inbox.kill_later).start()
        return "250 taken"


def make_web_handler(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    """Return what handles requests for an inbox."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            payload = json.loads(body)
            lines = tuple(line["id"] for line in payload.get("lines", ()))
            message_id = payload.get("message_id", "")
            text = payload.get("message", "")
            is_to_die = inbox.take(Received("hook", message_id, lines, text, payload))
            status, text = inbox.answer
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())
            self.wfile.flush()
            if is_to_die:
                inbox.kill_later()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler


@contextmanager
def serve_mail(inbox: Inbox) -> Iterator[int]:
    """Serve mail; give the port."""
    port = free_port()
    controller = Controller(MailHandler(inbox), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def serve_web(inbox: Inbox) -> Iterator[int]:
    """Serve webhooks; give the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), make_web_handler(inbox))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
