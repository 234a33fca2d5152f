"""Menus: how a page draws the links that lead on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Link = tuple[str, str]  # address, name


@dataclass(frozen=True)
class Menu:
    """A way to draw links, and where it is met."""

    why: str
    draw: Callable[[Sequence[Link]], str]
    weight: int = 1  # how often it is drawn by lot


def _each(pattern: str, around: str = "{items}") -> Callable[[Sequence[Link]], str]:
    """Return the drawing of each link by a pattern: {url}, {name}, {start} of the name."""

    def draw(links: Sequence[Link]) -> str:
        items = [
            pattern.replace("{url}", url)
            .replace("{name}", name)
            .replace("{start}", name[:4])
            .replace("{spaced}", "&nbsp;".join(name))
            .replace("{half}", name[: len(name) // 2])
            .replace("{rest}", name[len(name) // 2 :])
            for url, name in links
        ]
        return around.replace("{items}", "".join(items))

    return draw


def _draw_array(links: Sequence[Link]) -> str:
    nodes = [{"name": name, "url": url} for url, name in links]
    data = json.dumps(nodes, ensure_ascii=False)
    return (
        f'<div id="menu"></div><script>var menuData = {data};\nshow(menuData);</script>'
    )


def _draw_tree(links: Sequence[Link]) -> str:
    nodes = [
        f'{{id:{number}, pId:0, name:"{name}", url:"{url}", target:"_self"}}'
        for number, (url, name) in enumerate(links, 1)
    ]
    return (
        f'<ul id="tree" class="ztree"></ul><script>var zNodes=[{",".join(nodes)}];'
        '$.fn.zTree.init($("#tree"), setting, zNodes);</script>'
    )


def _draw_area_map(links: Sequence[Link]) -> str:
    areas = [
        f'<area shape="rect" coords="0,{n},90,{n + 9}" href="{url}" alt="{name}">'
        for n, (url, name) in enumerate(links)
    ]
    return f'<img src="/images/dh.jpg" usemap="#m"><map name="m">{"".join(areas)}</map>'


def _draw_dropdown(links: Sequence[Link]) -> str:
    inner = "".join(f'<dd><a href="{url}">{name}</a></dd>' for url, name in links)
    return (
        '<ul class="nav"><li><a href="javascript:;">首页导航</a><dl style="display:none">'
        f"{inner}</dl></li></ul>"
    )


def _draw_blocks(links: Sequence[Link]) -> str:
    blocks = [
        f'<div class="blk"><div class="hd"><h3>{name}</h3><a class="more" href="{url}">更多&gt;&gt;</a></div>'
        '<ul><li><a href="/xw/1.html">关于召开会议的通知</a></li></ul></div>'
        for url, name in links
    ]
    return "".join(blocks)


def _draw_options(links: Sequence[Link]) -> str:
    options = "".join(f'<option value="{url}">{name}</option>' for url, name in links)
    return f'<select onchange="window.open(this.value)"><option>请选择栏目</option>{options}</select>'


MENUS: Mapping[str, Menu] = {
    "items": Menu(
        "links in a list, as most sites have them",
        _each('<li><a href="{url}">{name}</a></li>', '<ul class="nav">{items}</ul>'),
        weight=8,
    ),
    "titled-items": Menu(
        "the name is cut, and whole in `title` (Hanweb, TRS)",
        _each(
            '<li><a href="{url}" title="{name}" target="_blank">{start}…</a></li>',
            "<ul>{items}</ul>",
        ),
    ),
    "table-cells": Menu(
        "sites of the years before 2012 lay out in tables",
        _each(
            '<td width="90" align="center"><a href="{url}"><font color="#fff">{name}</font></a></td>',
            "<table><tr>{items}</tr></table>",
        ),
        weight=2,
    ),
    "spaced-names": Menu(
        "blanks between the characters stretch a short name",
        _each('<a href="{url}">{spaced}</a>', '<div class="dh">{items}</div>'),
    ),
    "names-in-parts": Menu(
        "an icon and the name in two lines (portals since 2019)",
        _each(
            '<a href="{url}"><i class="icon"></i><span>{half}</span><span>{rest}</span></a>',
            '<div class="gk">{items}</div>',
        ),
        weight=2,
    ),
    "pictures": Menu(
        "the name stands on a picture, and in its `alt`",
        _each('<a href="{url}"><img src="/images/dh.png" alt="{name}"></a>'),
    ),
    "titled-pictures": Menu(
        "the name stands on a picture, and in the link's `title`",
        _each('<a href="{url}" title="{name}"><img src="/images/dh.png"></a>'),
    ),
    "area-map": Menu("one picture with areas (sites before 2010)", _draw_area_map),
    "opened-by-clicks": Menu(
        "elements that open a window",
        _each('<span class="tab" onclick="window.open(\'{url}\')">{name}</span>'),
    ),
    "location-by-clicks": Menu(
        "list items that set the location",
        _each("<li onclick=\"location.href='{url}'\">{name}</li>", "<ul>{items}</ul>"),
    ),
    "void-links": Menu(
        "links whose function opens an address",
        _each(
            '<a href="javascript:void(0)" onclick="toUrl(\'{url}\')">{name}</a>',
            "<script>function toUrl(u){ window.location.href = u; }</script><p>{items}</p>",
        ),
    ),
    "data-links": Menu(
        "tabs whose address is in a `data-` attribute",
        _each(
            '<li><a href="javascript:;" data-url="{url}">{name}</a></li>',
            "<ul>{items}</ul>",
        ),
    ),
    "options": Menu("a menu of the form's kind", _draw_options),
    "dropdown": Menu("a second level that shows under the mouse", _draw_dropdown, 2),
    "script-array": Menu("data of a script that draws the menu", _draw_array),
    "tree-nodes": Menu("nodes of a tree plug-in, keys unquoted", _draw_tree),
    "written": Menu(
        "a script writes the links",
        _each(
            "document.write('<li><a href=\"{url}\">{name}</a></li>');",
            "<ul><script>{items}</script></ul>",
        ),
    ),
    "blocks": Menu(
        "the name is a heading, and the link beside it says 更多",
        _draw_blocks,
    ),
}
