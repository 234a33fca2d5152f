"""What the commands share: options, how a failure ends, how records become JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sys
from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from gettext import gettext
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from nianbao.crawler.language import choose_language, translate
from nianbao.crawler.language.context import LanguageContext

if TYPE_CHECKING:
    from nianbao.pipelines.reader.regions.lookup import NamedRegion

PRIMARY_CODE = 0xFF  # the bits of an SQLite error code that name its kind
NO_MEMORY = (
    "There is not enough memory. Look at the limits on it (`ulimit -v`; LimitAS= of"
    " systemd): a command needs 1 GB of address space."
)
# exceptions by which click ends a command itself: Ctrl-C, a page of help
CLICK_ENDS = (click.Abort, click.exceptions.Exit)
DAMAGED = "the archive file cannot be read: it is damaged, or its disk is"
NOT_UTF8 = (
    "A word of the command, or the name of a file, is not in UTF-8. Look at the encoding of"
    " the terminal (`locale`)."
)
TOO_LARGE = "A number in the command is larger than any that an archive has."
# Python puts these in the place of bytes that are not UTF-8.
FOREIGN_BYTES = ("\udc80", "\udcff")
DAMAGED_ADVICE = "`nianbao verify` names the damage and what it can be repaired from."

archive_option = click.option(
    "--archive",
    "path",
    # click would end the command for a file that cannot be read, without saying what to do
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    default="archive.db",
    envvar="NIANBAO_ARCHIVE",
    show_default=True,
    show_envvar=True,
    help="The archive file.",
)
cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS|local",
    help="Work on the machines of this Dask scheduler, tcp://HOST:PORT; `local`: on this one.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for programs."
)
force_option = click.option(
    "--force",
    is_flag=True,
    help="Replace an earlier export; nothing else is replaced.",
)
site_option = click.option(
    "--site",
    "only",
    multiple=True,
    help="Only this site (an id); may be given several times.",
)
agency_site_option = click.option(
    "--site",
    "site",
    help="Of agencies of one name and no known region, the one of this site (an id).",
)
region_option = click.option(
    "--region",
    "regions",
    multiple=True,
    help="Only sites in this region: its name, its beginning (浙江, 杭州), or its code's.",
)


def only_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name some of the sites: `only` (ids) and `regions`."""
    return site_option(region_option(command))


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
            example = "An address (10.1.2.3) or a network (10.0.0.0/8) is wanted."
            self.fail(f"{error}. {example}", param, ctx)


RANGE = re.compile(r"(20\d\d)(?:\s*[-–]\s*(20\d\d))?")


class YearsOption(click.ParamType[frozenset[int]]):
    """A year, or a range of years, on the command line."""

    name = "years"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[int]:
        """Return the years; fail, saying what is expected, when the value names none."""
        if isinstance(value, frozenset):
            return value
        match = RANGE.fullmatch(str(value).strip())
        years = _years_of(match) if match else frozenset()
        if not years:
            self.fail(
                f"{value!r} names no years."
                " A year (2015) or a range (2008-2018) is wanted.",
                param,
                ctx,
            )
        return years


def _years_of(match: re.Match[str]) -> frozenset[int]:
    """Return the years of a range; none where it ends before it begins."""
    first = int(match[1])
    last = int(match[2] or match[1])
    return frozenset(range(first, last + 1))


years_option = click.option(
    "--year",
    "--years",
    "years",
    multiple=True,
    type=YearsOption(),
    help="Only reports on these years: 2015, or 2008-2018.",
)


def join_years(years: tuple[frozenset[int], ...]) -> tuple[int, ...] | None:
    """Return all years that options name, in order; None without any."""
    if not years:
        return None
    return tuple(sorted(frozenset().union(*years)))


class AddressOption(click.ParamType[str]):
    """An address of the web on the command line, with its scheme."""

    name = "address"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the address; fail with what is wanted when it is none."""
        try:
            split = urlsplit(value)
            is_address = split.scheme in ("http", "https") and bool(split.hostname)
            _ = split.port
        except ValueError:
            is_address = False
        if not is_address:
            wanted = "Such as https://www.example.gov.cn/zwgk/ is wanted."
            self.fail(f"{value!r} is no address. {wanted}", param, ctx)
        return value


class RenameOption(click.ParamType[tuple[str, str]]):
    """The id of a site and its new id on the command line: ID=NEW_ID."""

    name = "ID=NEW_ID"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return both ids; fail with what is wanted when there are not two."""
        from nianbao.archive.raw.site_identity import SITE_ID

        if isinstance(value, tuple):
            return value
        site_id, _, new_id = value.partition("=")
        if not SITE_ID.fullmatch(site_id) or not SITE_ID.fullmatch(new_id):
            wanted = "The id of a site and its new id (county=county-hubei) are wanted."
            self.fail(f"{value!r} does not name two ids of sites. {wanted}", param, ctx)
        return site_id, new_id


class DivisionOption(click.ParamType["NamedRegion"]):
    """One division on the command line: its name in any year, or its code."""

    name = "region"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> NamedRegion:
        """Return the division; fail with those that may have been meant."""
        from nianbao.pipelines.reader.regions.lookup import (
            NamedRegion,
            UnknownRegionError,
            find_region,
        )

        if isinstance(value, NamedRegion):
            return value
        try:
            return find_region(str(value))
        except UnknownRegionError as error:
            self.fail(
                f"{error}. The name or the code of a division is wanted.", param, ctx
            )


rename_option = click.option(
    "--rename",
    "renames",
    multiple=True,
    type=RenameOption(),
    help="Take its site ID in under the id NEW_ID; may be given several times.",
)


class NotBegun(click.ClickException):
    """A command could not begin: a mistake in the site files or in a name, no contact."""

    exit_code = 2


class Group(click.Group):
    """A group of commands that end a failure of a known class with one line on standard error.

    The exit code is 1 then; 2 for a usage mistake and where nothing was begun.
    """

    context_class = LanguageContext

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command, whose help is in the language of the command line."""
        command = super().get_command(ctx, name)
        return None if command is None else use_language(command)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write what each command does; Click shortens English, and Chinese here is short."""
        if choose_language() == "en":
            super().format_commands(ctx, formatter)
            return
        from nianbao.crawler.language.pages import summarize

        rows = []
        for name in self.list_commands(ctx):
            command = self.commands[name]
            rows.append((name, summarize(command.help or "")))
        with formatter.section(gettext("Commands")):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; name those that are like it where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            nearest = get_close_matches(args[0], self.list_commands(ctx))
            raise click.NoSuchCommand(
                error.command_name, possibilities=nearest, ctx=ctx
            ) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn an exception of ours into one that click prints.

        Whose reader goes away (`| head`) has ended well.
        """
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except click.ClickException as error:
            # Click declares the message final, and prints it in a way of its own for each class
            vars(error)["message"] = translate(error.message)
            if isinstance(error, click.BadParameter):
                _translate_hint(error)
            raise
        except CLICK_ENDS:
            raise
        except BrokenPipeError:
            _close_output()
            raise click.exceptions.Exit(0) from None
        except Exception as error:
            failure = _explain(error)
            if failure is None:
                raise
            raise type(failure)(translate(failure.message)) from error


def _translate_hint(error: click.BadParameter) -> None:
    """Have an option that a variable can give named in the language."""
    if error.param is None or error.param_hint is not None:
        return
    hint = error.param.get_error_hint(error.ctx)
    error.param_hint = translate(hint)


def use_language(command: click.Command) -> click.Command:
    """Have a command's help written in the language; return the command."""
    command.context_class = LanguageContext
    return command


def _close_output() -> None:
    """Let what is still to be flushed at exit go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())


def _explain(error: Exception) -> click.ClickException | None:
    """Return how an error of ours ends a command, also where no memory is left to tell."""
    if isinstance(error, MemoryError):
        return click.ClickException(NO_MEMORY)
    try:
        return _convert_error(error)
    except (ImportError, MemoryError):
        return click.ClickException(NO_MEMORY)


def _convert_error(error: Exception) -> click.ClickException | None:
    """Return how an error of ours ends a command; None for any other error.

    The classes are imported here, so that a command that does not fail starts faster; the
    catalogue last, with which comes Scrapy.
    """
    import sqlite3

    from nianbao.archive.errors import ArchiveError, UnknownName
    from nianbao.archive.storage.connection import UNREADABLE_CODES

    if isinstance(error, UnknownName):
        return NotBegun(str(error))
    if isinstance(error, ArchiveError):
        return click.ClickException(str(error))
    if isinstance(error, OverflowError) and "SQLite" in str(error):
        return click.ClickException(TOO_LARGE)
    if isinstance(error, UnicodeEncodeError):
        first, last = FOREIGN_BYTES
        is_foreign = first <= error.object[error.start] <= last
        return click.ClickException(NOT_UTF8) if is_foreign else None
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None) or 0
        if code & PRIMARY_CODE in UNREADABLE_CODES:
            return click.ClickException(f"{DAMAGED} ({error}). {DAMAGED_ADVICE}")
        return None
    from nianbao.pipelines.process_pool import CannotBegin

    if isinstance(error, CannotBegin):
        return click.ClickException(str(error))
    from nianbao.crawler.cluster.errors import ClusterUnusable
    from nianbao.crawler.contact import ContactMissing
    from nianbao.spiders.catalogue import CatalogueError

    if isinstance(error, (CatalogueError, ClusterUnusable, ContactMissing)):
        return NotBegun(str(error))
    return None


def noon_in_china(day: datetime | None) -> datetime | None:
    """Return noon in China of a day that an option names; None without the option."""
    from nianbao.archive.clock import CHINA

    if day is None:
        return None
    return day.replace(hour=12, tzinfo=CHINA)


def plain(value: Any) -> Any:
    """Return records as dictionaries and lists, for JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def print_json(value: Any) -> None:
    """Print a value as indented JSON; Chinese stays readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
