"""Alerts: what went wrong, as JSON for a command's standard input or for a webhook.

The command is run as given, without a shell. The webhook is asked at the address that was given
and nowhere else: no redirect is followed and no proxy used. A hook that fails is reported and
breaks nothing.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import click

from nianbao.archive.clock import utc_now
from nianbao.crawler.commands.options import plain
from nianbao.crawler.settings import VERSION
from nianbao.crawler.time_limit import call_within

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from nianbao.archive.read_model.crawls.run_summary import RunSummary
    from nianbao.crawler.health import SiteHealth

SECONDS = 60.0  # for a hook to take an alert: a run that has ended waits for it
MOST_OUTPUT = 200  # characters of what a failing hook wrote


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody is to know; its JSON is a promise."""

    archive: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    run: RunSummary | None = None
    sites: tuple[SiteHealth, ...] = ()  # those with alarms

    def to_json(self) -> str:
        """Return what a hook gets."""
        fields = {
            "nianbao": VERSION,
            "sent_at": utc_now(),
            "ok": not self.errors,
            "archive": self.archive,
            "errors": self.errors,
            "warnings": self.warnings,
            "run": plain(self.run),
            "sites": [site.to_json() for site in self.sites],
        }
        return json.dumps(fields, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Where alerts go; nowhere, unless the operator says so.

    Each hook has so many seconds to take an alert.
    """

    command: str | None = None
    webhook: str | None = None
    seconds: float = SECONDS

    def send(self, alert: Alert) -> list[str]:
        """Send an alert that has errors or warnings to every hook; return what failed."""
        if not alert.errors and not alert.warnings:
            return []
        body = alert.to_json().encode()
        failures: list[str | None] = []
        if self.command:
            failures.append(_run_command(self.command, body, self.seconds))
        if self.webhook:
            failures.append(_post_webhook(self.webhook, body, self.seconds))
        return [
            f"the alert was not taken: {failure}" for failure in failures if failure
        ]


def read_hooks(settings: Settings) -> Hooks:
    """Return where alerts go, by Scrapy's settings."""
    return Hooks(settings["NIANBAO_ALERT_COMMAND"], settings["NIANBAO_ALERT_WEBHOOK"])


def _run_command(command: str, body: bytes, seconds: float) -> str | None:
    """Run a command with an alert on its standard input; return how that failed."""
    try:
        process = subprocess.run(
            shlex.split(command),
            input=body,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"--alert-command: {error}"
    if not process.returncode:
        return None
    output = " ".join(process.stderr.decode(errors="replace").split())[:MOST_OUTPUT]
    return f"--alert-command ended with exit code {process.returncode}: {output}"


def _post_webhook(url: str, body: bytes, seconds: float) -> str | None:
    """Post an alert; return how that failed, without what in the address may be secret.

    The limit is on the whole: a server may send a byte now and then, for ever.
    """
    parts = urlsplit(url)
    try:
        status = call_within(seconds, _post, url, body, seconds)
    except TimeoutError:
        return (
            f"--alert-webhook: {parts.hostname}: no answer within {seconds:g} seconds"
        )
    except (OSError, HTTPException, ValueError) as error:
        return f"--alert-webhook: {parts.hostname}: {error or type(error).__name__}"
    if 200 <= status < 300:
        return None
    return f"--alert-webhook: {parts.hostname} answered {status}"


def _post(url: str, body: bytes, seconds: float) -> int:
    """Post JSON to an address; return the status. Raises OSError, HTTPException, ValueError."""
    parts = urlsplit(url)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"nianbao/{VERSION}",
    }
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    connection_class = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connection_class(parts.hostname or "", parts.port, timeout=seconds)
    with closing(connection):
        connection.request("POST", target, body, headers)
        return connection.getresponse().status


# ---- on the command line


def _check_webhook(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.BadParameter(
            "an address that begins with https:// or http:// is wanted"
        )
    return value


WEBHOOK_OPTION = click.option(
    "--alert-webhook",
    metavar="URL",
    envvar="NIANBAO_ALERT_WEBHOOK",
    show_envvar=True,
    callback=_check_webhook,
    help="Post the same as JSON to this address.",
)
COMMAND_OPTION = click.option(
    "--alert-command",
    metavar="COMMAND",
    envvar="NIANBAO_ALERT_COMMAND",
    show_envvar=True,
    help="When something is wrong: run this with what it is, as JSON, on its standard input.",
)


def alert_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where alerts go: `alert_command` and `alert_webhook`."""
    return COMMAND_OPTION(WEBHOOK_OPTION(command))
