"""Reading: the text of cut-out lines, with how sure the model is of each character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np

from nianbao.pipelines.reader.ocr.models import (
    load_characters,
    load_reader,
    run_model,
)
from nianbao.pipelines.reader.ocr.recognition import RecognizedText

Image: TypeAlias = (
    Any  # an array of pixels: rows, columns, and colours where it has some
)

_HEIGHT = 48  # of a line, as the model wants it
_NARROWEST = 48
_WIDEST = 1920  # a longer line is squeezed
_STEP = 32  # widths are rounded up, so that lines share a batch
_PUNCTUATION = frozenset(" 　、，。；：:;,.“”\"'‘’（）()《》【】〔〕…—-·")
_MOST_COLUMNS = 1600  # of all lines of a batch: the memory that one takes


def read_lines(images: Sequence[Image]) -> list[RecognizedText]:
    """Return the text of each cut-out line, in the order of the lines."""
    texts: list[RecognizedText] = [RecognizedText("", 0.0)] * len(images)
    for numbers, batch in _batch_lines(images):
        outputs = run_model(load_reader(), batch)
        for number, output in zip(
            numbers,
            outputs,
            strict=True,
        ):
            texts[number] = _decode_output(output)
    return texts


def _batch_lines(images: Sequence[Image]) -> Iterator[tuple[list[int], Image]]:
    """Yield lines of one width together, with their numbers."""
    widths = [_measure_width(image) for image in images]
    order = sorted(range(len(images)), key=widths.__getitem__)
    start = 0
    while start < len(order):
        width = widths[order[start]]
        end = start
        most = max(1, _MOST_COLUMNS // width)
        while end < len(order) and end - start < most and widths[order[end]] == width:
            end += 1
        numbers = order[start:end]
        yield numbers, np.stack([_fit_line(images[n], width) for n in numbers])
        start = end


def _measure_width(image: Image) -> int:
    """Return the width that a line has at the height of the model, rounded up."""
    height, width = image.shape[:2]
    scaled = int(np.ceil(width * _HEIGHT / max(height, 1)))
    scaled = min(max(scaled, _NARROWEST), _WIDEST)
    return -(-scaled // _STEP) * _STEP


def _fit_line(image: Image, width: int) -> Image:
    """Return a line as the model wants it: 48 high, three colours from -1 to 1."""
    height = image.shape[0]
    scaled = int(np.ceil(image.shape[1] * _HEIGHT / max(height, 1)))
    scaled = min(max(scaled, 1), width)
    method = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_CUBIC
    resized = cv2.resize(
        image,
        (scaled, _HEIGHT),
        interpolation=method,
    )
    if resized.ndim == 2:
        resized = cv2.cvtColor(resized, cv2.COLOR_GRAY2BGR)
    line = np.zeros((3, _HEIGHT, width), np.float32)
    line[:, :, :scaled] = (
        resized.transpose(
            2,
            0,
            1,
        )
        / 127.5
    ) - 1
    return line


def _decode_output(output: Image) -> RecognizedText:
    """Return the text of one line: repeated characters are one, the first is none."""
    numbers = output.argmax(axis=1).tolist()
    confidences = output.max(axis=1).tolist()
    characters = load_characters()
    letters: list[str] = []
    surest: list[float] = []  # of each letter, in the places that show it
    previous = 0
    for number, confidence in zip(
        numbers,
        confidences,
        strict=True,
    ):
        if number and number == previous:
            surest[-1] = max(surest[-1], confidence)
        elif number:
            letters.append(characters[number])
            surest.append(confidence)
        previous = number
    text = "".join(letters)
    if not text.strip():
        return RecognizedText("", 0.0)
    return RecognizedText(text.strip(), round(_find_least(letters, surest), 4))


def _find_least(letters: Sequence[str], confidences: Sequence[float]) -> float:
    """Return how sure the model is of the character that it is least sure of.

    Of punctuation it need not be sure, unless that follows a digit: 7730.28.
    """
    counted: list[float] = []
    previous = ""
    for letter, confidence in zip(
        letters,
        confidences,
        strict=True,
    ):
        if letter not in _PUNCTUATION or previous.isdigit():
            counted.append(confidence)
        previous = letter
    return min(counted, default=0.0)
