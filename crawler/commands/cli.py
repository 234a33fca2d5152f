"""The `nianbao` command. Each command says what it does with an example; programs ask for
`--json`.
"""

from __future__ import annotations

from importlib import import_module

import click

from nianbao.crawler.commands.options import Group
from nianbao.crawler.settings import VERSION

COMMANDS = {  # where each is; it is loaded when it is called for, which for `crawl` takes a second
    "crawl": "nianbao.crawler.commands.crawl:crawl",
    "read": "nianbao.crawler.commands.show:read",
    "show": "nianbao.crawler.commands.show:show",
    "search": "nianbao.crawler.commands.show:search",
    "diff": "nianbao.crawler.commands.show:diff",
    "browse": "nianbao.crawler.commands.show:browse",
    "status": "nianbao.crawler.commands.status:status",
    "detect": "nianbao.crawler.commands.sites:detect",
    "sites": "nianbao.crawler.commands.sites:sites",
    "reread": "nianbao.crawler.commands.reread_merge:reread",
    "verify": "nianbao.crawler.commands.verify_backup:verify",
    "merge": "nianbao.crawler.commands.reread_merge:merge",
    "backup": "nianbao.crawler.commands.verify_backup:backup",
    "changes": "nianbao.crawler.commands.changes:changes",
    "export": "nianbao.crawler.commands.export:export",
    "import": "nianbao.crawler.commands.import_:import_",
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
    """Collect, keep and read the annual reports on open government information
    (政府信息公开工作年度报告).
    """
