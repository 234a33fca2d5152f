"""Reports that are missing: only where siblings have theirs, only once the season is over, only
while it is so.
"""

from __future__ import annotations

import json

import pytest

from nianbao.archive.records import Agency
from tests.archive.pages import MIRROR, found, publish
from tests.conftest import Crawl

BODIES = ("财政局", "教育局", "民政局", "水利局")


def bureau(name: str) -> Agency:
    return Agency(
        printed=f"西霞县{name}",
        name=f"西霞县{name}",
        region="样例省西霞县",
        level="department",
    )


def publish_years(crawl: Crawl, name: str, *years: int, site: str = "xixia") -> None:
    for year in years:
        url, text = f"http://{site}.localhost/{name}/{year}.html", f"{name} {year}"
        values = {"site": MIRROR} if site == "mirror" else {}
        publish(
            crawl,
            url,
            text,
            agency=bureau(name),
            report_year=year,
            published_on=f"{year + 1}-01-20",
            **values,
        )


def missing(crawl: Crawl) -> list[tuple[str, int, str, str]]:
    rows = crawl.archive.db.execute(
        "SELECT agencies.name, report_year, severity, findings.site_id FROM findings"
        " JOIN agencies ON agencies.id = agency_id"
        " WHERE rule = 'report.missing' ORDER BY 1, 2"
    ).fetchall()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_a_gap(crawl: Crawl) -> None:
    for name in BODIES[:3]:
        publish_years(crawl, name, 2019, 2020, 2021)
    publish_years(crawl, "水利局", 2019, 2021)
    assert missing(crawl) == [("西霞县水利局", 2020, "warning", "xixia")]
    assert (
        found(crawl, "report.missing")[0].message
        == "no report for 2020, which 3 of 3 siblings have"
    )
    publish_years(crawl, "水利局", 2020)
    assert found(crawl) == [], "it is there: at once"
    assert missing(crawl) == []


def test_before_its_first_and_after_its_last_is_only_worth_knowing(
    crawl: Crawl,
) -> None:
    for name in BODIES[:3]:
        publish_years(crawl, name, 2019, 2020, 2021)
    publish_years(crawl, "水利局", 2020)
    assert missing(crawl) == [
        ("西霞县水利局", 2019, "info", "xixia"),
        ("西霞县水利局", 2021, "info", "xixia"),
    ]


def test_too_few_siblings_prove_nothing(crawl: Crawl) -> None:
    for name in BODIES[:2]:
        publish_years(crawl, name, 2019, 2020, 2021)
    publish_years(crawl, "水利局", 2019, 2021)
    assert missing(crawl) == []


def test_its_evidence_is_in_the_parameters(crawl: Crawl) -> None:
    for name in BODIES[:3]:
        publish_years(crawl, name, 2019, 2020, 2021)
    publish_years(crawl, "水利局", 2019, 2021)
    query = "SELECT parameters FROM findings WHERE rule = 'report.missing'"
    ((parameters,),) = crawl.archive.db.execute(query).fetchall()
    assert json.loads(parameters) == {
        "case": "between",
        "year": 2020,
        "with_report": 3,
        "siblings": 3,
        "names": ["西霞县教育局", "西霞县民政局", "西霞县财政局"],
    }


@pytest.mark.parametrize(("others", "is_most"), [(2, True), (3, False), (4, False)])
def test_most_is_more_than_half(crawl: Crawl, others: int, is_most: bool) -> None:
    """Three have it; of the rest of six siblings three have not, which is half."""
    for name in BODIES[:3]:
        publish_years(crawl, name, 2020, 2021)
    for name in ("公安局", "司法局", "审计局", "统计局")[:others]:
        publish_years(crawl, name, 2021)
    publish_years(crawl, "水利局", 2021)
    assert (("西霞县水利局", 2020, "info", "xixia") in missing(crawl)) == is_most


def test_less_than_half_of_the_siblings_prove_nothing(crawl: Crawl) -> None:
    for name in BODIES[:3]:
        publish_years(crawl, name, 2020, 2021)
    for name in ("公安局", "司法局", "审计局", "统计局", "水利局"):
        publish_years(crawl, name, 2021)
    assert missing(crawl) == []


def test_nobody_is_missing_while_the_season_runs(crawl: Crawl) -> None:
    for name in BODIES[:3]:
        publish_years(crawl, name, 2020, 2021)
    publish_years(crawl, "水利局", 2020)
    crawl.archive.db.execute(
        "UPDATE site_runs SET ended_at = '2022-04-01T00:00:00.000Z'"
    )
    crawl.archive.find_missing_reports()
    assert missing(crawl) == []
    crawl.archive.db.execute(
        "UPDATE site_runs SET ended_at = '2022-07-01T00:00:00.000Z'"
    )
    crawl.archive.find_missing_reports()
    assert missing(crawl) == [("西霞县水利局", 2021, "info", "xixia")]
    crawl.archive.db.execute("UPDATE site_runs SET healthy = 0")
    crawl.archive.find_missing_reports()
    assert missing(crawl) == [], "a site that was never seen whole says nothing"


def test_a_sibling_on_another_site(crawl: Crawl) -> None:
    """One region and level, though the site of a body is another's."""
    for name in BODIES[:3]:
        publish_years(crawl, name, 2020, 2021)
    publish_years(crawl, "水利局", 2021, site="mirror")
    assert missing(crawl) == [("西霞县水利局", 2020, "info", "mirror")]
