"""Merging archives in which one id stands for two sites: refused, or each under an id of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.errors import RenameRefused, SitesClash
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.raw.site_hosts import select_site_hosts
from nianbao.archive.raw.site_identity import SiteIdentity
from nianbao.archive.records import Capture, Finding, Note
from nianbao.archive.transfer.merge import merge_archive
from nianbao.archive.transfer.site_ids import SiteComparison, choose_site_ids
from tests.archive.test_merge import derive, held, read

EAST = ArchivedSite(
    id="county",
    name="东川县人民政府",
    platform="trs",
    region="样例省东川县",
    region_code=None,
    vanish_after=1,
    expected_links=1,
    hosts=("www.dongchuan.example:8620",),
)
WEST = ArchivedSite(
    id="county",
    name="西川县人民政府",
    platform="trs",
    region="样例省西川县",
    region_code=None,
    vanish_after=1,
    expected_links=1,
    hosts=("www.xichuan.example",),
)


def play(archive: Archive, site: ArchivedSite, host: str, hour: int = 1) -> None:
    """Crawl one page of a site, and note something about it."""
    run_id = archive.begin_run("0.2.0", {"hour": hour})
    archive.begin_sites(run_id, [site])
    archive.store_note(
        run_id,
        Note(site.id, f"http://{host}/", Finding("list.empty", "warning", "nothing")),
    )
    capture = Capture(
        site=site.id,
        url=f"http://{host}/{hour}",
        role="report",
        outcome="fetched",
        visited_at=f"2026-01-01T{hour:02}:00:00.000Z",
        status=200,
        payload=f"{host} {hour}".encode(),
    )
    visit_id, _ = archive.store_capture(run_id, capture)
    archive.store_reading(visit_id, read(archive, visit_id))
    with archive.transaction() as db:
        archive.end_site(run_id, site.id, "finished", 1, lists_whole=True)
        archive.end_run(run_id, "finished", {})
        ended_at = f"2026-01-01T{hour:02}:59:00.000Z"
        db.execute(
            "UPDATE site_runs SET started_at = ?, ended_at = ? WHERE run_id = ?",
            [ended_at, ended_at, run_id],
        )
        db.execute("UPDATE runs SET started_at = ? WHERE id = ?", [ended_at, run_id])


Make = Callable[[str], Archive]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes archives in a folder of the test."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(Archive.create(tmp_path / name))


@pytest.fixture
def east(make: Make) -> Archive:
    archive = make("east.db")
    play(archive, EAST, "www.dongchuan.example", 1)
    return archive


@pytest.fixture
def west(make: Make) -> Archive:
    archive = make("west.db")
    play(archive, WEST, "www.xichuan.example", 2)
    return archive


def hold_all(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that an archive holds, its sites and their hosts included."""
    rows = held(archive)
    query = (
        "SELECT sites.id, sites.name, platform, regions.name FROM sites"
        " LEFT JOIN regions ON regions.id = region_id ORDER BY sites.id"
    )
    rows["sites"] = archive.db.execute(query).fetchall()
    rows["site_hosts"] = sorted(select_site_hosts(archive.db).items())
    return rows


def list_visits(archive: Archive) -> list[tuple[str, str]]:
    query = "SELECT site_id, url FROM visits ORDER BY url"
    rows: list[tuple[str, str]] = archive.db.execute(query).fetchall()
    return rows


def test_one_id_of_two_sites_is_refused_before_anything_is_written(
    east: Archive, west: Archive
) -> None:
    for archive, other in ((east, west), (west, east)):
        before = hold_all(archive)
        with pytest.raises(SitesClash) as caught:
            merge_archive(archive, other)
        message = str(caught.value)
        for part in (
            "county: in",
            str(east.path),
            str(west.path),
            "东川县人民政府 (样例省东川县; www.dongchuan.example)",
            "西川县人民政府 (样例省西川县; www.xichuan.example)",
            "--rename ID=NEW_ID",
            "`formerly`",
        ):
            assert part in message
        assert hold_all(archive) == before


def test_all_sites_that_clash_are_named(east: Archive, west: Archive) -> None:
    play(east, ArchivedSite("b", "乙", "trs", "样例省乙县", None, 1, 1), "b.example", 3)
    play(west, ArchivedSite("b", "丙", "trs", "样例省丙县", None, 1, 1), "c.example", 3)
    play(west, ArchivedSite("d", "丁", "trs", None, None, 1, 1), "d.example", 4)
    with pytest.raises(SitesClash, match=r"b: in .*\n.*county: in") as caught:
        merge_archive(east, west)
    assert "丁" not in str(caught.value)


def test_a_site_is_taken_in_under_an_id_of_its_own(
    east: Archive, west: Archive
) -> None:
    brought = merge_archive(east, west, renames={"county": "county-west"})
    assert (brought.runs, brought.visits) == (1, 1)
    derive(east)
    after = hold_all(east)
    assert list_visits(east) == [
        ("county", "http://www.dongchuan.example/1"),
        ("county-west", "http://www.xichuan.example/2"),
    ]
    assert after["site_hosts"] == [
        ("county", ("www.dongchuan.example",)),
        ("county-west", ("www.xichuan.example",)),
    ]
    assert [row[1] for row in after["sites"]] == ["东川县人民政府", "西川县人民政府"]
    sites_of_notes = {row[3] for row in after["findings"] if row[0] == "list.empty"}
    assert sites_of_notes == {"county", "county-west"}
    # the same again, with the option and without it: the visits tell which site it is
    for renames in ({"county": "county-west"}, {}):
        again = merge_archive(east, west, renames=renames)
        assert (again.runs, again.visits) == (0, 0)
        derive(east)
        assert hold_all(east) == after
    play(west, WEST, "www.xichuan.example", 3)
    assert merge_archive(east, west).visits == 1
    assert list_visits(east)[-1] == ("county-west", "http://www.xichuan.example/3")


def test_the_order_does_not_matter_where_each_archive_has_its_ids(
    make: Make, east: Archive, west: Archive
) -> None:
    third = make("third.db")
    play(third, EAST, "www.dongchuan.example", 5)
    renames = {"west.db": {"county": "county-west"}}
    outcomes = []
    for number, order in enumerate(permutations((east, west, third))):
        target = make(f"target{number}.db")
        for part in (*order, *order):
            merge_archive(target, part, renames=renames.get(part.path.name))
            derive(target)
        outcomes.append(hold_all(target))
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_a_merged_archive_goes_back_into_its_parts(
    east: Archive, west: Archive
) -> None:
    merge_archive(east, west, renames={"county": "county-west"})
    # the site that is `county-west` there is known here as `county`, so that id is not free
    with pytest.raises(RenameRefused, match="county and county-west would both get"):
        merge_archive(west, east)
    merge_archive(west, east, renames={"county": "county-east"})
    assert list_visits(west) == [
        ("county-east", "http://www.dongchuan.example/1"),
        ("county", "http://www.xichuan.example/2"),
    ]


@pytest.mark.parametrize(
    ("renames", "message"),
    [
        ({"town": "town-west"}, "has no site town"),
        ({"county": "County West"}, "is no id of a site"),
        ({"county": "second"}, "county and second would both get the id second"),
    ],
)
def test_what_cannot_be_renamed(
    east: Archive, west: Archive, renames: dict[str, str], message: str
) -> None:
    play(west, ArchivedSite("second", "乙", "trs", None, None, 1, 1), "b.example", 3)
    before = hold_all(east)
    with pytest.raises(RenameRefused, match=message):
        merge_archive(east, west, renames=renames)
    assert hold_all(east) == before


def test_a_site_that_was_taken_in_keeps_its_id(east: Archive, west: Archive) -> None:
    merge_archive(east, west, renames={"county": "county-west"})
    with pytest.raises(RenameRefused, match="under the id county-west"):
        merge_archive(east, west, renames={"county": "other"})


def test_the_new_id_must_be_free_or_the_same_site(east: Archive, west: Archive) -> None:
    play(
        east,
        ArchivedSite("west", "乙", "trs", "样例省乙县", None, 1, 1),
        "b.example",
        3,
    )
    with pytest.raises(SitesClash, match="west: in"):
        merge_archive(east, west, renames={"county": "west"})
    play(
        west,
        ArchivedSite("b", "乙", "trs", "样例省乙县", None, 1, 1, hosts=("b.example",)),
        "b.example",
        4,
    )
    merge_archive(east, west, renames={"county": "county-west", "b": "west"})
    assert select_site_hosts(east.db)["west"] == ("b.example",)


def test_hosts_come_together_and_a_region_may_become_known(make: Make) -> None:
    first = ArchivedSite(
        "county", "东川县", "trs", None, None, 1, 1, hosts=("old.dongchuan.gov.cn",)
    )
    second = ArchivedSite(
        "county",
        "东川县",
        "trs",
        "样例省东川县",
        None,
        1,
        1,
        hosts=("www.dongchuan.gov.cn",),
    )
    outcomes = []
    for number, order in enumerate(permutations((0, 1))):
        parts = [make(f"part{number}-{name}.db") for name in "ab"]
        play(parts[0], first, "old.dongchuan.gov.cn", 1)
        play(parts[1], second, "www.dongchuan.gov.cn", 2)
        target = make(f"target{number}.db")
        for index in order:
            merge_archive(target, parts[index])
            derive(target)
        rows = hold_all(target)
        outcomes.append((rows["sites"], rows["site_hosts"]))
    hosts = ("old.dongchuan.gov.cn", "www.dongchuan.gov.cn")
    assert outcomes[0] == (
        [("county", "东川县", "trs", "样例省东川县")],
        [("county", hosts)],
    )
    assert outcomes[1] == outcomes[0]


def test_whoever_merges_may_know_that_two_sites_are_one(
    east: Archive, west: Archive
) -> None:
    asked: list[tuple[str, str]] = []

    def is_one_site(site: SiteIdentity, other: SiteIdentity) -> bool:
        asked.append((site.name, other.name))
        return True

    merge_archive(east, west, is_one_site=is_one_site)
    assert asked == [("东川县人民政府", "西川县人民政府")]
    assert select_site_hosts(east.db) == {
        "county": ("www.dongchuan.example", "www.xichuan.example")
    }
    # what is one site here is one site when it is merged again
    merge_archive(east, west)


def test_a_third_archive_may_tell_that_two_hosts_are_of_one_site(make: Make) -> None:
    hosts = (("a.gov.cn",), ("b.gov.cn",), ("a.gov.cn", "b.gov.cn"))
    parts = []
    for number, site_hosts in enumerate(hosts):
        part = make(f"part{number}.db")
        play(part, replace(EAST, hosts=site_hosts), site_hosts[0], number + 1)
        parts.append(part)
    for order in permutations(parts):
        compare(order).require_no_clash()
    for order in permutations(parts[:2]):
        with pytest.raises(SitesClash):
            compare(order).require_no_clash()


def test_an_archive_that_knows_no_region_joins_no_two_regions(make: Make) -> None:
    parts = []
    for number, region in enumerate((None, "样例省东川县", "样例省西川县")):
        part = make(f"part{number}.db")
        play(part, replace(EAST, region=region), "a.gov.cn", number + 1)
        parts.append(part)
    for order in permutations(parts):
        with pytest.raises(SitesClash):
            compare(order).require_no_clash()
    for order in permutations(parts[:2]):
        compare(order).require_no_clash()


def compare(parts: Sequence[Archive]) -> SiteComparison:
    """Compare the sites of the first archive with those of the others."""
    comparison = SiteComparison(parts[0])
    for part in parts[1:]:
        comparison.add(part, choose_site_ids(parts[0].db, part, {}))
    return comparison
