"""The server: an archive in Datasette, read-only, while a crawl may be writing to it."""

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
from nianbao.archive.browse.archive_file import NAME, ArchiveFile
from nianbao.archive.browse.judging.form import PATH
from nianbao.archive.browse.judging.notebook_file import NotebookFile
from nianbao.archive.errors import ArchiveError
from nianbao.archive.garbage import collect_seldom
from nianbao.archive.storage.connection import open_reader, require_file

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
# For strangers: no SQL of their own, no whole tables at once.
PUBLISH_SETTINGS: dict[str, Any] = {
    "default_allow_sql": False,
    "allow_facet": False,
    "allow_csv_stream": False,
}


@dataclass(frozen=True, slots=True)
class Serving:
    """How an archive is served."""

    publish: bool = False  # to strangers
    immutable: bool = False  # nobody writes to the file
    base_url: str = "/"  # the path behind a proxy
    names: tuple[str, ...] = ()  # the hosts that visitors ask for
    notes: Path | None = None  # the file of judgements
    can_judge: bool = False  # by a form: only where this machine alone is served
    report_to: str | None = None  # to whom a reader says that something looks wrong

    @property
    def settings(self) -> dict[str, Any]:
        """Datasette's settings."""
        settings = dict(SETTINGS)
        if self.publish:
            settings.update(PUBLISH_SETTINGS)
        base_url = f"/{self.base_url.strip('/')}/"
        settings["base_url"] = base_url.replace("//", "/")
        return settings

    def list_names(self, host: str) -> tuple[str, ...] | None:
        """Return the hosts that are answered to, beside local names; None for any.

        Strangers come by a name that only the proxy may know. Others may ask SQL of their own:
        no page that is open in their browser may do it for them.
        """
        if self.publish and not self.names:
            return None
        return (*(name.lower() for name in self.names), host.lower())


def load_metadata() -> dict[str, Any]:
    """Return what Datasette says about the archive: titles, descriptions, labels, queries."""
    metadata: dict[str, Any] = YAML(typ="safe").load(HERE / "metadata.yaml")
    return metadata


def open_datasette(path: Path, serving: Serving | None = None) -> Datasette:
    """Return a Datasette on the archive; raise ArchiveError when it cannot be opened."""
    serving = serving or Serving()
    if serving.immutable:
        _check_unchanging(path)
    open_reader(path, immutable=serving.immutable).conn.close()
    # Else every wrong address prints a traceback with all variables, about 1,000 lines.
    pm.get_plugin("datasette.handle_exception").rich = None
    datasette = Datasette(
        [],
        metadata=load_metadata(),
        settings=serving.settings,
        plugins_dir=str(HERE / "plugins"),
        template_dir=str(HERE / "templates"),
        static_mounts=[("nianbao", str(HERE / "static"))],
    )
    datasette.remove_database("_memory")
    is_mutable = not serving.immutable
    file = ArchiveFile(
        datasette,
        path=str(path.absolute()),
        is_mutable=is_mutable,
        notebook=NotebookFile(Path(serving.notes) if serving.notes else None),
        report_to=serving.report_to,
        can_judge=serving.can_judge and not serving.publish,
    )
    datasette.add_database(file, name=NAME)
    return datasette


def _check_unchanging(path: Path) -> None:
    """Raise ArchiveError when a journal is beside a file: its content would not be seen."""
    require_file(path)
    journal = path.with_name(path.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        raise ArchiveError(
            f"{path}: is being written to, or was left in the middle of it"
            f" ({journal.name} is not empty). Serve it without --immutable, or a copy:"
            f" `nianbao backup --archive {path} copy.db`."
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
        datasette = open_datasette(path, serving)
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    base_url = datasette.setting("base_url")
    app = make_application(datasette, serving or Serving(), host)
    # h11 bounds the bytes of a request's head
    config = uvicorn.Config(app, http="h11", log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    # At Ctrl-C uvicorn closes everything and then raises KeyboardInterrupt.
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):
        host_name = f"[{host}]" if ":" in host else host
        url = f"http://{host_name}:{listener.getsockname()[1]}{base_url}"
        click.echo(f"browse: {url}")
        if open_browser:
            webbrowser.open(url)
        collect_seldom()
        server.run(sockets=[listener])


def make_application(
    datasette: Datasette, serving: Serving, host: str
) -> safety.Application:
    """Return Datasette behind what keeps strangers from the rest."""
    app: safety.Application = datasette.app()
    base_url = datasette.setting("base_url")
    app = safety.hide_server_pages(app, base_url, serving.publish)
    app = safety.strip_prefix(app, base_url)
    forms = {f"{base_url.rstrip('/')}{PATH}", PATH}
    if not serving.can_judge or serving.publish:
        forms = set()
    names = serving.list_names(host)
    app = safety.admit(safety.quote_formulas(app), names, forms)
    return safety.protect(app)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is printed: the address is true, a busy port one line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        message = str(getattr(error, "strerror", None) or error)
        reason = message.partition(" (while")[0]
        raise click.ClickException(
            f"cannot serve on {host} port {port}: {reason}. Try another --port."
        ) from error
    # Connections inherit this option. asyncio sets it by itself only for sockets that state
    # their protocol; without it the second answer on a connection is 40 ms late, because its
    # body waits for the client to confirm the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
