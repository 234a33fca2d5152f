"""Random tables of many kinds: spans, groups, hidden parts, bad markup.

Every cell has a text of its own, so that a browser's geometry can say where it stands.
"""

from __future__ import annotations

import random
from collections.abc import Callable

SHEET = ".gone{display:none} tr.out td{display:none} #none{display:none} .veil{visibility:hidden}"
_ODD_SPANS = ("2px", "+2", "2.0", " 2", "-2", "two", "", "0", "9999", "02", "2;", "1.9")


class TableMaker:
    """Makes one table; `kind` says what is odd in it."""

    def __init__(self, kind: str, seed: int) -> None:
        self.kind = kind
        self.random = random.Random(f"{kind} {seed}")
        self.count = 0

    def make(self) -> str:
        """Return the table's inner markup."""
        return KINDS[self.kind](self)

    def cell(
        self, attributes: str = "", tag: str = "td", end: str | None = None
    ) -> str:
        """Return a cell with a text of its own."""
        self.count += 1
        end = f"</{tag}>" if end is None else end
        return f"<{tag} {attributes}>c{self.count}{end}"

    def spans(self, most: int = 3) -> str:
        """Return random spans."""
        parts = []
        for name in ("colspan", "rowspan"):
            if self.random.random() < 0.35:
                parts.append(f'{name}="{self.random.randint(1, most)}"')
        return " ".join(parts)

    def row(self, attributes: str = "", count: int | None = None) -> str:
        """Return a row of cells with random spans."""
        count = count or self.random.randint(2, 5)
        cells = "".join(self.cell(self.spans()) for _ in range(count))
        return f"<tr {attributes}>{cells}</tr>"

    def rows(self, count: int = 0) -> str:
        """Return some rows."""
        count = count or self.random.randint(2, 5)
        return "".join(self.row() for _ in range(count))

    def group(self, tag: str = "tbody", attributes: str = "") -> str:
        """Return a group of rows."""
        return f"<{tag} {attributes}>{self.rows()}</{tag}>"

    def odd_row(self, odd: str) -> str:
        """Return a row one of whose cells has odd attributes."""
        cells = [self.cell(self.spans()) for _ in range(3)]
        place = self.random.randrange(4)
        cells.insert(place, self.cell(odd))
        return f"<tr>{''.join(cells)}</tr>"

    def around(self, odd: str) -> str:
        """Return rows with an odd one among them."""
        return self.rows(2) + odd + self.rows(2)


def _plain(maker: TableMaker) -> str:
    rows = []
    for _ in range(3):
        cells = "".join(maker.cell() for _ in range(4))
        rows.append(f"<tr>{cells}</tr>")
    return "".join(rows)


def _span_past_group(maker: TableMaker) -> str:
    last = maker.odd_row('rowspan="4"')
    return f"<thead>{maker.row()}{last}</thead><tbody>{last_rows(maker)}</tbody>" + (
        maker.group("tfoot")
    )


def last_rows(maker: TableMaker) -> str:
    """Return rows the last of which asks for more rows than there are."""
    return maker.rows() + maker.odd_row('rowspan="3"')


def _odd_span(name: str) -> Callable[[TableMaker], str]:
    def make(maker: TableMaker) -> str:
        value = maker.random.choice(_ODD_SPANS)
        return maker.around(maker.odd_row(f'{name}="{value}"'))

    return make


def _cell_with(attributes: str) -> Callable[[TableMaker], str]:
    return lambda maker: maker.around(maker.odd_row(f"{attributes} {maker.spans()}"))


def _row_with(attributes: str) -> Callable[[TableMaker], str]:
    return lambda maker: maker.around(maker.row(attributes))


def _loose_cells(maker: TableMaker) -> str:
    loose = "".join(maker.cell(maker.spans()) for _ in range(3))
    return maker.around(loose)


def _loose_cells_in_body(maker: TableMaker) -> str:
    loose = "".join(maker.cell() for _ in range(3))
    return f"<tbody>{maker.rows()}{loose}</tbody>{maker.group()}"


def _only_loose_cells(maker: TableMaker) -> str:
    return "".join(maker.cell(maker.spans()) for _ in range(4))


def _unclosed(maker: TableMaker) -> str:
    rows = []
    for _ in range(4):
        cells = "".join(maker.cell(maker.spans(), end="") for _ in range(3))
        rows.append(f"<tr>{cells}")
    return "".join(rows)


def _overlap(maker: TableMaker) -> str:
    first = maker.cell() + maker.cell('rowspan="3"') + maker.cell()
    second = maker.cell('colspan="2"') + maker.cell()
    return f"<tr>{first}</tr><tr>{second}</tr>{maker.rows()}"


def _veiled_row(maker: TableMaker) -> str:
    shown = maker.cell('style="visibility:visible"')
    return maker.around(f'<tr class="veil">{maker.cell()}{shown}{maker.cell()}</tr>')


def _with_caption(maker: TableMaker) -> str:
    head = "<caption>t</caption><colgroup><col><col span=2></colgroup>"
    return head + maker.rows()


def _marked_up(maker: TableMaker) -> str:
    text = maker.rows()
    text = text.replace("</td>", "<br></p></td>")
    return text.replace(">c", "><p><span>c").replace("<br>", "</span><br>")


def _upper(maker: TableMaker) -> str:
    text = maker.rows()
    for word in ("tr", "td", "colspan", "rowspan"):
        text = text.replace(word, word.upper())
    return text


KINDS: dict[str, Callable[[TableMaker], str]] = {
    "plain": _plain,
    "spans": lambda maker: maker.rows(5),
    "groups": lambda maker: maker.group("thead") + maker.group() + maker.group(),
    "span past its group": _span_past_group,
    "rowspan 0": lambda maker: maker.around(maker.odd_row('rowspan="0"')),
    "colspan 0": lambda maker: maker.around(maker.odd_row('colspan="0"')),
    "rowspan 0 in groups": lambda maker: (
        f"<tbody>{maker.odd_row('rowspan=0')}{maker.rows()}</tbody>" + maker.group()
    ),
    "odd colspan": _odd_span("colspan"),
    "odd rowspan": _odd_span("rowspan"),
    "odd spans": lambda maker: maker.around(
        maker.odd_row('colspan="2px" rowspan="+2"')
    ),
    "row hidden": _row_with("hidden"),
    "row hidden by style": _row_with('style="display:none"'),
    "row hidden by sheet": _row_with('class="gone"'),
    "row whose cells are hidden": _row_with('class="out"'),
    "cell hidden": _cell_with("hidden"),
    "cell hidden by style": _cell_with('style="color:red; DISPLAY : none"'),
    "cell hidden by sheet": _cell_with('class="a gone"'),
    "cell hidden by id": _cell_with('id="none"'),
    "cell veiled": _cell_with('style="visibility:hidden"'),
    "cell veiled by sheet": _cell_with('class="veil"'),
    "cell without size": _cell_with('style="font-size:0"'),
    "cell hidden and shown": _cell_with('hidden style="display:table-cell"'),
    "row veiled": _veiled_row,
    "group hidden": lambda maker: maker.group() + maker.group("tbody", "hidden"),
    "loose cells": _loose_cells,
    "loose cells in a body": _loose_cells_in_body,
    "only loose cells": _only_loose_cells,
    "foot first": lambda maker: maker.group("tfoot") + maker.group() + maker.group(),
    "foot between": lambda maker: maker.group() + maker.group("tfoot") + maker.group(),
    "two feet": lambda maker: (
        maker.group("tfoot") + maker.group("tfoot") + maker.group()
    ),
    "two heads": lambda maker: (
        maker.group("thead") + maker.group() + maker.group("thead")
    ),
    "head last": lambda maker: maker.group() + maker.group("thead"),
    "rows and groups": lambda maker: maker.rows() + maker.group() + maker.rows(),
    "unclosed": _unclosed,
    "overlap": _overlap,
    "headers": lambda maker: maker.rows().replace("td", "th"),
    "caption": _with_caption,
    "comments": lambda maker: maker.rows().replace("<td", "<!-- x --><td"),
    "empty rows": lambda maker: maker.around("<tr></tr>" + maker.row() + "<tr></tr>"),
    "marked up": _marked_up,
    "upper case": _upper,
    "wide": lambda maker: maker.row(count=9) + maker.rows(),
}
