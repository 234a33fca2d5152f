"""Print what verifying an archive brought to light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from nianbao.crawler.commands.terminal.console import write_counts
from nianbao.crawler.language import translate, translate_parts

if TYPE_CHECKING:
    from rich.console import Console

    from nianbao.archive.verify import VerifyReport
    from nianbao.archive.verify.damage import Damage


def print_verification(out: Console, report: VerifyReport) -> None:
    """Print each damage, where it is and what it can be repaired from."""
    for damage in report.damages:
        place = f"{damage.rule}: {escape(_write_place(damage))}"
        what = translate_parts(damage.what)
        repair = translate_parts(damage.repair)
        out.print(f"{place}: {escape(what)}", style="red", highlight=False)
        out.print(f"    {escape(repair)}", highlight=False)
    total = sum(report.counts.values())
    if total > len(report.damages):
        out.print(f"in all: {report.counts}", style="red", highlight=False)
    for note in report.notes:
        out.print(f"note: {escape(note)}", highlight=False)
    verdict = f"{total} damaged" if total else "whole"
    out.print(
        f"{report.path}: {verdict}; {format_checked_counts(report)}", highlight=False
    )


def _write_place(damage: Damage) -> str:
    """Return where a damage is; the values of a row as the archive has them."""
    if damage.rule.startswith("derived."):
        return damage.where
    return translate(damage.where)


def format_checked_counts(report: VerifyReport) -> str:
    """Return what was looked at: `checked: 120 payloads, 300 visits`."""
    return f"checked: {write_counts(report.checked.items())}"
