"""apprise's service of a channel, in copies of apprise's modules that are this channel's own.

apprise hands on no answer of a server, logs to one logger for all, and makes the Message-IDs of
mails itself. In the copies these names stand for something else; the modules that others import
stay as they are, so several channels may send at once.
"""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from requests import Response

    from nianbao.crawler.notify.notify_file import Channel

PLUGINS = "apprise.plugins"
MAIL_PLUGIN = "email.base"
MAIL_CLIENT = "email.smtp"  # the module that speaks to mail servers
ANSWER_SECONDS = 30.0  # for a server to answer
MAIL = ("mailto", "mailtos")
PROBLEM = "Socket Exception"  # begins what apprise says of a mail server's refusal


class ChannelUnusable(Exception):
    """apprise does not take the address of a channel; the message has an example."""


class ServiceCopy:
    """A service of apprise that is one channel's; it sends one message at a time."""

    def __init__(
        self,
        channel: Channel,
    ) -> None:
        self._recorder = _Recorder(is_mail=channel.scheme in MAIL)
        self._requests = _RecordedRequests()
        self._message_id = ""
        logger = logging.Logger("nianbao.notify", logging.DEBUG)
        logger.addHandler(self._recorder)
        # what modules log that were not copied goes nowhere: it may have secrets
        logging.getLogger("apprise").propagate = False
        self._service = self._make_service(channel, logger)

    @property
    def answers(self) -> list[Response]:
        """What servers answered to the message."""
        return self._requests.answers

    def begin(
        self,
        message_id: str,
        problems: list[str],
    ) -> None:
        """Begin a message; `problems` gets what apprise says that went wrong."""
        self._message_id = message_id
        self._recorder.texts = problems
        self._requests.answers = []

    def notify(
        self,
        title: str,
        body: str,
        extras: dict[str, Any],
    ) -> bool:
        """Send the message; return whether apprise says that it was sent.

        `extras` are further fields of a webhook's JSON.
        """
        from apprise import NotifyFormat

        if extras:
            self._service.payload_extras |= extras
        is_sent: bool = self._service.notify(
            body=body, title=title, body_format=NotifyFormat.TEXT
        )
        return is_sent

    def _make_service(
        self,
        channel: Channel,
        logger: logging.Logger,
    ) -> Any:
        """Return the service. Raises ChannelUnusable."""
        from apprise import AppriseAsset

        service_class = self._copy_class(channel.kind.service, logger)
        fields = service_class.parse_url(channel.url.get_secret_value())
        if not fields:
            example = channel.kind.example
            raise ChannelUnusable(
                f"its address is none that apprise takes; one is {example}"
            )
        # a redirected message may end at a page that takes anything; nothing is kept on the disk
        asset = AppriseAsset(
            app_id="nianbao", storage_mode="memory", http_redirects=False
        )
        service = service_class(**{**fields, "asset": asset})
        service.request_rate_per_sec = channel.kind.pause_seconds
        service.socket_connect_timeout = ANSWER_SECONDS
        service.socket_read_timeout = ANSWER_SECONDS
        return service

    def _copy_class(
        self,
        path: str,
        logger: logging.Logger,
    ) -> Any:
        """Return a copy of a service's class; its module is imported alone: there are 150."""
        module_name, _, class_name = path.rpartition(".")
        names: dict[str, Any] = {"requests": self._requests}
        if module_name == MAIL_PLUGIN:
            client = copy_module(f"{PLUGINS}.{MAIL_CLIENT}", logger=logger)
            names = {
                "logger": logger,
                "AppriseSMTPController": client.AppriseSMTPController,
                "make_msgid": self._make_mail_id,
            }
        module = copy_module(f"{PLUGINS}.{module_name}", **names)
        service_class = getattr(module, class_name)
        service_class.logger = logger
        return service_class

    def _make_mail_id(self, **_: Any) -> str:
        """Return the Message-ID of the message: mail programs show it once."""
        return f"<{self._message_id}@nianbao.invalid>"


def copy_module(
    name: str,
    **names: Any,
) -> ModuleType:
    """Return a copy of a module, in which some of its names stand for something else.

    Raises AttributeError for a name that the module has not.
    """
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for own_name, value in names.items():
        getattr(module, own_name)
        setattr(module, own_name, value)
    return module


class _RecordedRequests:
    """The module `requests`, which keeps the answers."""

    def __init__(self) -> None:
        self._module = import_module("requests")
        self.answers: list[Response] = []

    def request(
        self,
        method: str,
        url: str,
        **options: Any,
    ) -> Response:
        """Send a request, and keep the answer."""
        answer: Response = self._module.request(method, url, **options)
        self.answers.append(answer)
        return answer

    def post(
        self,
        url: str,
        **options: Any,
    ) -> Response:
        """Send a request by POST, and keep the answer."""
        return self.request("POST", url, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


class _Recorder(logging.Handler):
    """Keeps what apprise says went wrong, and of mail what the server said."""

    def __init__(
        self,
        *,
        is_mail: bool,
    ) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._is_mail = is_mail

    def emit(
        self,
        record: logging.LogRecord,
    ) -> None:
        """Keep a warning; of finer ones, only the problem of a mail server."""
        text = record.getMessage()
        is_problem = self._is_mail and text.startswith(PROBLEM)
        if record.levelno >= logging.WARNING or is_problem:
            self.texts.append(text)
