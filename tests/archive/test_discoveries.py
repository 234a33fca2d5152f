"""What searches of sites found: stored, merged, exported and imported as it was."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from nianbao.archive import Archive, verify
from nianbao.archive.clock import utc_now
from nianbao.archive.raw.discoveries import SiteDiscovery
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.read_model.crawls.run_summary import summarize_run
from nianbao.archive.transfer.merge import merge_archive
from nianbao.spiders.discovery.records import Outcome
from tests.archive.discovery import DISCOVERY
from tests.crawl.commands import nianbao

LATER = replace(
    DISCOVERY,
    uid="f" * 32,
    started_at="2027-01-01T00:00:00.000Z",
    ended_at="2027-01-01T00:00:09.000Z",
    outcome="unreachable",
    site_name=None,
    columns=(),
    hosts=(),
    unread=(),
)


def make_archive(path: Path, *discoveries: SiteDiscovery) -> Path:
    with Archive.create(path) as archive:
        run_id = archive.begin_run("0.1.0", {})
        region = DISCOVERY.government
        site = ArchivedSite("xixia", "西霞县", "trs", region, "990101", 1, 1)
        archive.begin_sites(run_id, [site])
        for discovery in discoveries:
            archive.store_discovery(discovery)
        archive.end_site(run_id, "xixia", "finished", None, lists_whole=False)
        archive.end_run(run_id, "finished", {})
    return path


@pytest.mark.parametrize(
    ("outcomes", "ok"),
    [
        (["unreachable"], False),
        (["blocked", "unreachable"], False),
        (["no_column"], True),
        (["unreachable", "no_column"], True),
        ([], True),
    ],
)
def test_a_run_in_which_no_searched_site_answered_has_failed(
    outcomes: list[Outcome], ok: bool, tmp_path: Path
) -> None:
    with Archive.create(tmp_path / "a.db") as archive:
        run_id = archive.begin_run("0.1.0", {})
        site = ArchivedSite("xixia", "西霞县", "trs", None, None, 1, 1)
        archive.begin_sites(run_id, [site])
        for number, outcome in enumerate(outcomes):
            now = utc_now()
            failed = replace(
                LATER,
                uid=f"{number:032}",
                started_at=now,
                ended_at=now,
                outcome=outcome,
            )
            archive.store_discovery(failed)
        archive.end_site(run_id, "xixia", "finished", None, lists_whole=False)
        summary = summarize_run(archive.db, run_id, "finished", ())
    assert summary.ok is ok
    assert len(summary.errors) == (not ok)


def load(path: Path) -> list[SiteDiscovery]:
    with Archive(path) as archive:
        assert verify.check_archive(archive).damages == []
        return archive.discoveries()


def test_a_discovery_is_loaded_as_it_was_stored_once(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.db", LATER, DISCOVERY, DISCOVERY)
    assert load(path) == [DISCOVERY, LATER]
    assert DISCOVERY.is_of_one_body
    assert not LATER.is_of_one_body


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_merging_joins_them_in_any_order(order: list[str], tmp_path: Path) -> None:
    found = {"a": (DISCOVERY,), "b": (LATER, DISCOVERY), "c": ()}
    paths = {
        name: make_archive(tmp_path / f"{name}.db", *some)
        for name, some in found.items()
    }
    first, *others = (paths[name] for name in order)
    with Archive.create(first) as archive:
        for other in (*others, *others):
            with Archive(other) as theirs:
                merge_archive(archive, theirs)
    assert load(first) == [DISCOVERY, LATER]


def test_a_renamed_site_keeps_its_discoveries(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.db")
    with (
        Archive.create(path) as archive,
        Archive(make_archive(tmp_path / "b.db", DISCOVERY)) as theirs,
    ):
        result = merge_archive(archive, theirs, renames={"xixia": "other"})
    assert result.discoveries == 1
    assert load(path) == [replace(DISCOVERY, site_id="other")]


def test_an_export_in_warc_brings_them_back(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.db", DISCOVERY, LATER)
    nianbao("export", "warc", tmp_path / "warc", "--archive", path)
    copy = tmp_path / "copy.db"
    for _ in range(2):
        nianbao("import", tmp_path / "warc", "--archive", copy)
    assert load(copy) == [DISCOVERY, LATER]
    renamed = tmp_path / "renamed.db"
    rename = ("--rename", "xixia=other")
    nianbao("import", tmp_path / "warc", "--archive", renamed, *rename)
    assert {one.site_id for one in load(renamed)} == {"other"}
