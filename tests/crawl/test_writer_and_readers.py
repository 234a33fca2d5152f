"""Several processes at one archive: one crawl writes, others are refused or read; a file that
may not be written.
"""

from __future__ import annotations

import ctypes
import json
import os
import time
from pathlib import Path

from nianbao.archive import Archive
from nianbao.archive.errors import ArchiveError
from nianbao.crawler.commands.crawl import LOOPBACK, sample_sites
from nianbao.sample.server import serve
from tests.crawl.commands import content, nianbao, start
from tests.crawl.test_troubles import failing
from tests.kept_samples import FEW_SITES


def test_a_crawl_is_not_disturbed_by_others(tmp_path: Path) -> None:
    """While one crawls, another is refused with its number; the archive is checked and copied."""
    archive, copy = tmp_path / "a.db", tmp_path / "copy.db"
    with serve(1, port=0) as server:
        sites = sample_sites(server.port, tmp_path)
        for path in sites.glob("*.yml"):
            if path.stem not in FEW_SITES:
                path.unlink()
        arguments = (
            "crawl",
            "--sites",
            sites,
            "--allow-address",
            LOOPBACK,
            "--archive",
            archive,
            "--json",
        )
        with start(*arguments) as first:
            lock = archive.with_name("a.db.lock")
            while not (lock.exists() and lock.read_text() == str(first.pid)):
                assert first.poll() is None
                time.sleep(0.001)
            assert f"process {first.pid} is writing to it" in nianbao(
                *arguments, code=1
            )
            while not _visits(archive):
                assert first.poll() is None
                time.sleep(0.001)
            nianbao("backup", copy, "--archive", archive)
            assert first.communicate(timeout=300)[0]
        assert first.returncode == 0
    assert json.loads(nianbao("verify", "--quick", "--archive", copy, "--json"))["ok"]
    assert set(content(copy)["visits"]) <= set(content(archive)["visits"])


def _visits(path: Path) -> int:
    """Return how many visits are stored; 0 while the archive is being made."""
    try:
        with Archive(path) as archive:
            return int(archive.db.execute("SELECT count(*) FROM visits").fetchone()[0])
    except ArchiveError:
        return 0


def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Archive.create(path) as archive:
        archive.begin_run("0.1.0", {})
    before = path.read_bytes()
    path.chmod(0o444)

    def no_override() -> None:
        if os.geteuid() == 0:  # root may write anywhere, but for this capability
            ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE

    printed = failing(no_override, "reread", "--archive", path)
    assert "cannot be written" in printed
    assert "rights" in printed
    assert path.read_bytes() == before
