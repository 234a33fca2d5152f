"""One module per CMS family; `docs/sites.md` says how each one lists."""

from __future__ import annotations

from importlib import import_module

from nianbao.spiders.base import ReportSpider


def spider_of(platform: str) -> type[ReportSpider]:
    """Return the spider of a platform; raise ImportError for one that is not known."""
    module = import_module(f"nianbao.spiders.platforms.{platform}")
    for kind in vars(module).values():
        if (
            isinstance(kind, type)
            and issubclass(kind, ReportSpider)
            and getattr(kind, "name", None) == platform
        ):
            return kind
    raise ImportError(f"spiders/platforms/{platform}.py has no spider of this name")
