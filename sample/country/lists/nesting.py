"""Nesting: what stands between the entry of a site and the lists that name its reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nianbao.sample.country.lists.titles import Report


@dataclass(frozen=True)
class Leaf:
    """A list that names reports, in a folder of its own."""

    folder: str
    reports: Sequence[Report]


@dataclass
class Tree:
    """The lists of a site, and the pages that lead to them, by path."""

    leaves: list[Leaf] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)


Nesting = Callable[[str, Sequence[Report]], Tree]
HEAD = "<title>政府信息公开年报</title></head><body>"


def _nest_not(entry: str, reports: Sequence[Report]) -> Tree:
    return Tree([Leaf(entry, reports)])


def _nest_below(page: str) -> Nesting:
    """Return the nesting of one list behind a page: {url} is the address of the list."""

    def nest(entry: str, reports: Sequence[Report]) -> Tree:
        folder = f"{entry}lb/"
        return Tree([Leaf(folder, reports)], {entry: page.format(url=folder)})

    return nest


Part = tuple[
    str, str, Sequence[Report]
]  # a name, a folder below the entry, its reports
Division = Callable[[Sequence[Report]], list[Part]]


def _halve(prefix: str, names: Sequence[str]) -> Division:
    """Return the division into two parts with names; their folders are numbered."""

    def divide(reports: Sequence[Report]) -> list[Part]:
        middle = max(1, len(reports) // 2)
        halves = (reports[:middle], reports[middle:])
        parts = []
        for number, half in enumerate(halves):
            parts.append((names[number], f"{prefix}{number}/", half))
        return parts

    return divide


def _divide_by_year(reports: Sequence[Report]) -> list[Part]:
    parts: list[Part] = []
    for year in sorted({report.year for report in reports}, reverse=True):
        of_year = [report for report in reports if report.year == year]
        parts.append((f"{year}年", f"{year}/", of_year))
    return parts


def _nest_parts(
    divide: Division, pattern: str, page: str, below: Nesting = _nest_not
) -> Nesting:
    """Return the nesting of several lists behind a page: {url} and {name} are those of a part."""

    def nest(entry: str, reports: Sequence[Report]) -> Tree:
        tree = Tree()
        links = []
        for name, folder, part in divide(reports):
            url = f"{entry}{folder}"
            lists = below(url, part)
            tree.leaves += lists.leaves
            tree.pages |= lists.pages
            links.append(pattern.format(url=url, name=name))
        tree.pages[entry] = page.format(links="".join(links))
        return tree

    return nest


ITEM = '<li><a href="{url}">{name}</a></li>'
TABS = f"{HEAD}<div class='tab'>{{links}}</div>"
ITEMS = f"{HEAD}<ul>{{links}}</ul>"
_nest_years = _nest_parts(_divide_by_year, ITEM, ITEMS)

NESTINGS: dict[str, Nesting] = {
    "none": _nest_not,
    "iframe": _nest_below(f'{HEAD}<h2>年报</h2><iframe src="{{url}}"></iframe>'),
    "frameset": _nest_below(
        '<title>年报</title></head><frameset cols="20%,80%"><frame src="/about/"><frame src="{url}">'
        "</frameset><body>"
    ),
    "two-frames": _nest_parts(
        _halve("f", ("", "")),
        '<iframe src="{url}" width="100%"></iframe>',
        f"{HEAD}<h2>年报</h2>{{links}}",
    ),
    "script-redirect": _nest_below(f'{HEAD}<script>location.href="{{url}}";</script>'),
    "window-redirect": _nest_below(
        f"{HEAD}<script>window.location.replace('{{url}}')</script>正在跳转"
    ),
    "meta-refresh": _nest_below(
        '<meta http-equiv="refresh" content="0; url={url}"></head><body>'
    ),
    "years": _nest_years,
    "tabs": _nest_parts(
        _halve("z", ("县级部门", "乡镇街道")), '<a href="{url}">{name}</a>', TABS
    ),
    "groups": _nest_parts(_halve("z", ("县政府年报", "部门年报")), ITEM, TABS),
    "more-links": _nest_parts(
        _halve("z", ("部门", "乡镇")),
        '<h3>{name}</h3><a class="more" href="{url}">更多&gt;&gt;</a>',
        TABS,
    ),
    "groups-of-years": _nest_parts(
        _halve("b", ("县政府", "乡镇")), ITEM, ITEMS, below=_nest_years
    ),
}
