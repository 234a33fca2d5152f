"""The lines of text in the cells of a ruled table, cut out of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from nianbao.pipelines.reader.ocr.preparation import PreparedPage
from nianbao.pipelines.reader.ocr.ruled_lines import Box
from nianbao.pipelines.reader.ocr.text_reader import Image

_LEAST_STROKE = (
    130  # parts of the page's width that the smallest piece of ink is one of
)
_LEAST_LINE = 150  # and the lowest line of text
_MARGIN = 0.3  # of a line's height, left free around it
_NEAR = 0.25  # of its height: dots and strokes above and below belong to a line
_WHOLE_SIDE = 0.75
_THICKEST = 4  # pixels of what is left of a line of the table


class CellLine(NamedTuple):
    """A line of text in a cell, as a box on the page."""

    box: Box
    height: int


class CellInk(NamedTuple):
    """The ink in a cell that can be text, and the lines that it makes."""

    lines: list[CellLine]
    has_ink: bool


def find_cell_lines(page: PreparedPage, cell: Box, thickness: int) -> CellInk:
    """Return the lines of text in a cell, from top to bottom."""
    inset = thickness + 2
    start, top = cell.start + inset, cell.top + inset
    end, bottom = cell.end - inset, cell.bottom - inset
    if end - start < 4 or bottom - top < 4:
        return CellInk([], has_ink=False)
    ink = clean_ink(page.ink[top:bottom, start:end], page.width)
    rows = ink.any(axis=1)
    if not rows.any():
        return CellInk([], has_ink=False)
    lines: list[CellLine] = []
    for first, last in _join_rows(list(_list_runs(rows)), page.width):
        columns = np.flatnonzero(ink[first:last].any(axis=0))
        box = Box(
            start + int(columns[0]),
            top + first,
            start + int(columns[-1]) + 1,
            top + last,
        )
        lines.append(CellLine(box, last - first))
    return CellInk(lines, has_ink=True)


def clean_ink(ink: Image, width: int) -> Image:
    """Return ink without specks and without pieces of lines that reach in from the edges."""
    least = max(3, width // _LEAST_STROKE)
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    passing = np.zeros(count, np.uint8)
    for number in range(1, count):
        box = Box(*(int(value) for value in sizes[number][:4]))
        area = int(sizes[number][4])
        is_speck = max(box.end, box.bottom) < least or area < least
        if not is_speck and not _is_piece_of_line(box, ink.shape):
            passing[number] = 255
    return passing[labels]


def _is_piece_of_line(piece: Box, shape: tuple[int, ...]) -> bool:
    """Tell whether ink is a part of a table's line that reaches in from the edge of a cell.

    It runs along the whole side: a digit 1 beside the line does not. Of the `piece`, `end` and
    `bottom` are its width and height.
    """
    height, width = shape
    x, y, wide, high = piece
    is_at_side = x <= 1 or x + wide >= width - 1
    is_at_end = y <= 1 or y + high >= height - 1
    if is_at_side and wide <= _THICKEST and high >= _WHOLE_SIDE * height:
        return True
    return is_at_end and high <= _THICKEST and wide >= _WHOLE_SIDE * width


def _list_runs(lines: Image) -> Iterator[tuple[int, int]]:
    """Yield where ink begins and ends, row by row."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], lines.astype(np.int8), [0]))))
    for first, last in zip(
        edges[::2],
        edges[1::2],
        strict=True,
    ):
        yield int(first), int(last)


def _join_rows(runs: list[tuple[int, int]], width: int) -> list[tuple[int, int]]:
    """Return the runs of ink that are lines: a dot and the strokes of a character are one.

    The strokes of 三 and 二 stand apart: runs are joined as long as the line stays as high as
    the highest run is, or one character.
    """
    highest = max(last - first for first, last in runs)
    lowest = width // _LEAST_LINE
    character = max(highest, width // 60)
    lines: list[tuple[int, int]] = []
    for first, last in runs:
        if lines:
            begin, end = lines[-1]
            is_small = min(end - begin, last - first) < 0.6 * character
            is_near = first - end < _NEAR * character + 2
            if is_small and is_near and last - begin <= 1.15 * character:
                lines[-1] = (begin, last)
                continue
        lines.append((first, last))
    return [(a, b) for a, b in lines if b - a >= min(lowest, highest)]


def cut_out(image: Image, box: Box, limits: Box, margin: float = _MARGIN) -> Image:
    """Return the part of a page around a line, with some paper around it.

    What lies outside the `limits` is white: lines of the table, and other cells.
    """
    space = max(3, round((box.bottom - box.top) * margin))
    start, top = box.start - space, box.top - space
    end, bottom = box.end + space, box.bottom + space
    inner = Box(
        max(start, limits.start),
        max(top, limits.top),
        min(end, limits.end),
        min(bottom, limits.bottom),
    )
    part = image[inner.top : inner.bottom, inner.start : inner.end]
    paper = int(np.percentile(part, 95)) if part.size else 255
    return cv2.copyMakeBorder(
        part,
        inner.top - top,
        bottom - inner.bottom,
        inner.start - start,
        end - inner.end,
        cv2.BORDER_CONSTANT,
        value=(paper, paper, paper),
    )
