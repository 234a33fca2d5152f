"""The wide panel of the sample province: what it says is what the province declares, cell by cell."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from nianbao.archive import Archive
from nianbao.archive.export.tables import export_tables
from nianbao.archive.read_model.panel.measures import load_measures
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.archive.read_model.rows import FigureRow, column_names, table_record
from nianbao.sample.province import Truth
from tests.kept_samples import KeptSample

# What a person takes from each form by hand: measure → the table's row and column.
BY_HAND = {
    "g2021": {
        "received": ["requests new_received total"],
        "received_natural_person": ["requests new_received natural_person"],
        "carried_in": ["requests carried_in total"],
        "carried_out": ["requests carried_out total"],
        "answered": ["requests result_total total"],
        "granted": ["requests granted total"],
        "partially_granted": ["requests partially_granted total"],
        "refused_state_secret": ["requests refused_state_secret total"],
        "unable": [
            "requests unable_not_held total",
            "requests unable_needs_creation total",
            "requests unable_unclear total",
        ],
        "other_processing": [
            "requests other_no_correction total",
            "requests other_fee_unpaid total",
            "requests other_other total",
        ],
        "reviews": ["review_litigation review total"],
        "reviews_corrected": ["review_litigation review corrected"],
        "lawsuits": [
            "review_litigation litigation_direct total",
            "review_litigation litigation_after_review total",
        ],
        "lawsuits_corrected": [
            "review_litigation litigation_direct corrected",
            "review_litigation litigation_after_review corrected",
        ],
        "normative_made": ["art20_1 normative_documents issued_this_year"],
        "normative_annulled": ["art20_1 normative_documents repealed_this_year"],
        "permit_decisions": ["art20_5 admin_permit decisions_this_year"],
        "penalty_decisions": ["art20_6 admin_penalty decisions_this_year"],
        "fees_wan_yuan": ["art20_8 admin_fees fee_amount"],
        "disclosed": [],
        "procurements": [],
        "replies_other": [],
    },
    "g2019": {
        "received": ["requests new_received total"],
        "carried_out": ["requests carried_out total"],
        "granted": ["requests granted total"],
        "not_processed_duplicate": ["requests not_processed_duplicate total"],
        "other_processing": ["requests other_processing total"],
        "reviews": ["review_litigation review total"],
        "lawsuits_pending": [
            "review_litigation litigation_direct pending",
            "review_litigation litigation_after_review pending",
        ],
        "normative_made": ["art20_1 normative_documents made_this_year"],
        "permit_decisions": ["art20_5 admin_permit decisions"],
        "penalty_decisions": ["art20_6 admin_penalty decisions"],
        "procurements": ["art20_9 government_procurement procurement_items"],
        "normative_annulled": [],
        "normative_in_force": [],
        "fees_wan_yuan": [],
        "other_fee_unpaid": [],
        "complaints": [],
    },
    "g2008": {
        "received": ["fujian applications year_value"],
        "received_online": ["fujian applications_online year_value"],
        "answered": ["fujian replies year_value"],
        "granted": ["fujian reply_granted year_value"],
        "partially_granted": ["fujian reply_partial year_value"],
        "refused": ["fujian reply_refused year_value"],
        "reviews": ["fujian reviews year_value"],
        "lawsuits": ["fujian lawsuits year_value"],
        "complaints": ["fujian complaints year_value"],
        "disclosed": ["fujian documents_disclosed year_value"],
        "carried_in": [],
        "carried_out": [],
        "not_processed": [],
        "reviews_corrected": [],
        "permit_decisions": [],
        "refused_state_secret": [],
    },
}


@pytest.fixture(scope="module")
def panel(sample: KeptSample) -> list[Any]:
    with Archive(sample.archive) as archive:
        return list(archive.panel())


def truths_by_url(sample: KeptSample) -> dict[str, list[Truth]]:
    """Return what the province declares of each address, in whatever state."""
    truths: dict[str, list[Truth]] = {}
    for state in (1, 2):
        for truth in sample.province.truths(state):
            truths.setdefault(truth.url, []).append(truth)
    return truths


def test_a_row_is_a_report(sample: KeptSample, panel: list[Any]) -> None:
    names = column_names(table_record("panel"))[:12]
    with Archive(sample.archive) as archive:
        reports = [
            tuple(getattr(report, name) for name in names)
            for report in archive.reports()
        ]
    assert [tuple(getattr(row, name) for name in names) for row in panel] == reports
    assert len(reports) > 100


def test_the_measures_are_what_the_province_declares(
    sample: KeptSample, panel: list[Any]
) -> None:
    truths = truths_by_url(sample)
    compared: Counter[str] = Counter()
    for row in panel:
        declared = [
            truth
            for truth in truths.get(row.url, [])
            if truth.agency in (row.agency, None)
            and truth.report_year in (row.report_year, None)
        ]
        wanted = [take_by_hand(truth) for truth in declared if not truth.ragged]
        if not wanted or row.form is None or row.form == "unknown":
            continue
        found = {name: getattr(row, name) for name in wanted[0]}
        assert found in wanted, (row.url, row.form)
        compared[row.form] += len(found)
    assert {form for form, count in compared.items() if count > 100} == {
        "g2008_local",
        "g2019",
        "g2021",
    }


def take_by_hand(truth: Truth) -> dict[str, float | None]:
    """Return the measures of a report, out of what the province declares of its cells."""
    form = truth.form.removesuffix("_local")
    cells = {cell[:3]: cell[3] for cell in truth.figures}
    measures: dict[str, float | None] = {}
    for name, places in BY_HAND.get(form, {}).items():
        values = []
        for place in places:
            table, row, column = place.split()
            values.append(cells.get((f"{form}.{table}", row, column)))
        is_known = values and None not in values
        measures[name] = float(sum(values)) if is_known else None  # type: ignore[arg-type]
    return measures


def test_every_value_is_the_sum_of_the_figures_that_it_names(
    sample: KeptSample, panel: list[Any]
) -> None:
    figures: dict[tuple[str, int], dict[str, FigureRow]] = {}
    with Archive(sample.archive) as archive:
        for figure in archive.figures():
            cell = f"{figure.table}: {figure.row}.{figure.column}"
            figures.setdefault((figure.url, figure.version), {})[cell] = figure
    statuses: Counter[str] = Counter()
    for row in panel:
        own = figures.get((row.url, row.version), {})
        for measure in load_measures():
            value = getattr(row, measure.key)
            source = getattr(row, measure.source_key)
            if source is None:
                assert value is None
                continue
            table, _, cells = source.partition(": ")
            numbers = []
            for cell in cells.split(" + "):
                name, _, mark = cell.partition(" (")
                figure = own[f"{table}: {name}"]
                status = mark.removesuffix(")") or "exact"
                assert figure.status == status, (row.url, measure.key)
                numbers.append(figure.value)
                statuses[status] += 1
            total = (
                None if None in numbers else sum(n for n in numbers if n is not None)
            )
            assert value == total, (row.url, measure.key)
    assert {"exact", "assumed", "ragged", "text"} <= statuses.keys()


@pytest.mark.parametrize("kind", ["jsonl", "parquet", "sqlite"])
def test_every_export_has_the_panel(
    sample: KeptSample, panel: list[Any], kind: str, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    only = RowFilter(site="xixia")
    with Archive(sample.archive) as archive:
        export_tables(archive, kind, target, only, lambda *_: None)
    names = column_names(table_record("panel"))
    wanted = [
        tuple(getattr(row, name) for name in names)
        for row in panel
        if row.site == "xixia"
    ]
    assert wanted
    assert read_panel(target, kind) == wanted


def read_panel(target: Path, kind: str) -> list[tuple[Any, ...]]:
    if kind == "sqlite":
        with closing(sqlite3.connect(target)) as db:
            return db.execute("SELECT * FROM panel").fetchall()
    if kind == "parquet":
        return duckdb.sql(f"SELECT * FROM '{target}/panel.parquet'").fetchall()
    lines = (target / "panel.jsonl").read_text("utf-8").splitlines()
    return [tuple(json.loads(line).values()) for line in lines]


def test_a_frame_has_numbers_and_nulls(sample: KeptSample) -> None:
    with Archive(sample.archive) as archive:
        frame = archive.frame("panel", region="样例省北原市西霞县", year=2021)
    assert frame.received.dtype == "float64"
    assert frame.received.notna().any()
    assert frame.disclosed.isna().all()
