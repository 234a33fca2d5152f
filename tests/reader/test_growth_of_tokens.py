"""Hostile texts of tables: what cutting them into labels and figures does grows with the text."""

from __future__ import annotations

import pytest

from nianbao.pipelines.reader.tables.label_index import get_label_index
from nianbao.pipelines.reader.tables.labelled_rows import find_passed_texts
from nianbao.pipelines.reader.tables.tokens import TEXT, VALUE, Token, split_tokens
from tests.growth import LINEAR, measure_growth

LABELS = get_label_index("g2021")
SIZE = 2_000


@pytest.mark.parametrize("between", ["|", "\t", "| ", "||1"])
@pytest.mark.parametrize("end", ["", "字", "1"])
def test_a_line_of_empty_cells(between: str, end: str) -> None:
    def split(line: str) -> list[Token]:
        return list(split_tokens([line], LABELS))

    assert measure_growth(split, lambda n: f"规章|1{between * n}{end}", SIZE) < LINEAR


@pytest.mark.parametrize("word", ["字", "规章", "", "（二）"])
@pytest.mark.parametrize("label", ["规章", "字规章", "字" * SIZE])
def test_words_before_a_row(word: str, label: str) -> None:
    figures = [Token(VALUE, "1", -1)]

    def find(texts: list[Token]) -> list[str]:
        return find_passed_texts(texts, label, figures, LABELS)

    def make_texts(count: int) -> list[Token]:
        words = [word] * count + [*label]
        return [Token(TEXT, text, line) for line, text in enumerate(words)]

    assert measure_growth(find, make_texts, SIZE) < LINEAR
