"""Every page and decision is in its index; where links lead, tests/test_site.py looks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CHINESE = ".zh.md"


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    pages = sorted((DOCS / "decisions").glob("*.md"))
    rows = {
        f"[{page.read_text('utf-8').splitlines()[0].removeprefix('# ')}]({page.name})"
        for page in pages
        if page.name != "README.md"
    }
    assert {row for row in rows if row not in index} == set()


@pytest.mark.parametrize("ending", [".md", CHINESE])
def test_every_page_is_in_the_index(ending: str) -> None:
    """The English index lists all; the Chinese one those that there are in Chinese."""
    index = (DOCS / f"README{ending}").read_text("utf-8")
    pages = {page.name for page in DOCS.glob(f"*{ending}")} - {f"README{ending}"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_the_tests_that_hold_a_defence_exist() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    files = re.findall(r"`(tests/[\w/]+\.py)`", page)
    assert len(files) >= 10
    assert [name for name in files if not (ROOT / name).is_file()] == []
