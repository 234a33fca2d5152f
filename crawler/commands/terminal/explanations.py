"""Print why the fields of a reading are what they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from nianbao.crawler.commands.terminal.console import make_table
from nianbao.crawler.language import translate, translate_parts, translate_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from nianbao.pipelines.reader.explain.records import (
        FieldCandidate,
        FieldExplanation,
        PagePlace,
    )

_DAY = r"\d{4}-\d\d-\d\d"
_PERIOD = re.compile(f"({_DAY}) to ({_DAY})")


def print_explanation(out: Console, fields: Iterable[FieldExplanation]) -> None:
    """Print each field with its value, why it has it, and a line for each candidate."""
    for field in fields:
        value = escape(_write_value(field.value))
        out.print(f"[bold]{field.field}[/bold]  {value}", highlight=False)
        rules = ", ".join(field.rules)
        why = escape(translate_parts(field.why))
        out.print(f"  {why} [dim]({rules})[/dim]", highlight=False)
        if field.candidates:
            _print_candidates(out, field.candidates)


def _print_candidates(out: Console, candidates: Iterable[FieldCandidate]) -> None:
    from nianbao.pipelines.reader.explain.words import describe_basis

    table = make_table("", "", "", "")
    for candidate in candidates:
        sign = "→" if candidate.is_chosen else "·"
        value = escape(_write_value(candidate.value))
        basis = escape(translate_word(describe_basis(candidate.basis)))
        reason = escape(_write_place(candidate.place))
        if not candidate.is_chosen:
            why = escape(translate_parts(candidate.why))
            reason = f"{reason}\n[dim]{why}[/dim]".lstrip()
        table.add_row(f"  {sign}", value, basis, reason)
    out.print(table)


def _write_value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return translate_word("yes" if value else "no")
    if isinstance(value, tuple):
        return ", ".join(value) or "–"
    return _PERIOD.sub(rf"\1 {translate_word('to')} \2", str(value))


def _write_place(place: PagePlace | None) -> str:
    """Return where something stands: `header, line 12, /html/body/h1: 青石县…`."""
    if place is None:
        return ""
    parts: list[str] = [translate_word(place.part)]
    if place.line is not None:
        parts.append(translate(f"line {place.line}"))
    if place.element is not None:
        parts.append(place.element)
    return f"{', '.join(parts)}: {place.text}"
