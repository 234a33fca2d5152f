"""`nianbao export`: the archive in formats that other programs read, a command each."""

from __future__ import annotations

import click

from nianbao.crawler.commands.export import judgements, tables, warc, xlsx
from nianbao.crawler.commands.options import Group


@click.group(cls=Group)
def export() -> None:
    """Write what the archive holds into files that other programs read.

    \b
    nianbao export csv panel
    nianbao export parquet panel --year 2021 --year 2022
    nianbao export sqlite panel.db --region 浙江省
    nianbao export xlsx panel.xlsx
    nianbao export warc captures
    """


for command in (
    *tables.COMMANDS,
    xlsx.xlsx,
    judgements.judgements,
    warc.warc,
    warc.wacz,
):
    export.add_command(command)
