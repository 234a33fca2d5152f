"""The `nianbao` command: the table of its commands.

Each command says with `--help` what it does, with an example; programs ask for `--json`.
"""

from __future__ import annotations

from importlib import import_module

import click

from nianbao.crawler.commands.options import Group
from nianbao.crawler.settings import VERSION

# Where each command is. It is imported when it is called: for `crawl` that takes a second.
COMMANDS = {
    "crawl": "nianbao.crawler.commands.crawl:crawl",
    "read": "nianbao.crawler.commands.read:read",
    "show": "nianbao.crawler.commands.show:show",
    "search": "nianbao.crawler.commands.search:search",
    "diff": "nianbao.crawler.commands.diff:diff",
    "browse": "nianbao.crawler.commands.browse:browse",
    "status": "nianbao.crawler.commands.status:status",
    "detect": "nianbao.crawler.commands.detect:detect",
    "sites": "nianbao.crawler.commands.sites:sites",
    "assign": "nianbao.crawler.commands.assign:assign",
    "reread": "nianbao.crawler.commands.reread:reread",
    "verify": "nianbao.crawler.commands.verify:verify",
    "merge": "nianbao.crawler.commands.merge:merge",
    "backup": "nianbao.crawler.commands.backup:backup",
    "changes": "nianbao.crawler.commands.changes:changes",
    "export": "nianbao.crawler.commands.export:export",
    "import": "nianbao.crawler.commands.import_:import_",
}


class Commands(Group):
    """The commands by name."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names of the commands, in the order of a help page."""
        return sorted(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import a command; return None when there is none of that name."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="nianbao")
def main() -> None:
    """Collect, keep and read the annual reports on open government information
    (政府信息公开工作年度报告).
    """
