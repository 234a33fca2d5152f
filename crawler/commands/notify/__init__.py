"""`nianbao notify`: tell people and programs what the feed has for them."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.crawler.commands.options import (
    NotBegun,
    archive_option,
    json_option,
)

TYPE = click.Path(dir_okay=False, readable=False, path_type=Path)


@click.command()
@click.argument("file", type=TYPE, default="notify.yaml")
@archive_option
@click.option(
    "--state",
    type=TYPE,
    metavar="FILE",
    help="Where it stands how far each filter was told; unless given, FILE.state.json"
    " beside the notify file.",
)
@click.option(
    "--dry-run", is_flag=True, help="Print what would be sent; send and store nothing."
)
@json_option
def notify(
    file: Path, path: Path, state: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Send what the feed has for you: by mail, to a webhook, WeCom, Feishu or DingTalk.

    FILE (default notify.yaml) names channels and filters: region, agency, kind, rule, words.
    Each filter begins with what is new from its first call on; every line that fits it is sent,
    in order. A channel that fails keeps its lines for the next call, and the others go on: exit
    code 1. A message that was sent twice, because this was killed before it could note it, has
    the same id. Messages are sent by apprise: `pip install 'nianbao[notify]'`.

    \b
    nianbao notify
    nianbao notify county.yaml --dry-run
    nianbao crawl --due && nianbao notify --json
    """
    from nianbao.crawler.commands.notify.report import report_deliveries
    from nianbao.crawler.notify.delivery import Courier, OtherArchive
    from nianbao.crawler.notify.notify_file import NotifyFileError, read_notify_file
    from nianbao.crawler.notify.positions import (
        ENDING,
        PositionsUnusable,
        PositionsUnwritable,
        lock_positions,
        read_positions,
    )
    from nianbao.crawler.notify.sending import AppriseMissing, Sender, require_apprise
    from nianbao.crawler.signals import end_on_signals

    state_path = state or file.with_name(file.name + ENDING)
    try:
        notify_file = read_notify_file(file)
        if not dry_run:
            require_apprise()
        lock = nullcontext() if dry_run else lock_positions(state_path)
        with end_on_signals(), lock, Archive(path) as archive:
            positions = read_positions(state_path)
            sender = None if dry_run else Sender()
            courier = Courier(archive, notify_file, positions, sender)
            courier.require_same_archive()
            failed = report_deliveries(courier, dry_run=dry_run, as_json=as_json)
    except (NotifyFileError, AppriseMissing, PositionsUnusable, OtherArchive) as error:
        raise NotBegun(str(error)) from error
    except PositionsUnwritable as error:
        raise click.ClickException(str(error)) from error
    sys.exit(int(failed))
