"""What one reading by OCR got right: cells, fields, and how sure the model was of each number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.ocr.originals import FIELDS, Original, get_fields
from nianbao.archive.records import Reading
from nianbao.pipelines.reader.ocr.page_html import (
    find_mark,
    remove_number_marks,
    write_page,
)
from nianbao.pipelines.reader.ocr.recognition import Recognition, RecognizedLine
from nianbao.pipelines.reader.payload.normal_form import extract_core, squeeze
from nianbao.pipelines.reader.reading import read


class Guess(NamedTuple):
    """A number or a line as the model read it, how sure it was, and whether it was right."""

    confidence: float
    is_right: bool
    text: str
    wanted: str


@dataclass(slots=True)
class ScanScore:
    """Cells and fields of one report in one kind of image."""

    cells: int = 0
    right: int = 0
    open: int = 0
    wrong: list[str] = field(default_factory=list)
    fields: int = 0
    right_fields: int = 0
    wrong_fields: list[str] = field(default_factory=list)


def score_reading(original: Original, reading: Reading) -> ScanScore:
    """Score the cells and fields of a reading by OCR; what it left open is not wrong."""
    score = ScanScore(cells=len(original.cells))
    found = {(f.table, f.row, f.column): f for f in reading.figures}
    for key, value in original.cells.items():
        figure = found.pop(key, None)
        if figure is None or (figure.value is None and value is not None):
            score.open += 1
        elif figure.value == value:
            score.right += 1
        else:
            score.wrong.append(f"{'/'.join(key)}: {figure.text} for {value}")
    for key, figure in found.items():
        if figure.value is not None:
            score.wrong.append(f"{'/'.join(key)}: {figure.text} for nothing")
    fields = get_fields(reading)
    for name in FIELDS:
        wanted, value = original.fields[name], fields[name]
        score.fields += wanted is not None
        if value == wanted or (name == "title" and _is_one_title(value, wanted)):
            score.right_fields += wanted is not None
        elif value is not None:
            score.wrong_fields.append(f"{name}: {value} for {wanted}")
    return score


def _is_one_title(value: object, wanted: object) -> bool:
    return extract_core(str(value)) == extract_core(str(wanted))


def list_numbers(original: Original, recognition: Recognition) -> Iterator[Guess]:
    """Yield the numbers that came to stand in a cell of the form."""
    marked = write_page([recognition])
    for figure in read(marked.html.encode()).figures:
        mark = find_mark(figure.text)
        key = (figure.table, figure.row, figure.column)
        if mark is not None and key in original.cells:
            wanted = original.cells[key]
            text = remove_number_marks(figure.text)
            confidence = marked.numbers[mark].confidence
            yield Guess(confidence, figure.value == wanted, text, str(wanted))


def list_lines(original: Original, recognition: Recognition) -> Iterator[Guess]:
    """Yield the lines of prose; one is right where its letters stand in the report's text."""
    text = extract_core(squeeze(original.text))
    for page in recognition.pages:
        for item in page.items:
            if isinstance(item, RecognizedLine):
                letters = extract_core(squeeze(item.text))
                yield Guess(item.confidence, letters in text, item.text, "")


def find_surest_wrong(guesses: Sequence[Guess]) -> float:
    """Return how sure the model was of the surest wrong guess; 0 where none is wrong."""
    return max((guess.confidence for guess in guesses if not guess.is_right), default=0)
