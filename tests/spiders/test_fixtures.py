"""The list pages that `nianbao sites add` recorded are read as a person found them to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import read_page_rows
from nianbao.spiders.platforms import reader_for

FIXTURES = Path(__file__).parent / "fixtures"


def reread(expected: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a recorded page again; return what is stated of it and what is read now."""
    stated: dict[str, Any] = YAML(typ="safe").load(expected.read_text("utf-8"))
    reader = reader_for(stated["platform"])
    page = ListPage.from_bytes(
        stated["url"],
        (expected.parent / stated["page"]).read_bytes(),
        content_type=stated["content_type"],
    )
    rows = list(read_page_rows(reader, page).titled.values())
    first = (
        {"url": rows[0].url, "title": rows[0].title, "date": rows[0].date}
        if rows
        else None
    )
    return stated, {"rows": len(rows), "first": first}


def review(folder: Path) -> None:
    """Raise AssertionError for a recorded list that is read otherwise now, or that nobody has
    looked at.
    """
    for expected in sorted(folder.glob("*.yml")):
        stated, found = reread(expected)
        assert {name: stated[name] for name in found} == found, expected
        assert stated["reviewed"] != "never", (
            f"compare {expected} with the page beside it, then write who did and when"
        )


def test_the_recorded_lists() -> None:
    review(FIXTURES)
