"""The options of `nianbao assign`, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import click

from nianbao.archive.clock import CHINA

FIRST_YEAR = 2000  # before any ordinance on open government information


@dataclass(frozen=True, slots=True)
class Options:
    """What stands on the command line."""

    address: str | None
    version: int | None
    agency: str | None
    region: str | None
    year: int | None
    only: bool
    later: bool
    body: str | None
    same_as: str | None
    same_region: str | None
    shared_years: bool
    undo: bool
    list_only: bool
    reason: str | None

    @property
    def names_report_values(self) -> bool:
        """Whether an option says whose report it is or on which year."""
        return self.agency is not None or self.year is not None

    @property
    def names_body_values(self) -> bool:
        """Whether an option belongs to --body only."""
        return self.same_as is not None or self.same_region is not None


def check_options(options: Options) -> None:
    """End the command with a usage mistake where options do not go together."""
    if options.address is not None and options.body is not None:
        raise click.UsageError("Give either ADDRESS or --body, not both.")
    if options.list_only:
        return
    if options.address is None and options.body is None:
        raise click.UsageError("Give the ADDRESS of a report, or --body, or --list.")
    if options.reason is None or not options.reason.strip():
        raise click.UsageError("Say why with --reason: it is kept with the decision.")
    if options.body is not None:
        _check_body_options(options)
        return
    _check_report_options(options)
    _check_year(options.year)


def _check_report_options(options: Options) -> None:
    if options.names_body_values or options.shared_years:
        raise click.UsageError("--same-as goes with --body, not with an address.")
    if options.undo and (options.names_report_values or options.later):
        raise click.UsageError("--undo takes back; it decides nothing else.")
    if not options.undo and not options.names_report_values:
        raise click.UsageError(
            "Nothing is decided: give --agency, --year or both, or --undo."
        )
    if options.only and options.version is None:
        raise click.UsageError("--only goes with --version.")
    if options.region is not None and options.agency is None:
        raise click.UsageError("--region is that of --agency; give both.")


def _check_body_options(options: Options) -> None:
    if options.names_report_values or options.version is not None or options.later:
        raise click.UsageError(
            "--agency, --year, --version and --later go with an address, not with --body."
        )
    if options.undo and options.names_body_values:
        raise click.UsageError("--undo takes back; it decides nothing else.")
    if not options.undo and options.same_as is None:
        raise click.UsageError(
            "Nothing is decided: say with --same-as which body it is, or --undo."
        )


def _check_year(year: int | None) -> None:
    this_year = datetime.now(CHINA).year
    if year is not None and not FIRST_YEAR <= year <= this_year:
        raise click.UsageError(
            f"--year {year}: a report is about a year from {FIRST_YEAR} to {this_year}."
        )
