"""One list reader for each CMS family; `docs/sites.md` says how each one lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nianbao.spiders.platforms.auto import AutoReader
from nianbao.spiders.platforms.epoint import EpointReader
from nianbao.spiders.platforms.generic import GenericReader
from nianbao.spiders.platforms.gkmlpt import GkmlptReader
from nianbao.spiders.platforms.hanweb import HanwebReader
from nianbao.spiders.platforms.jpaas import JpaasReader
from nianbao.spiders.platforms.lonsun import LonsunReader
from nianbao.spiders.platforms.simple import SimpleReader
from nianbao.spiders.platforms.trs import TrsReader
from nianbao.spiders.platforms.ucap import UcapReader
from nianbao.spiders.platforms.vsb import VsbReader
from nianbao.spiders.platforms.webforms import WebFormsReader
from nianbao.spiders.platforms.xxgk import XxgkReader

if TYPE_CHECKING:
    from nianbao.spiders.lists.reader import ListReader

READERS: tuple[type[ListReader], ...] = (
    AutoReader,
    TrsReader,
    HanwebReader,
    XxgkReader,
    JpaasReader,
    GkmlptReader,
    UcapReader,
    LonsunReader,
    VsbReader,
    EpointReader,
    WebFormsReader,
    SimpleReader,
    GenericReader,
)
READERS_BY_PLATFORM = {reader.platform: reader for reader in READERS}


def reader_for(platform: str, options: Mapping[str, str] | None = None) -> ListReader:
    """Return the list reader of a platform; raise KeyError for a platform that has none."""
    reader_class = READERS_BY_PLATFORM[platform]
    return reader_class(options or {})
