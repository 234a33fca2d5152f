"""The `nianbao` command: the table of its commands.

Each command says with `--help` what it does, with an example; programs ask for `--json`.
"""

from __future__ import annotations

import os
from gettext import gettext
from importlib import import_module
from typing import Any

import click

from nianbao.crawler.commands.options import Group, use_language
from nianbao.crawler.language import LANGUAGES, VARIABLE, prepare_click
from nianbao.crawler.settings import VERSION

# What each command does, as its own page of help begins; where it is, if not in the module of its
# name. It is imported when it is called: for `crawl` that takes a second.
COMMANDS = {
    "crawl": "Crawl sites into the archive.",
    "plan": (
        "Print the jobs of a crawl by many machines that share nothing: no two jobs have a site, a"
        " server or an address in common."
    ),
    "read": (
        "Read one page or text from a file (`-`: standard input) and print "
        "what it says."
    ),
    "show": "Show a report: by its page's address, or by agency and year.",
    "search": "Search titles, agencies and texts of the reports as they stand now.",
    "compare": (
        "Compare a measure over the years: the regions in a region, or an agency and "
        "its siblings."
    ),
    "findings": (
        "List what was found wrong: which report, which cell, what was expected and "
        "what is there."
    ),
    "diff": "Show what changed in a report: its text and its figures.",
    "browse": (
        "Browse the archive: its reports, agencies, regions and findings, "
        "and its tables; until Ctrl-C."
    ),
    "status": (
        "Say what the archive holds, how each site does, and what was found wrong."
    ),
    "detect": (
        "Say what a site runs on and where its annual reports are, and "
        "propose its site file."
    ),
    "sites": (
        "List the sites, having checked every file; `add` a site, `check` "
        "what their files state."
    ),
    "roster": (
        "Say who must publish a report, who did, and who did not, as far as the crawl "
        "can know."
    ),
    "assign": (
        "Decide whose report a page is and on which year, or that two bodies are one."
    ),
    "decide": (
        "Say of a cell, a field or a finding that it is right, is not to be used, or "
        "should be something else."
    ),
    "reread": "Read the stored pages again and lay out anew what follows from them.",
    "verify": (
        "Check the archive: its file, payloads, versions, feed; what is "
        "derived against what was seen."
    ),
    "merge": (
        "Take into the archive what other archives saw: crawls of other "
        "machines, an older copy."
    ),
    "backup": "Copy the archive to another file, checked before it gets its name.",
    "changes": (
        "Print the change feed: what happened to pages, reports and "
        "findings, in order, once each."
    ),
    "notify": (
        "Send what the feed has for you: by mail, to a webhook, WeCom, Feishu or "
        "DingTalk."
    ),
    "publish": "Write the pages of the archive as a static site, for any web host.",
    "export": "Write what the archive holds into files that other programs read.",
    "backfill": (
        "Take in what a web archive has of the sites' reports: versions before ours, "
        "pages that are gone."
    ),
    "import": (
        "Take in captures that others made: WARC, ARC, WACZ, wget mirrors, "
        "saved pages; folders of them, too."
    ),
}
MODULES = {"import": "import_", "plan": "crawl.plan"}


class Commands(Group):
    """The commands by name."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command line, Click's own messages being in its language too."""
        prepare_click()
        return super().main(*args, **options)

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names of the commands, in the order of a help page."""
        return sorted(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import a command; return None when there is none of that name."""
        if name not in COMMANDS:
            return None
        path = MODULES.get(name, name)
        module = import_module(f"nianbao.crawler.commands.{path}")
        command: click.Command = getattr(module, path.rpartition(".")[2])
        return use_language(command)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write what each command does, and import none of them for it."""
        rows = [(name, COMMANDS[name]) for name in self.list_commands(ctx)]
        with formatter.section(gettext("Commands")):
            formatter.write_dl(rows)


def _set_language(_: click.Context, __: click.Parameter, language: str | None) -> None:
    if language is not None:
        os.environ[VARIABLE] = language
        prepare_click()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="nianbao")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    envvar=VARIABLE,
    is_eager=True,
    expose_value=False,
    callback=_set_language,
    help="The language of help and messages; unless given, that of the locale.",
)
def main() -> None:
    """Collect, keep and read the annual reports on open government information
    (政府信息公开工作年度报告).
    """
