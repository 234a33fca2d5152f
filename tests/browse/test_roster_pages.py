"""Pages on who must publish: the roster of a region, and a report that there is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from nianbao.archive import Archive
from nianbao.archive.read_model.roster import counts
from tests.archive.test_roster import COUNTY, GAP, CountyCrawl, town
from tests.browse.test_attacks import ask
from tests.conftest import Crawl, make_reading

Get = Callable[..., httpx.Response]
MISSING = f"{COUNTY}{town('锦江镇')}"
NEVER = f"{COUNTY}{town('墨山乡')}"


@pytest.fixture(scope="module")
def get(tmp_path_factory: pytest.TempPathFactory) -> Get:
    """An archive of a county, of which pages are asked in process."""
    path = tmp_path_factory.mktemp("roster") / "archive.db"
    with Archive.create(path) as archive:
        county = CountyCrawl(Crawl(archive, make_reading))
        county.run(GAP)
        county.run(on="2024-08-01")
        archive.find_missing_reports()

    def get_page(
        *parts: str, language: str = "zh", status: int = 200
    ) -> httpx.Response:
        address = "/" + "/".join(map(quote, parts)) + f"?lang={language}"
        (answer,) = ask(path, address)
        assert answer.status_code == status, answer.text
        return answer

    return get_page


def test_a_region_tells_its_bodies_apart(get: Get) -> None:
    page = get("region", COUNTY).text
    for words in ("应公布名册", "从未见过", "墨山乡人民政府", "2024-08-01"):
        assert words in page
    roster = get("region", f"{COUNTY}.json").json()["roster"]
    assert roster["states"] == ["published", "never_seen"]
    assert {tuple(level["counts"]) for level in roster["levels"]} == {
        (0, 1),
        (8, 8),
    }


def test_a_region_above_counts_those_below(get: Get) -> None:
    roster = get("region", "江西省.json").json()["roster"]
    places = {place["short"]: place for place in roster["regions"]}
    assert len(places) == 11
    assert places["宜春市"]["is_known"]
    assert not places["赣州市"]["is_known"]
    assert "never seen" in get("region", "江西省", language="en").text


def test_a_missing_cell_leads_to_its_evidence(get: Get) -> None:
    address = f'href="/report/{quote(COUNTY)}/{quote(MISSING)}/2021"'
    for page in (
        get("region", COUNTY),
        get("agency", COUNTY, MISSING),
        get("findings", "report.missing"),
    ):
        assert address in page.text
    assert '#absent">缺1</a>' in get("region", "江西省").text
    page = get("report", COUNTY, MISSING, "2021", language="en").text
    assert "which 7 of 7 siblings have; its first is for 2022" in page
    assert page.count("/2021") > 7, "each sibling's report is linked"
    data = get("report", COUNTY, MISSING, "2021.json").json()
    assert data["body"]["state"] == "missing"
    assert len(data["names"]) == 7


def test_a_body_that_never_published_has_a_page(get: Get) -> None:
    page = get("report", COUNTY, NEVER, "2021", language="en").text
    assert "The archive has no report of this body on any year." in page
    get("report", COUNTY, NEVER, "1999", status=404)
    get("report", COUNTY, f"{COUNTY}没有局", "2021", status=404)
    get("report", "没有县", NEVER, "2021", status=404)


def test_what_a_region_page_leaves_out_is_told(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bodies beyond those that a table shows, and regions of a region that has too many."""
    county = CountyCrawl(crawl)
    county.run(
        [("财政局", 2021)], columns=[f"第{number}管理局" for number in range(100, 230)]
    )
    monkeypatch.setattr(counts, "MOST_REGIONS", 50)
    county_page = f"/region/{quote(COUNTY)}?lang=en&year=2021"
    province = f"/region/{quote('江西省')}"
    path = crawl.archive.path
    whole, above, data = ask(
        path, county_page, f"{province}?lang=en", f"{province}.json"
    )
    rest = int(re.findall(r"and (\d+) more; all of them:", whole.text)[0])
    address = f"/region/{quote(COUNTY)}.json?year=2021"
    assert f'all of them: <a href="{address}">' in whole.text
    (listed,) = ask(path, address)
    assert len(listed.json()["roster"]["absent"]) == 100 + rest
    left_out = data.json()["roster"]["uncounted_regions"]
    assert left_out == 11 + 100, "prefectures and counties, without former ones"
    assert f"The {left_out} regions in it are too many" in above.text


def test_nothing_is_said_of_a_page_that_is_whole(get: Get) -> None:
    page = get("region", COUNTY, language="en").text
    assert "all of them:" not in page
    assert "too many" not in page
    assert get("region", "江西省.json").json()["roster"]["uncounted_regions"] == 0
