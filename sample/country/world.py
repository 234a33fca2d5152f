"""The country of a seed: which shapes each government has, drawn by lot and by turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol

from nianbao.sample.country.answers import Answer
from nianbao.sample.country.arrangements import ARRANGEMENTS
from nianbao.sample.country.builder import ADDRESSES, SiteBuilder
from nianbao.sample.country.carriers import CARRIERS
from nianbao.sample.country.fates import FATES
from nianbao.sample.country.government import Country, Government, State
from nianbao.sample.country.homes import HOMES
from nianbao.sample.country.lists import layout
from nianbao.sample.country.lists.nesting import NESTINGS
from nianbao.sample.country.lists.pagers import PAGERS
from nianbao.sample.country.lists.row_markup import DRAWINGS
from nianbao.sample.country.lists.titles import TITLINGS
from nianbao.sample.country.lists.totals import TOTALS
from nianbao.sample.country.menus import MENUS
from nianbao.sample.country.names import make_path
from nianbao.sample.country.routes import ROUTES
from nianbao.sample.country.services import SERVICES
from nianbao.sample.country.traps import TRAPS

CLOSED_PORT = 9
# Of 50 governments: how many have a site that cannot be reached, no column, or need a browser.
STATES: Mapping[State, int] = {"open": 41, "closed": 4, "no-column": 3, "browser": 2}
# What most sites have, before the rest is drawn by lot.
USUAL = {
    "rows": ("items", "items", "table", "items-date-first"),
    "pager": ("next-word", "numbers-and-more", "create-page-html"),
    "titles": ("whole", "text-only", "short", "cut"),
    "nesting": ("none",),
    "charset": ("utf-8", "gbk"),
}
WRITTEN_MENUS = ("written", "script-array", "tree-nodes", "void-links")
USUAL_SHARE = 0.6
OTHER_SITES = 32  # for each site of every service
NOISE = ("news", "commented-rows", "commented-scripts", "friends", "search-form")
FURNITURE = ("carousel", "calendar", "footer")
SHELL = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{name}</title></head><body><div id="app"></div>'
    '<script src="/static/js/chunk-vendors.3f2a.js"></script><script src="/static/js/app.91bc.js"></script></body></html>'
)


class Weighted(Protocol):
    """A shape of a table, with how often it is drawn."""

    @property
    def weight(self) -> int:
        """How often it is drawn."""


def make_country(seed: int, count: int, port: int) -> Country:
    """Return the governments 0 to `count` of a seed, as they stand on a port."""
    governments = [make_government(seed, number, port) for number in range(count)]
    return Country(seed, port, tuple(governments))


def make_government(seed: int, number: int, port: int) -> Government:
    """Return the government of a number."""
    random = Random(f"country/{seed}/{number}")
    path = make_path(number)
    www = random.choice(("", "", "www."))
    government = Government(
        name=path[-1],
        path=path,
        code=f"99{number:04}",
        host=f"{www}g{number}.localhost:{port}",
        state=_choose_state(random),
        traits=_choose_traits(random),
    )
    SiteBuilder(random, government).build()
    if government.state == "closed":
        _close(government, random)
    if government.state == "browser":
        _draw_by_script(government)
    return government


def _choose_state(random: Random) -> State:
    states = list(STATES)
    return random.choices(states, [STATES[state] for state in states])[0]


def _choose_traits(random: Random) -> dict[str, str]:
    """Return the shapes of a site, by kind."""
    traps = random.sample(sorted(TRAPS), random.choice((0, 0, 1, 2)))
    noise = random.sample((*NOISE, *FURNITURE), random.choice((0, 1, 2, 3)))
    home = _draw(random, HOMES)
    home_menu = _draw(random, MENUS)
    if home == "menu-in-a-script-file" and home_menu in WRITTEN_MENUS:
        home_menu = "items"
    return {
        "home": home,
        "home-menu": home_menu,
        "route": _draw(random, ROUTES),
        "gate-menu": _draw(random, MENUS),
        "columns": _draw(random, ARRANGEMENTS),
        "addresses": random.choice(sorted(ADDRESSES)),
        "index": random.choice(("folder", "folder", "page")),
        "service": random.choice((*SERVICES, *["none"] * OTHER_SITES)),
        "links": random.choice(("path", "path", "absolute")),
        "traps": "+".join(traps) or "none",
        "rows": _choose(random, "rows", sorted(DRAWINGS)),
        "pager": _choose(random, "pager", sorted(PAGERS)),
        "titles": _choose(random, "titles", sorted(TITLINGS)),
        "nesting": _choose(random, "nesting", sorted(NESTINGS)),
        "total": random.choice(("none", *TOTALS)),
        "page-size": random.choice(("4", "8", "20", "20")),
        "others": random.choice(("0", "0", "1", "2")),
        "noise": "+".join(noise) or "none",
        "charset": _choose(random, "charset", sorted(layout.ENCODINGS)),
        "carrier": _draw(random, CARRIERS),
    }


def _draw(random: Random, table: Mapping[str, Weighted]) -> str:
    weights = [shape.weight for shape in table.values()]
    return random.choices(list(table), weights)[0]


def _choose(random: Random, kind: str, names: Sequence[str]) -> str:
    if random.random() < USUAL_SHARE:
        return random.choice(USUAL[kind])
    return random.choice(names)


def _close(government: Government, random: Random) -> None:
    """Let a fate stand before all that a site answers."""
    name = random.choice(sorted(FATES))
    fate = FATES[name]
    government.traits["fate"] = name
    host = government.host.partition(":")[0]
    if fate.closed:
        government.host = f"{host}:{CLOSED_PORT}"
    body = fate.answer.encode()
    answer = Answer(body, "text/html; charset=utf-8", fate.status)
    government.answers = {f"//{host.removeprefix('www.')}*": answer}
    government.reports = []


def _draw_by_script(government: Government) -> None:
    """Let a script draw every page of a site: nothing on it can be read without a browser."""
    host = government.host.partition(":")[0]
    body = SHELL.format(name=f"{government.name}人民政府").encode()
    answer = Answer(body, "text/html; charset=utf-8")
    government.answers = {f"//{host.removeprefix('www.')}*": answer}
    government.reports = []
