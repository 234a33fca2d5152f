"""The project's YAML says the same to a parser in C, which is stricter, as to the one in Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
FILES = [
    path
    for folder in ("archive", "crawler", "pipelines", "spiders")
    for path in (ROOT / folder).rglob("*.y*ml")
]


def test_there_are_two_parsers() -> None:
    assert YAML(typ="safe").Parser is not YAML(typ="safe", pure=True).Parser


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_both_parsers_read_the_same(path: Path) -> None:
    text = path.read_text("utf-8")
    assert YAML(typ="safe").load(text) == YAML(typ="safe", pure=True).load(text)
