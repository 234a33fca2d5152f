"""Mirrors: folders host/path as `wget --mirror` makes them, with the server's or its own time
on each file.

The folders do not say whether it was http or https; whoever imports says so. Where two
addresses would have got the same name, what the archive knows decides, else the file is not
taken: no address is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from nianbao.crawler.imports import saved
from nianbao.crawler.imports.items import Item, Refused

# `wget -E` adds .html to the name of a page whose address does not end so
ADDED = re.compile(r"(?P<address>.*(?:\?.*|\.[A-Za-z]\w{1,5}))\.html", re.S)
SAFE = "/:?&=+$,;@!~*'()#[]%-._"


@dataclass(frozen=True, slots=True)
class Mirror:
    """How a mirror was made. `knows` tells of an address whether the archive has it."""

    scheme: str
    adjusted: bool  # made with wget -E
    wanted: Callable[[str], bool]
    knows: Callable[[str], bool]

    def page(self, root: Path, path: Path) -> Item:
        """Return a file of the mirror below a root as a page."""
        host, *steps = path.relative_to(root).parts
        if not steps:
            return Refused(str(path), "it lies in no folder named after a host")
        likely = self._addresses(
            f"{self.scheme}://{host.replace('+', ':')}/", "/".join(steps)
        )
        if not self.wanted(likely[0]):
            return Refused(
                str(path), f"{host} is the host of no site: see --url-prefix"
            )
        known = [url for url in likely if self.knows(url)]
        chosen = known if known else likely
        if len(chosen) > 1:
            return Refused(
                str(path),
                f"it could be any of {', '.join(likely)}: name it in a manifest",
            )
        return saved.page(path, chosen[0], saved.file_time(path))

    def _addresses(self, host: str, name: str) -> list[str]:
        """Return the addresses that would have got a name."""
        if name.rpartition("/")[2] == "index.html":
            return [
                host + quote(name.removesuffix("index.html"), SAFE),
                host + quote(name, SAFE),
            ]
        added = ADDED.fullmatch(name)
        if added is None:
            return [host + quote(name, SAFE)]
        if self.adjusted:
            return [host + quote(added["address"], SAFE)]
        return [host + quote(added["address"], SAFE), host + quote(name, SAFE)]
