"""Where the bytes of an archive are: measured by SQLite, or estimated and said so."""

from __future__ import annotations

import json

from nianbao.archive.derived.reading_details import load_details
from nianbao.archive.maintenance import disk_usage
from nianbao.archive.records import Section
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.disk_usage import print_disk_usage
from tests.conftest import Crawl
from tests.crawl.commands import nianbao

URL = "http://xixia.localhost/{}.html"


def test_every_byte_of_the_file_is_accounted_for(crawl: Crawl) -> None:
    crawl.run({URL.format(number): f"第{number}页" * 300 for number in range(20)})
    found = disk_usage.measure_disk_usage(crawl.archive.db)
    assert found.measured
    assert (
        sum(part.bytes for part in found.parts) + found.free_bytes == found.file_bytes
    )
    assert {part.layer for part in found.parts} == set(disk_usage.LAYERS)
    rows = {part.name: part.rows for part in found.parts}
    assert (rows["visits"], rows["blobs"], rows["visits_by_url"]) == (20, 20, None)
    assert [(one.encoding, one.count) for one in found.payloads] == [("zstd", 20)]


def test_an_estimate_is_near_the_truth(crawl: Crawl) -> None:
    crawl.run({URL.format(number): f"第{number}页" * 3000 for number in range(50)})
    db = crawl.archive.db
    found = disk_usage.measure_disk_usage(db)
    truth = {part.name: part.bytes for part in found.parts}
    guessed = disk_usage.estimate_sizes(
        db, db.execute(disk_usage.PARTS).fetchall(), sum(truth.values())
    )
    assert sum(guessed.values()) <= sum(truth.values())
    assert 0.5 < guessed["readings"] / truth["readings"] < 1.5
    assert max(guessed, key=lambda name: guessed[name]) == max(
        truth, key=lambda name: truth[name]
    )


def test_status_says_it(crawl: Crawl) -> None:
    crawl.run({URL.format(1): "one"})
    path = crawl.archive.path
    printed = nianbao("status", "--space", "--archive", path)
    assert "visits_by_url" in printed
    assert "estimated" not in printed
    whole = json.loads(nianbao("status", "--space", "--json", "--archive", path))
    assert whole["reports"] == 1
    assert {"name", "table", "layer", "rows", "bytes", "bytes_a_report"} == set(
        whole["parts"][0]
    )


def test_an_empty_archive_has_no_bytes_a_report(crawl: Crawl) -> None:
    found = disk_usage.measure_disk_usage(crawl.archive.db)
    assert {part.bytes_a_report for part in found.parts} == {None}
    print_disk_usage(open_console(stderr=True), crawl.archive.path, found)


def test_sections_are_kept_as_places_in_the_text(crawl: Crawl) -> None:
    text = "标题\n一、总体情况\n全年平稳。\n二、其他\n无"
    sections = (
        Section("overview", "一、总体情况", "全年平稳。"),
        Section(None, "二、其他", "无"),
        Section(None, "三、附件", "不在正文中"),
        Section(None, "四、空", ""),
    )
    crawl.run({URL.format(1): "one"}, unread=True)
    (visit_id,) = crawl.archive.unread_visits("1")
    crawl.archive.store_reading(visit_id, crawl.make(text, sections=sections))
    (version_id, details) = crawl.archive.db.execute(
        "SELECT version_id, details FROM readings"
    ).fetchone()
    found = load_details(crawl.archive.db, version_id)
    assert found is not None
    assert found.sections == sections
    assert "全年平稳" not in details
    assert load_details(crawl.archive.db, version_id + 1) is None
