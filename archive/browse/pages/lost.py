"""An address like one of ours that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, NotHere, Page

if TYPE_CHECKING:
    from sqlite_utils import Database


def view(_: Database, ask: Ask) -> Page:
    """Say that there is no such page."""
    raise NotHere(ask.language("error.no_page", path=ask.path))
