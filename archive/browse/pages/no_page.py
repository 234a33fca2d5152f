"""The answer to an address that looks like one of ours and is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, PageNotFound, PageRequest

if TYPE_CHECKING:
    from sqlite_utils import Database


def show_no_page(_: Database, request: PageRequest) -> BrowsePage:
    """Say that there is no such page."""
    raise PageNotFound(request.language("error.no_page", path=request.path))
