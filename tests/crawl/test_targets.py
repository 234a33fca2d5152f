"""What a crawl visits: site files, sites that were found, searches, and what it says of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse, Request

from nianbao.archive import Archive
from nianbao.archive.clock import utc_text
from nianbao.archive.raw.discoveries import SiteDiscovery
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.crawler.discovery.choice import choose_targets
from nianbao.crawler.discovery.governments import list_known_governments
from nianbao.crawler.discovery.known_sites import SearchHistory
from nianbao.crawler.discovery.site_search import SiteSearch
from nianbao.crawler.discovery.targets import Search, Targets
from nianbao.crawler.plan import CrawlPlan
from nianbao.crawler.selection import choose
from nianbao.pipelines.reading_pool import ReadingPool
from nianbao.pipelines.run import CrawlRun
from nianbao.spiders.catalogue import CatalogueError
from nianbao.spiders.discovery.records import NOT_SEARCHED, Discovery
from nianbao.spiders.discovery.scout import Scout
from nianbao.spiders.discovery.steps import PageStep
from nianbao.spiders.register.governments import COLUMNS
from nianbao.spiders.register.own_register import load_all_governments
from nianbao.spiders.site_folders import load_all_sites
from tests.archive.discovery import DISCOVERY

NOW = datetime(2027, 6, 15, 4, tzinfo=UTC)
REGION = ("样例",)
HOME = "http://lishui.localhost/"
BUREAU = """\
id: lishui
name: 丽水县人民政府
region: {name: 样例省丽水县, code: "990101"}
platform: auto
entries:
  - {url: "http://lishui.localhost/sfj/", column: 年报, covers: one_body}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a register of two governments, and a file for one body of the first."""
    folder = tmp_path / "sites"
    folder.mkdir()
    row = "样例省/{}\tcounty\t{}\t\thttp://{}.localhost/\tnone\t"
    rows = [
        "\t".join(COLUMNS),
        row.format("丽水县", "990101", "lishui"),
        row.format("西霞县", "990102", "xixia"),
    ]
    (folder / "governments.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "lishui.yml").write_text(BUREAU, "utf-8")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive that has sites of three ids, and no search of them."""
    with Archive.create(tmp_path / "a.db") as archive:
        run_id = archive.begin_run("0.1.0", {})
        sites = []
        for site_id in ("lishui", "xixia", "elsewhere"):
            sites.append(ArchivedSite(site_id, "某县", "auto", None, None, 1, 1))
        archive.begin_sites(run_id, sites)
        yield archive


def choose_of(
    folder: Path,
    archive: Archive | None = None,
    regions: tuple[str, ...] = REGION,
    only: tuple[str, ...] = (),
    *,
    discover: bool = False,
) -> Targets:
    plan = CrawlPlan(
        Path("a.db"), folder, only, at=NOW, regions=regions, discover=discover
    )
    return choose_targets(plan, load_all_sites(folder), archive)


def make_search(site_id: str, code: str, days_ago: float) -> SiteDiscovery:
    return replace(
        DISCOVERY,
        uid=f"{code}-{days_ago}",
        site_id=site_id,
        government_code=code,
        home="http://lishui.localhost/" if code == "990101" else DISCOVERY.home,
        ended_at=utc_text(NOW - timedelta(days=days_ago)),
    )


def test_a_file_for_one_body_leaves_its_government_to_be_searched(
    folder: Path,
) -> None:
    """Also where the file has the id that the search would have, and stands on the home page."""
    targets = choose_of(folder, discover=True)
    assert set(targets.files) == {"lishui"}
    searched = {search.government.code: one for one, search in targets.searches.items()}
    assert searched == {"990101": "lishui-990101", "990102": "xixia"}
    assert choose_of(folder).unknown == 2


def test_governments_of_one_home_page_are_searched_each(folder: Path) -> None:
    """Also where a file for the division of one of them stands on that host."""
    path = folder / "governments.tsv"
    register = path.read_text("utf-8")
    path.write_text(register.replace("xixia.", "lishui."), "utf-8")
    searches = choose_of(folder, discover=True).searches
    assert {one.government.code for one in searches.values()} == {"990101", "990102"}
    text = BUREAU.replace(", covers: one_body", "")
    (folder / "lishui.yml").write_text(text, "utf-8")
    (search,) = choose_of(folder, discover=True).searches.values()
    assert (search.site_id, search.government.code) == ("lishui-990102", "990102")


@pytest.mark.parametrize("days_ago", [1, 300])
def test_what_a_file_has_taken_over_is_crawled_by_the_file(
    days_ago: float, folder: Path, archive: Archive
) -> None:
    """Its government has no site yet, and is searched at once as another, with columns of its own."""
    archive.store_discovery(make_search("lishui", "990101", days_ago))
    targets = choose_of(folder, archive)
    assert (set(targets.files), targets.discoveries) == ({"lishui"}, {})
    assert targets.unknown == 2
    (known, _) = list_known_governments(
        load_all_governments(folder), load_all_sites(folder), archive
    )
    assert (known.state, [site.id for site in known.sites]) == ("one_body", ["lishui"])
    search = choose_of(folder, archive, discover=True).searches["lishui-990101"]
    assert search.history.usable is None
    assert not search.history.works

    in_vain = make_search("elsewhere", "990101", days_ago / 2)
    in_vain = replace(in_vain, outcome="unreachable", columns=())
    archive.store_discovery(in_vain)
    assert choose_of(folder, archive).unknown == 2


def test_governments_that_were_searched_in_vain_have_no_site_yet(
    folder: Path, archive: Archive
) -> None:
    search = make_search("xixia", "990102", 1)
    archive.store_discovery(replace(search, outcome="no_column", columns=()))
    assert choose_of(folder, archive).unknown == 2
    assert choose_of(folder, archive, discover=True).unknown == 1
    assert choose_of(folder, archive, only=("lishui",)).unknown == 0
    (folder / "lishui.yml").unlink()
    with pytest.raises(CatalogueError, match="2 of its governments have no site"):
        choose_of(folder, archive)
    archive.store_discovery(make_search("elsewhere", "990101", 1))
    only_found = choose_of(folder, archive, (), ("elsewhere",))
    assert (set(only_found.discoveries), only_found.unknown) == ({"elsewhere"}, 0)


@pytest.mark.parametrize("region", ["浙将", "浙江将", "绍新市"])
def test_a_region_that_there_is_not_has_names_like_it(
    region: str, tmp_path: Path
) -> None:
    (tmp_path / "lishui.yml").write_text(BUREAU, "utf-8")
    for refused in (choose, lambda f, _, r: choose_of(f, None, r)):
        with pytest.raises(CatalogueError, match=r"Names like it: .*浙江省"):
            refused(tmp_path, (), (region,))
    with pytest.raises(CatalogueError, match=r"Names like it: .*样例省丽水县"):
        choose(tmp_path, (), ("丽永县",))


@pytest.mark.parametrize(
    "refused", [choose, lambda f, only, r: choose_of(f, None, r, only)]
)
def test_what_is_no_site_is_refused_in_the_same_words(
    refused: object, tmp_path: Path
) -> None:
    assert callable(refused)
    with pytest.raises(CatalogueError, match="no site files in it"):
        refused(tmp_path, (), ())
    (tmp_path / "lishui.yml").write_text(BUREAU, "utf-8")
    with pytest.raises(CatalogueError, match=re.escape("no site a, b.")):
        refused(tmp_path, ("a", "b", "lishui"), ())
    with pytest.raises(CatalogueError, match="no site in 浙江"):
        refused(tmp_path, ("lishui",), ("浙江",))


@pytest.mark.parametrize("unread", [{}, {f"{HOME}nb/": "年报"}])
def test_a_page_that_was_not_searched_is_no_answer(unread: dict[str, str]) -> None:
    """So columns that were found before are kept, and the site is searched again in a week."""
    trouble = f"{HOME}: {NOT_SEARCHED}: it has 9000000 bytes"
    discovery = Discovery(HOME, unread=unread, answers=3)
    assert discovery.outcome == ("needs_browser" if unread else "no_column")
    discovery.troubles += [f"{HOME}x/: the server answered 404", trouble]
    assert discovery.outcome == "unreachable"
    discovery.is_blocked = True
    assert discovery.outcome == "blocked"


def test_a_page_whose_search_fails_was_not_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    discovery = Discovery(HOME)
    scout = Scout(discovery, delay=0)

    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("nianbao.spiders.discovery.column_search.find_columns", fail)
    response = HtmlResponse(HOME, body=b"<p>x", request=Request(HOME))
    assert list(scout.parse_page(response, PageStep(HOME))) == []
    assert discovery.answers == 1
    assert discovery.outcome == "unreachable"
    (trouble,) = discovery.troubles
    assert trouble == f"{HOME}: {NOT_SEARCHED}: RecursionError: too deep"


def test_a_search_in_vain_is_a_finding_also_where_columns_were_found_before(
    folder: Path, archive: Archive
) -> None:
    found = make_search("lishui", "990101", 300)
    trouble = f"{HOME}: {NOT_SEARCHED}: too long"
    search = make_search("lishui", "990101", 1)
    in_vain = replace(search, outcome="unreachable", columns=(), troubles=(trouble,))
    government = load_all_governments(folder)[0]
    history = SearchHistory((found, in_vain), works=False)
    assert history.usable == found
    run_id = archive.begin_run("0.1.0", {})
    pool = ReadingPool()
    run = CrawlRun(run_id, archive, pool)
    SiteSearch(Search("lishui", government, history), run, 0).store(in_vain)
    pool.close()
    rows = archive.db.execute("SELECT rule, message FROM findings").fetchall()
    ((rule, message),) = rows
    assert rule == "site.no_column"
    assert trouble in message
