"""All shapes of pagers, and those that are opened in Chromium at every run of the tests."""

from __future__ import annotations

from tests.paging.links import LINKS
from tests.paging.others import OTHERS
from tests.paging.scripts import SCRIPTS
from tests.paging.services import SERVICES
from tests.paging.site import Shape

SHAPES: dict[str, Shape] = {**LINKS, **SCRIPTS, **SERVICES, **OTHERS}
# One of each kind.
FEW_SHAPES = (
    *("word", "arrow", "picture-alt", "icon-class", "last-is-disabled"),
    *("numbers-in-a-window", "called-numbers", "data-numbers", "menu", "menu-heard"),
    *("clicked-address", "called-next", "written-into", "descending-files"),
    *("token-numbers", "create-page-written", "create-page-element", "variables"),
    *("laypage", "pagination-of-rows", "unknown-plug-in"),
    *("form", "post-back", "fetched", "sent-json", "more", "scrolled", "hash-next"),
)
