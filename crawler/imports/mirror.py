"""Mirrors: folders host/path as `wget --mirror` makes them, with the server's or its own time
on each file.

The folders do not say whether it was http or https; whoever imports says so. Where two
addresses would have got the same name, what the archive has decides, else the file is not
taken: no address is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from nianbao.crawler.imports.items import ImportItem, RefusedItem
from nianbao.crawler.imports.saved_pages import file_time, load_page

# `wget -E` adds .html to the name of a page whose address does not end so
ADDED_SUFFIX = re.compile(r"(?P<address>.*(?:\?.*|\.[A-Za-z]\w{1,5}))\.html", re.S)
SAFE = "/:?&=+$,;@!~*'()#[]%-._"


@dataclass(frozen=True, slots=True)
class Mirror:
    """How a mirror was made.

    `has_owner` tells whether an address belongs to a site, `is_in_archive` whether the archive
    has it.
    """

    scheme: str
    adjusted: bool  # made with wget -E
    has_owner: Callable[[str], bool]
    is_in_archive: Callable[[str], bool]

    def load_page(self, root: Path, path: Path) -> ImportItem:
        """Return a file of the mirror below a root as a page."""
        folder, *steps = path.relative_to(root).parts
        if not steps:
            return RefusedItem(str(path), "it lies in no folder named after a host")
        home = f"{self.scheme}://{folder.replace('+', ':')}/"
        possible_urls = self._possible_urls(home, "/".join(steps))
        if not self.has_owner(possible_urls[0]):
            return RefusedItem(
                str(path), f"{folder} is the host of no site: see --url-prefix"
            )
        urls = [url for url in possible_urls if self.is_in_archive(url)]
        if not urls:
            urls = possible_urls
        if len(urls) > 1:
            return RefusedItem(
                str(path),
                f"it could be any of {', '.join(possible_urls)}: name it in a manifest",
            )
        return load_page(path, urls[0], file_time(path))

    def _possible_urls(self, home: str, name: str) -> list[str]:
        """Return the addresses that would have got a name."""
        url = home + quote(name, SAFE)
        if name.rpartition("/")[2] == "index.html":
            folder_url = home + quote(name.removesuffix("index.html"), SAFE)
            return [folder_url, url]
        match = ADDED_SUFFIX.fullmatch(name)
        if match is None:
            return [url]
        url_without_suffix = home + quote(match["address"], SAFE)
        if self.adjusted:
            return [url_without_suffix]
        return [url_without_suffix, url]
