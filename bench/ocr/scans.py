"""Page images as scanners and copiers make them of a PDF: noise, skew, stamps, compression."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pypdfium2

from nianbao.pipelines.reader.ocr.text_reader import Image

KINDS = ("clean", "scanned")
_MOST_SKEW = 2.0


def scan_pages(pdf: bytes, dpi: int, kind: str, seed: int) -> Iterator[Image]:
    """Yield the pages of a PDF as images (blue, green, red).

    `scanned`: turned by up to 2 degrees, with noise, uneven light, a red stamp, as JPEG.
    """
    dice = np.random.default_rng([seed, dpi])
    with pypdfium2.PdfDocument(pdf) as document:
        for number in range(len(document)):
            bitmap = document[number].render(scale=dpi / 72)
            image = np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
            if kind == "scanned":
                image = _scan(image, dpi, dice)
            yield image


def _scan(image: Image, dpi: int, dice: np.random.Generator) -> Image:
    image = _stamp(image, dpi, dice)
    height, width = image.shape[:2]
    angle = float(dice.uniform(-_MOST_SKEW, _MOST_SKEW))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    image = cv2.warpAffine(image, turn, (width, height), borderValue=(255, 255, 255))
    image = cv2.GaussianBlur(image, (0, 0), float(dice.uniform(0.3, 0.9)) * dpi / 200)
    shade = np.linspace(float(dice.uniform(0.8, 1)), 1.0, width, dtype=np.float32)
    noise = dice.normal(0, float(dice.uniform(6, 16)), image.shape)
    noisy = np.clip(image * shade[None, :, None] + noise, 0, 255).astype(np.uint8)
    specks = dice.random((height, width))
    noisy[specks < 0.0004] = 40
    quality = int(dice.integers(55, 85))
    _, data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def _stamp(image: Image, dpi: int, dice: np.random.Generator) -> Image:
    """Return a page with a round red stamp somewhere on it, through which print shows."""
    height, width = image.shape[:2]
    radius = round(0.8 * dpi)  # 4 cm wide
    centre = (
        int(dice.integers(radius, width - radius)),
        int(dice.integers(height // 4, height - radius)),
    )
    paper = np.full_like(image, 255)
    red = (60, 40, 215)
    cv2.circle(paper, centre, radius, red, max(2, dpi // 30))
    for corner in range(5):
        ends = []
        for step in (0, 2):
            turn = np.pi * 2 * (corner + step) / 5 - np.pi / 2
            ends.append(
                (
                    int(centre[0] + radius * 0.35 * np.cos(turn)),
                    int(centre[1] + radius * 0.35 * np.sin(turn)),
                )
            )
        cv2.line(paper, ends[0], ends[1], red, max(2, dpi // 20))
    for place in range(14):
        turn = np.pi * (0.85 + 1.3 * place / 13)
        spot = (
            int(centre[0] + radius * 0.75 * np.cos(turn)),
            int(centre[1] + radius * 0.75 * np.sin(turn)),
        )
        size = dpi // 20
        cv2.rectangle(
            paper,
            (spot[0] - size, spot[1] - size),
            (spot[0] + size, spot[1] + size),
            red,
            max(1, dpi // 70),
        )
    return cv2.multiply(image, paper, scale=1 / 255)
