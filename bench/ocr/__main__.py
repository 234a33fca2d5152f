"""`make ocr-accuracy`: what OCR gets right, leaves open and gets wrong, and what it takes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from bench.ocr.originals import SHARED_PDF, Original, iterate_originals
from bench.ocr.scores import (
    Guess,
    ScanScore,
    list_lines,
    list_numbers,
    score_reading,
)
from nianbao.pipelines.reader.ocr.image_reading import read_images
from nianbao.pipelines.reader.ocr.judging import load_floors
from nianbao.pipelines.reader.ocr.models import (
    OcrMissingError,
    name_engine,
    require_ocr,
)
from nianbao.pipelines.reader.ocr.recognition import Recognition

RESOLUTIONS = (150, 200, 300)
LEAST_RIGHT = {150: 0.90, 200: 0.98, 300: 0.98}
_FLOORS_SHOWN = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
_A_SCAN = b"%PDF-1.4 of images"  # a payload that holds no text


def main() -> None:
    """Print the tables; end with 1 where a cell is wrong or too few are right."""
    options = _parse_options()
    try:
        require_ocr()
    except OcrMissingError as error:
        print(f"skipped: {error}")
        return
    if not SHARED_PDF.is_file():
        print(f"skipped: {SHARED_PDF.name} is not beside this checkout")
    failures: list[str] = []
    numbers: list[Guess] = []
    lines: list[Guess] = []
    print(
        f"{'report':22}{'dpi':>4} {'image':8}{'cells':>6}{'right':>7}{'open':>5}"
        f"{'wrong':>6}{'fields':>7}{'wrong':>6}{'CPU s/page':>11}"
    )
    for original in iterate_originals(options.reports):
        for dpi in options.dpi:
            for kind in options.kinds:
                _measure(original, dpi, kind, (numbers, lines), failures, options)
    _print_floors("numbers in cells", numbers, load_floors().number)
    _print_floors("lines of prose", lines, load_floors().line)
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(int(bool(failures)))


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make ocr-accuracy", description=__doc__)
    parser.add_argument("--reports", type=int, default=6, help="of the sample province")
    parser.add_argument("--dpi", type=int, nargs="+", default=RESOLUTIONS)
    parser.add_argument("--kinds", nargs="+", default=("clean", "scanned"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="print what is not right")
    return parser.parse_args()


def _measure(
    original: Original,
    dpi: int,
    kind: str,
    guesses: tuple[list[Guess], list[Guess]],
    failures: list[str],
    options: argparse.Namespace,
) -> None:
    from bench.ocr.scans import scan_pages
    from nianbao.pipelines.reader.ocr.page_layout import recognize_page

    images = list(scan_pages(original.pdf, dpi, kind, options.seed))
    begin = time.process_time()
    pages = tuple(map(recognize_page, images))
    seconds = (time.process_time() - begin) / len(images)
    recognition = Recognition(name_engine(), pages)
    reading = read_images(_A_SCAN, [recognition])
    score = score_reading(original, reading)
    guesses[0].extend(list_numbers(original, recognition))
    guesses[1].extend(list_lines(original, recognition))
    print(
        f"{original.name:22}{dpi:>4} {kind:8}{score.cells:>6}{score.right:>7}{score.open:>5}"
        f"{len(score.wrong):>6}{score.right_fields:>4}/{score.fields}"
        f"{len(score.wrong_fields):>6}{seconds:>11.1f}",
        flush=True,
    )
    _note_failures(f"{original.name} {dpi} {kind}", dpi, score, failures)
    if options.misses:
        found = {(f.table, f.row, f.column): f for f in reading.figures}
        for key, value in original.cells.items():
            figure = found.get(key)
            if figure is None or figure.value != value:
                print("   ", *key, value, figure)
        for finding in reading.findings:
            print("   ", finding.rule, finding.message)


def _note_failures(name: str, dpi: int, score: ScanScore, failures: list[str]) -> None:
    for wrong in (*score.wrong, *score.wrong_fields):
        failures.append(f"{name}: wrong: {wrong}")
    if score.right < LEAST_RIGHT.get(dpi, 0) * score.cells:
        failures.append(f"{name}: {score.right} of {score.cells} cells right")


def _print_floors(title: str, guesses: Sequence[Guess], floor: float) -> None:
    """Print how many guesses each floor lets through, and how many of them are wrong."""
    wrong = sorted((guess for guess in guesses if not guess.is_right), reverse=True)
    print(
        f"\n{title}: {len(guesses)} read, {len(wrong)} of them wrong; the floor is {floor}"
    )
    for least in _FLOORS_SHOWN:
        through = [guess for guess in guesses if guess.confidence >= least]
        mistakes = sum(not guess.is_right for guess in through)
        print(f"  at least {least:.2f}: {len(through):6} through, {mistakes} wrong")
    for guess in wrong[:12]:
        print(f"  {guess.confidence:.3f}: {guess.text!r} for {guess.wanted!r}")


if __name__ == "__main__":
    main()
