"""What counts of what OCR has read: numbers that are sure or proven, fields on sure lines."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from nianbao.archive.records import Figure
from nianbao.pipelines.reader.ocr.image_reading import read_images
from nianbao.pipelines.reader.ocr.judging import judge_figures, load_floors
from nianbao.pipelines.reader.ocr.label_correction import correct_label
from nianbao.pipelines.reader.ocr.page_html import find_mark, write_page
from nianbao.pipelines.reader.ocr.recognition import (
    PageItem,
    Recognition,
    RecognizedCell,
    RecognizedLine,
    RecognizedPage,
    RecognizedTable,
    RecognizedText,
)
from nianbao.pipelines.reader.payload.normal_form import extract_core
from nianbao.pipelines.reader.tables.forms import load_forms
from nianbao.sample.tables import Grid, lay_requests
from tests.reader.test_drawn_files import (
    LETTERS,
    SCAN,
    WORDS,
    write_drawn_pdf,
    write_text,
)

SURE, UNSURE = 0.999, 0.6
COLUMNS = (
    "natural_person",
    "org_enterprise",
    "org_research",
    "org_public_welfare",
    "org_legal_service",
    "org_other",
)
A_SCAN = b"%PDF-1.4 without text"


def table_of(grid: Grid, left: int = 100, step: int = 40) -> RecognizedTable:
    """The recognised table of a grid of the sample province, its cells in a raster."""
    cells = []
    taken: set[tuple[int, int]] = set()
    width = 0
    for row, line in enumerate(grid):
        column = 0
        for cell in line:
            while (row, column) in taken:
                column += 1
            for down in range(cell.rowspan):
                for across in range(cell.colspan):
                    taken.add((row + down, column + across))
            words, _, confidence = cell.text.partition("~")
            lines = (RecognizedText(words, float(confidence or SURE)),) if words else ()
            cells.append(
                RecognizedCell(
                    left + column * step,
                    row * step,
                    left + (column + cell.colspan) * step,
                    (row + cell.rowspan) * step,
                    lines,
                )
            )
            column += cell.colspan
            width = max(width, column)
    return RecognizedTable(
        tuple(left + n * step for n in range(width + 1)),
        tuple(n * step for n in range(len(grid) + 1)),
        tuple(cells),
    )


def line(text: str, top: int, confidence: float = SURE) -> RecognizedLine:
    return RecognizedLine(text, confidence, 100, top, 100 + 20 * len(text), 20)


def recognition_of(*items: PageItem) -> Recognition:
    return Recognition("an engine", (RecognizedPage(1400, items),))


def report_of(texts: Mapping[tuple[str, str], str], title: float = SURE) -> Recognition:
    """A report of one table of requests: what each cell reads, `10~0.6` of no sure one."""
    grid = lay_requests("g2021", lambda key: texts.get(key[1:], "0"))
    return recognition_of(
        line("谷澄县教育局2021年政府信息公开工作年度报告", 40, title),
        line("本报告由谷澄县教育局编制，统计期限自2021年1月1日至2021年12月31日。", 80),
        line("三、收到和处理政府信息公开申请情况", 120),
        table_of(grid),
    )


def test_a_recognition_comes_back_from_json() -> None:
    recognition = report_of({("granted", "total"): "10~0.6"})
    assert Recognition.from_json(recognition.to_json()) == recognition


def test_sure_numbers_count_and_say_that_they_are_from_an_image() -> None:
    reading = read_images(A_SCAN, [report_of({})])
    assert reading.is_report
    assert len(reading.figures) > 100
    assert {(f.value, f.alignment, f.confidence) for f in reading.figures} == {
        (0, "ocr", SURE)
    }
    assert {f.rule for f in reading.findings} >= {"ocr.read"}
    assert find_mark(reading.to_json()) is None


def test_an_unsure_number_counts_only_where_a_sum_proves_it() -> None:
    proven = {("granted", "natural_person"): "1~0.6", ("granted", "total"): "1"}
    proven |= {("new_received", "natural_person"): "1", ("new_received", "total"): "1"}
    proven |= {("result_total", "natural_person"): "1", ("result_total", "total"): "1"}
    broken = proven | {("granted", "natural_person"): "7~0.6"}
    both = proven | {("granted", "total"): "1~0.6"}
    for texts, value in ((proven, 1), (broken, None), (both, 1)):
        reading = read_images(A_SCAN, [report_of(texts)])
        (figure,) = [
            f
            for f in reading.figures
            if (f.row, f.column) == ("granted", "natural_person")
        ]
        assert (figure.value, figure.alignment) == (value, "ocr")
        assert figure.text == texts["granted", "natural_person"].partition("~")[0]
        rules = [f.rule for f in reading.findings if f.row == "granted"]
        assert ("ocr.unsure_cell" in rules) == (value is None)


@pytest.mark.parametrize("seed", range(12))
def test_no_unsure_number_that_is_wrong_counts(seed: int) -> None:
    """Whatever cells are read wrong, as long as the model is not sure of them."""
    dice = random.Random(seed)
    truth = {column: dice.choice((0, 0, 1, 3, 10, 21)) for column in COLUMNS}
    truth["total"] = sum(truth.values())
    wrong = dice.sample(sorted(truth), dice.randint(1, 4))
    figures = []
    recognized = []
    for row in ("new_received", "result_total"):
        for column, value in truth.items():
            is_wrong = column in wrong and row == "new_received"
            said = value + dice.choice((1, 7, 10)) if is_wrong else value
            mark = chr(0xF0000 + len(recognized))
            text = str(said)
            recognized.append(RecognizedText(text, UNSURE if is_wrong else SURE))
            figures.append(Figure("g2021.requests", row, column, said, text + mark))
    judged = judge_figures(figures, recognized, {})
    sure = {column for column in truth if column not in wrong}
    for figure in judged.figures:
        if figure.row == "new_received":
            expected = truth[figure.column] if figure.column in sure else None
            assert figure.value == expected
    assert len(judged.findings) == sum(f.value is None for f in judged.figures)


def test_a_printed_figure_stands_beside_those_of_images() -> None:
    printed = Figure("g2021.requests", "granted", "total", 4, "4")
    read_from_image = replace(printed, value=9, text="9" + chr(0xF0000))
    judged = judge_figures(
        [read_from_image],
        [RecognizedText("9", SURE)],
        {("g2021.requests", "granted", "total"): printed},
    )
    assert judged.figures == (printed,)


def test_a_number_outside_of_cells_has_no_value() -> None:
    figure = Figure("g2021.requests", "granted", "total", 4, "4")
    judged = judge_figures([figure], [], {})
    assert (judged.figures[0].value, judged.findings[0].rule) == (
        None,
        "ocr.unsure_cell",
    )


def test_a_row_that_the_form_does_not_have_gives_no_value() -> None:
    """A label that is read wrongly would make a row of the form a row of the body's own."""
    text = "4" + chr(0xF0000)
    figure = Figure("g2021.requests", "本机关不掌屋关信息", "total", 4, text)
    judged = judge_figures([figure], [RecognizedText("4", SURE)], {})
    assert judged.figures[0].value is None
    assert judged.findings[0].rule == "ocr.unsure_cell"


def test_a_page_that_was_not_recognised_is_said() -> None:
    recognition = replace(report_of({}), failures=("reading took longer",))
    reading = read_images(A_SCAN, [recognition])
    assert "ocr.page_unread" in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize(
    ("pages", "numbers"),
    [
        ((SCAN, SCAN), [0, 1]),
        ((WORDS, SCAN), [1]),
        ((SCAN + write_text("- 1 -"), WORDS, LETTERS), [0, 2]),
        ((WORDS, WORDS), []),
    ],
)
def test_the_pages_of_a_pdf_that_are_images_are_read(
    pages: tuple[str, ...], numbers: list[int]
) -> None:
    pytest.importorskip("cv2")
    from nianbao.pipelines.reader.ocr.page_images import list_pages

    assert list_pages(write_drawn_pdf(pages)) == numbers


@pytest.mark.parametrize("words", ["Made by a scanner", "A scan with words " * 9])
def test_what_a_file_prints_stays_beside_what_its_images_say(words: str) -> None:
    """The name of the program that made it is no text by which a scan is known."""
    first, second = (
        write_drawn_pdf((SCAN + write_text(words), page)) for page in (SCAN, SCAN + " ")
    )
    reading, other = (read_images(pdf, [report_of({})]) for pdf in (first, second))
    assert len(reading.figures) > 100
    assert {figure.alignment for figure in reading.figures} == {"ocr"}
    assert "file.pages_unread" not in {finding.rule for finding in reading.findings}
    assert words.strip() in reading.text
    assert reading.content_sha256 != other.content_sha256


def test_a_field_on_a_line_that_is_not_sure_is_left_open() -> None:
    sure = read_images(A_SCAN, [report_of({})])
    unsure = read_images(A_SCAN, [report_of({}, title=UNSURE)])
    assert (sure.title, sure.report_year) != (None, None)
    assert unsure.title is None
    fields = [
        (f.parameters or {})["field"]
        for f in unsure.findings
        if f.rule == "ocr.unsure_field"
    ]
    assert "title" in fields
    assert unsure.content_sha256 == sure.content_sha256


def test_a_table_goes_on_upon_the_next_page() -> None:
    grid = lay_requests("g2021", lambda _: "0")
    whole = read_images(A_SCAN, [report_of({})])
    pages = report_of({}).pages
    for cut in (6, 11, 15):
        first = RecognizedPage(
            1400, (*pages[0].items[:3], table_of(grid[:cut]), line("— 3 —", 1360))
        )
        second = RecognizedPage(1400, (table_of(grid[cut:]), line("- 4 -", 1370)))
        reading = read_images(A_SCAN, [Recognition("an engine", (first, second))])
        assert "3" not in write_page([recognition_of(line("— 3 —", 1360))]).html
        found = {(f.row, f.column, f.value) for f in reading.figures}
        assert found <= {(f.row, f.column, f.value) for f in whole.figures}


def test_two_numbers_in_a_cell_are_no_number() -> None:
    cell = RecognizedCell(
        0, 0, 40, 40, (RecognizedText("1", SURE), RecognizedText("0", SURE))
    )
    table = RecognizedTable((0, 40), (0, 40), (cell,))
    marked = write_page([recognition_of(table)])
    assert "1<br>0" in marked.html
    assert marked.numbers == []


def test_no_label_with_a_mistake_becomes_another_label() -> None:
    labels = {
        core
        for tables in load_forms().tables.values()
        for table in tables
        for label in (*table.rows, *table.columns, *table.groups)
        for core in label.cores
    }
    for label in sorted(labels)[::3]:
        assert extract_core(correct_label(label)) == label
        for place in range(len(label)):
            mistaken = label[:place] + "囧" + label[place + 1 :]
            assert correct_label(mistaken) in (label, mistaken)


def test_the_floors_are_above_what_is_unsure() -> None:
    floors = load_floors()
    assert UNSURE < floors.number < SURE
    assert UNSURE < floors.line < SURE
