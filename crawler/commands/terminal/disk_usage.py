"""Print what the tables and payloads of an archive take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.maintenance.disk_usage import LAYERS
from nianbao.crawler.commands.terminal.console import make_table
from nianbao.crawler.language import translate, translate_word

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Console

    from nianbao.archive.maintenance.disk_usage import DiskUsage, FilePart, PayloadGroup

ESTIMATE = "; estimated from the values, for this SQLite has no table dbstat"


def print_disk_usage(out: Console, archive: Path, usage: DiskUsage) -> None:
    """Print the bytes of each table and index, and how payloads are packed."""
    file_size = f"{usage.file_bytes / 1e6:.1f} MB"
    free_size = f"{usage.free_bytes / 1e6:.1f} MB of them free"
    method = "" if usage.measured else ESTIMATE
    out.print(
        f"{archive}, {file_size}, {free_size}; {usage.reports} reports{method}",
        highlight=False,
    )
    _print_parts(out, usage)
    _print_payloads(out, usage.payloads)


def _print_parts(out: Console, usage: DiskUsage) -> None:
    table = make_table("layer", "table or index", "rows", "bytes", "bytes a report")
    for part in sorted(usage.parts, key=_layer_then_size):
        rows = "" if part.rows is None else str(part.rows)
        share = _divide(part.bytes, usage.reports)
        layer = translate_word(part.layer)
        table.add_row(layer, _format_name(part), rows, str(part.bytes), share)
    for layer in LAYERS:
        total = usage.bytes_of(layer)
        share = _divide(total, usage.reports)
        total_name = translate_word("all together")
        table.add_row(translate_word(layer), total_name, "", str(total), share)
    out.print(table)


def _layer_then_size(part: FilePart) -> tuple[int, int]:
    return LAYERS.index(part.layer), -part.bytes


def _format_name(part: FilePart) -> str:
    """Return the name of a table or index; an index's table unless its name tells it."""
    if part.name.startswith(part.table):
        return part.name
    return translate(f"{part.name} (of {part.table})")


def _divide(size_bytes: int, reports: int) -> str:
    return f"{size_bytes / reports:.0f}" if reports else "–"


def _print_payloads(out: Console, payloads: Iterable[PayloadGroup]) -> None:
    table = make_table("payloads", "count", "bytes", "stored", "share")
    for group in payloads:
        share = group.stored_bytes / (group.size_bytes or 1)
        table.add_row(
            translate_word(group.encoding),
            str(group.count),
            str(group.size_bytes),
            str(group.stored_bytes),
            f"{share:.1%}",
        )
    out.print(table)
