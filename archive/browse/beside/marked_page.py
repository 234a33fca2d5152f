"""An archived page as it may be shown, with the cells of its report marked and linked."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lxml import html as lxml_html

from nianbao.archive.browse import replay
from nianbao.archive.browse.beside.cell_places import find_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.html import HtmlElement

    from nianbao.archive.browse.beside.cell_places import Places
    from nianbao.archive.browse.drawn_tables import DrawnTable

PARSER = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)


class MarkedPage(NamedTuple):
    """The content of a page, and the number of each cell that was found in it, by its anchor."""

    html: str
    numbers: dict[str, int]


def mark_page(
    payload: bytes,
    charset: str | None,
    tables: Sequence[DrawnTable],
    images: Mapping[str, bytes] = MappingProxyType({}),
) -> MarkedPage:
    """Return a page without anything that runs, fetches or leads away, its cells marked.

    `images` are those that the archive has, by the addresses that the page writes. A cell of number
    7 is `o7`, of the class `c7`, and leads to `r7`, which is in the other pane.
    """
    text = replay.clean_html(replay.decode_payload(payload, charset), images)
    tree = lxml_html.fragment_fromstring(
        text.encode(), create_parent="div", parser=PARSER
    )
    numbers = _mark_places(find_places(tree, tables))
    html: str = lxml_html.tostring(tree, encoding="unicode")
    return MarkedPage(html, numbers)


def _mark_places(places: Places) -> dict[str, int]:
    numbers = {}
    for number, (anchor, element) in enumerate(places.items()):
        numbers[anchor] = number
        element.set("id", f"o{number}")
        element.set("class", f"c{number}")
        _link_content(element, f"#r{number}")
    return numbers


def _link_content(cell: HtmlElement, target: str) -> None:
    """Make what stands in a cell a link; where links stand in it, it stays as it is."""
    if next(cell.iter("a"), None) is not None:
        return
    link = lxml_html.Element("a", href=target)
    link.text = cell.text
    link.extend(list(cell))
    cell.text = None
    cell.append(link)
