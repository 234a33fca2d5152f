"""Real pages and texts, read where they lie beside the checkout; none of them is part of the
project.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive.records import Figure
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.tables import forms

SHARED = Path(__file__).parents[2].parent / "shared"
DATA = SHARED / "data"
GENERATIONS = {"2019-60": "g2019", "2021-30": "g2021"}
ARTICLE_20 = {
    "2021": {
        "regulations": ("art20_1", "rules"),
        "normative": ("art20_1", "normative_documents"),
        "licensing": ("art20_5", "admin_permit"),
        "punishment": ("art20_6", "admin_penalty"),
        "coercion": ("art20_6", "admin_coercion"),
        "fees_wan_yuan": ("art20_8", "admin_fees"),
    },
    "2019": {
        "regulations": ("art20_1", "rules"),
        "normative": ("art20_1", "normative_documents"),
        "licensing": ("art20_5", "admin_permit"),
        "other_mgmt": ("art20_5", "other_services"),
        "punishment": ("art20_6", "admin_penalty"),
        "coercion": ("art20_6", "admin_coercion"),
        "fees": ("art20_8", "admin_fees"),
        "procurement": ("art20_9", "government_procurement"),
    },
}


def need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"the material {path.name} is not beside this checkout")
    return path


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream, delimiter="\t")


def test_printed_dates_of_government_pages() -> None:
    """The printed date, or none; 发文 and 成文 dates and the rows of a list are not publication
    dates.
    """
    need(DATA / "html")
    right, total, wrong = 0, 0, []
    for row in rows(DATA / "html" / "manifest.tsv"):
        printed = row["visible_publish_date"]
        if (
            row["kind"] == "list"
            or "none" in printed
            or printed.startswith(("发文", "成文"))
        ):
            continue
        stamp = dates.find_first_date(printed)
        wanted = stamp.day.isoformat() if stamp else None
        found = read(
            (DATA / "html" / row["file"]).read_bytes(), url=row["url"] or None
        ).published_on
        total += 1
        right += found == wanted
        if found not in (wanted, None):
            wrong.append((row["file"], found, wanted))
    assert wrong == []
    assert right == total


def test_no_government_page_that_is_none_passes_for_a_report() -> None:
    need(DATA / "html")
    assert not [
        path.name
        for path in sorted((DATA / "html").glob("*.html"))
        if read(path.read_bytes()).is_report
    ]


def texts() -> list[dict[str, Any]]:
    return [
        json.loads(path.read_text("utf-8"))
        for path in sorted((DATA / "reports").glob("*.json"))
    ]


def test_years_and_forms_of_report_texts() -> None:
    need(DATA / "reports")
    for item in texts():
        reading = read(item["excerpt"].encode(), url=item["url"])
        assert reading.report_year in (item["report_year"], None), item["id"]
        own = {GENERATIONS.get(item["generation"]), "unknown", None}
        assert reading.form in own | (
            {"g2008_local", "g2014_stats"} if item["generation"] == "old" else set()
        )
        assert not [
            finding for finding in reading.findings if finding.severity == "error"
        ], item["id"]
    known = [read(item["excerpt"].encode(), url=item["url"]) for item in texts()]
    assert sum(reading.report_year is not None for reading in known) >= len(known) - 4
    assert sum(reading.is_report for reading in known) >= len(known) - 1


@pytest.mark.parametrize("name", ["pingtan_2019", "pingtan_2023"])
def test_every_cell_of_a_whole_page(name: str) -> None:
    need(DATA / "pages")
    truths = json.loads((DATA / "pages" / "truth.json").read_text("utf-8"))
    truth = next(item for item in truths if item["file"] == f"pages/{name}.html")
    reading = read((DATA / truth["file"]).read_bytes(), url=truth["url"])
    assert (reading.title, reading.report_year) == (
        truth["title"],
        truth["report_year"],
    )
    assert reading.published_at == truth["published_at"].replace(" ", "T") + "+08:00"
    assert reading.agency.printed in truth["issuing_agency_acceptable"]
    assert reading.signed_on is None
    assert [finding.rule for finding in reading.findings] == [
        "agency.unresolved"
    ]  # in no list of divisions
    assert reading.form == f"g{truth['form']}"
    found = {
        (figure.table, figure.row, figure.column): figure for figure in reading.figures
    }
    assert {figure.alignment for figure in reading.figures} == {"exact"}
    assert dict(wanted(truth, reading.form)) == {
        key: shown(figure) for key, figure in found.items()
    }


def wanted(
    truth: dict[str, Any], form: str
) -> Iterator[tuple[tuple[str, str, str], object]]:
    tables = {table.id.split(".")[1]: table for table in forms.get_tables(form)}
    keys = [row.key for row in tables["requests"].rows if not row.is_heading]
    for key, values in zip(keys, truth["requests"], strict=True):
        for column, value in zip(
            tables["requests"].figure_columns, values, strict=True
        ):
            yield (f"{form}.requests", key, column.key), value
    for group, values in truth["review_litigation"].items():
        for column, value in zip(
            tables["review_litigation"].columns, values, strict=True
        ):
            yield (f"{form}.review_litigation", group, column.key), value
    for name, (table, row) in ARTICLE_20[truth["form"]].items():
        values = truth["art20"][name]
        for column, value in zip(
            tables[table].figure_columns,
            values if isinstance(values, list) else [values],
            strict=True,
        ):
            yield (f"{form}.{table}", row, column.key), value


def shown(figure: Figure) -> object:
    return figure.text if figure.text.endswith("元") else figure.value


def test_figures_of_the_seeds_are_zeros_but_for_one() -> None:
    """000, 001 and 003 print zeros; 001 has one request, and its short rows stay without values."""
    need(SHARED / "seeds")
    for name in ("000", "001", "003"):
        (path,) = (SHARED / "seeds").glob(f"{name}_*.txt")
        stated = {
            (f.row, f.column): f.value
            for f in read(path.read_bytes()).figures
            if f.value
        }
        ones = {("new_received", "natural_person"): 1, ("new_received", "total"): 1}
        assert stated == (ones if name == "001" else {})
