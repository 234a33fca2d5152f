"""A slice knows of its sites what the whole archive knows, and nothing in it hangs in the air."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.transfer.merge import MergeResult, merge_archive
from nianbao.archive.transfer.site_slice import (
    pack_slice,
    unpack_slice,
    write_slice,
)
from nianbao.pipelines import reader
from tests.kept_samples import KeptSample


def site_groups(archive: Archive) -> list[list[str]]:
    """Return the sites one by one, and some together."""
    site_ids = archive.site_ids()
    return [*([site_id] for site_id in site_ids[::3]), site_ids[::2]]


def test_a_slice_knows_what_the_archive_knows(
    sample: KeptSample, tmp_path: Path
) -> None:
    with Archive(sample.archive) as whole:
        for number, site_ids in enumerate(site_groups(whole)):
            path = tmp_path / f"{number}.db"
            write_slice(whole, site_ids, path)
            with closing(sqlite3.connect(path)) as db:
                assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            with Archive(path) as sliced:
                assert set(site_ids) <= set(sliced.site_ids())
                assert sliced.unread_visits(reader.READER_VERSION) == []
                for site_id in site_ids:
                    assert sliced.address_history(site_id) == whole.address_history(
                        site_id
                    )
                    assert sliced.report_addresses(site_id) == whole.report_addresses(
                        site_id
                    )
                    for url in whole.report_addresses(site_id):
                        visit = whole.latest_payload_visit(url)
                        assert sliced.latest_payload_visit(url) == visit
                        if visit is not None and visit.payload_sha256 is not None:
                            sliced.payload(visit.payload_sha256)


@pytest.mark.parametrize("is_empty", [False, True])
def test_what_comes_back_is_one_run(
    sample: KeptSample, tmp_path: Path, is_empty: bool
) -> None:
    """Merging the runs that a slice came with would be the work of the whole history."""
    with Archive.create(sample.copy_to(tmp_path / "whole.db")) as whole:
        path, returned = tmp_path / "slice.db", tmp_path / "returned.db"
        write_slice(whole, whole.site_ids()[:2], path)
        uids = [uid for (uid,) in whole.db.execute("SELECT uid FROM runs ORDER BY id")]
        unpack_slice(pack_slice(path, "none" if is_empty else uids[-1]), returned)
        with Archive(returned) as part:
            (count,) = part.db.execute("SELECT count(*) FROM runs").fetchone()
            assert count == (not is_empty)
            (payloads,) = part.db.execute("SELECT count(*) FROM blobs").fetchone()
            assert (payloads == 0) == is_empty
            assert merge_archive(whole, part) == MergeResult()
