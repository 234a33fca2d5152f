"""The docs as a site: its nav names every page, every link and anchor leads somewhere, both languages.

All but the last test need no MkDocs, which `make site` has in an environment of its own.
"""

from __future__ import annotations

import html
import json
import os
import posixpath
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tools.site_hooks import (
    OUTSIDE,
    ROOT,
    WORD_END,
    indent_lists,
    name_on_site,
    rewrite_links,
)

MKDOCS = ROOT / ".venv-site" / "bin" / "mkdocs"
DOCS = ROOT / "docs"
SITE_PATHS = sorted(
    [*OUTSIDE, *(str(path.relative_to(ROOT)) for path in DOCS.rglob("*.md"))]
)
OTHER_PATHS = ["README.md", "README.zh.md"]  # of the repository, and not of the site
FENCE = re.compile(r"(?ms)^ *(```|~~~).*?^ *\1 *$")
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"(?m)^#+ +(.+?) *$")
CHINESE = ".zh.md"


@cache
def read_markdown(path: str) -> str:
    """Return a page of the repository without its blocks of code."""
    return FENCE.sub("", (ROOT / path).read_text("utf-8"))


@cache
def list_anchors(path: str) -> frozenset[str]:
    """Return the anchors of a page's headings, as the repository and the site both have them."""
    anchors = set()
    for heading in HEADING.findall(read_markdown(path)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        text = re.sub(r"[^\w\- ]", "", text.lower())
        anchors.add(text.strip().replace(" ", "-"))
    return frozenset(anchors)


def list_links(path: str) -> Iterator[tuple[str, str]]:
    """Yield the relative links of a page: the file that each names, and the anchor in it."""
    for link in LINK.findall(CODE.sub("", read_markdown(path))):
        if not re.match(r"\w+:", link):
            target, _, anchor = link.partition("#")
            folder = posixpath.dirname(path)
            name = posixpath.normpath(posixpath.join(folder, target))
            yield (name if target else path), anchor


def list_nav(part: Any) -> Iterator[str]:
    """Yield the pages that the nav names."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from list_nav(list(part.values()))
    else:
        for one in part:
            yield from list_nav(one)


def load_nav() -> dict[str, list[str]]:
    """Return the pages of the nav by language."""
    settings = YAML().load(ROOT / "mkdocs.yml")
    return {
        language: list(list_nav(pages))
        for section in settings["nav"]
        for language, pages in section.items()
    }


def test_the_nav_names_every_page_once_in_its_language() -> None:
    nav = load_nav()
    names = [name_on_site(path) or "" for path in SITE_PATHS]
    assert sorted(nav["中文"]) == [name for name in names if name.endswith(CHINESE)]
    assert sorted(nav["English"] + nav["中文"]) == sorted(names)


@pytest.mark.parametrize("path", SITE_PATHS + OTHER_PATHS)
def test_every_link_and_anchor_leads_somewhere(path: str) -> None:
    missing = []
    for target, anchor in list_links(path):
        is_there = (ROOT / target).exists()
        if (
            path in SITE_PATHS
        ):  # where the site has the path of a file that it does not have
            is_there &= (ROOT / target).is_file()
        if is_there and anchor and target.endswith(".md"):
            is_there = anchor in list_anchors(target)
        if not is_there:
            missing.append((target, anchor))
    assert missing == []


@pytest.mark.parametrize("path", [p for p in SITE_PATHS if p.endswith(CHINESE)])
def test_the_languages_lead_to_each_other(path: str) -> None:
    english = path.removesuffix(CHINESE) + ".md"
    for page, other in ((path, english), (english, path)):
        head = "\n".join(read_markdown(page).splitlines()[:5])
        assert f"({posixpath.basename(other)})" in head, page


@pytest.mark.parametrize(
    ("path", "link", "expected"),
    [
        ("docs/sites.md", "../CONTRIBUTING.md#add-a-site", "CONTRIBUTING.md#add-a-site"),
        ("docs/decisions/migrations.md", "../archive.md", "../archive.md"),
        ("docs/reading.md", "../pipelines/reader/rules/README.md", "rules.md"),
        ("CONTRIBUTING.md", "docs/decisions/README.md", "decisions/README.md"),
        ("pipelines/reader/rules/README.md", "../../../CONTRIBUTING.md", "CONTRIBUTING.md"),
        ("CONTRIBUTING.md", "https://example.org/docs/sites.md", None),
        ("CONTRIBUTING.md", "#reporting", None),
        ("CONTRIBUTING.md", "nowhere.md", None),
    ],
)  # fmt: skip
def test_links_are_those_of_the_site(
    path: str, link: str, expected: str | None
) -> None:
    assert rewrite_links(f"see [it]({link})", path) == f"see [it]({expected or link})"


def test_a_file_that_is_not_on_the_site_is_named_by_its_path() -> None:
    markdown = "see ([it](../archive/finding_rules.yaml), ![p](images/front.png))"
    written = rewrite_links(markdown, "docs/export.md")
    assert written == "see (`archive/finding_rules.yaml`, ![p](images/front.png))"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("- a\n  b\n- c", "- a\n    b\n- c"),
        ("1. a\n\n   b\n2. c", "1. a\n\n    b\n\n2. c"),
        ("1. a:\n\n   b:\n   - c\n   - d", "1. a:\n\n    b:\n\n    - c\n    - d"),
        (
            "- a:\n\n  ```sh\n  b\n\n    c\n  ```\n- d",
            "- a:\n\n    ```sh\n    b\n\n      c\n    ```\n\n- d",
        ),
        ("```yaml\n- a:\n  - b\n```", "```yaml\n- a:\n  - b\n```"),
        ("a\n\n    - code\n      code", "a\n\n    - code\n      code"),
    ],
)
def test_lists_stand_as_markdown_of_python_wants_them(
    written: str, wanted: str
) -> None:
    assert indent_lists(written) == wanted


@pytest.mark.skipif(not MKDOCS.exists(), reason="no MkDocs: make site")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [MKDOCS, "build", "--strict", "--quiet", "--site-dir", tmp_path]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    for path in SITE_PATHS:
        name = name_on_site(path) or ""
        page = tmp_path / name.replace("README.md", "index.html")
        if not page.exists():
            page = tmp_path / name.replace(".md", ".html")
        text = page.read_text("utf-8")
        assert re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="https?:', text) == []
        ids = {html.unescape(id_) for id_ in re.findall(r'<h\d id="([^"]*)"', text)}
        assert list_anchors(path) - {""} <= ids, path
        language = "zh" if path.endswith(CHINESE) else "en"
        assert f'<html lang="{language}"' in text
    index = json.loads((tmp_path / "search" / "search_index.json").read_text("utf-8"))
    assert any(f"信息{WORD_END}公开" in entry["text"] for entry in index["docs"])
