"""Commands that hand the archive on to other programs: changes."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import FrameType

import click

from nianbao.archive import Archive
from nianbao.archive.events import feed
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import archive_option, json_option


@click.command()
@archive_option
@click.option(
    "--since",
    type=int,
    default=0,
    show_default=True,
    help="The last change you have; you get what follows.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(feed.KINDS),
    help="Only this kind; several times.",
)
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option(
    "--follow",
    is_flag=True,
    help="Wait for more, until the reader goes away, Ctrl-C or SIGTERM.",
)
@json_option
def changes(
    path: Path,
    since: int,
    kinds: tuple[str, ...],
    limit: int | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Print the change feed: what happened to pages and findings, in order, once each.

    new, changed, moved, vanished, returned: a page. reread: we read a version otherwise than
    before; the page did not change. finding_opened, finding_closed: something that does not add
    up, and no longer so. Store the last number you have dealt with and ask for what follows it.
    With --json, a line a change.

    \b
    nianbao changes
    nianbao changes --since 120 --json
    nianbao changes --kind new --kind changed --kind reread --limit 100
    nianbao changes --since 120 --follow --json | ./my-program
    """
    with Archive(path) as archive, _until_nobody_listens():
        lines = (
            archive.follow(since, kinds, _wait)
            if follow
            else archive.changes(since, kinds=kinds)
        )
        for change in islice(lines, limit):
            if as_json:
                click.echo(json.dumps(dataclasses.asdict(change), ensure_ascii=False))
            else:
                terminal.change(change)


class _Stopped(BaseException):
    """SIGTERM came; no Exception, of which libraries swallow any in places."""


@contextmanager
def _until_nobody_listens() -> Iterator[None]:
    """End the block without a word on SIGTERM, Ctrl-C, or when who reads standard output has
    gone.
    """
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
        sys.stdout.flush()
    except (_Stopped, KeyboardInterrupt):
        pass
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what is still to be flushed goes nowhere
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _Stopped


def _wait(seconds: float) -> None:
    """Let time pass; raise BrokenPipeError as soon as nobody reads standard output any more."""
    sys.stdout.flush()
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    if any(
        event & (select.POLLERR | select.POLLHUP)
        for _, event in poll.poll(seconds * 1000)
    ):
        raise BrokenPipeError
