"""Lines of text outside of ruled tables: where they stand on a page."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from nianbao.pipelines.reader.ocr.models import load_finder, run_model
from nianbao.pipelines.reader.ocr.ruled_lines import Box
from nianbao.pipelines.reader.ocr.text_reader import Image

_WIDTH = 800  # to which a page is brought: a line is 15 to 25 pixels high then
_WIDE = 1120  # and one that is wider than high
_TILE = 640  # pixels of height that are looked at together
_OVERLAP = 120  # in which a blank row is looked for to part two tiles
_MULTIPLE = 32  # of which the model wants width and height
_THRESHOLD = 0.3
_LEAST_SCORE = 0.5
_GROWTH = 1.6  # the model marks the core of a line
_LEAST_SIZE = 3  # pixels of a core


def find_text_lines(image: Image) -> list[Box]:
    """Return the boxes of the lines of text on a level image."""
    height, width = image.shape[:2]
    scale = min(1.0, (_WIDE if width > height else _WIDTH) / width)
    small = cv2.resize(
        image,
        None,
        fx=scale,
        fy=scale,
        interpolation=cv2.INTER_AREA,
    )
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
    boxes: list[Box] = []
    for top, tile in _cut_tiles(small):
        for box in _find_in_tile(tile):
            boxes.append(
                Box(
                    max(0, int(box.start / scale)),
                    max(0, int((box.top + top) / scale)),
                    min(width, int(np.ceil(box.end / scale))),
                    min(height, int(np.ceil((box.bottom + top) / scale))),
                )
            )
    return boxes


def _cut_tiles(image: Image) -> Iterator[tuple[int, Image]]:
    """Yield parts of an image with the row in which each begins, parted where paper is blank."""
    contrast = image.max(axis=2).std(axis=1)
    top = 0
    while image.shape[0] - top > _TILE:
        first = top + _TILE - _OVERLAP
        bottom = first + int(np.argmin(contrast[first : top + _TILE])) + 1
        yield top, image[top:bottom]
        top = bottom
    yield top, image[top:]


def _find_in_tile(tile: Image) -> Iterator[Box]:
    height, width = tile.shape[:2]
    if min(height, width) < _LEAST_SIZE:
        return
    wide = -(-width // _MULTIPLE) * _MULTIPLE
    high = -(-height // _MULTIPLE) * _MULTIPLE
    padded = cv2.copyMakeBorder(
        tile, 0, high - height, 0, wide - width, cv2.BORDER_REPLICATE
    )
    batch = (
        padded.astype(np.float32).transpose(
            2,
            0,
            1,
        )
        / 127.5
        - 1
    )[None]
    scores = run_model(load_finder(), batch)[0, 0]
    cores = cv2.dilate(
        (scores > _THRESHOLD).astype(np.uint8), np.ones((2, 2), np.uint8)
    )
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(cores, connectivity=8)
    for number in range(1, count):
        start, top, core_width, core_height, _ = (int(value) for value in sizes[number])
        if min(core_width, core_height) < _LEAST_SIZE:
            continue
        part = (slice(top, top + core_height), slice(start, start + core_width))
        if scores[part][labels[part] == number].mean() < _LEAST_SCORE:
            continue
        area = core_width * core_height
        growth = round(area * _GROWTH / (2 * (core_width + core_height)))
        yield Box(
            start - growth,
            top - growth,
            start + core_width + growth,
            top + core_height + growth,
        )
