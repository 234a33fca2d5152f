"""Send a message through a channel, by apprise, and know whether it was taken.

apprise 2.3 says that a message was sent where the answer has a good status. WeCom and DingTalk
answer so too where they refuse one, for a word that is missing or too many in a minute, and say
it in the body. And it gives each mail a Message-ID of its own. Both are put right here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nianbao.crawler.time_limit import call_within

if TYPE_CHECKING:
    from apprise import NotifyBase
    from requests import Response

    from nianbao.crawler.notify.messages import Message
    from nianbao.crawler.notify.notify_file import Channel

SECONDS = 120.0  # for a message to be taken
ANSWER_SECONDS = 30.0  # for a server to answer
MOST_REASON = 300  # characters of what a server said
MAIL = ("mailto", "mailtos")
WEBHOOKS = ("json", "jsons")
PROBLEM = "Socket Exception"  # begins what apprise says of a mail server's refusal
MISSING = (
    "Messages are sent by apprise, which is not installed."
    " Install it with: pip install 'nianbao[notify]'"
)


class NotTaken(Exception):
    """A message was not taken; the message says why, without anything of the address."""


class AppriseMissing(Exception):
    """apprise is not installed; the message says how to install it."""


def require_apprise() -> None:
    """Raise AppriseMissing where messages cannot be sent."""
    try:
        import apprise  # noqa: F401
        import requests  # noqa: F401
    except ImportError as error:
        raise AppriseMissing(MISSING) from error


class Sender:
    """Sends messages; each channel is made once, and keeps its pace."""

    def __init__(self) -> None:
        self._services: dict[str, NotifyBase] = {}

    def send(
        self,
        channel: Channel,
        message: Message,
    ) -> None:
        """Send a message. Raises NotTaken unless the server said that it has it."""
        with _record_problems(channel) as problems:
            try:
                service = self._find_service(channel)
                reason = call_within(SECONDS, _send, service, channel, message)
            except Exception as error:  # noqa: BLE001 — other channels are to go on
                reason = str(error) or type(error).__name__
            if reason is None:
                return
            text = " ".join([*problems, reason]).strip() or "no reason is known"
        raise NotTaken(channel.hide_secrets(text)[:MOST_REASON])

    def _find_service(
        self,
        channel: Channel,
    ) -> NotifyBase:
        if channel.name not in self._services:
            self._services[channel.name] = _make_service(channel)
        return self._services[channel.name]


def _make_service(channel: Channel) -> NotifyBase:
    """Return apprise's service of a channel, which is imported alone: there are 150.

    Raises NotTaken for an address that apprise does not take.
    """
    from apprise import AppriseAsset

    module_name, _, class_name = channel.kind.service.rpartition(".")
    module = import_module(f"apprise.plugins.{module_name}")
    service_class: type[NotifyBase] = getattr(module, class_name)
    fields = service_class.parse_url(channel.url.get_secret_value())
    if not fields:
        example = channel.kind.example
        raise NotTaken(f"its address is none that apprise takes; one is {example}")
    # a redirected message may end at a page that takes anything; nothing is kept on the disk
    asset = AppriseAsset(app_id="nianbao", storage_mode="memory", http_redirects=False)
    service = service_class(**{**fields, "asset": asset})
    service.request_rate_per_sec = channel.kind.pause_seconds
    service.socket_connect_timeout = ANSWER_SECONDS
    service.socket_read_timeout = ANSWER_SECONDS
    return service


def _send(
    service: Any,
    channel: Channel,
    message: Message,
) -> str | None:
    """Send a message; return why it was not taken, None where it was."""
    from apprise import NotifyFormat

    title = message.title
    body = message.body
    if not channel.kind.titled:
        title = ""
        body = f"{message.title}\n\n{message.body}"
    if channel.scheme in WEBHOOKS:
        service.payload_extras |= {
            "message_id": message.id,
            "filter": message.filter,
            "lines": list(message.lines),
        }
    named = _name_mail(message.id) if channel.scheme in MAIL else nullcontext()
    with _record_answers() as answers, named:
        is_sent = service.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
    if not is_sent:
        return ""
    if channel.kind.accepted is None:
        return None
    return _find_refusal(answers, channel.kind.accepted)


def _find_refusal(
    answers: list[Response],
    field: str,
) -> str | None:
    """Return what a server says that refused a message with a good status."""
    if not answers:
        return "no answer"
    text = answers[-1].text
    try:
        answer = answers[-1].json()
    except ValueError:
        return f"the answer is not of this service: {text[:MOST_REASON]}"
    if isinstance(answer, dict) and answer.get(field) == 0:
        return None
    return f"refused: {text[:MOST_REASON]}"


@contextmanager
def _record_answers() -> Iterator[list[Response]]:
    """Record the answers to what is sent over HTTP meanwhile: apprise hands on none."""
    import requests

    answers: list[Response] = []
    send = requests.Session.send

    def send_and_record(
        *arguments: Any,
        **options: Any,
    ) -> Response:
        answer = send(*arguments, **options)
        answers.append(answer)
        return answer

    with _replace(requests.Session, "send", send_and_record):
        yield answers


@contextmanager
def _name_mail(message_id: str) -> Iterator[None]:
    """Give the mail that is sent meanwhile this id: mail programs show it once."""
    from apprise.plugins.email import base

    def make_id(**_: Any) -> str:
        return f"<{message_id}@nianbao.invalid>"

    with _replace(base, "make_msgid", make_id):
        yield


@contextmanager
def _replace(
    owner: Any,
    name: str,
    value: Any,
) -> Iterator[None]:
    """Let a name stand for something else for the time of the block."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


class _Recorder(logging.Handler):
    """Keeps what apprise says went wrong, and of mail what the server said."""

    def __init__(
        self,
        channel: Channel,
    ) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._of_mail = channel.scheme in MAIL

    def emit(
        self,
        record: logging.LogRecord,
    ) -> None:
        """Keep a warning; of finer ones, only the problem of a mail server."""
        text = " ".join(record.getMessage().split())
        is_problem = self._of_mail and text.startswith(PROBLEM)
        if record.levelno >= logging.WARNING or is_problem:
            self.texts.append(text)


@contextmanager
def _record_problems(channel: Channel) -> Iterator[list[str]]:
    """Record what apprise logs meanwhile, and let it go nowhere else: it may have secrets."""
    logger = logging.getLogger("apprise")
    recorder = _Recorder(channel)
    level = logger.level
    propagates = logger.propagate
    logger.addHandler(recorder)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield recorder.texts
    finally:
        logger.removeHandler(recorder)
        logger.setLevel(level)
        logger.propagate = propagates
