"""What the site of the docs needs beyond MkDocs itself (mkdocs.yml, `make site`).

Pages that stand outside docs/ are part of the site. Links are those of the repository, so they
lead somewhere there too; here they are written anew. A Chinese page has the theme's own words in
Chinese.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = "docs"
# Pages outside docs/, by their path in the repository, and what they are called on the site.
OUTSIDE = {
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "pipelines/reader/rules/README.md": "rules.md",
}
LINK = re.compile(r"\[([^\[\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
FENCES = ("```", "~~~")
ROW = re.compile(r"(?:[-*]|\d+\.) ")
HAN = re.compile(r"[\u4e00-\u9fff]+")
WORD_END = "\u200b"  # mkdocs.yml separates the words of the index by it


def name_on_site(path: str) -> str | None:
    """Return what a file of the repository is called on the site; None where it is not on it."""
    if path in OUTSIDE:
        return OUTSIDE[path]
    if path.startswith(f"{DOCS}/"):
        return path.removeprefix(f"{DOCS}/")
    return None


def rewrite_links(markdown: str, path: str) -> str:
    """Return a page of the repository with its links to other pages as the site has them.

    Where a link leads to a file that is not on the site, the path of the file stands in its place.
    """
    place = name_on_site(path)
    assert place is not None, path

    def rewrite(link: re.Match[str]) -> str:
        text, href, anchor = link.groups(default="")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), href))
        name = name_on_site(target)
        if name is not None:
            address = posixpath.relpath(name, posixpath.dirname(place) or ".")
            return f"[{text}]({address}{anchor})"
        if (ROOT / target).is_file():
            return f"`{target}`"
        return link[0]

    return LINK.sub(rewrite, markdown)


def indent_lists(markdown: str) -> str:
    """Return a page whose lists stand as Python's Markdown wants them.

    What belongs to a row has four spaces before it, and a row after a paragraph, or after the
    block of code of another row, has a blank line.
    """
    lines: list[str] = []
    fence = ""  # what ends the block of code that is being copied
    shift = ""  # what its lines get
    block_indent = 0  # of the lines since the last blank one
    for line in markdown.split("\n"):
        indent = measure_indent(line)
        text = line[indent:]
        if not fence:
            shift = " " * (4 - indent) if indent in (2, 3) else ""
        if text:
            line = f"{shift}{line}"
        if fence:
            fence = "" if text.startswith(fence) else fence
        elif text.startswith(FENCES):
            fence = text[:3]
            block_indent = indent + len(shift)
        elif not lines or not lines[-1]:
            block_indent = measure_indent(line)
        elif ROW.match(text) and begins_list(line, lines[-1], block_indent):
            lines.append("")
            block_indent = measure_indent(line)
        lines.append(line)
    return "\n".join(lines)


def measure_indent(line: str) -> int:
    """Return how many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def begins_list(row: str, before: str, block_indent: int) -> bool:
    """Tell whether a row does not simply follow another row, or the text of one, in its block."""
    indent = measure_indent(row)
    if block_indent > indent:  # the block is a paragraph, or code, of the row before
        return True
    is_beside = measure_indent(before) == indent
    return is_beside and not ROW.match(before.lstrip(" "))


# ---- what MkDocs calls


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand outside docs/."""
    from mkdocs.structure.files import File

    for path, name in OUTSIDE.items():
        text = (ROOT / path).read_text("utf-8")
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Write links and lists of a page as MkDocs wants them."""
    names = {name: path for path, name in OUTSIDE.items()}
    uri = page.file.src_uri
    path = names.get(uri, f"{DOCS}/{uri}")
    return indent_lists(rewrite_links(markdown, path))


def on_page_context(
    context: dict[str, Any], page: Page, config: MkDocsConfig, **_: Any
) -> None:
    """Give a Chinese page the theme's words in Chinese, and each page a way to the other language."""
    uri = page.file.src_uri
    pages = context["pages"]
    config.theme["language"] = "zh" if uri.endswith(".zh.md") else "en"
    config.extra["alternate"] = [
        {"name": "English", "lang": "en", "link": _find_page(pages, uri, ".md")},
        {"name": "中文", "lang": "zh", "link": _find_page(pages, uri, ".zh.md")},
    ]


def _find_page(pages: list[File], uri: str, ending: str) -> str:
    """Return the address of a page in a language; of the first page where it is not in it."""
    base = uri.removesuffix(".md").removesuffix(".zh")
    addresses = {file.src_uri: file.url for file in pages}
    name = f"{base}{ending}"
    if name not in addresses:
        name = f"README{ending}"
    return f"./{addresses[name]}"


def on_post_build(config: MkDocsConfig) -> None:
    """Part the Chinese words of the search index: they are written without spaces."""
    path = Path(config.site_dir) / "search" / "search_index.json"
    index = json.loads(path.read_text("utf-8"))
    for entry in index["docs"]:
        entry["title"] = part_words(entry["title"])
        entry["text"] = part_words(entry["text"])
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, "utf-8")


def part_words(text: str) -> str:
    """Return a text with a mark that nobody sees between words of Chinese."""
    import rjieba

    return HAN.sub(lambda run: WORD_END.join(rjieba.cut(run[0])), text)
