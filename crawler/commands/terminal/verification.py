"""Print what verifying an archive brought to light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from nianbao.crawler.commands.terminal.console import write_counts
from nianbao.crawler.language import translate

if TYPE_CHECKING:
    from rich.console import Console

    from nianbao.archive.verify import VerifyReport


def print_verification(out: Console, report: VerifyReport) -> None:
    """Print each damage, where it is and what it can be repaired from."""
    for damage in report.damages:
        place = f"{damage.rule}: {escape(damage.where)}"
        what = translate(damage.what)
        out.print(f"{place}: {escape(what)}", style="red", highlight=False)
        out.print(f"    {escape(damage.repair)}", highlight=False)
    total = sum(report.counts.values())
    if total > len(report.damages):
        out.print(f"in all: {report.counts}", style="red", highlight=False)
    for note in report.notes:
        out.print(f"note: {escape(note)}", highlight=False)
    verdict = f"{total} damaged" if total else "whole"
    out.print(
        f"{report.path}: {verdict}; {format_checked_counts(report)}", highlight=False
    )


def format_checked_counts(report: VerifyReport) -> str:
    """Return what was looked at: `checked: 120 payloads, 300 visits`."""
    return f"checked: {write_counts(report.checked.items())}"
