"""`nianbao import`: captures that others made, from WARC, ARC, WACZ, mirrors and saved pages."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.archive import Archive
from nianbao.archive.read_model.holdings import Holdings, count_holdings
from nianbao.archive.transfer import imports
from nianbao.crawler.archived_sites import make_site_judge
from nianbao.crawler.archives import open_to_write
from nianbao.crawler.commands.merge import pack_all_sites
from nianbao.crawler.commands.options import (
    AddressOption,
    DivisionOption,
    NotBegun,
    archive_option,
    cluster_option,
    json_option,
    plain,
    print_json,
    rename_option,
)
from nianbao.crawler.commands.read_pages import (
    open_cluster_readers,
    read_pending_pages,
)
from nianbao.crawler.commands.terminal.console import (
    join_counts,
    open_console,
    print_failures,
)
from nianbao.crawler.commands.terminal.holdings import print_holdings
from nianbao.crawler.imports.files import ImportFiles
from nianbao.crawler.imports.importer import OTHER_SITES, ImportResult
from nianbao.crawler.imports.intake import take_in
from nianbao.crawler.imports.manifest import ImportManifest
from nianbao.crawler.imports.mirror import Mirror
from nianbao.crawler.imports.own_records import OwnSites
from nianbao.crawler.imports.site_index import ImportRefused, SiteIndex
from nianbao.crawler.progress import Bar, Steps
from nianbao.spiders.catalogue import Region
from nianbao.spiders.register.own_register import load_all_governments
from nianbao.spiders.site_folders import load_all_sites

if TYPE_CHECKING:
    from nianbao.pipelines.reader.regions.lookup import NamedRegion


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
    help="Only the site files of this folder.",
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
    type=AddressOption(),
    help="Only addresses below this one: of --site, else of their host's site, else of a new"
    " site named by the host.",
)
@click.option(
    "--region",
    metavar="NAME|CODE",
    type=DivisionOption(),
    help="With --url-prefix: the region of a new site, its name or code. [default: that of the"
    " government whose home page is on the host]",
)
@rename_option
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
@cluster_option
@json_option
def import_(
    paths: tuple[Path, ...],
    path: Path,
    sites: Path | None,
    only: tuple[str, ...],
    prefixes: tuple[str, ...],
    region: NamedRegion | None,
    renames: tuple[tuple[str, str], ...],
    keep_all: bool,
    mirror: str | None,
    adjusted: bool,
    file_times: bool,
    manifest: Path | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Take in captures that others made: WARC, ARC, WACZ, wget mirrors, saved pages; folders
    of them, too.

    They become visits with their own times and go the way of crawled pages; those that hold a
    report are kept. Only what belongs to a site of the catalogue is looked at, or lies below
    --url-prefix. What nianbao exported is taken in whole: runs, sites, every visit. A site
    whose id is another site's in the archive is left out, unless --rename gives it one of its
    own. The same import twice adds nothing, and one that was cut off is gone on with. Exit code
    1 when nothing was found to take in, a file is damaged, a page could not be read or a site
    was left out, 2 when it could not begin.

    \b
    nianbao import captures/ old.warc.gz
    nianbao import CC-MAIN-20210115-00042.warc.gz --url-prefix http://www.example.gov.cn/
    nianbao import mirror/ --mirror http
    nianbao import saved/ --manifest saved/manifest.csv
    nianbao import captures/ --rename county=county-hubei
    nianbao import captures/ --cluster local
    """
    _check_options(
        mirror, region, adjusted=adjusted, has_new=bool(prefixes and not only)
    )
    settings: dict[str, Any] = {
        "import": [str(source.absolute()) for source in paths],
        "only": sorted(only),
        "prefixes": sorted(prefixes),
        "keep_all": keep_all,
        "file_times": file_times or bool(mirror),
    }
    if region is not None:
        settings["region"] = region.name
    bar = Bar("reading", open_console(stderr=True), quiet=as_json)
    console = open_console(stderr=True)
    steps = Steps(console, quiet=as_json)
    try:
        own_sites = OwnSites(dict(renames), make_site_judge(sites))
        page_manifest = ImportManifest(manifest) if manifest else None
        site_index = _make_site_index(sites, only, prefixes, region)
        with (
            open_cluster_readers(cluster) as readers,
            open_to_write(path, console, quiet=as_json) as archive,
        ):
            holdings_before = count_holdings(archive.db)
            with steps:
                files = ImportFiles(
                    has_owner=partial(_has_owner, site_index),
                    skips=Counter(),
                    progress=steps.update,
                    manifest=page_manifest,
                    mirror=_make_mirror(mirror, adjusted, archive, site_index),
                    file_times=file_times,
                )
                importer = take_in(
                    archive,
                    files.items(paths),
                    site_index,
                    settings,
                    own_sites,
                    keep_all=keep_all,
                    readers=readers,
                )
                result = importer.result
                result.skips += files.skips
            result.failures += read_pending_pages(archive, bar, readers=readers)
            result.failures += _describe_nothing(result)
            pack_all_sites(archive)
            holdings_after = count_holdings(archive.db)
    except ImportRefused as error:
        raise NotBegun(str(error)) from error
    if as_json:
        print_json(_describe_result(result, holdings_after))
    else:
        _print_result(result, holdings_before, holdings_after)
    sys.exit(1 if result.failures else 0)


def _check_options(
    mirror: str | None, region: NamedRegion | None, *, adjusted: bool, has_new: bool
) -> None:
    """Raise UsageError for an option that has no effect here."""
    if not mirror and adjusted:
        raise click.UsageError(
            "--adjusted is about a mirror: say --mirror http or --mirror https."
        )
    if region is not None and not has_new:
        raise click.UsageError(
            "--region is about a new site: say --url-prefix, and no --site."
        )


def _make_site_index(
    folder: Path | None,
    only: tuple[str, ...],
    prefixes: tuple[str, ...],
    region: NamedRegion | None,
) -> SiteIndex:
    """Return what tells whose an address is. Raises ImportRefused."""
    return SiteIndex(
        load_all_sites(folder),
        only,
        prefixes,
        load_all_governments(folder) if prefixes else (),
        Region(name=region.name, code=region.code) if region else None,
    )


def _make_mirror(
    scheme: str | None, adjusted: bool, archive: Archive, site_index: SiteIndex
) -> Mirror | None:
    """Return what works out the addresses of files that wget mirrored."""
    if not scheme:
        return None

    def has_address(url: str) -> bool:
        return imports.has_address(archive.db, url)

    return Mirror(scheme, adjusted, partial(_has_owner, site_index), has_address)


def _has_owner(site_index: SiteIndex, url: str) -> bool:
    return site_index.find_owner(url) is not None


def _describe_nothing(result: ImportResult) -> list[str]:
    """Return why an import has taken in nothing; an empty list where that is told, or it has."""
    if result.has_found_any or result.failures:
        return []
    if result.skips[OTHER_SITES]:
        return [
            "nothing was taken in: no page is of a site of the catalogue that was asked for."
            " Say with --url-prefix which addresses are wanted."
        ]
    return ["nothing was taken in: no page with a report was found"]


def _describe_result(result: ImportResult, holdings_after: Holdings) -> dict[str, Any]:
    """Return the result of an import as its JSON has it."""
    return {
        **result.to_json(),
        "holdings": plain(holdings_after),
        "ok": not result.failures,
    }


def _print_result(result: ImportResult, before: Holdings, after: Holdings) -> None:
    documents = after.documents - before.documents
    versions = after.versions - before.versions
    out = open_console()
    out.print(
        f"{result.visits} visits taken in, {result.duplicates} were here already;"
        f" {documents} documents and {versions} versions more"
    )
    if result.skips:
        out.print(f"passed over: {join_counts(result.skips)}")
    for refusal in result.refusals:
        out.print(f"not taken: {refusal}", markup=False, highlight=False)
    if result.refusal_count > len(result.refusals) + len(result.failures):
        out.print(f"not taken in all: {result.refusal_count}")
    print_holdings(out, after)
    print_failures(out, result.failures)
