"""Advice: what a person can do next where a search found no column, or not all of them."""

from __future__ import annotations

from collections.abc import Iterable

from nianbao.spiders.discovery.column_search import LIMIT_REACHED, MOST_REQUESTS
from nianbao.spiders.discovery.records import NOT_SEARCHED, Discovery

# Words of a trouble, and what can be done about it. The first that applies counts.
ADVICE_BY_WORDS = {
    NOT_SEARCHED: (
        "a page is too long or too hard to be searched: begin at a page behind it"
    ),
    LIMIT_REACHED: f"the search ended after {MOST_REQUESTS} pages: begin further down",
    "is not a host of this site": (
        "the site sends on to another host: if that is its new one, give its address"
    ),
    "private address": "name its network with --allow-address, if you may reach it",
    "robots.txt asks not": "robots.txt asks not to be visited: ask the site's body, or leave it",
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
# What a search leaves: columns may stand there, whatever it found elsewhere.
LEFT = (NOT_SEARCHED, LIMIT_REACHED)
BY_HAND = (
    "no column of annual reports found; look by hand for its list page,"
    " under 政府信息公开 → 政府信息公开年报 as a rule, and give the address of that page"
)
BLOCKED = (
    "a wall against programs stands before the site, and is not got past: open the address in a"
    " browser, or ask the site's body for leave"
)


def give_advice(discovery: Discovery) -> list[str]:
    """Return what can be done next, a line each.

    Where a column was found, only about what was left: other hosts, pages not searched.
    """
    lines = []
    for url, name in discovery.elsewhere.items():
        lines.append(f"{name} leads to another host; if it is the site's own: {url}")
    troubles = discovery.troubles
    if discovery.columns:
        troubles = select_left(troubles)
    for trouble in troubles:
        advice = _advise_on_trouble(trouble)
        if advice and advice not in lines:
            lines.append(advice)
    if discovery.columns:
        return lines
    if discovery.is_blocked:
        lines.append(BLOCKED)
    if discovery.unread:
        lines.append(
            "a page that is named as the column shows no report: a script draws its list"
            " perhaps; a site file can have `browser: true`"
        )
    return [*lines, BY_HAND]


def select_left(troubles: Iterable[str]) -> list[str]:
    """Return the troubles that say what a search did not look at."""
    return [one for one in troubles if any(words in one for words in LEFT)]


def _advise_on_trouble(trouble: str) -> str | None:
    for words, advice in ADVICE_BY_WORDS.items():
        if words in trouble:
            return advice
    return None
