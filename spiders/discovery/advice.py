"""Advice: what a person can do next where a search found no column, or not all of them."""

from __future__ import annotations

from nianbao.spiders.discovery.column_search import MOST_REQUESTS
from nianbao.spiders.discovery.records import NOT_SEARCHED, Discovery

# Words of a trouble, and what can be done about it. The first that applies counts.
ADVICE_BY_WORDS = {
    NOT_SEARCHED: (
        "a page is too long or too hard to be searched: begin at a page behind it"
    ),
    "is not a host of this site": (
        "the site sends on to another host: if that is its new one, give its address"
    ),
    "private address": "name its network with --allow-address, if you may reach it",
    "robots.txt": "robots.txt asks not to be visited: ask the site's body, or leave it",
    "certificate": (
        "its certificate has faults: compare them in a browser, then accept them with --tls"
    ),
    "SSL": "its TLS is old or faulty: try --tls old, or the address with http://",
    "the server answered 4": (
        "open the address in a browser: the page has moved, or is kept from programs"
    ),
    "the server answered 5": "the server fails: try again later",
    "DNS": "the name leads nowhere: look at its spelling, or try it with www.",
    "timed out": "there was no answer in time: try again later, or from another network",
    "refused": "nothing answers there: try again later, or the address with https://",
}
BY_HAND = (
    "no column of annual reports found; look by hand for its list page,"
    " under 政府信息公开 → 政府信息公开年报 as a rule, and give the address of that page"
)
BLOCKED = (
    "a wall against programs stands before the site, and is not got past: open the address in a"
    " browser, or ask the site's body for leave"
)


def give_advice(discovery: Discovery) -> list[str]:
    """Return what can be done next, a line each; nothing where a column was found."""
    lines = []
    for url, name in discovery.elsewhere.items():
        lines.append(f"{name} leads to another host; if it is the site's own: {url}")
    if discovery.columns:
        return lines
    for trouble in discovery.troubles:
        advice = _advise_on_trouble(trouble)
        if advice and advice not in lines:
            lines.append(advice)
    if discovery.is_blocked:
        lines.append(BLOCKED)
    if discovery.unread:
        lines.append(
            "a page that is named as the column shows no report: a script draws its list"
            " perhaps; a site file can have `browser: true`"
        )
    if discovery.requests >= MOST_REQUESTS:
        lines.append(
            f"the search ended after {MOST_REQUESTS} pages: begin further down"
        )
    return [*lines, BY_HAND]


def _advise_on_trouble(trouble: str) -> str | None:
    for words, advice in ADVICE_BY_WORDS.items():
        if words in trouble:
            return advice
    return None
