"""One page image: its ruled tables, and the lines of text around them, read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from nianbao.pipelines.reader.ocr.cell_lines import (
    CellInk,
    cut_out,
    find_cell_lines,
)
from nianbao.pipelines.reader.ocr.page_turns import find_turns, is_doubtful
from nianbao.pipelines.reader.ocr.preparation import PreparedPage, prepare_page
from nianbao.pipelines.reader.ocr.recognition import (
    PageItem,
    RecognizedCell,
    RecognizedLine,
    RecognizedPage,
    RecognizedTable,
    RecognizedText,
)
from nianbao.pipelines.reader.ocr.ruled_lines import (
    Box,
    ImageTable,
    find_ruled_tables,
)
from nianbao.pipelines.reader.ocr.text_lines import find_text_lines
from nianbao.pipelines.reader.ocr.text_reader import Image, read_lines
from nianbao.pipelines.reader.tables.numbers import parse_number

_THOUSAND = 1000
_UPRIGHT = 1.5  # how many times higher than wide a line is that runs downwards
_LEAST_CONFIDENCE = 0.3  # of a line of prose: below it is no text, but a drawing
_LEAST_RED = 0.9  # of one in red ink, which can be a stamp
_SECOND_MARGIN = 0.12
_SECOND_SCALE = 0.75
# Pixels: A4 at 120 dpi. In narrower images, of 75 and 100 dpi, 9 of 734 numbers were misread, 7 of
# them with a confidence above 0.99: a 1 is lost in the line beside it.
_LEAST_WIDTH = 1000


def recognize_page(image: Image) -> RecognizedPage:
    """Return the lines and tables of one page image (blue, green, red).

    One that lies on its side or upside down is turned.
    """
    page = _recognize_upright(image)
    is_large = image.shape[1] >= _LEAST_WIDTH
    if not is_doubtful(page, has_sure_numbers=is_large):
        return page
    turns = find_turns(image)
    if not turns:
        return page
    return _recognize_upright(np.ascontiguousarray(np.rot90(image, turns)))


def _recognize_upright(image: Image) -> RecognizedPage:
    page = prepare_page(image)
    tables = find_ruled_tables(page)
    items: list[tuple[Box, PageItem]] = []
    for table in tables:
        items.append((table.box, _read_table(page, table)))
    items += _read_lines_around(page, tables)
    ordered = [item for _, item in _sort_items(items)]
    height = round(page.height * _THOUSAND / page.width)
    return RecognizedPage(height, tuple(ordered))


def warm_up() -> None:
    """Load the models, and have every library take the memory that it keeps."""
    cv2.setNumThreads(1)
    blank = np.full(
        (_THOUSAND, _THOUSAND, 3),
        255,
        np.uint8,
    )
    recognize_page(blank)
    read_lines([blank[:48, :480]])


def _sort_items(items: list[tuple[Box, PageItem]]) -> list[tuple[Box, PageItem]]:
    """Return items as they are read: from top to bottom, those of one row from the left."""
    items.sort(key=lambda item: item[0].top + item[0].bottom)
    rows: list[list[tuple[Box, PageItem]]] = []
    for item in items:
        middle = (item[0].top + item[0].bottom) / 2
        if rows and middle < rows[-1][0][0].bottom and _is_line(rows[-1][0], item):
            rows[-1].append(item)
        else:
            rows.append([item])
    ordered: list[tuple[Box, PageItem]] = []
    for row in rows:
        ordered += sorted(row, key=lambda item: item[0].start)
    return ordered


def _is_line(*items: tuple[Box, PageItem]) -> bool:
    return all(isinstance(item, RecognizedLine) for _, item in items)


@dataclass(slots=True)
class _CellWork:
    """What is read of one cell: its lines as cut out, and where their texts come to stand."""

    cell: Box
    ink: CellInk
    images: list[Image] = field(default_factory=list)
    texts: list[RecognizedText] = field(default_factory=list)


def _read_table(page: PreparedPage, table: ImageTable) -> RecognizedTable:
    """Return a table with the texts of its cells; numbers are read twice."""
    works: list[_CellWork] = []
    for cell in table.cells:
        ink = find_cell_lines(
            page,
            cell,
            table.thickness,
        )
        work = _CellWork(cell, ink)
        for box in _list_line_boxes(ink):
            limits = _shrink(cell, table.thickness)
            line = cut_out(
                page.gray,
                box,
                limits,
            )
            work.images.append(_turn_upright(line, box))
        works.append(work)
    texts = iter(read_lines([image for work in works for image in work.images]))
    for work in works:
        work.texts = [next(texts) for _ in work.images]
    _confirm_numbers(
        page,
        table,
        works,
    )
    scale = _THOUSAND / page.width
    cells = [_make_cell(work, scale) for work in works]
    return RecognizedTable(
        tuple(round(edge * scale) for edge in table.columns),
        tuple(round(edge * scale) for edge in table.rows),
        tuple(cells),
    )


def _shrink(cell: Box, by: int) -> Box:
    return Box(
        cell.start + by,
        cell.top + by,
        cell.end - by,
        cell.bottom - by,
    )


def _list_line_boxes(ink: CellInk) -> list[Box]:
    """Return the boxes of the lines of a cell; characters below one another are one."""
    boxes = [line.box for line in ink.lines]
    if any(_runs_down(box) for box in boxes):
        return [
            Box(
                min(box.start for box in boxes),
                boxes[0].top,
                max(box.end for box in boxes),
                boxes[-1].bottom,
            )
        ]
    return boxes


def _runs_down(box: Box) -> bool:
    """Tell whether a line is too high for one of characters side by side.

    A digit alone is twice as high as wide.
    """
    height, width = box.bottom - box.top, box.end - box.start
    return height > 2.5 * width and width > 8


def _turn_upright(line: Image, box: Box) -> Image:
    if _runs_down(box):
        return np.rot90(line)
    return line


def _confirm_numbers(
    page: PreparedPage, table: ImageTable, works: Sequence[_CellWork]
) -> None:
    """Read the cells that hold a number again, cut out and scaled otherwise.

    Where both readings do not agree, nobody is sure of the number.
    """
    open_works: list[_CellWork] = []
    images: list[Image] = []
    for work in works:
        if len(work.texts) == 1 and parse_number(work.texts[0].text) is not None:
            (box,) = _list_line_boxes(work.ink)
            limits = _shrink(work.cell, table.thickness)
            line = cut_out(
                page.gray,
                box,
                limits,
                _SECOND_MARGIN,
            )
            line = cv2.GaussianBlur(
                line,
                (3, 3),
                0,
            )
            line = cv2.resize(
                line,
                None,
                fx=_SECOND_SCALE,
                fy=_SECOND_SCALE,
                interpolation=cv2.INTER_AREA,
            )
            images.append(_turn_upright(line, box))
            open_works.append(work)
    for work, second in zip(
        open_works,
        read_lines(images),
        strict=True,
    ):
        first = work.texts[0]
        confidence = 0.0
        if second.text == first.text and page.width >= _LEAST_WIDTH:
            confidence = min(first.confidence, second.confidence)
        work.texts = [RecognizedText(first.text, confidence)]


def _make_cell(work: _CellWork, scale: float) -> RecognizedCell:
    lines: list[RecognizedText] = []
    for text in work.texts:
        if text.text:
            lines.append(text)
    cell = work.cell
    return RecognizedCell(
        round(cell.start * scale),
        round(cell.top * scale),
        round(cell.end * scale),
        round(cell.bottom * scale),
        tuple(lines),
        is_unread=work.ink.has_ink and not lines,
    )


def _read_lines_around(
    page: PreparedPage, tables: Sequence[ImageTable]
) -> list[tuple[Box, PageItem]]:
    """Return the lines of text that stand in no table."""
    covered = [table.box for table in tables]
    boxes = find_text_lines(_cover(page.gray, covered))
    items = _make_lines(
        page.gray,
        boxes,
        page.width,
        _LEAST_CONFIDENCE,
    )
    if _has_red(page):
        red_boxes = [
            box
            for box in find_text_lines(_cover(page.colours, covered))
            if not any(_meet(box, other) for other in boxes)
        ]
        items += _make_lines(
            page.colours,
            red_boxes,
            page.width,
            _LEAST_RED,
        )
    return items


def _has_red(page: PreparedPage) -> bool:
    plain = cv2.cvtColor(page.colours, cv2.COLOR_BGR2GRAY)
    return bool((cv2.absdiff(plain, page.gray) > 40).mean() > 0.0005)


def _meet(one: Box, other: Box) -> bool:
    is_beside = one.end <= other.start or other.end <= one.start
    is_below = one.bottom <= other.top or other.bottom <= one.top
    return not (is_beside or is_below)


def _cover(image: Image, boxes: Sequence[Box]) -> Image:
    """Return an image without some parts of it."""
    covered = image.copy()
    for box in boxes:
        covered[box.top : box.bottom, box.start : box.end] = 255
    return covered


def _make_lines(
    image: Image, boxes: Sequence[Box], width: int, least: float
) -> list[tuple[Box, PageItem]]:
    images: list[Image] = []
    for box in boxes:
        part = image[box.top : box.bottom, box.start : box.end]
        if part.shape[0] > _UPRIGHT * part.shape[1]:
            part = np.rot90(part)
        images.append(part)
    scale = _THOUSAND / width
    items: list[tuple[Box, PageItem]] = []
    for box, text in zip(
        boxes,
        read_lines(images),
        strict=True,
    ):
        if text.text and text.confidence >= least:
            line = RecognizedLine(
                text.text,
                text.confidence,
                round(box.start * scale),
                round(box.top * scale),
                round(box.end * scale),
                round((box.bottom - box.top) * scale),
            )
            items.append((box, line))
    return items
