"""One list reader for each CMS family; `docs/sites.md` says how each one lists.

A platform whose lists can be described as data is a file of `spiders/declarations/platforms`; the
others are classes here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from nianbao.spiders.declarations.shipped import load_declarations
from nianbao.spiders.platforms.auto import AutoReader
from nianbao.spiders.platforms.declared import DeclaredReader
from nianbao.spiders.platforms.generic import GenericReader
from nianbao.spiders.platforms.hanweb import HanwebReader
from nianbao.spiders.platforms.simple import SimpleReader
from nianbao.spiders.platforms.trs import TrsReader
from nianbao.spiders.platforms.ucap import UcapReader
from nianbao.spiders.platforms.vsb import VsbReader
from nianbao.spiders.platforms.webforms import WebFormsReader
from nianbao.spiders.platforms.xxgk import XxgkReader

if TYPE_CHECKING:
    from nianbao.spiders.declarations.model import ListDeclaration
    from nianbao.spiders.lists.reader import ListReader

ReaderMaker = Callable[[Mapping[str, str]], "ListReader"]

READERS: tuple[type[ListReader], ...] = (
    AutoReader,
    TrsReader,
    HanwebReader,
    XxgkReader,
    UcapReader,
    VsbReader,
    WebFormsReader,
    SimpleReader,
    GenericReader,
)
DECLARED = "declared"  # the platform of a site file that has a declaration of its own


def _list_makers() -> dict[str, ReaderMaker]:
    """Return what makes the reader of each platform that needs no declaration."""
    makers: dict[str, ReaderMaker] = {reader.platform: reader for reader in READERS}
    for platform, declaration in load_declarations().items():
        maker = partial(DeclaredReader, declaration, platform=platform)
        makers.setdefault(platform, maker)
    return makers


READERS_BY_PLATFORM = _list_makers()
PLATFORMS = (*READERS_BY_PLATFORM, DECLARED)


def reader_for(
    platform: str,
    options: Mapping[str, str] | None = None,
    declaration: ListDeclaration | None = None,
) -> ListReader:
    """Return the list reader of a platform; raise KeyError for a platform that has none.

    `declaration` is that of the site file; the platform `declared` reads by it.
    """
    if platform == DECLARED and declaration is not None:
        return DeclaredReader(declaration, options or {})
    return READERS_BY_PLATFORM[platform](options or {})
