"""Session cookies: a server that sends a client to the same address again gets them back.

Some servers begin a session before they give out a page: they set a cookie and redirect to the
address that was asked for. From then on the cookies of such a host are sent to it, in this run
and on this site, and to no other host. No cookie is returned that a challenge has set
(:mod:`block_signs` names them): what keeps a crawl out is not got past.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scrapy.http.cookies import CookieJar

from nianbao.crawler.middlewares.block_signs import sets_challenge_cookie
from nianbao.crawler.middlewares.boundary import REDIRECTS
from nianbao.spiders.capture import VERDICT

if TYPE_CHECKING:
    from scrapy.http import Request, Response

# in a request's meta: it has been sent once more with the cookies that its answer set
WITH_SESSION = "with_session"


class SessionCookieMiddleware:
    """Return cookies to the hosts that wait for them; there is one jar for each host."""

    def __init__(self) -> None:
        self.jars: defaultdict[str, CookieJar] = defaultdict(CookieJar)
        self.waiting_hosts: set[str] = set()  # those that get their cookies back

    def process_request(self, request: Request) -> None:
        """Add the cookies of a host that waits for them."""
        host = urlsplit(request.url).netloc
        if host in self.waiting_hosts:
            self.jars[host].add_cookie_header(request)

    def process_response(
        self, request: Request, response: Response
    ) -> Response | Request:
        """Take the cookies of an answer; ask again where it sends us to where we have been."""
        if VERDICT in request.meta:
            return response
        host = urlsplit(request.url).netloc
        if "Set-Cookie" in response.headers and not sets_challenge_cookie(response):
            self.jars[host].extract_cookies(response, request)
        if WITH_SESSION in request.meta or host not in self.jars:
            return response
        if not _leads_back(request, response):
            return response
        self.waiting_hosts.add(host)
        meta = {**request.meta, WITH_SESSION: True}
        first_url = meta.pop("redirect_urls", [request.url])[0]
        return request.replace(url=first_url, meta=meta, dont_filter=True)


def _leads_back(request: Request, response: Response) -> bool:
    """Tell whether an answer redirects to an address where the request has been."""
    location = response.headers.get("Location")
    if location is None or response.status not in REDIRECTS:
        return False
    target = urljoin(request.url, location.decode("latin-1"))
    return target in (request.url, *request.meta.get("redirect_urls", []))
