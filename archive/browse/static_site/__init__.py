"""A static site of the pages for people, for any web host: `nianbao publish`."""

from nianbao.archive.browse.static_site.site import SiteReport, publish_site

__all__ = ["SiteReport", "publish_site"]
