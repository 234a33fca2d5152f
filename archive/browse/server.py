"""Serving an archive with Datasette: read-only, while a crawl may be writing to it."""

from __future__ import annotations

import socket
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm
from ruamel.yaml import YAML

from nianbao.archive.browse import safety
from nianbao.archive.browse.file import NAME, ArchiveFile
from nianbao.archive.errors import ArchiveError
from nianbao.archive.storage.connection import open_reader

HERE = Path(__file__).parent
SETTINGS: dict[str, Any] = {
    "default_page_size": 50,
    "truncate_cells_html": 160,
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 500,
    "default_facet_size": 12,
    "suggest_facets": False,  # a query for every column, 50 ms each
    "allow_download": False,
}
PUBLISHED: dict[
    str, Any
] = {  # for strangers: no SQL of their own, no whole tables at once
    "default_allow_sql": False,
    "allow_facet": False,
    "allow_csv_stream": False,
}


@dataclass(frozen=True, slots=True)
class Serving:
    """How an archive is served: to strangers or not, from a file that nobody writes to or a
    live one, and where.
    """

    publish: bool = False
    immutable: bool = False
    base_url: str = "/"  # the path behind a proxy

    @property
    def settings(self) -> dict[str, Any]:
        """Datasette's settings."""
        return (
            SETTINGS
            | (PUBLISHED if self.publish else {})
            | {"base_url": f"/{self.base_url.strip('/')}/".replace("//", "/")}
        )


def metadata() -> dict[str, Any]:
    """Return what Datasette says about the archive: titles, descriptions, labels, facets,
    queries.
    """
    loaded: dict[str, Any] = YAML(typ="safe").load(HERE / "metadata.yaml")
    return loaded


def datasette_for(path: Path, serving: Serving | None = None) -> Datasette:
    """Return a Datasette on the archive; raise ArchiveError when it cannot be opened."""
    serving = serving or Serving()
    if serving.immutable:
        _check_still(path)
    open_reader(path, immutable=serving.immutable).conn.close()
    pm.get_plugin(
        "datasette.handle_exception"
        # else every wrong address prints a traceback with all variables, about 1,000 lines
    ).rich = None
    datasette = Datasette(
        [],
        metadata=metadata(),
        settings=serving.settings,
        plugins_dir=str(HERE / "plugins"),
        template_dir=str(HERE / "templates"),
        static_mounts=[("nianbao", str(HERE / "static"))],
    )
    datasette.remove_database("_memory")
    file = ArchiveFile(
        datasette, path=str(path.absolute()), is_mutable=not serving.immutable
    )
    datasette.add_database(file, name=NAME)
    return datasette


def _check_still(path: Path) -> None:
    """Raise ArchiveError when a file holds less than was written: what is in its journal would
    not be seen.
    """
    journal = path.with_name(path.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        raise ArchiveError(
            f"{path}: is being written to, or was left in the middle of it ({journal.name} is not empty). Serve it"
            f" without --immutable, or a copy: `nianbao backup --archive {path} copy.db`."
        )


def serve(
    path: Path,
    *,
    host: str,
    port: int,
    open_browser: bool,
    serving: Serving | None = None,
) -> None:
    """Serve the archive until Ctrl-C and print the address; port 0 takes a free one.

    Raises ClickException with one line when the archive cannot be opened or the port is taken.
    """
    try:
        datasette = datasette_for(path, serving)
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    app = datasette.app()
    if serving and serving.publish:
        app = safety.hiding(app, datasette.setting("base_url"))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    with (
        _listen(host, port) as listening,
        suppress(KeyboardInterrupt),
    ):  # Ctrl-C: uvicorn closes all and raises it
        url = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}{datasette.setting('base_url')}"
        click.echo(f"browse: {url}")
        if open_browser:
            webbrowser.open(url)
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is printed, so the address is true and a busy port one line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
        raise click.ClickException(
            f"cannot serve on {host} port {port}: {reason}. Try another --port."
        ) from error
    # What is accepted inherits it. asyncio does so by itself only for sockets that state their
    # protocol, and without it the second answer on a connection is 40 ms late: its body waits
    # for the client to confirm the head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
