"""Any site: the platform is that which each page speaks for (`page_readers`)."""

from __future__ import annotations

from nianbao.spiders.platforms.generic import GenericReader


class AutoReader(GenericReader):
    """Sites whose file names no platform, read as any list where a page speaks for none."""

    platform = "auto"
