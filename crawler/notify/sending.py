"""Send a message through a channel, by apprise, and know whether it was taken.

apprise 2.3 says that a message was sent where the answer has a good status. WeCom and DingTalk
answer so too where they refuse one, for a word that is missing or too many in a minute, and say
it in the body. And it gives each mail a Message-ID of its own. Both are put right in copies of
its modules that are the channel's own (:mod:`nianbao.crawler.notify.service_copy`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.crawler.notify.service_copy import ServiceCopy
from nianbao.crawler.time_limit import call_within

if TYPE_CHECKING:
    from requests import Response

    from nianbao.crawler.notify.messages import Message
    from nianbao.crawler.notify.notify_file import Channel

SECONDS = 120.0  # for a message to be taken
MOST_REASON = 300  # characters of what a server said
WEBHOOKS = ("json", "jsons")
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
        self._services: dict[str, ServiceCopy] = {}

    def send(
        self,
        channel: Channel,
        message: Message,
    ) -> None:
        """Send a message. Raises NotTaken unless the server said that it has it."""
        problems: list[str] = []
        try:
            service = self._find_service(channel)
            service.begin(message.id, problems)
            reason = call_within(SECONDS, _send, service, channel, message)
        except Exception as error:  # noqa: BLE001 — other channels are to go on
            reason = str(error) or type(error).__name__
            # what still goes on after the time is up shares nothing with the next message
            self._services.pop(channel.name, None)
        if reason is None:
            return
        # a secret that is cut is not recognised: it is hidden before
        text = channel.hide_secrets("\n".join([*problems, reason]))
        text = " ".join(text.split()) or "no reason is known"
        raise NotTaken(text[:MOST_REASON])

    def _find_service(
        self,
        channel: Channel,
    ) -> ServiceCopy:
        if channel.name not in self._services:
            self._services[channel.name] = ServiceCopy(channel)
        return self._services[channel.name]


def _send(
    service: ServiceCopy,
    channel: Channel,
    message: Message,
) -> str | None:
    """Send a message; return why it was not taken, None where it was."""
    title = message.title
    body = message.body
    if not channel.kind.titled:
        title = ""
        body = f"{message.title}\n\n{message.body}"
    extras = {}
    if channel.scheme in WEBHOOKS:
        extras = {
            "message_id": message.id,
            "filter": message.filter,
            "lines": list(message.lines),
        }
    if not service.notify(title, body, extras):
        return ""
    if channel.kind.accepted is None:
        return None
    return _find_refusal(service.answers, channel.kind.accepted)


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
        return f"the answer is not of this service: {text}"
    if isinstance(answer, dict) and answer.get(field) == 0:
        return None
    return f"refused: {text}"
