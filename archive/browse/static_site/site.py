"""Write a site: every page that links lead to, from the front page and from every report."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.browse.languages import CODES, DEFAULT
from nianbao.archive.browse.pages import ROUTES
from nianbao.archive.browse.static_site import marker
from nianbao.archive.browse.static_site.downloads import (
    make_data_routes,
    write_downloads,
)
from nianbao.archive.browse.static_site.link_book import LinkBook
from nianbao.archive.browse.static_site.page_maker import PageMaker
from nianbao.archive.browse.static_site.site_writer import SiteWriter
from nianbao.archive.browse.static_site.static_addresses import StaticAddresses
from nianbao.archive.read_model.holdings import read_overview
from nianbao.archive.storage.atomic_files import write_folder_atomically
from nianbao.archive.storage.snapshot import open_snapshot
from nianbao.archive.storage.target import named_write_errors

if TYPE_CHECKING:
    from nianbao.archive.storage.snapshot import Progress
    from nianbao.archive.store import Archive

STATIC = Path(__file__).parents[1] / "static"
ASSETS = ("pages.css", "report.css")
STEP = "pages written"
PAGES_AT_ONCE = 20  # between two calls of `progress`
ENTRY = "index.html"
# The way in; a person of the other language finds it at the top of each page.
ENTRY_PAGE = f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>年报 nianbao</title>
<meta http-equiv="refresh" content="0; url={DEFAULT}/index.html"></head>
<body><p><a href="zh/index.html">中文</a> · <a href="en/index.html">English</a></p></body></html>
"""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What was written: files by what became of them since the site was published before."""

    pages: int
    files: int
    size_bytes: int
    new: int
    changed: int
    unchanged: int
    removed: int
    absent: int  # pages that only say that the archive has nothing there


def publish_site(
    archive: Archive,
    target: Path,
    progress: Progress,
    *,
    base_url: str = "",
) -> SiteReport:
    """Write the site of one state of the archive to a folder, which has its name when whole.

    `base_url` is the address that it will have, ending in a slash; without it there are no
    feeds and no citations. An earlier site there is replaced. Raises TargetRefused,
    ArchiveUnwritable.
    """
    check_target = partial(marker.require_own_site, target, archive.path)
    check_target()
    with (
        named_write_errors(target),
        open_snapshot(archive.db),
        closing(LinkBook()) as book,
        write_folder_atomically(target, check_target) as folder,
    ):
        writer = SiteWriter(folder, target, book)
        report = _write_site(archive, writer, progress, base_url)
        os.sync()  # one call for all files: each on its own would take longer than the pages
    return report


def _write_site(
    archive: Archive, writer: SiteWriter, progress: Progress, base_url: str
) -> SiteReport:
    book = writer.book
    files = write_downloads(archive, writer.folder, progress)
    for file in files:
        writer.add(file.name)
    routes = (*make_data_routes(files), *ROUTES)
    maker = PageMaker(archive.db, routes, book, base_url)
    _enter_first_pages(archive, book)
    _write_pages(maker, writer, progress)
    for name in ASSETS:
        content = (STATIC / name).read_bytes()
        writer.write(f"static/{name}", content)
    writer.write(ENTRY, ENTRY_PAGE.encode())
    pages = book.count_pages()
    file_count = _write_sums(writer)
    facts = {
        "base_url": base_url,
        "as_of": read_overview(archive.db).as_of,
        "pages": pages,
        "files": file_count,
    }
    marker.write_marker(writer.folder, facts)
    return SiteReport(
        pages=pages,
        files=file_count,
        size_bytes=writer.size_bytes,
        new=writer.new,
        changed=writer.changed,
        unchanged=writer.unchanged,
        removed=writer.removed,
        absent=maker.failures,
    )


def _enter_first_pages(archive: Archive, book: LinkBook) -> None:
    """Note the pages that others are found from, and every report, linked to or not."""
    book.enter_archive(archive.db)
    for language in CODES:
        to = StaticAddresses("", language, "", book)
        to.front()
        to.coverage()
        to.unassigned()
        to.exports()
        to.dictionary()
        for report in book.list_reports():
            to.lead(report, language)


def _write_pages(maker: PageMaker, writer: SiteWriter, progress: Progress) -> None:
    """Make each page and write it; links in it lead to further ones."""
    for page in writer.book.iterate_pages():
        writer.write(page.file, maker.make(page))
        if page.number % PAGES_AT_ONCE == 0:
            progress(STEP, page.number, writer.book.count_pages())
    count = writer.book.count_pages()
    progress(STEP, count, count)


def _write_sums(writer: SiteWriter) -> int:
    """Write the digests of all files, as `sha256sum --check` reads them; return how many."""
    count = 0
    path = writer.folder / marker.SUMS
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for name, digest in writer.book.iterate_files():
            file.write(f"{digest}  {name}\n")
            count += 1
    return count
