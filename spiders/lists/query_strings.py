"""Parameters of addresses."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# A number that is no page size.
PAGE_NUMBER = re.compile(
    r"(?<![\d%])(?<!size=)(?<!Size=)(?<!limit=)(?<!rows=)(?<!perpage=)(\d{1,9})(?!\d)"
)


def parse_query(url: str) -> dict[str, str]:
    """Return the parameters of an address, empty ones too."""
    query = urlsplit(url).query
    return dict(parse_qsl(query, keep_blank_values=True))


def names_first_page(first_place: str, place: str) -> bool:
    """Tell whether a place of a list may be its first page under another address.

    A place is an address, and what was sent for it. Without a number above 1 that the first
    place has not, it may be: `/nb/` is `/nb/index.html` and `/nb/?page=1&size=15`.
    """
    numbers = Counter(PAGE_NUMBER.findall(place))
    numbers -= Counter(PAGE_NUMBER.findall(first_place))
    return all(int(number) <= 1 for number in numbers)


def replace_parameters(url: str, /, **parameters: Any) -> str:
    """Return an address with some parameters changed or added.

    The other parameters keep their order; the fragment is dropped.
    """
    query = urlencode(parse_query(url) | parameters)
    parts = urlsplit(url)
    changed_parts = parts._replace(query=query, fragment="")
    return urlunsplit(changed_parts)
