"""What the commands share: options, how a failure ends, how records become JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click

archive_option = click.option(
    "--archive",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default="archive.db",
    envvar="NIANBAO_ARCHIVE",
    show_default=True,
    show_envvar=True,
    help="The archive file.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for programs."
)


def only_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name some of the sites: `only` (ids) and `regions`."""
    for option in (
        click.option(
            "--region",
            "regions",
            multiple=True,
            help="Only sites of this region: its name's or code's beginning.",
        ),
        click.option(
            "--site",
            "only",
            multiple=True,
            help="Only this site (an id); may be given several times.",
        ),
    ):
        command = option(command)
    return command


class Network(click.ParamType[str]):
    """An IP address or network on the command line."""

    name = "network"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the network as text; fail with what is wanted when it is none."""
        try:
            return str(ip_network(value))
        except ValueError as error:
            self.fail(
                f"{error}. An address (10.1.2.3) or a network (10.0.0.0/8) is wanted.",
                param,
                ctx,
            )


class NotBegun(click.ClickException):
    """A mistake in the site files, or nobody to be named to public sites: nothing was begun."""

    exit_code = 2


class Group(click.Group):
    """A group of commands whose named failures end in one line on standard error and exit code
    1.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a usage mistake ends with exit code 2, a failure with 1."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            named = _named(error)
            if named is None:
                raise
            raise named from error


def _named(error: Exception) -> click.ClickException | None:
    """Return how a named failure ends a command; what it may be is loaded when something failed."""
    from nianbao.archive.errors import ArchiveError
    from nianbao.crawler.contact import ContactMissing
    from nianbao.spiders.catalogue import CatalogueError

    if isinstance(error, ArchiveError):
        return click.ClickException(str(error))
    return (
        NotBegun(str(error))
        if isinstance(error, (CatalogueError, ContactMissing))
        else None
    )


def plain(value: Any) -> Any:
    """Return records as dictionaries and lists, for JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value
