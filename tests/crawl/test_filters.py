"""Filters mean the same everywhere; what the archive has not ends with 2 and the nearest names;
plain SQL over the view `panel` sums up what an export has.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.errors import UnknownName
from nianbao.archive.read_model.rows import FigureRow, column_names
from nianbao.archive.region_names import is_in_region, list_boundaries
from nianbao.archive.search.query import Query
from nianbao.archive.table_layout import find_titled_tables, load_layout
from nianbao.spiders.register.governments import load_governments
from tests.browse.asked_pages import ask_page
from tests.crawl.commands import nianbao
from tests.kept_samples import crawled_states

XIXIA = "样例省北原市西霞县"
SAME_REGION = (XIXIA, "西霞县", "西霞", "北原市西霞县", "样例省北原市西霞")


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    """The sample province, corrected and corrected back."""
    with Archive(crawled_states(1, 2, 1).archive) as opened:
        yield opened


def test_a_region_is_matched_the_same_by_name_and_code() -> None:
    for government in load_governments():
        name = government.name
        for start in range(len(government.path)):
            place = "".join(government.path[start:])
            assert is_in_region(name, government.codes, place), (name, place)
            beginning = "".join(government.path[start:])[:2]
            assert is_in_region(name, government.codes, beginning), name
        for code in government.codes:
            assert is_in_region(name, government.codes, code)
            assert is_in_region(name, government.codes, f"{code[:2]}0000")
        assert len(list_boundaries(name)) <= 4
    assert not is_in_region(XIXIA, ["999901"], "霞县")
    assert not is_in_region(XIXIA, ["999901"], "99980")
    assert not is_in_region(None, [None], "西霞县")
    assert not is_in_region(XIXIA, [], " ")


@pytest.mark.parametrize("region", SAME_REGION)
def test_python_search_status_and_pages_take_a_region_alike(
    archive: Archive, region: str
) -> None:
    wanted = {(row.url, row.version) for row in archive.reports(region=XIXIA)}
    assert wanted
    assert {(row.url, row.version) for row in archive.reports(region=region)} == wanted
    found = {hit.url for hit in archive.search(Query(region=region), 1000)}
    assert (
        found == {hit.url for hit in archive.search(Query(region=XIXIA), 1000)} != set()
    )
    printed = nianbao("status", "--json", "--archive", archive.path, "--region", region)
    assert [site["id"] for site in json.loads(printed)["sites"]] == ["xixia"]
    page = json.loads(ask_page(archive, f"/search?region={region}", "json"))
    whole = json.loads(ask_page(archive, f"/search?region={XIXIA}", "json"))
    assert page["results"]["counted"] == whole["results"]["counted"] > 0


@pytest.mark.parametrize(
    ("arguments", "kind", "nearest"),
    [
        (("export", "csv", "{out}", "--region", "西夏县"), "region", XIXIA),
        (("export", "csv", "{out}", "--region", "霞县"), "region", XIXIA),
        (
            ("export", "csv", "{out}", "--agency", "西夏县财政局"),
            "agency",
            "西霞县财政局",
        ),
        (("export", "csv", "{out}", "--table", "request"), "table", "requests"),
        (("export", "csv", "{out}", "--row", "予以公布"), "row", "予以公开"),
        (("export", "csv", "{out}", "--column", "totl"), "column", "total"),
        (("export", "csv", "{out}", "--site", "xixa"), "site", "xixia"),
        (("search", "--region", "西夏县"), "region", XIXIA),
        (("search", "--agency", "西夏县财政局"), "agency", "西霞县财政局"),
        (("search", "--site", "xixa"), "site", "xixia"),
        (("status", "--region", "西夏县"), "no region", XIXIA),
        (("status", "--site", "xixa"), "no site", "xixia"),
    ],
)
def test_what_the_archive_has_not_is_named_with_what_is_like_it(
    archive: Archive,
    tmp_path: Path,
    arguments: tuple[str, ...],
    kind: str,
    nearest: str,
) -> None:
    out = tmp_path / "out"
    given = [part.format(out=out) for part in arguments]
    said = nianbao(*given, "--archive", archive.path, code=2)
    assert kind in said
    assert nearest in said.replace("\n", "")
    assert not out.exists()


def test_an_unknown_rule_is_named_too(archive: Archive) -> None:
    with pytest.raises(UnknownName, match=r"report\.changed"):
        list(archive.findings(rule="report.chnged"))
    assert list(archive.findings(rule="page.too_large")) == []
    titled = [row.rule for row in archive.findings(rule="发布后被修改")]
    assert set(titled) == {"report.changed"}


@pytest.mark.parametrize(
    ("labels", "ids"),
    [
        ({"row": "予以公开"}, {"row": "granted"}),
        ({"row": "（二）部分公开"}, {"row": "partially_granted"}),
        ({"column": "自然人"}, {"column": "natural_person"}),
        ({"column": "结果纠正"}, {"column": "corrected"}),
        ({"row": "结果纠正"}, {"column": "corrected"}),
        ({"table": "收到和处理政府信息公开申请情况"}, {"table": "requests"}),
        ({"table": "政府信息公开行政复议行政诉讼情况"}, {"table": "review_litigation"}),
        ({"table": "第二十条第(一)项"}, {"table": "art20_1"}),
        ({"table": "第二十条 第（一）项"}, {"table": "art20_1"}),
    ],
)
def test_printed_labels_are_accepted(
    archive: Archive, labels: dict[str, str], ids: dict[str, str]
) -> None:
    by_label = list(archive.figures(**labels))
    assert by_label == list(archive.figures(**ids)) != []


@pytest.mark.parametrize("table", load_layout()["tables"])
def test_every_title_that_pages_draw_names_its_table(table: str) -> None:
    """Of every form, with brackets of either kind."""
    title = load_layout()["tables"][table]["zh"]
    name = table.split(".")[1]
    for text in (title, unicodedata.normalize("NFKC", title)):
        assert find_titled_tables(text) == [name]


def test_years_are_ranges_and_leave_the_agencies_of_those_years(
    archive: Archive, tmp_path: Path
) -> None:
    path = ("--archive", archive.path)
    nianbao("export", "csv", tmp_path / "a", *path, "--year", "2019-2021")
    years = ("--year", "2019", "--year", "2020", "--year", "2021")
    nianbao("export", "csv", tmp_path / "b", *path, *years)
    for name in ("reports", "figures", "findings", "agencies"):
        one, other = (tmp_path / out / f"{name}.csv" for out in "ab")
        assert one.read_bytes() == other.read_bytes(), name
    agencies = {
        (row["agency"], row["region"], row["site"] if not row["region"] else "")
        for row in read_rows(tmp_path / "a" / "agencies.csv")
    }
    named = {
        (row["agency"], row["region"])
        for name in ("reports", "findings")
        for row in read_rows(tmp_path / "a" / f"{name}.csv")
        if row["agency"] and row["region"]
    }
    assert named
    assert named <= {agency[:2] for agency in agencies}
    assert len(agencies) < len(list(archive.agencies()))
    found = nianbao("search", *path, "--year", "2019-2020", "--limit", 1000, "--json")
    assert {hit["report_year"] for hit in json.loads(found)["hits"]} == {2019, 2020}


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("states", [(1,), (1, 2), (1, 2, 1)], ids=str)
def test_panel_sums_up_what_an_export_has(states: tuple[int, ...]) -> None:
    query = """
    SELECT report_year, level, "table", "row", "column", sum(value), count(*)
    FROM panel GROUP BY 1, 2, 3, 4, 5
    """
    with Archive(crawled_states(*states).archive) as archive:
        summed = {
            tuple(row[:5]): row[5:] for row in archive.db.execute(query).fetchall()
        }
        sums: Counter[tuple[object, ...]] = Counter()
        counts: Counter[tuple[object, ...]] = Counter()
        for figure in archive.figures():
            if figure.status == "missing":
                continue
            key = (
                figure.report_year,
                figure.level,
                figure.table,
                figure.row,
                figure.column,
            )
            sums[key] += figure.value or 0
            counts[key] += 1
        columns = [column.name for column in archive.db["panel"].columns]
    assert {
        key: (round(total or 0, 6), count) for key, (total, count) in summed.items()
    } == {key: (round(sums[key], 6), counts[key]) for key in counts}
    exported = [name for name in column_names(FigureRow) if name != "status"]
    assert set(columns) == {*exported, "alignment", "confidence"}
