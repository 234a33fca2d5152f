"""A citation in CSL-JSON (citationstyles.org), as citeproc, Zotero and pandoc read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nianbao.archive.browse.citing.citation import Citation


def format_csl_json(citation: Citation) -> str:
    """Return the citation as a list of one item."""
    item: dict[str, Any] = {
        "id": citation.key,
        "type": "report",
        "title": citation.title,
    }
    if citation.author:
        item["author"] = [{"literal": citation.author}]
        item["publisher"] = citation.author
    if citation.issued:
        item["issued"] = _write_date(citation.issued)
    if citation.visited_on:
        item["accessed"] = _write_date(citation.visited_on.split("-"))
    item["URL"] = citation.address
    item["archive"] = citation.archive
    item["language"] = "zh-CN"
    item["note"] = citation.note
    text = json.dumps(
        [item],
        ensure_ascii=False,
        indent=2,
    )
    return f"{text}\n"


def _write_date(parts: list[str]) -> dict[str, list[list[int]]]:
    numbers = list(map(int, parts))
    return {"date-parts": [numbers]}
