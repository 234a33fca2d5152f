"""Parameters of addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def parse_query(url: str) -> dict[str, str]:
    """Return the parameters of an address, empty ones too."""
    query = urlsplit(url).query
    return dict(parse_qsl(query, keep_blank_values=True))


def replace_parameters(url: str, **parameters: Any) -> str:
    """Return an address with some parameters changed or added.

    The other parameters keep their order; the fragment is dropped.
    """
    query = urlencode(parse_query(url) | parameters)
    parts = urlsplit(url)
    changed_parts = parts._replace(query=query, fragment="")
    return urlunsplit(changed_parts)
