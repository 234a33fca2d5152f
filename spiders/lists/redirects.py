"""Pages that only send their reader elsewhere: by a meta tag, or by what their scripts do."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.script_addresses import PageScripts, read_scripts
from nianbao.spiders.rules import find_rule

REFRESH = find_rule("refresh_address")
# A page that has more links is more than a way to another one.
MOST_LINKS_OF_REDIRECT = 3


def find_redirect(page: ListPage) -> str | None:
    """Return where a page sends its reader, by meta tag or script; None where it does not.

    A script counts on a page with hardly a link: others set a location on a click.
    """
    for address in _find_refreshes(page):
        return _resolve_other(page, address)
    if len(page.xpath("//a[@href]")) > MOST_LINKS_OF_REDIRECT:
        return None
    for address in _find_opened(page):
        url = _resolve_other(page, address)
        if url is not None:
            return url
    return None


def _find_refreshes(page: ListPage) -> Iterator[str]:
    for meta in page.xpath("//meta[@http-equiv]"):
        if meta.attrib["http-equiv"].strip().lower() == "refresh":
            match = REFRESH.find(meta.attrib.get("content", ""))
            if match:
                yield match[1]


def _find_opened(page: ListPage) -> Iterator[str]:
    """Yield the addresses that a page opens when it is opened itself."""
    scripts = read_scripts(page)
    pieces = [scripts.script.startup, *page.xpath("//body/@onload").getall()]
    for piece in pieces:
        address = _follow(scripts, piece)
        if address is not None:
            yield address


def _follow(
    scripts: PageScripts,
    piece: str,
) -> str | None:
    request = scripts.follow(piece, scripts.environment.copy())
    return request if isinstance(request, str) else None


def _resolve_other(
    page: ListPage,
    address: str,
) -> str | None:
    """Return an address made absolute; None for the page itself and what is no web page."""
    url = page.urljoin(address)
    if not url or url == page.url:
        return None
    return url
