"""One server on loopback for all sites, each under a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qsl

from nianbao.sample.country.answers import Answer
from nianbao.sample.country.server import NOT_FOUND, AnswerServer
from nianbao.sample.loopback import run_server
from tests.crawl.list_sites.site import ListSite


class Server(AnswerServer):
    """The running server; `log` has what was asked for, by site."""

    def __init__(self) -> None:
        super().__init__(0)
        self.sites: dict[str, ListSite] = {}
        self.log: dict[str, list[str]] = {}

    def find_answer(self, method: str, host: str, path: str, body: str) -> Answer:
        """Return the answer of the site that a host stands for: its name, or a name below it.

        What one host alone answers has the key `//host/path`.
        """
        *_, name, _ = ("", *host.split("."))
        site = self.sites.get(name)
        if site is None:
            return NOT_FOUND
        self.log.setdefault(name, []).append(f"{method} //{host}{path} {body}".strip())
        if method == "POST":
            for field, value in parse_qsl(body, keep_blank_values=True):
                answer = site.answers.get(f"POST {path} {field}={value}")
                if answer:
                    return answer
        own_answer = site.answers.get(f"//{host}{path}")
        return own_answer or site.answers.get(path, NOT_FOUND)


@contextmanager
def serve_sites(
    make: Callable[[int], Sequence[ListSite]],
) -> Iterator[tuple[Server, Sequence[ListSite]]]:
    """Serve the sites that `make` makes for a port, while the context lasts."""
    with Server() as server:
        sites = make(server.server_port)
        server.sites = {site.name: site for site in sites}
        with run_server(server):
            yield server, sites
