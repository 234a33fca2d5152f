"""A country to practise on: governments made from a seed, each with a site of its own shape.

`make_country` makes them, `serve_country` serves all of them on loopback under names of their
own. Every shape is a row of a table, with the reason for it: how a home page leads in
(`homes.py`), how a menu is drawn (`menus.py`), what stands between the home page and the columns
(`routes.py`), which columns there are (`arrangements.py`), how their lists look (`row_markup.py`,
`titles.py`, `pagers.py`, `totals.py`, `nesting.py`), how a page carries its report
(`carriers.py`), what only looks like a column (`traps.py`), what stands in the way (`fates.py`).
A government declares what it holds.
"""

from nianbao.sample.country.government import Column, Country, Government, Report
from nianbao.sample.country.server import serve_country
from nianbao.sample.country.world import make_country

__all__ = [
    "Column",
    "Country",
    "Government",
    "Report",
    "make_country",
    "serve_country",
]
