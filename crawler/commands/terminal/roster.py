"""Print a roster: how many bodies are in which state, and which have no report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nianbao.archive.read_model.roster.roster import STATES
from nianbao.crawler.commands.terminal.absence import describe_absence
from nianbao.crawler.commands.terminal.console import make_table
from nianbao.crawler.language import translate, translate_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from nianbao.archive.read_model.rows import RosterRow

# What is said above the bodies of a state.
HEADINGS = {
    "missing": "Reports on other years, none on this one",
    "never_seen": "No report on any year",
    "not_reached": "Nothing is known of these",
    "not_due": "Not due yet",
}
MOST_LINES = 40  # of bodies in one state


def print_roster(out: Console, rows: Sequence[RosterRow], as_of: str) -> None:
    """Print a table of counts for each year, then the bodies without a report by state."""
    if not rows:
        out.print("No body of such a region, level and state is on the roster.")
        return
    for year in sorted({row.report_year for row in rows}):
        year_rows = [row for row in rows if row.report_year == year]
        out.print(f"Reports on {year}, as of {as_of}", highlight=False)
        _print_counts(out, year_rows)
        for state, heading in HEADINGS.items():
            state_rows = [row for row in year_rows if row.state == state]
            if state_rows:
                _print_bodies(out, heading, state_rows)


def _print_counts(out: Console, rows: Sequence[RosterRow]) -> None:
    counts = Counter((row.level, row.state) for row in rows)
    levels = dict.fromkeys(row.level for row in rows)
    states = [state for state in STATES if any(row.state == state for row in rows)]
    table = make_table("level", *(state.replace("_", " ") for state in states))
    for level in levels:
        numbers = [str(counts[level, state]) for state in states]
        table.add_row(translate_word(level or "–"), *numbers)
    out.print(table)


def _print_bodies(out: Console, heading: str, rows: Sequence[RosterRow]) -> None:
    out.print(f"\n{heading} ({len(rows)})", highlight=False)
    table = make_table("", "")
    for row in rows[:MOST_LINES]:
        table.add_row(row.agency, translate(describe_absence(row)))
    out.print(table)
    if len(rows) > MOST_LINES:
        rest = len(rows) - MOST_LINES
        out.print(f"and {rest} more: `--json` has them all.", highlight=False)
