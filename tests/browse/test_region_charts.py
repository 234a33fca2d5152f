"""Charts to embed: what they are drawn of, what is not known, who may read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import httpx
import pytest

from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.languages import Language
from nianbao.archive.browse.region_charts.drawing import ChartMaker
from nianbao.archive.browse.region_charts.panels import (
    PanelPlace,
    ValueSeries,
    lay_out_panel,
)
from nianbao.archive.read_model.overviews.measure_rows import (
    find_sibling_median,
    list_bodies,
    list_years,
    sum_by_group,
)
from nianbao.archive.read_model.overviews.region_reports import RegionReport
from tests.browse.conftest import IMAGE

Get = Callable[..., httpx.Response]
TO = Addresses("/")
COUNTY, FINANCE = "样例省北原市西霞县", "西霞县财政局"
SVG = "{http://www.w3.org/2000/svg}"
REPORT = RegionReport(
    agency=None, region=COUNTY, region_code=None, level=None, report_year=None, title=None, state="present",
    published_on=None, form="g2021", findings=(), received=None, carried_in=None, granted=None, answered=None,
    carried_out=None, reviews=None, lawsuits=None, reviews_corrected=None, lawsuits_corrected=None, site="xixia", url="http://x/", agency_site=None, version=1,
    payload_sha256="0" * 64,
)  # fmt: skip


def report(
    agency: str,
    year: int,
    received: int | None,
    region: str = COUNTY,
    level: str = "department",
) -> RegionReport:
    return replace(
        REPORT,
        agency=agency,
        report_year=year,
        received=received,
        region=region,
        level=level,
    )


REPORTS = [
    report("西霞县人民政府", 2020, 50, level="county"),
    report("西霞县人民政府", 2023, 70, level="county"),
    report("西霞县财政局", 2020, 7),
    report("西霞县财政局", 2021, 8),
    report("西霞县教育局", 2020, 1),
    report("西霞县教育局", 2021, None),
    report("西霞县水务局", 2020, 3),
    report("西霞县民政局", 2020, 5),
    report("西霞县民政局", 2023, 0),
]  # fmt: skip


def values(row: object) -> list[object]:
    return [figure.value for figure in row]  # type: ignore[attr-defined]


def test_what_is_not_known_is_not_zero() -> None:
    assert list_years(REPORTS) == (2020, 2021, 2022, 2023)
    rows = sum_by_group(REPORTS, COUNTY, "received", list_years(REPORTS))
    assert list(rows) == ["government", "departments"]
    assert values(rows["government"]) == [50, None, None, 70]
    assert values(rows["departments"]) == [16, 8, None, 0]
    assert [figure.reports for figure in rows["departments"]] == [4, 1, 0, 1]
    bodies = list_bodies(REPORTS, "received")
    assert values(bodies["西霞县教育局", None]) == [1, None, None, None]
    assert sum_by_group(REPORTS, COUNTY, "reviews", list_years(REPORTS)) == {}


def test_a_median_is_of_three_siblings_of_the_same_kind() -> None:
    row = find_sibling_median(REPORTS, COUNTY, (FINANCE, None), "received")
    assert values(row) == [3, None, None, None]
    row = find_sibling_median(REPORTS, COUNTY, ("西霞县人民政府", None), "received")
    assert values(row) == [None] * 4


def test_a_line_breaks_where_a_year_has_no_figure() -> None:
    series = ValueSeries("一", [1, 2, None, 4, None, 0], [""] * 6, 0)
    place = PanelPlace(0, 0, 300, 100)
    panel = lay_out_panel("", range(2018, 2024), series, [series], place)
    (line,) = panel.lines
    assert [len(piece.split()) for piece in line.pieces] == [2]
    assert len(line.points) == len(panel.bars) == 4
    assert panel.bars[-1].height == 0
    assert max(bar.height for bar in panel.bars) == panel.base - 30
    assert panel.highest == "4"


@pytest.mark.parametrize("theme", ["", "light", "dark"])
def test_a_drawing_is_sound_and_hostile_names_are_text(theme: str) -> None:
    name = f"西霞县{IMAGE}局"
    reports = [report(name, 2020, 1), report(name, 2021, 2), *REPORTS]
    maker = ChartMaker(reports, COUNTY, "received", Language("en"), theme)  # type: ignore[arg-type]
    for drawing in (
        maker.draw_region(),
        maker.draw_bodies(),
        maker.draw_siblings((name, None)),
    ):
        root = ElementTree.fromstring(drawing)
        names = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert names <= {
            "svg",
            "title",
            "style",
            "rect",
            "text",
            "g",
            "line",
            "polyline",
            "circle",
        }
        assert "Requests received" in (root.findtext(f"{SVG}title") or "")
        assert ("prefers-color-scheme" in drawing) == (theme == "")
        assert ("#ffffff" in drawing) == (theme != "dark")


def test_an_agency_in_no_region_has_its_own_figures_and_no_siblings() -> None:
    reports = [replace(one, region=None) for one in REPORTS if one.agency == FINANCE]
    drawing = ChartMaker(reports, "-", "received", Language("zh"), "").draw_siblings(
        (FINANCE, None)
    )
    assert "西霞县财政局 2021：8" in drawing
    assert "<circle" not in drawing


def test_what_has_no_figures_says_so() -> None:
    maker = ChartMaker([], COUNTY, "reviews", Language("zh"), "")
    assert "没有数据" in maker.draw_region()
    assert "没有数据" in maker.draw_bodies()
    assert "没有数据" in maker.draw_siblings((FINANCE, None))


def test_charts_alone_may_be_read_from_other_hosts(get: Get) -> None:
    charts = (
        TO.region_chart(COUNTY, "received"),
        TO.region_chart(COUNTY, "lawsuits", bodies=True),
        TO.agency_chart(COUNTY, FINANCE, "received"),
        TO.region_chart("样例省", "reviews"),
    )
    for address in charts:
        answer = get(address)
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["content-security-policy"].startswith(
            "default-src 'none'"
        )
        ElementTree.fromstring(answer.content)
    assert ">9<" not in get(charts[0]).text
    assert "西霞县财政局 2021：9" in get(charts[2]).text
    for address in (
        "/",
        "/index.json",
        f"/region/{COUNTY}",
        "/openapi.json",
        "/archive/panel.json",
        "/-/changes.json",
    ):
        headers = get(address).headers
        assert "access-control-allow-origin" not in headers
        assert headers["cross-origin-resource-policy"] == "same-origin"
    page = get(f"/region/{COUNTY}").text
    assert f'<img src="{charts[0]}"' in page
    get("/region/nowhere/received.svg", status=404)
    get("/region/-/received.svg", status=404)
    get("/region/-/bodies-received.svg", status=404)
    get("/agency/-/nobody/received.svg", status=404)
    get("/region/999901/received.svg")
    get(f"/region/{COUNTY}/unknown.svg", status=404)
