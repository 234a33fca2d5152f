"""Explain the form of a report, and what became of each of its tables."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from nianbao.archive.records import Reading
from nianbao.pipelines.reader.choices import Choices
from nianbao.pipelines.reader.explain.locator import PageLocator
from nianbao.pipelines.reader.explain.records import (
    FieldCandidate,
    FieldExplanation,
    PagePlace,
)
from nianbao.pipelines.reader.explain.words import describe_rule
from nianbao.pipelines.reader.generation import list_markers
from nianbao.pipelines.reader.tables.figures import (
    find_empty_tables,
    find_unread_tables,
)
from nianbao.pipelines.reader.tables.forms import FormTable, get_tables

_UNREAD_RULES = {"table.empty": "printed_empty", "tables.unread": "unread"}
_SHORTEST_LABEL = 4  # characters of a row's label that shows where a table stands


def explain_form(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the form: how many labels of each are printed."""
    rule = f"form.{choices.form.rule}"
    if not reading.is_report:
        rule = "form.not_a_report"
    candidates: list[FieldCandidate] = []
    for generation, count in choices.form.counts.items():
        is_chosen = generation == reading.form
        if not count and not is_chosen:
            continue
        markers = list_markers(generation, choices.texts.squeezed)
        candidate_rule = rule
        if not is_chosen and choices.form.rule == "markers" and reading.is_report:
            candidate_rule = "form.fewer"
        place = None
        if markers:
            place = locator.find(markers[0], "body")
        candidates.append(
            FieldCandidate(
                value=generation,
                basis="form",
                text="、".join(markers),
                rule=candidate_rule,
                why=describe_rule(candidate_rule),
                is_chosen=is_chosen,
                place=place,
            )
        )
    return FieldExplanation(
        "form", reading.form, (rule,), describe_rule(rule), tuple(candidates)
    )


def explain_tables(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the tables of the form: which were read, from what, and which were not."""
    tables = tuple(dict.fromkeys(figure.table for figure in reading.figures))
    rule = "tables.read" if tables else "tables.none"
    if not reading.is_report:
        rule = "tables.not_a_report"
    rules = _list_table_rules(choices)
    candidates: list[FieldCandidate] = []
    for table in get_tables(choices.form.generation):
        table_rule = f"tables.{rules.get(table.id, 'not_printed')}"
        candidates.append(
            FieldCandidate(
                value=table.id,
                basis="table",
                text=_count_cells(table, choices),
                rule=table_rule,
                why=describe_rule(table_rule),
                is_chosen=table.id in tables,
                place=_find_table(table, locator, table_rule),
            )
        )
    return FieldExplanation(
        "tables", tables, (rule,), describe_rule(rule), tuple(candidates)
    )


def _list_table_rules(choices: Choices) -> dict[str, str]:
    """Return what became of each table that is printed, by its id."""
    figures = choices.tables.figures
    generation = choices.form.generation
    rules: dict[str, str] = {}
    for finding in find_unread_tables(generation, choices.texts.squeezed, figures):
        rules[finding.table or ""] = _UNREAD_RULES[finding.rule]
    grid_cells = islice(figures.cells, choices.tables.grid_cells)
    tables_in_grids = {table for table, _, _ in grid_cells}
    for table, _, _ in figures.cells:
        rules[table] = "in_grids" if table in tables_in_grids else "in_lines"
    for finding in find_empty_tables(figures):
        rules[finding.table or ""] = "printed_empty"
    return rules


def _count_cells(table: FormTable, choices: Choices) -> str:
    """Return how many cells of a table were read, and how sure their places are."""
    alignments: Counter[str] = Counter()
    for (table_id, _, _), figure in choices.tables.figures.cells.items():
        if table_id == table.id:
            alignments[figure.alignment] += 1
    if not alignments:
        return ""
    parts = [f"{count} {alignment}" for alignment, count in alignments.items()]
    return f"{sum(alignments.values())} cells: {', '.join(parts)}"


def _find_table(table: FormTable, locator: PageLocator, rule: str) -> PagePlace | None:
    """Return where the first label of a table stands, if it is printed."""
    if rule == "tables.not_printed":
        return None
    for label in (*table.groups, *table.rows):
        for core in label.cores:
            if len(core) < _SHORTEST_LABEL:
                continue
            place = locator.find(core, "body")
            if place is not None:
                return place
    return None
