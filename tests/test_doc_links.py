"""A link of a page leads to a file that is there; every page and decision is in its index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    pages = sorted((DOCS / "decisions").glob("*.md"))
    rows = {
        f"[{page.read_text('utf-8').splitlines()[0].removeprefix('# ')}]({page.name})"
        for page in pages
        if page.name != "README.md"
    }
    assert {row for row in rows if row not in index} == set()


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    pages = {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_the_tests_that_hold_a_defence_exist() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    files = re.findall(r"`(tests/[\w/]+\.py)`", page)
    assert len(files) >= 10
    assert [name for name in files if not (ROOT / name).is_file()] == []
