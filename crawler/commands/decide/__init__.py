"""`nianbao decide`: keep what a person judges of a cell, a field or a finding."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.archive import Archive
from nianbao.archive.notes.notebook import (
    Notebook,
    has_notebook,
    name_notebook,
)
from nianbao.crawler.commands.decide.listing import print_judgements
from nianbao.crawler.commands.decide.options import notes_option
from nianbao.crawler.commands.decide.request import DecideRequest, make_judgement
from nianbao.crawler.commands.options import (
    agency_site_option,
    archive_option,
    json_option,
    print_json,
)


@click.command()
@click.argument("target", required=False)
@click.argument("year", type=int, required=False)
@agency_site_option
@archive_option
@notes_option
@click.option(
    "--version", "number", type=int, help="This version instead of the latest."
)
@click.option(
    "--cell",
    metavar="ANCHOR",
    help="A cell, by the anchor it has in browse: g2021.requests-new_received-total.",
)
@click.option(
    "--field",
    metavar="FIELD",
    help="A field: title, agency, report_year, published_on, signed_on, form, official,"
    " compiled_by.",
)
@click.option(
    "--finding",
    metavar="RULE",
    help="A finding, by its rule; with --cell where it was found at several places.",
)
@click.option("--confirmed", is_flag=True, help="It is so.")
@click.option(
    "--dismissed",
    is_flag=True,
    help="It is not to be used: misread, or a finding that is none.",
)
@click.option("--corrected", metavar="VALUE", help="This is what it should be.")
@click.option("--undo", is_flag=True, help="Take back what was decided.")
@click.option("--reason", metavar="TEXT", help="Why; it is kept with the decision.")
@click.option(
    "--name",
    "person",
    metavar="NAME",
    envvar="NIANBAO_NAME",
    show_envvar=True,
    help="Who judges.",
)
@click.option(
    "--list",
    "wants_list",
    is_flag=True,
    help="Print what was decided, of a page or of all.",
)
@json_option
def decide(
    target: str | None,
    year: int | None,
    site: str | None,
    path: Path,
    notes_path: Path | None,
    wants_list: bool,
    as_json: bool,
    **options: object,
) -> None:
    """Say of a cell, a field or a finding that it is right, is not to be used, or should be
    something else.

    TARGET is a page's address, or an agency with its year. What you say is kept in a file of its
    own, with reason, name and time, and never mixed with what was read: pages and exports have it
    beside. It holds for the bytes that the page had then, also after a merge or a rereading. A
    later one about the same takes the place of an earlier one. Whose report it is, and on
    which year, is decided by `nianbao assign`.

    \b
    nianbao decide 西霞县财政局 2021 --cell g2021.requests-new_received-total --corrected 121
        --reason 扫描件作121 --name 张三
    nianbao decide 西霞县财政局 2021 --finding req.balance --dismissed --reason 见附注3 --name 张三
    nianbao decide --list --json
    """
    notebook_path = notes_path or name_notebook(path)
    request = DecideRequest(target, year, site, **options)  # type: ignore[arg-type]
    request.require_complete(wants_list=wants_list)
    if wants_list:
        url = None
        if target is not None:
            with Archive(path) as archive:
                url, _, _ = request.find_version(archive)
        judgements = []
        if notes_path is not None or has_notebook(notebook_path):
            with Notebook.open(notebook_path) as notebook:
                judgements = notebook.list_all(url)
    else:
        with Archive(path) as archive:
            judgement = make_judgement(archive, request)
        with Notebook.create(notebook_path) as notebook:
            judgements = [notebook.store(judgement)]
    if as_json:
        print_json([judgement.flatten() for judgement in judgements])
    else:
        print_judgements(judgements, is_list=wants_list)
