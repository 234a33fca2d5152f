"""An archive of one small site, which is backfilled from a web archive on loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nianbao.archive import Archive
from nianbao.archive.read_model.documents import find_document
from tests.crawl.commands import nianbao
from tests.crawl.test_troubles import report
from tests.crawl.warc_files import response, write

SITE = (
    "id: ye\nname: 叶县人民政府\nregion: {name: 河南省平顶山市叶县, code: '410422'}\n"
    'platform: trs\nentries:\n  - {url: "http://www.yexian.gov.cn/nb/", column: 年报}\n'
)
ONE = "http://www.yexian.gov.cn/nb/t20210120_1.html"
TWO = "http://www.yexian.gov.cn/nb/t20210120_2.html"
GONE = "http://www.yexian.gov.cn/nb/t20190120_9.html"
A, B, C = (report(text).encode() for text in ("原文", "改过的", "再改的"))
FAST = ("--per-minute", 60000)


class Ours:
    """An archive of one site, and what was seen of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "a.db"
        self.sites = folder / "sites"
        self.sites.mkdir()
        (self.sites / "ye.yml").write_text(SITE, "utf-8")
        self.options = ("--archive", self.path, "--sites", self.sites)

    def see(self, *visits: tuple[str, str, bytes]) -> None:
        """Have the archive see bytes at addresses at times."""
        records = [response(url, f"{at}T00:00:00Z", body) for url, at, body in visits]
        warc = write(self.path.with_name("ours.warc.gz"), records)
        nianbao("import", *self.options, warc)

    def backfill(self, base: str, *more: object, code: int = 0) -> dict[str, Any]:
        """Backfill; return the summary."""
        arguments = ("--from", base, *self.options, *FAST, "--site", "ye", *more)
        printed = nianbao("backfill", *arguments, "--json", code=code)
        summary: dict[str, Any] = json.loads(printed)
        return summary

    def line(self, url: str) -> list[tuple[str, bytes, str | None]]:
        """Return the versions of a page: day first seen, bytes, which web archive saw it."""
        with Archive(self.path) as archive:
            document = find_document(archive.db, url)
            assert document is not None, url
            return [
                (
                    version.first_seen[:10],
                    archive.payload(version.payload_sha256),
                    version.seen_by,
                )
                for version in document.versions
            ]
