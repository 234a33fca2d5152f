"""`nianbao merge`: the crawls of two machines in one archive, which is then as one machine's
would be.
"""

from __future__ import annotations

import json
from pathlib import Path

from nianbao.archive import Archive
from nianbao.archive.events.feed import Change
from tests.crawl.commands import crawl_sample, free_port, nianbao
from tests.kept_samples import KeptSample

SITES = ("xixia", "lanting")


def test_two_machines_make_one_archive(tmp_path: Path) -> None:
    port, whole = free_port(), tmp_path / "whole.db"
    parts = [tmp_path / f"{site}.db" for site in SITES]
    for site, part in zip(SITES, parts, strict=True):
        nianbao("crawl", "--sample", "--port", port, "--archive", part, "--site", site)
    printed = nianbao("merge", "--archive", whole, *parts)
    assert "visits of 2 runs taken in" in printed
    assert "0 visits of 0 runs taken in" in nianbao("merge", "--archive", whole, *parts)
    nianbao("verify", "--archive", whole)
    other = tmp_path / "other.db"
    nianbao("merge", "--archive", other, *reversed(parts))
    for path in (whole, other):
        nianbao("export", "jsonl", path.with_suffix(".jsonl"), "--archive", path)
        nianbao("export", "sqlite", path.with_suffix(".slim"), "--archive", path)
    assert files(whole.with_suffix(".jsonl")) == files(other.with_suffix(".jsonl"))
    assert (
        whole.with_suffix(".slim").read_bytes()
        == other.with_suffix(".slim").read_bytes()
    )
    with Archive(whole) as archive:
        urls = {change.url for change in archive.changes()}
    assert urls == {change.url for part in parts for change in _changes(part)}


def test_an_empty_archive_reads_no_page_again(
    few_sites: KeptSample, tmp_path: Path
) -> None:
    """It is then the archive that was merged: whole, and with equal exports."""
    whole = tmp_path / "whole.db"
    merged = nianbao("merge", "--archive", whole, few_sites.archive, "--json")
    with Archive(few_sites.archive) as archive:
        query = "SELECT count(*) FROM sightings WHERE read_visit_id = visit_id"
        (read_pages,) = archive.db.execute(query).fetchone()
    assert json.loads(merged)["readings"] == read_pages > 50
    assert "0 readings taken over" in nianbao(
        "merge", "--archive", whole, few_sites.archive
    )
    nianbao("verify", "--archive", whole)
    exports = []
    for number, path in enumerate((whole, few_sites.archive)):
        folder = tmp_path / f"export{number}"
        nianbao("export", "jsonl", folder, "--every-version", "--archive", path)
        exports.append(files(folder))
    assert exports[0] == exports[1]


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def _changes(path: Path) -> list[Change]:
    with Archive(path) as archive:
        return list(archive.changes())


def test_the_state_of_a_crawl_goes_on_in_the_merged_archive(tmp_path: Path) -> None:
    """What is crawled after merging is a change against what was merged, not new."""
    port, part, whole = free_port(), tmp_path / "part.db", tmp_path / "whole.db"
    nianbao("crawl", "--sample", "--port", port, "--archive", part, "--site", "lanting")
    nianbao("merge", "--archive", whole, part)
    found = crawl_sample(whole, port, 2, ("lanting",))
    assert found["ok"]
    assert found["changes"]["changed"] > 0
    nianbao("verify", "--archive", whole)
