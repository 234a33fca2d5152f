"""One word for one thing: what docs/what-is-what.zh.md says is not used is used nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "what-is-what.zh.md"
HEADING = "## 用词"
# Whatever we say in Chinese: texts, templates, docs. What pages say is in other files.
TEXTS = (
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("*.md"),
    *ROOT.glob("archive/**/*.yaml"),
    *ROOT.glob("archive/browse/**/*.html"),
    *ROOT.glob("crawler/**/*.yaml"),
    *ROOT.glob("crawler/**/*.po"),
)


def list_unused_words() -> dict[str, str]:
    """Return each word that is not used, and the one that is."""
    section = GLOSSARY.read_text("utf-8").partition(HEADING)[2]
    words = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[0] not in ("用", "---"):
            words.update(dict.fromkeys(cells[2].split("、"), cells[0]))
    return words


def find_unused_words(text: str) -> list[str]:
    return re.findall("|".join(list_unused_words()), text)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_one_word_for_one_thing(path: Path) -> None:
    text = path.read_text("utf-8")
    if path == GLOSSARY:
        text = text.partition(HEADING)[0]
    assert find_unused_words(text) == []


def test_the_glossary_names_what_is_not_used() -> None:
    assert list_unused_words()["爬虫"] == "采集"
    assert find_unused_words("用爬虫抓取网页") == ["爬虫", "抓取"]
