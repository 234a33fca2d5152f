"""What a place in a report is called, in addresses and by persons: `g2021.requests-new-total`."""

from __future__ import annotations

import re


def anchor(
    table: str,
    row: str | None = None,
    column: str | None = None,
) -> str:
    """Return the anchor of a place in a report: `g2021.requests-new_received-total`.

    White space in a name becomes `_`.
    """
    parts = [part for part in (table, row, column) if part]
    return re.sub(r"\s+", "_", "-".join(parts))
