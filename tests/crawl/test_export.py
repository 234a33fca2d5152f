"""Exports of the sample province: what they say is what the province declares, in every format,
byte for byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pytest

from bench.export import MOST_MB, build_archive, measure_export
from nianbao.archive import Archive
from nianbao.archive.export.tables import KINDS, export_tables
from nianbao.archive.read_model.row_filter import RowFilter
from nianbao.archive.read_model.rows import FigureRow, column_names
from nianbao.sample.agencies import SITES
from tests.crawl.commands import nianbao
from tests.kept_samples import KeptSample

PLACES = [
    site.name.removesuffix("人民政府")
    for site in SITES.values()
    if site.name.endswith(("县人民政府", "市人民政府"))
]
FEW = 150_000  # figures; `make bench-export` has a million


@pytest.fixture(scope="module")
def folder(sample: KeptSample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format, in a folder or file of its name."""
    made = tmp_path_factory.mktemp("exported")
    for kind in KINDS:
        nianbao("export", kind, made / kind, "--archive", sample.archive)
    return made


def declared(sample: KeptSample) -> dict[tuple[str, int], float]:
    """Return the requests received by place and year, as the province's own generator has them.

    A report that is gone counts as it said last; the collected reports of real places have no
    place here. A report that another county's site carries too is its agency's.
    """
    received: dict[tuple[str, int], tuple[str, float]] = {}
    for state in (2, 1):
        for truth in sample.province.truths(state):
            if not truth.agency or not truth.report_year:
                continue
            cells = {cell[:3]: cell[3] for cell in truth.figures}
            value = cells.get((f"{truth.form}.requests", "new_received", "total"))
            place = next(
                (place for place in PLACES if truth.agency.startswith(place)), None
            )
            if place is not None and value is not None:
                received[truth.agency, truth.report_year] = place, value
    totals: Counter[tuple[str, int]] = Counter()
    for (_, year), (place, value) in received.items():
        totals[place, year] += value  # type: ignore[assignment]
    return dict(totals)


QUESTION = """
    SELECT region, report_year, sum(value) FROM '{}/figures.parquet'
    WHERE "table" IN ('g2019.requests', 'g2021.requests') AND "row" = 'new_received' AND "column" = 'total'
    GROUP BY region, report_year
"""


def test_duckdb_answers_requests_received_by_region_and_year(
    sample: KeptSample, folder: Path
) -> None:
    found = duckdb.sql(QUESTION.format(folder / "parquet")).fetchall()
    assert placed(found) == declared(sample)
    assert len(declared(sample)) > 30


def test_pandas_answers_requests_received_by_region_and_year(
    sample: KeptSample, folder: Path
) -> None:
    panel = pandas.read_parquet(folder / "parquet" / "figures.parquet")
    asked = panel[
        panel.table.str.endswith(".requests")
        & (panel.row == "new_received")
        & (panel.column == "total")
    ]
    summed = asked.groupby(["region", "report_year"]).value.sum().reset_index()
    assert placed(summed.itertuples(index=False, name=None)) == declared(sample)


def placed(rows: Any) -> dict[tuple[str, int], float]:
    """Return sums by the last part of the region; regions outside the sample province are left
    out.
    """
    found = {}
    for region, year, value in rows:
        for place in PLACES:
            if (
                isinstance(region, str)
                and region.startswith("样例省")
                and region.endswith(place)
            ):
                found[place, int(year)] = float(value)
    return found


def read(folder: Path, kind: str) -> Iterator[tuple[Any, ...]]:
    """Yield the figures of an export, as Python has them."""
    columns = ", ".join(f'"{name}"' for name in column_names(FigureRow))
    if kind == "sqlite":
        with closing(sqlite3.connect(folder / kind)) as db:
            yield from db.execute(f"SELECT {columns} FROM figures")
    elif kind == "parquet":
        yield from duckdb.sql(
            f"SELECT {columns} FROM '{folder}/parquet/figures.parquet'"
        ).fetchall()
    elif kind == "jsonl":
        yield from (
            tuple(row.values()) for row in table(folder / kind / "figures.jsonl")
        )
    else:
        for row in table(folder / kind / "figures.csv"):
            numbers = {"report_year": int, "value": float, "version": int}
            yield tuple(
                numbers.get(name, str)(value) if value else None
                for name, value in row.items()
            )


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_has_the_figures_of_the_archive(
    sample: KeptSample, folder: Path, kind: str
) -> None:
    with Archive(sample.archive) as archive:
        wanted = [
            tuple(getattr(one, name) for name in column_names(FigureRow))
            for one in archive.figures()
        ]
    found = list(read(folder, kind))
    if kind == "csv":  # which cannot tell empty from none; `status` does
        wanted = [
            tuple(None if value == "" else value for value in row) for row in wanted
        ]
    assert (
        sorted(found, key=repr) == sorted(wanted, key=repr)
        if kind == "sqlite"
        else found == wanted
    )
    assert {row[column_names(FigureRow).index("status")] for row in found} >= {
        "exact",
        "assumed",
        "ragged",
        "blank",
        "text",
    }


def test_each_value_leads_back_to_its_bytes(sample: KeptSample) -> None:
    with Archive(sample.archive) as archive:
        for figure in list(archive.figures(year=2021))[::500]:
            assert (
                hashlib.sha256(archive.payload(figure.payload_sha256)).hexdigest()
                == figure.payload_sha256
            )
            (version,) = [
                one
                for one in archive.versions(url=figure.url)
                if one.version == figure.version
            ]
            assert version.content_sha256 == figure.content_sha256


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_data_package_describes_the_files(folder: Path, kind: str) -> None:
    """Against https://datapackage.org/standard: names, paths, digests, and every value against
    its field.
    """
    whole = json.loads((folder / kind / "datapackage.json").read_text("utf-8"))
    files = {file.name for file in (folder / kind).iterdir()}
    assert files == {
        "datapackage.json",
        "DICTIONARY.md",
        ".nianbao-export",
        *(one["path"] for one in whole["resources"]),
    }
    keys: dict[str, set[tuple[Any, ...]]] = {}
    for resource in whole["resources"]:
        body = (folder / kind / resource["path"]).read_bytes()
        assert resource["bytes"] == len(body)
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        rows = [
            {name: said(value) for name, value in row.items()}
            for row in table(folder / kind / resource["path"])
        ]
        assert rows
        schema = resource["schema"]
        for row in rows:
            assert list(row) == [field["name"] for field in schema["fields"]]
            for field in schema["fields"]:
                fits(row[field["name"]], field, schema["missingValues"])
        if key := schema.get("primaryKey"):
            keys[resource["name"]] = {tuple(row[name] for name in key) for row in rows}
            assert len(keys[resource["name"]]) == len(rows)
        for link in schema.get("foreignKeys", []):
            assert link["reference"]["fields"] == link["fields"]
            assert {
                tuple(row[name] for name in link["fields"]) for row in rows
            } <= keys[link["reference"]["resource"]]


def table(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
    result = duckdb.sql(f"SELECT * FROM '{path}'")
    return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def said(value: Any) -> str:
    """Return a value as CSV has it."""
    return "" if value is None else str(value)


def fits(value: str, field: dict[str, Any], missing: list[str]) -> None:
    assert field["title"]
    assert field["description"]
    if value in missing:
        assert not field.get("constraints", {}).get("required"), field["name"]
    else:
        {"string": str, "integer": int, "number": float}[field["type"]](value)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_archive_gives_the_same_bytes(
    sample: KeptSample, folder: Path, kind: str, tmp_path: Path
) -> None:
    """Built anew, and merged in another order: see test_rebuilt and test_merged."""
    again = tmp_path / kind
    nianbao("export", kind, again, "--archive", sample.archive)
    once = {file.name: file.read_bytes() for file in files(folder / kind)}
    assert {file.name: file.read_bytes() for file in files(again)} == once


def files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def test_what_is_asked_for_is_what_comes(sample: KeptSample, tmp_path: Path) -> None:
    asked = (
        "--year",
        2021,
        "--region",
        "样例省北原市西霞县",
        "--table",
        "requests",
        "--row",
        "new_received",
    )
    printed = nianbao(
        "export",
        "jsonl",
        tmp_path / "some",
        *asked,
        "--archive",
        sample.archive,
        "--json",
    )
    rows = table(tmp_path / "some" / "figures.jsonl")
    assert json.loads(printed)["rows"]["figures"] == len(rows) > 0
    assert {(row["report_year"], row["region"], row["row"]) for row in rows} == {
        (2021, "样例省北原市西霞县", "new_received")
    }
    nianbao(
        "export",
        "jsonl",
        tmp_path / "all",
        "--every-version",
        "--archive",
        sample.archive,
    )
    versions = {
        (row["url"], row["version"])
        for row in table(tmp_path / "all" / "figures.jsonl")
    }
    assert max(version for _, version in versions) == 3


def test_what_is_there_is_replaced_only_with_force_and_only_by_what_is_whole(
    sample: KeptSample, tmp_path: Path
) -> None:
    target = tmp_path / "panel"
    nianbao("export", "csv", target, "--year", 2021, "--archive", sample.archive)
    before = (target / "figures.csv").read_bytes()
    assert "replace an earlier export with --force" in nianbao(
        "export", "csv", target, "--archive", sample.archive, code=1
    )

    def interrupt(name: str, done: int, _total: int) -> None:
        if name == "figures" and done > 10:
            raise KeyboardInterrupt

    with Archive(sample.archive) as archive, pytest.raises(KeyboardInterrupt):
        export_tables(archive, "csv", target, RowFilter(), interrupt, force=True)
    assert (target / "figures.csv").read_bytes() == before
    nianbao(
        "export", "csv", target, "--year", 2020, "--force", "--archive", sample.archive
    )
    assert (target / "figures.csv").read_bytes() != before
    assert [file.name for file in tmp_path.iterdir()] == ["panel"]


def test_an_export_takes_little_memory(tmp_path: Path) -> None:
    """Parquet and CSV, in processes of their own; rows come as they are written, so more of
    them take no more.
    """
    made = build_archive(tmp_path / "archive.db", FEW)
    for kind in ("parquet", "csv"):
        found = measure_export(tmp_path / "archive.db", kind, tmp_path / kind)
        assert found["rows"] == made >= FEW
        assert found["mb"] < MOST_MB
