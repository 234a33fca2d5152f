"""Preparing a page image: red ink away, text lines level, ink told from paper."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from nianbao.pipelines.reader.ocr.text_reader import Image

_MOST_SKEW = 5.0  # degrees
_ANGLE_STEPS = (0.5, 0.1, 0.025)
_WIDTH_FOR_ANGLE = 900
_LEAST_SKEW = 0.04  # of less than that a line drifts by a pixel
_RED_OVER_OTHERS = 40
_WORN_INK = (
    20  # per cent of the red ink that are darker still: of them a trace may stay
)
_PAPER = 255


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A level page: `colours` as it was, `gray` without red ink, `ink` above 0 where dark."""

    colours: Image
    gray: Image
    ink: Image

    @property
    def height(self) -> int:
        return int(self.gray.shape[0])

    @property
    def width(self) -> int:
        return int(self.gray.shape[1])


def prepare_page(image: Image) -> PreparedPage:
    """Return a page image (blue, green, red) made level, with what is printed in it."""
    colours = _make_level(image)
    gray = _remove_red(colours)
    return PreparedPage(
        colours,
        gray,
        find_ink(gray),
    )


def find_ink(gray: Image) -> Image:
    """Return where a page is darker than the paper around."""
    size = max(15, min(gray.shape) // 30 | 1)
    blurred = cv2.GaussianBlur(
        gray,
        (3, 3),
        0,
    )
    return cv2.adaptiveThreshold(
        blurred,
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY_INV,
        size,
        18,
    )


def _remove_red(image: Image) -> Image:
    """Return the page in gray as through a red glass: a stamp goes, black below it stays.

    Seen so, its ink is a little darker than the paper; it is made as light as that.
    """
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    red = image[:, :, 2]
    others = cv2.max(image[:, :, 0], image[:, :, 1])
    is_red = cv2.subtract(red, others) > _RED_OVER_OTHERS
    if not is_red.any():
        return gray
    paper = float(np.median(gray))
    level = max(float(np.percentile(red[is_red], _WORN_INK)), 1.0)
    lightened = np.minimum(red * (paper / level), paper).astype(np.uint8)
    area = cv2.dilate(is_red.astype(np.uint8), np.ones((7, 7), np.uint8))
    return np.where(
        area > 0,
        cv2.max(lightened, gray),
        gray,
    )


def _make_level(image: Image) -> Image:
    """Return a page turned so that its lines are level."""
    angle = measure_skew(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    if abs(angle) < _LEAST_SKEW:
        return image
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2),
        angle,
        1.0,
    )
    white = (_PAPER, _PAPER, _PAPER)
    return cv2.warpAffine(
        image,
        turn,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=white,
    )


def measure_skew(gray: Image) -> float:
    """Return by how many degrees a page is to be turned so that its lines are level.

    Of level lines the sums of the rows differ most from one row to the next.
    """
    scale = min(1.0, _WIDTH_FOR_ANGLE / gray.shape[1])
    small = cv2.resize(
        gray,
        None,
        fx=scale,
        fy=scale,
        interpolation=cv2.INTER_AREA,
    )
    ink = find_ink(small)
    best = 0.0
    reach = _MOST_SKEW
    for step in _ANGLE_STEPS:
        angles = np.arange(
            best - reach,
            best + reach + step / 2,
            step,
        )
        best = float(max(angles, key=lambda angle: _measure_level(ink, angle)))
        reach = step
    return best


def _measure_level(ink: Image, angle: float) -> float:
    """Return how much the rows of a turned page differ from their neighbours."""
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2),
        angle,
        1.0,
    )
    turned = cv2.warpAffine(
        ink,
        turn,
        (width, height),
        flags=cv2.INTER_LINEAR,
    )
    sums = turned.sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(sums)).sum())
