"""The `nianbao` command. Each command says what it does with an example; programs ask for `--json`."""

from __future__ import annotations

from importlib import import_module

import click

from crawler.options import Group
from crawler.settings import VERSION

COMMANDS = {  # where each is; it is loaded when it is called for, which for `crawl` takes a second
    "crawl": "crawler.crawling:crawl",
    "read": "crawler.showing:read",
    "show": "crawler.showing:show",
    "search": "crawler.showing:search",
    "diff": "crawler.showing:diff",
    "browse": "crawler.showing:browse",
    "status": "crawler.watching:status",
    "detect": "crawler.finding:detect",
    "sites": "crawler.finding:sites",
    "reread": "crawler.keeping:reread",
    "verify": "crawler.checking:verify",
    "merge": "crawler.keeping:merge",
    "backup": "crawler.checking:backup",
    "changes": "crawler.handing_on:changes",
    "export": "crawler.exporting:export",
    "import": "crawler.importing:import_",
}


class Commands(Group):
    """The commands by name."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return their names, in the order of a help page."""
        return sorted(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Load a command; None when there is none of that name."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="nianbao")
def main() -> None:
    """Collect, keep and read the annual reports on open government information (政府信息公开工作年度报告)."""
