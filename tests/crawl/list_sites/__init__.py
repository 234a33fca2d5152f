"""Small government sites, made from a seed: list pages as the web has them, and what is behind them.

`make_sites` makes them, `serve_sites` serves all of them on loopback under names of their own. Each
site knows the pages that carry a report; a crawl finds them, or says that it did not.
"""

from tests.crawl.list_sites.server import serve_sites
from tests.crawl.list_sites.site import ListSite
from tests.crawl.list_sites.world import make_site, make_sites

__all__ = ["ListSite", "make_site", "make_sites", "serve_sites"]
