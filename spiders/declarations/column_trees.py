"""Columns in the script of a directory's page: a tree of objects, each with an id and a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nianbao.spiders.declarations.model import ColumnTree
from nianbao.spiders.declarations.shipped import load_declarations
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.report_names import is_column_name

DEEPEST = 20  # levels of a tree


def find_tree_columns(
    tree: ColumnTree,
    page: ListPage,
) -> list[tuple[Any, str]]:
    """Return (id, name) of the annual-report columns that the tree of a page names."""
    columns = []
    for node in _walk(_parse_tree(tree, page), tree, DEEPEST):
        name = str(node.get(tree.name, ""))
        if is_column_name(name) and tree.id in node:
            columns.append((node[tree.id], name))
    return columns


def list_columns(page: ListPage) -> list[str]:
    """Return the names of the annual-report columns in the trees of any platform."""
    names = []
    for declaration in load_declarations().values():
        if declaration.columns is not None:
            columns = find_tree_columns(declaration.columns, page)
            names += [name for _, name in columns]
    return names


def _parse_tree(
    tree: ColumnTree,
    page: ListPage,
) -> Any:
    """Return the objects that stand in a script behind the tree's pattern; none without it."""
    text = page.script.text
    start = tree.script.search(text)
    if start is None:
        return []
    try:
        nodes, _ = json.JSONDecoder().raw_decode(text, start.end())
    except (ValueError, RecursionError):
        return []
    return nodes


def _walk(
    nodes: Any,
    tree: ColumnTree,
    depth: int,
) -> Iterator[dict[str, Any]]:
    if not isinstance(nodes, list) or not depth:
        return
    for node in nodes:
        if isinstance(node, dict):
            yield node
            yield from _walk(node.get(tree.children), tree, depth - 1)
