"""The page images of a payload: the pages of a scanned PDF, and image files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from nianbao.pipelines.reader.ocr.text_reader import Image
from nianbao.pipelines.reader.payload.formats.drawn_pages import has_next_to_no_text
from nianbao.pipelines.reader.payload.formats.pdf_page import is_picture

if TYPE_CHECKING:
    import pypdfium2

_MOST_PIXELS = 60_000_000  # of an image file that is unpacked
_MOST_KEPT = 9_000_000  # pixels that are looked at: a page at 300 dpi
_DPI = 200  # to which pages are rendered
_POINTS = 72  # an inch of a PDF
_LEAST_SIDE = 100  # pixels: less is a line or a dot


class NoPageImageError(ValueError):
    """A payload that is no image, or one that is not looked at; the message says which."""


def list_pages(payload: bytes) -> list[int]:
    """Return the numbers of the pages that are images: of an image file, its only one.

    Of a PDF without any text, all.
    """
    if not payload.startswith(b"%PDF"):
        return [0]
    import pypdfium2

    with pypdfium2.PdfDocument(payload) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
        if not any(map(str.strip, texts)):
            return list(range(len(document)))
        return [
            number
            for number, text in enumerate(texts)
            if has_next_to_no_text(text) and is_picture(document[number])
        ]


def load_page(payload: bytes, number: int) -> Image:
    """Return one page image of a payload, counted from 0: blue, green, red.

    Raises NoPageImageError.
    """
    if payload.startswith(b"%PDF"):
        return _render_page(payload, number)
    return _decode_image(payload)


def _render_page(payload: bytes, number: int) -> Image:
    import pypdfium2

    with pypdfium2.PdfDocument(payload) as document:
        bitmap = document[number].render(scale=_choose_scale(document, number))
        image = bitmap.to_numpy()
        if image.shape[2] == 1:
            return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        return np.ascontiguousarray(image[:, :, :3])


def _choose_scale(document: pypdfium2.PdfDocument, number: int) -> float:
    width, height = document[number].get_size()
    scale = _DPI / _POINTS
    pixels = width * height * scale * scale
    return float(scale * min(1.0, (_MOST_KEPT / max(pixels, 1)) ** 0.5))


def _decode_image(payload: bytes) -> Image:
    """Return an image file as pixels; the size that it states is looked at first."""
    size = read_image_size(payload)
    if size is None:
        raise NoPageImageError("it is no image that can be opened")
    width, height = size
    if width * height > _MOST_PIXELS:
        raise NoPageImageError(f"the image has {width} x {height} pixels, too many")
    if min(width, height) < _LEAST_SIDE:
        raise NoPageImageError(f"the image has {width} x {height} pixels, too few")
    image = cv2.imdecode(np.frombuffer(payload, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise NoPageImageError("it is no image that can be opened")
    scale = min(1.0, (_MOST_KEPT / (width * height)) ** 0.5)
    if scale < 1:
        image = cv2.resize(
            image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
    return image


def read_image_size(payload: bytes) -> tuple[int, int] | None:
    """Return width and height that an image file states; None for no image that is known."""
    if payload.startswith(b"\x89PNG\r\n\x1a\n"):
        return _read_sizes(
            payload,
            16,
            4,
            "big",
        )
    if payload.startswith(b"GIF8"):
        return _read_sizes(
            payload,
            6,
            2,
            "little",
        )
    if payload.startswith(b"BM"):
        return _read_sizes(
            payload,
            18,
            4,
            "little",
        )
    if payload.startswith(b"\xff\xd8"):
        return _read_jpeg_size(payload)
    if payload[8:12] == b"WEBP":
        return _read_webp_size(payload)
    return None


def _read_sizes(
    payload: bytes, at: int, size: int, order: Literal["little", "big"]
) -> tuple[int, int]:
    """Return two numbers of some bytes that stand behind one another."""
    width = int.from_bytes(payload[at : at + size], order)
    height = int.from_bytes(payload[at + size : at + 2 * size], order)
    if height >= 2**31:  # a BMP from top to bottom
        height = 2**32 - height
    return width, height


def _read_jpeg_size(payload: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(payload):
        if payload[at] != 0xFF:
            return None
        kind = payload[at + 1]
        if kind == 0xFF:
            at += 1
            continue
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = _read_sizes(
                payload,
                at + 5,
                2,
                "big",
            )
            return width, height
        at += 2 + int.from_bytes(payload[at + 2 : at + 4], "big")
    return None


def _read_webp_size(payload: bytes) -> tuple[int, int] | None:
    kind = payload[12:16]
    if kind == b"VP8 ":
        width, height = _read_sizes(
            payload,
            26,
            2,
            "little",
        )
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(payload[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        width, height = _read_sizes(
            payload,
            24,
            3,
            "little",
        )
        return width + 1, height + 1
    return None
