"""A checker of the links of a folder of pages: where each leads, to the place in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

HOST = "http://site.invalid/"
LINK = re.compile(r'\s(?:href|src|action)="([^"]*)"')
REFRESH = re.compile(r'content="0; url=([^"]*)"')
ATOM_LINK = re.compile(r'<link (?:rel="\w+" )?href="([^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')


def find_dead_links(folder: Path, base_url: str = "") -> tuple[int, list[str]]:
    """Return how many links the files have among themselves, and those that lead nowhere.

    A link within the site is relative, or begins with `base_url`; one from the root of a host
    is dead wherever the site does not stand there.
    """
    count = 0
    dead = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".html", ".atom"):
            continue
        place = HOST + path.relative_to(folder).as_posix()
        for link in list_links(path):
            if base_url and link.startswith(base_url):
                target = HOST + link.removeprefix(base_url)
            elif re.match(r"[a-z]+:|//", link):
                continue
            else:
                target = urljoin(place, link)
            count += 1
            if link.startswith("/") or not leads_somewhere(folder, target):
                dead.append(f"{link} in {path.relative_to(folder)}")
    return count, dead


def list_links(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    patterns = (ATOM_LINK,) if path.suffix == ".atom" else (LINK, REFRESH)
    for pattern in patterns:
        yield from map(unescape, pattern.findall(text))


def leads_somewhere(folder: Path, target: str) -> bool:
    if not target.startswith(HOST):
        return False
    split = urlsplit(target)
    path = folder / unquote(split.path).lstrip("/")
    if not path.is_file():
        return False
    return not split.fragment or unquote(split.fragment) in list_ids(path)


@cache
def list_ids(path: Path) -> frozenset[str]:
    return frozenset(map(unescape, ID.findall(path.read_text("utf-8"))))
