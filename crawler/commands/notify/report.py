"""What `nianbao notify` prints: what was sent, what would be, and what was not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nianbao.crawler.commands.options import print_json
from nianbao.crawler.language import say

if TYPE_CHECKING:
    from nianbao.crawler.notify.delivery import Courier, Delivery


def report_deliveries(
    courier: Courier,
    *,
    dry_run: bool,
    as_json: bool,
) -> bool:
    """Let a courier deliver, and print what became of it; return whether a channel failed."""
    warnings = list(courier.list_warnings())
    for warning in warnings:
        say(warning, err=True)
    deliveries: list[dict[str, Any]] = []
    has_failed = False
    for delivery in courier.deliver():
        has_failed = has_failed or delivery.failure is not None
        deliveries.append(delivery.to_json(with_texts=dry_run))
        if not as_json:
            _print_delivery(delivery, dry_run=dry_run)
    if as_json:
        fields = {"dry_run": dry_run, "warnings": warnings, "deliveries": deliveries}
        print_json(fields)
    return has_failed


def _print_delivery(
    delivery: Delivery,
    *,
    dry_run: bool,
) -> None:
    name = f"{delivery.filter} → {delivery.channel}"
    if delivery.begins_after is not None:
        begin = delivery.begins_after
        say(f"{name}: begins; told is what follows line {begin} of the feed")
    count = len(delivery.messages)
    if dry_run:
        say(f"{name}: {delivery.lines} lines would be sent, in {count} messages")
        for message in delivery.messages:
            click.echo(f"\n{message.title}\n\n{message.body}\n")
    elif count or delivery.failure is None:
        say(f"{name}: {delivery.lines} lines sent, in {count} messages")
    if delivery.failure is not None:
        reason = delivery.failure
        say(f"{name}: not taken, and kept for the next call: {reason}", err=True)
