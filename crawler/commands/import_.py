"""`nianbao import`: captures that others made, from WARC, WACZ, mirrors and saved pages."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.summary import Holdings, holdings
from nianbao.archive.transfer import imports
from nianbao.crawler.commands import terminal
from nianbao.crawler.commands.options import (
    NotBegun,
    archive_option,
    json_option,
    plain,
)
from nianbao.crawler.commands.reread_merge import derive
from nianbao.crawler.imports.belonging import Belonging, ImportRefused
from nianbao.crawler.imports.files import Files
from nianbao.crawler.imports.manifest import Manifest
from nianbao.crawler.imports.mirror import Mirror
from nianbao.crawler.imports.take import Taken, Taker
from nianbao.crawler.progress import Bar, Steps
from nianbao.crawler.runs import name_cells
from nianbao.pipelines.readers import Readers
from nianbao.spiders import catalogue


@click.command("import")
@click.argument(
    "paths",
    metavar="FILE…|FOLDER…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@archive_option
@click.option(
    "--sites",
    type=click.Path(path_type=Path),
    default=catalogue.SITES,
    help="A folder of site files.",
)
@click.option(
    "--site",
    "only",
    multiple=True,
    help="Only this site's addresses (an id); may be given several times.",
)
@click.option(
    "--url-prefix",
    "prefixes",
    multiple=True,
    help="Only addresses below this one: of --site, else of their host's site, else of a new site named by the host.",
)
@click.option(
    "--keep-all", is_flag=True, help="Keep as visits also what holds no report."
)
@click.option(
    "--mirror",
    type=click.Choice(["http", "https"]),
    help="Folders are mirrors made by wget, by this scheme.",
)
@click.option(
    "--adjusted",
    is_flag=True,
    help="With --mirror: made with wget -E, which adds .html to names.",
)
@click.option(
    "--file-times",
    is_flag=True,
    help="Saved pages were seen when their files were last changed.",
)
@click.option(
    "--manifest",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV file `file,url,visited_at` for the rest.",
)
@json_option
def import_(
    paths: tuple[Path, ...],
    path: Path,
    sites: Path,
    only: tuple[str, ...],
    prefixes: tuple[str, ...],
    keep_all: bool,
    mirror: str | None,
    adjusted: bool,
    file_times: bool,
    manifest: Path | None,
    as_json: bool,
) -> None:
    """Take in captures that others made: WARC, WACZ, wget mirrors, saved pages; folders of
    them, too.

    They become visits with their own times and go the way of crawled pages; those that hold a
    report are kept. Only what belongs to a site of the catalogue is looked at, or lies below
    --url-prefix. What nianbao exported is taken in whole: runs, sites, every visit. The same
    import twice adds nothing, and one that was cut off is gone on with. Exit code 1 when a file
    is damaged or a page could not be read, 2 when it could not begin.

    \b
    nianbao import captures/ old.warc.gz
    nianbao import CC-MAIN-20210115-00042.warc.gz --url-prefix http://www.example.gov.cn/
    nianbao import mirror/ --mirror http
    nianbao import saved/ --manifest saved/manifest.csv
    """
    if not mirror and adjusted:
        raise click.UsageError(
            "--adjusted is about a mirror: say --mirror http or --mirror https."
        )
    settings: dict[str, Any] = {
        "import": [str(one.absolute()) for one in paths],
        "only": sorted(only),
    }
    settings |= {
        "prefixes": sorted(prefixes),
        "keep_all": keep_all,
        "file_times": file_times or bool(mirror),
    }
    console = terminal.console(stderr=True)
    try:
        known = Manifest(manifest) if manifest else None
        belonging = Belonging(catalogue.load(sites), only, prefixes)
        with Archive.create(path) as archive:
            before = holdings(archive.db)
            with Steps(console, quiet=as_json) as steps:
                files = Files(
                    wanted=lambda url: belonging.of(url) is not None,
                    passed=Counter(),
                    progress=steps.update,
                    manifest=known,
                    mirror=(
                        mirror and Mirror(mirror, adjusted, *_asked(archive, belonging))
                    )
                    or None,
                    file_times=file_times,
                )
                taken = _take(
                    archive, files, paths, belonging, settings, keep_all=keep_all
                )
            taken.failed += derive(archive, Bar("reading", console, quiet=as_json))
            for site_id in (*archive.site_ids(), None):
                archive.repack(site_id)
            held = holdings(archive.db)
    except ImportRefused as error:
        raise NotBegun(str(error)) from error
    _say(taken, before, held, as_json=as_json)
    sys.exit(1 if taken.failed else 0)


def _asked(archive: Archive, belonging: Belonging) -> Any:
    return (lambda url: belonging.of(url) is not None), (
        lambda url: imports.has_address(archive.db, url)
    )


def _take(
    archive: Archive,
    files: Files,
    paths: tuple[Path, ...],
    belonging: Belonging,
    settings: dict[str, Any],
    *,
    keep_all: bool,
) -> Taken:
    readers = Readers()
    try:
        name_cells(archive)
        taker = Taker(archive, readers, belonging, settings, keep_all=keep_all)
        taker.take(files.items(paths))
        taken = taker.finish()
    finally:
        readers.close()
    taken.passed += files.passed
    return taken


def _say(taken: Taken, before: Holdings, held: Holdings, *, as_json: bool) -> None:
    if as_json:
        whole = {
            **plain(taken),
            "passed": dict(taken.passed),
            "holdings": plain(held),
            "ok": not taken.failed,
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
        return
    out = terminal.console()
    out.print(
        f"{taken.visits} visits taken in, {taken.known} were here already;"
        f" {held.documents - before.documents} documents and {held.versions - before.versions} versions more"
    )
    passed = ", ".join(
        f"{count} {kind}" for kind, count in sorted(taken.passed.items())
    )
    if passed:
        out.print(f"passed over: {passed}")
    for refusal in taken.refusals:
        out.print(f"not taken: {refusal}", markup=False, highlight=False)
    if taken.refused > len(taken.refusals) + len(taken.failed):
        out.print(f"not taken in all: {taken.refused}")
    terminal.held(out, held)
    terminal.failed(out, taken.failed)
