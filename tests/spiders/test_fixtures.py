"""The list pages that `nianbao sites add` recorded are read as a person found them to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from scrapy.http import HtmlResponse

from nianbao.spiders.platforms import spider_of
from nianbao.spiders.scout import provisional

FIXTURES = Path(__file__).parent / "fixtures"


def reread(expected: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a recorded page again; return what is stated of it and what is read now."""
    stated: dict[str, Any] = YAML(typ="safe").load(expected.read_text("utf-8"))
    spider = spider_of(stated["platform"])(
        provisional(stated["platform"], stated["url"], "年报")
    )
    body = (expected.parent / stated["page"]).read_bytes()
    rows = list(
        spider.links(
            HtmlResponse(
                stated["url"],
                headers={"Content-Type": stated["content_type"]},
                body=body,
            )
        )
    )
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
