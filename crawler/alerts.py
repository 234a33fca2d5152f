"""Alerts: what went wrong, handed to a command on its standard input or posted to a webhook, as
JSON.

The command is run as given, without a shell. The webhook is asked at the address that was given
and nowhere else: no redirect is followed and no proxy used. A hook that fails is said and
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

if TYPE_CHECKING:
    from nianbao.archive.read_model.summary import Summary
    from nianbao.crawler.health import Health

SECONDS = 60  # for a hook to take an alert
SAID = 200  # characters of what a failing hook printed


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody is to know; its JSON is a promise."""

    archive: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    run: Summary | None = None
    sites: tuple[Health, ...] = ()  # those with alarms

    def to_json(self) -> str:
        """Return what a hook gets."""
        whole = {
            "nianbao": VERSION,
            "sent_at": utc_now(),
            "ok": not self.errors,
            "archive": self.archive,
            "errors": self.errors,
            "warnings": self.warnings,
            "run": plain(self.run),
            "sites": [one.stated() for one in self.sites],
        }
        return json.dumps(whole, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Where alerts go; nowhere, unless the operator said so."""

    command: str | None = None
    webhook: str | None = None

    def tell(self, alert: Alert) -> list[str]:
        """Hand an alert to every hook, if it has anything to say; return what failed."""
        failures = []
        if alert.errors or alert.warnings:
            body = alert.to_json().encode()
            for hook, given in ((_run, self.command), (_post, self.webhook)):
                if given and (failure := hook(given, body)):
                    failures.append(f"the alert was not taken: {failure}")
        return failures


def _run(command: str, body: bytes) -> str | None:
    """Run a command with an alert on its standard input; return how that failed."""
    try:
        done = subprocess.run(
            shlex.split(command),
            input=body,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"--alert-command: {error}"
    said = " ".join(done.stderr.decode(errors="replace").split())[:SAID]
    return (
        f"--alert-command ended with exit code {done.returncode}: {said}"
        if done.returncode
        else None
    )


def _post(url: str, body: bytes) -> str | None:
    """Post an alert; return how that failed, without what in the address may be secret."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"nianbao/{VERSION}",
    }
    try:
        with closing(
            kind(parts.hostname or "", parts.port, timeout=SECONDS)
        ) as connection:
            connection.request(
                "POST",
                urlunsplit(("", "", parts.path or "/", parts.query, "")),
                body,
                headers,
            )
            status = connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        return f"--alert-webhook: {parts.hostname}: {error or type(error).__name__}"
    return (
        None
        if 200 <= status < 300
        else f"--alert-webhook: {parts.hostname} answered {status}"
    )


# ---- on the command line


def _webhook(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    parts = urlsplit(value or "")
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise click.BadParameter(
            "an address that begins with https:// or http:// is wanted"
        )
    return value


def alert_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where alerts go: `alert_command` and `alert_webhook`."""
    for option in (
        click.option(
            "--alert-webhook",
            metavar="URL",
            envvar="NIANBAO_ALERT_WEBHOOK",
            show_envvar=True,
            callback=_webhook,
            help="Post the same as JSON to this address.",
        ),
        click.option(
            "--alert-command",
            metavar="COMMAND",
            envvar="NIANBAO_ALERT_COMMAND",
            show_envvar=True,
            help="When something is wrong: run this with what it is, as JSON, on its standard input.",
        ),
    ):
        command = option(command)
    return command
