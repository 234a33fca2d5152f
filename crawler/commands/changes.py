"""`nianbao changes`: the change feed, for people and programs."""

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
from nianbao.archive.events.feed import Change
from nianbao.archive.read_model.version_changes import (
    CHANGED_KINDS,
    VersionChange,
    find_version_change,
)
from nianbao.crawler.commands.options import archive_option, json_option
from nianbao.crawler.language import translate, translate_finding, translate_word

MOST_LINES = 100  # that a person is shown who did not say how many


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
@click.option(
    "--reports",
    "of_reports",
    is_flag=True,
    help="Only what happened to reports, whatever their addresses: the kinds report_….",
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
    of_reports: bool,
    limit: int | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Print the change feed: what happened to pages, reports and findings, in order, once each.

    new, changed, reverted, moved, replaced, vanished, returned: what became of the report at an
    address; reverted is changed back, replaced that the address shows another report now. reread:
    we read a version otherwise than before; the page did not change. report_new and so on: the
    same of a report, whatever its addresses. finding_opened, finding_closed: something that does
    not add up, and no longer so. Store the last number you have dealt with and ask for what
    follows it. With --json, a line a change.

    \b
    nianbao changes
    nianbao changes --since 120 --json
    nianbao changes --kind new --kind changed --kind reread --limit 100
    nianbao changes --reports
    nianbao changes --since 120 --follow --json | ./my-program
    """
    if of_reports:
        kinds = (*kinds, *feed.REPORT_KINDS)
    with Archive(path) as archive, _end_quietly():
        if follow:
            entries = archive.follow(since, kinds, _wait_for_reader)
        else:
            entries = archive.changes(since, kinds=kinds)
        most = None if limit is None else min(limit, sys.maxsize)
        if not (limit or as_json or follow or kinds):
            most = MOST_LINES
        last = since
        for change in islice(entries, most):
            last = change.id
            if as_json:
                click.echo(json.dumps(dataclasses.asdict(change), ensure_ascii=False))
            else:
                columns = [*_format_columns(change), *_describe_change(archive, change)]
                click.echo("\t".join(columns))
        if most == MOST_LINES and next(iter(archive.changes(last)), None):
            click.echo(f"there are more: --since {last}, or --limit", err=True)


def _format_columns(change: Change) -> list[str]:
    """Return number, time, kind, title, address and, of a finding, what it says."""
    title = change.title
    if not title:
        report = (change.agency, change.report_year)
        title = " ".join(str(part) for part in report if part)
    address = change.url or ""
    if change.moved_to:
        address = f"{address} → {change.moved_to}"
    elif change.previous_url and change.previous_url != change.url:
        address = f"{change.previous_url} → {address}"
    columns = [str(change.id), change.occurred_at, change.kind, title, address]
    finding = change.finding
    if finding:
        message = translate_finding(finding)
        severity = translate_word(finding.severity)
        columns.append(f"{severity} {finding.rule}: {message}")
    return columns


def _describe_change(archive: Archive, change: Change) -> list[str]:
    """Return what a change of content changed, under the names that the form prints."""
    if change.kind not in CHANGED_KINDS or change.url is None:
        return []
    earlier = (change.previous_url, change.previous_version)
    difference = find_version_change(archive.db, change.url, change.version, *earlier)
    if difference is None:
        return []
    return ["; ".join(_list_differences(difference))]


def _list_differences(difference: VersionChange) -> list[str]:
    parts = []
    if difference.equals is not None:
        number = difference.version
        text = f"version {number} equals version {difference.equals}: reverted"
        parts.append(translate(text))
    for cell in difference.cells:
        name = f"{cell.row_label}·{cell.column_label}"
        parts.append(f"{name} {cell.before or '–'} → {cell.after or '–'}")
    if difference.line is not None:
        before, after = difference.line
        parts.append(f"“{before or '–'}” → “{after or '–'}”")
    return parts


class _Terminated(BaseException):
    """SIGTERM came. No Exception: libraries catch those in places and go on."""


@contextmanager
def _end_quietly() -> Iterator[None]:
    """End the block without a message on SIGTERM, on Ctrl-C, and when standard output is closed."""
    handler_before = signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        yield
        sys.stdout.flush()
    except (_Terminated, KeyboardInterrupt):
        pass
    except BrokenPipeError:
        # What is still to be flushed at exit goes nowhere.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    finally:
        signal.signal(signal.SIGTERM, handler_before)


def _raise_terminated(_signal: int, _frame: FrameType | None) -> None:
    raise _Terminated


def _wait_for_reader(seconds: float) -> None:
    """Wait; raise BrokenPipeError as soon as nobody reads standard output any more."""
    sys.stdout.flush()
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    for _, event in poll.poll(seconds * 1000):
        if event & (select.POLLERR | select.POLLHUP):
            raise BrokenPipeError
