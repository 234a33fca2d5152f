"""`nianbao read`: what a page or text in a file says."""

from __future__ import annotations

import sys
from typing import Any

import click

from nianbao.crawler.commands.options import json_option
from nianbao.crawler.commands.terminal.console import open_console
from nianbao.crawler.commands.terminal.documents import print_reading


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--url",
    help="The address the page came from: for its date, its links, and whose host it is.",
)
@json_option
def read(file: Any, url: str | None, as_json: bool) -> None:
    """Read one page or text from a file (`-`: standard input) and print what it says.

    On a terminal a summary; into a pipe, or with --json, the whole reading as JSON.

    \b
    nianbao read report.html --url https://www.example.gov.cn/t20210120_1.html
    nianbao read report.txt --json
    """
    from nianbao.pipelines import reader

    reading = reader.read(file.read(), url=url)
    if as_json or not sys.stdout.isatty():
        click.echo(reading.to_json(indent=2))
    else:
        print_reading(open_console(), reading)
