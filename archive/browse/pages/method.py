"""The method: where the archive is from, what its figures are and are not; in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import BrowsePage, PageRequest
from nianbao.archive.browse.remembered import get_overview

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.holdings import ArchiveOverview


@dataclass(frozen=True, slots=True)
class MethodPage:
    """What the page shows beside its text."""

    holdings: ArchiveOverview


def show_method(db: Database, request: PageRequest) -> BrowsePage:
    """Show how the archive is made."""
    data = MethodPage(get_overview(db, request))
    return BrowsePage("method.html", request.language("method.title"), data)
