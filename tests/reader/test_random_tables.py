"""Random tables of the forms' own labels, in any order and place: none makes the reader fail, and
no figure stands under another label.

RANDOM_TABLES says how many; 20,000 by hand, few in CI.
"""

from __future__ import annotations

import os
import random

from nianbao.archive.records import Finding
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.failures import read_part
from nianbao.pipelines.reader.payload.normal_form import extract_core
from nianbao.pipelines.reader.tables import forms
from nianbao.pipelines.reader.tables.label_index import find_rows

COUNT = int(os.environ.get("RANDOM_TABLES", "500"))
HEADINGS = (
    "第二十条第（一）项",
    "第二十条第（五）项",
    "信息内容",
    "申请人情况",
    "法人或其他组织",
)


def list_labels(generation: str) -> list[str]:
    labels = list(HEADINGS)
    for table in forms.get_tables(generation):
        for label in (*table.rows, *table.columns, *table.groups):
            labels += label.spellings
    return labels


class TableMaker:
    """Makes a page with one random table, and remembers in which row each figure stands."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.generation = self.random.choice(sorted(forms.load_forms().markers))
        self.labels = list_labels(self.generation)
        # Half of the tables take most labels from one table of the form.
        table = self.random.choice(forms.get_tables(self.generation))
        self.own_labels = [name for row in table.rows for name in row.spellings]
        self.rows: list[list[str]] = []

    def make(self) -> bytes:
        """Return the page."""
        for _ in range(self.random.randint(1, 9)):
            self.rows.append(
                [self._make_text() for _ in range(self.random.randint(1, 9))]
            )
        markup = "".join(self._make_row(row) for row in self.rows)
        markers = "，".join(forms.load_forms().markers[self.generation])
        return (
            "<div id=zoom><h1>青石县教育局2022年政府信息公开工作年度报告</h1><p>一、总体情况</p>"
            f"<p>本局2022年政府信息公开工作：{markers}。</p><table>{markup}</table></div>"
        ).encode()

    def _make_text(self) -> str:
        chance = self.random.random()
        if chance < 0.45:
            labels = self.labels
            if self.own_labels and self.random.random() < 0.6:
                labels = self.own_labels
            return self.random.choice(labels)
        if chance < 0.9:
            return str(self.random.randint(1000, 999_999))
        return self.random.choice(["", "-", "0", "1 2", "见附表"])

    def _make_row(self, texts: list[str]) -> str:
        return f"<tr>{''.join(map(self._make_cell, texts))}</tr>"

    def _make_cell(self, text: str) -> str:
        spans = ""
        for name in ("colspan", "rowspan"):
            if self.random.random() < 0.1:
                spans += f" {name}={self.random.randint(0, 3)}"
        return f"<td{spans}>{text}</td>"


def _is_label(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def list_cores_before(rows: list[list[str]], figure: str) -> list[str]:
    """Return the labels that stand before a figure in its row, else those of the row above.

    A row without a label may go on below its label, as in a text with a cell a line.
    """
    number = next(number for number, row in enumerate(rows) if figure in row)
    row = rows[number]
    texts = row[: row.index(figure)]
    while number and not any(_is_label(text) for text in texts):
        number -= 1
        texts = rows[number]
    return [extract_core(text) for text in texts]


def test_random_tables_of_the_forms_labels() -> None:
    for seed in range(COUNT):
        maker = TableMaker(seed)
        reading = read(maker.make())
        rules = {finding.rule for finding in reading.findings}
        assert "reader.failed" not in rules, seed
        for figure in reading.figures:
            if figure.value is None or figure.value < 1000 or "review" in figure.table:
                continue
            cores = list_cores_before(maker.rows, figure.text)
            names = {
                match.row.key
                for core in cores
                for match in find_rows(maker.generation, core)
            }
            is_local = any(core and core in extract_core(figure.row) for core in cores)
            assert figure.row in names or is_local, (seed, figure, cores)


def test_a_part_that_fails_is_said_and_the_rest_is_read() -> None:
    findings: list[Finding] = []

    def fail() -> int:
        raise KeyError("行政许可")

    assert read_part("table 3", fail, 7, findings) == 7
    assert read_part("table 4", lambda: 8, 7, findings) == 8
    assert [(finding.rule, finding.severity) for finding in findings] == [
        ("reader.failed", "error")
    ]
    assert "table 3" in findings[0].message
