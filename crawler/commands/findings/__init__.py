"""`nianbao findings`: what does not add up, is late, missing or changed, and where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from nianbao.archive import Archive
from nianbao.archive.read_model.findings import (
    READING_GROUP,
    RULE_GROUPS,
    SEVERITIES,
    group_of_rule,
)
from nianbao.archive.read_model.rows import FindingRow
from nianbao.crawler.commands.options import (
    archive_option,
    join_years,
    json_option,
    plain,
    print_json,
    years_option,
)
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.language import choose_language, translate_word

GROUPS = (*RULE_GROUPS, READING_GROUP)


@click.command()
@archive_option
@click.option(
    "--group",
    type=click.Choice(GROUPS),
    help="Only rules of this group, as the page of findings has them: sums that do not add up.",
)
@click.option("--rule", help="Only this rule: its id, or what it is called.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only this severity.")
@years_option
@click.option(
    "--region",
    help="Only this region and those in it: its name, its beginning (浙江, 杭州), or its code's.",
)
@click.option("--agency", help="Only this agency, or those with this in their name.")
@json_option
def findings(
    path: Path,
    group: str | None,
    rule: str | None,
    severity: str | None,
    years: tuple[frozenset[int], ...],
    region: str | None,
    agency: str | None,
    as_json: bool,
) -> None:
    """List what was found wrong: which report, which cell, what was expected and what is there.

    Nothing is corrected: a report that does not add up is kept as it is. What a rule means, and
    what to do, is in docs/findings.md and on the page of the rule (`nianbao browse`). That
    nothing was found is said, and is no failure: the exit code is 0.

    \b
    nianbao findings --group sums
    nianbao findings --rule report.late --region 西霞县 --year 2021
    nianbao findings --severity error --json
    """
    with Archive(path) as archive:
        rows = []
        for row in archive.findings(
            year=join_years(years),
            region=region,
            agency=agency,
            rule=rule,
            severity=severity,
        ):
            if group is None or group_of_rule(row.rule) == group:
                rows.append(row)
    if as_json:
        print_json(plain(rows))
    else:
        _print_findings(open_console(), rows)


def _print_findings(out: Console, rows: Sequence[FindingRow]) -> None:
    """Print each finding: whose, where, what it says, and the address."""
    for row in rows:
        head = [translate_word(row.severity), row.rule]
        for part in (row.agency, row.report_year):
            if part is not None:
                head.append(str(part))
        cell = "-".join(filter(None, (row.table, row.row, row.column)))
        if cell:
            head.append(cell)
        out.print(Text("  ".join(head)), soft_wrap=True)
        message = row.message_zh if choose_language() == "zh" else row.message
        out.print(Text(f"   {message}"), soft_wrap=True)
        if row.url is not None:
            out.print(Text(f"   {row.url}"), soft_wrap=True)
    if not rows:
        out.print("nothing found")
