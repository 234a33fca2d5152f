"""`nianbao browse`: the archive in a web browser."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.crawler.commands.options import archive_option


def _check_report_to(
    _context: click.Context,
    _parameter: click.Parameter,
    value: str | None,
) -> str | None:
    from nianbao.archive.browse.judging.wrong_link import is_report_address

    if value is not None and not is_report_address(value):
        raise click.BadParameter(
            "mailto:you@example.org or an address of the web is wanted"
        )
    return value


@click.command()
@archive_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to serve on."
)
@click.option(
    "--port", type=int, default=8001, show_default=True, help="The port to serve on."
)
@click.option("--open", "open_browser", is_flag=True, help="Open a web browser on it.")
@click.option(
    "--publish",
    is_flag=True,
    help="For strangers: no SQL of theirs, no streams of whole tables.",
)
@click.option(
    "--immutable",
    is_flag=True,
    help="Nobody writes to the file while it is served: a copy, a frozen state.",
)
@click.option(
    "--base-url",
    default="/",
    show_default=True,
    metavar="PATH",
    help="The path it has behind a proxy.",
)
@click.option(
    "--server-name",
    "names",
    multiple=True,
    metavar="HOST",
    help="A host that visitors ask for; others are refused. May be given several times."
    " [default: with --publish any, else only this machine's]",
)
@click.option(
    "--notes",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    envvar="NIANBAO_NOTES",
    show_envvar=True,
    help="The file of judgements that are shown beside what was read; unless given,"
    " archive.notes.db beside archive.db, and with --publish none.",
)
@click.option(
    "--report-to",
    metavar="ADDRESS",
    callback=_check_report_to,
    help="To whom a reader says that something looks wrong: mailto:you@example.org, or an"
    " address of the web that takes title and body, such as that of a new issue.",
)
def browse(
    path: Path,
    host: str,
    port: int,
    open_browser: bool,
    publish: bool,
    immutable: bool,
    base_url: str,
    names: tuple[str, ...],
    notes: Path | None,
    report_to: str | None,
) -> None:
    """Browse the archive: its reports, agencies, regions and findings, and its tables; until
    Ctrl-C.

    \b
    nianbao browse
    nianbao browse --archive other.db --port 8002 --open
    nianbao browse --archive copy.db --immutable --publish --base-url /reports/
    """
    from nianbao.archive.browse import Serving, serve
    from nianbao.archive.browse.judging.form import is_this_machine
    from nianbao.archive.notes.notebook import name_notebook, require_notebook

    if notes is not None:
        require_notebook(notes)
    elif not publish:
        notes = name_notebook(path)
    can_judge = not publish and is_this_machine(host)
    serving = Serving(publish, immutable, base_url, names, notes, can_judge, report_to)
    serve(path, host=host, port=port, open_browser=open_browser, serving=serving)
