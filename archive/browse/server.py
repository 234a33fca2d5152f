"""Serving an archive with Datasette: read-only, while a crawl may be writing to it."""

from __future__ import annotations

import socket
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm
from ruamel.yaml import YAML

from archive import Archive
from archive.browse.file import NAME, ArchiveFile
from archive.errors import ArchiveError

HERE = Path(__file__).parent
SETTINGS = {
    "default_page_size": 50,
    "truncate_cells_html": 160,
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 500,
    "default_facet_size": 12,
    "suggest_facets": False,  # a query for every column, 50 ms each
    "allow_download": False,
}


def metadata() -> dict[str, Any]:
    """Return what Datasette says about the archive: titles, descriptions, labels, facets, queries."""
    loaded: dict[str, Any] = YAML(typ="safe").load(HERE / "metadata.yaml")
    return loaded


def datasette_for(path: Path) -> Datasette:
    """Return a Datasette on the archive; raise ArchiveError when it cannot be opened."""
    Archive(path).close()
    pm.get_plugin(
        "datasette.handle_exception"
    ).rich = None  # else every wrong address prints a traceback with all variables, about 1,000 lines
    datasette = Datasette(
        [],
        metadata=metadata(),
        settings=SETTINGS,
        plugins_dir=str(HERE / "plugins"),
        template_dir=str(HERE / "templates"),
        static_mounts=[("nianbao", str(HERE / "static"))],
    )
    datasette.remove_database("_memory")
    datasette.add_database(ArchiveFile(datasette, path=str(path.absolute())), name=NAME)
    return datasette


def serve(path: Path, *, host: str, port: int, open_browser: bool) -> None:
    """Serve the archive until Ctrl-C and print the address; port 0 takes a free one.

    Raises ClickException with one line when the archive cannot be opened or the port is taken.
    """
    try:
        datasette = datasette_for(path)
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    server = uvicorn.Server(uvicorn.Config(datasette.app(), log_level="warning", lifespan="on"))
    with _listen(host, port) as listening, suppress(KeyboardInterrupt):  # Ctrl-C: uvicorn closes all and raises it
        url = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
        click.echo(f"browse: {url}")
        if open_browser:
            webbrowser.open(url)
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is printed, so the address is true and a busy port one line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
        raise click.ClickException(f"cannot serve on {host} port {port}: {reason}. Try another --port.") from error
