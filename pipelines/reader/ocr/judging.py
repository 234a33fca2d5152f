"""Judging: which figures that OCR has read count as read.

A number counts where the model is sure enough of each digit (confidence.yaml), or where a sum of
the form proves it: it is the only unsure one in a sum that holds. Any other has no value, keeps
its text and has a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ruamel.yaml import YAML

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Figure, Finding
from nianbao.pipelines.reader.ocr.page_html import find_mark, remove_number_marks
from nianbao.pipelines.reader.ocr.recognition import RecognizedText
from nianbao.pipelines.reader.tables.constraints.checks import find_exact_sums
from nianbao.pipelines.reader.tables.forms import get_table

FigureKey: TypeAlias = tuple[str, str, str]  # table, row and column

_FLOORS = Path(__file__).with_name("confidence.yaml")


class Floors(NamedTuple):
    """How sure the model must be of a number in a cell, and of a line of prose: 0 to 1."""

    number: float
    line: float


class JudgedFigures(NamedTuple):
    """Figures of which each value counts as read, and findings on those without one."""

    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]


@cache
def load_floors() -> Floors:
    """Return the floors that confidence.yaml states."""
    data = YAML(typ="safe", pure=True).load(_FLOORS.read_text("utf-8"))
    return Floors(float(data["number"]), float(data["line"]))


def judge_figures(
    figures: Sequence[Figure],
    recognized: Sequence[RecognizedText],
    page_figures: Mapping[FigureKey, Figure],
) -> JudgedFigures:
    """Return figures with a value only where it counts as read.

    `recognized` are the numbers that their marks name; `printed` the figures that the page has
    as text, which stand as they are.
    """
    spots: list[Figure] = []
    for figure in figures:
        key = _get_key(figure)
        spots.append(page_figures.get(key) or _place_confidence(figure, recognized))
    proven = _find_proven(spots)
    judged: list[Figure] = []
    findings: list[Finding] = []
    for figure in spots:
        if _get_key(figure) in proven or figure.value is None:
            judged.append(figure)
            continue
        judged.append(replace(figure, value=None))
        findings.append(_describe_unsure(figure))
    return JudgedFigures(tuple(judged), tuple(findings))


def _get_key(figure: Figure) -> FigureKey:
    return figure.table, figure.row, figure.column


def _place_confidence(figure: Figure, recognized: Sequence[RecognizedText]) -> Figure:
    """Return a figure with the confidence of its mark.

    Without a mark, or in a row that no form has, its place is not sure.
    """
    mark = find_mark(figure.text)
    text = remove_number_marks(figure.text)
    if figure.alignment == "ragged":
        return replace(figure, text=text)
    confidence = None
    is_placed = figure.alignment == "exact" and _is_of_form(figure)
    if mark is not None and is_placed:
        confidence = recognized[mark].confidence
    return replace(
        figure,
        text=text,
        alignment="ocr",
        confidence=confidence,
    )


def _is_of_form(figure: Figure) -> bool:
    """Tell whether a figure stands in a row that its form prescribes.

    A row of one's own is known by its label alone, and that may be read wrongly.
    """
    table = get_table(figure.table)
    labels = (*table.rows, *table.groups)
    return any(label.key == figure.row for label in labels)


def _find_proven(figures: Iterable[Figure]) -> set[FigureKey]:
    """Return the figures that count: the sure ones, and those that a sum of sure ones proves."""
    figures = list(figures)
    least = load_floors().number
    proven = {_get_key(figure) for figure in figures if _is_sure(figure, least)}
    open_sums = [
        {_get_key(figure) for figure in terms} for terms in find_exact_sums(figures)
    ]
    is_growing = True
    while is_growing:
        is_growing = False
        for terms in open_sums:
            unsure = terms - proven
            if len(unsure) == 1:
                proven |= unsure
                is_growing = True
    return proven


def _is_sure(figure: Figure, least: float) -> bool:
    if figure.alignment != "ocr":
        return True
    return figure.confidence is not None and figure.confidence >= least


def _describe_unsure(figure: Figure) -> Finding:
    parameters: dict[str, object] = {"case": "place", "text": figure.text}
    if figure.confidence is not None:
        parameters = {
            "case": "confidence",
            "text": figure.text,
            "confidence": round(figure.confidence, 3),
        }
    return make_finding(
        "ocr.unsure_cell",
        "warning",
        parameters,
        table=figure.table,
        row=figure.row,
        column=figure.column,
        found=figure.text,
    )
