"""Nesting: what stands between the entry of a site and the lists that name its reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.crawl.list_sites.titles import Report


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


HEAD = "<title>政府信息公开年报</title></head><body>"


def _nest_not(entry: str, reports: Sequence[Report]) -> Tree:
    return Tree([Leaf(entry, reports)])


def _nest_below(page: str) -> Callable[[str, Sequence[Report]], Tree]:
    """Return the nesting of one list behind a page: {url} is the address of the list."""

    def nest(entry: str, reports: Sequence[Report]) -> Tree:
        folder = f"{entry}lb/"
        return Tree([Leaf(folder, reports)], {entry: page.format(url=folder)})

    return nest


def _split(reports: Sequence[Report]) -> list[Sequence[Report]]:
    middle = max(1, len(reports) // 2)
    return [reports[:middle], reports[middle:]]


def _nest_years(entry: str, reports: Sequence[Report]) -> Tree:
    """Nest a list for each year behind a page of years."""
    tree = Tree()
    links = []
    for year in sorted({report.year for report in reports}, reverse=True):
        folder = f"{entry}{year}/"
        links.append(f'<li><a href="{folder}">{year}年</a></li>')
        tree.leaves.append(Leaf(folder, [r for r in reports if r.year == year]))
    tree.pages[entry] = f"{HEAD}<ul>{''.join(links)}</ul>"
    return tree


def _nest_groups(
    names: Sequence[str], pattern: str
) -> Callable[[str, Sequence[Report]], Tree]:
    """Return the nesting of several lists behind a page of links: {url} and {name}."""

    def nest(entry: str, reports: Sequence[Report]) -> Tree:
        tree = Tree()
        links = []
        for number, part in enumerate(_split(reports)):
            folder = f"{entry}z{number}/"
            tree.leaves.append(Leaf(folder, part))
            links.append(pattern.format(url=folder, name=names[number]))
        tree.pages[entry] = f"{HEAD}<div class='tab'>{''.join(links)}</div>"
        return tree

    return nest


def _nest_groups_of_years(entry: str, reports: Sequence[Report]) -> Tree:
    """Nest lists of years behind the names of two bodies."""
    tree = Tree()
    links = []
    for number, part in enumerate(_split(reports)):
        folder = f"{entry}b{number}/"
        below = _nest_years(folder, part)
        tree.leaves += below.leaves
        tree.pages |= below.pages
        links.append(f'<li><a href="{folder}">{["县政府", "乡镇"][number]}</a></li>')
    tree.pages[entry] = f"{HEAD}<ul>{''.join(links)}</ul>"
    return tree


def _nest_one_frame_each(entry: str, reports: Sequence[Report]) -> Tree:
    tree = Tree()
    frames = []
    for number, part in enumerate(_split(reports)):
        folder = f"{entry}f{number}/"
        tree.leaves.append(Leaf(folder, part))
        frames.append(f'<iframe src="{folder}" width="100%"></iframe>')
    tree.pages[entry] = f"{HEAD}<h2>年报</h2>{''.join(frames)}"
    return tree


NESTINGS: dict[str, Callable[[str, Sequence[Report]], Tree]] = {
    "none": _nest_not,
    "iframe": _nest_below(f'{HEAD}<h2>年报</h2><iframe src="{{url}}"></iframe>'),
    "frameset": _nest_below(
        '<title>年报</title></head><frameset cols="20%,80%"><frame src="/about/"><frame src="{url}">'
        "</frameset><body>"
    ),
    "two-frames": _nest_one_frame_each,
    "script-redirect": _nest_below(f'{HEAD}<script>location.href="{{url}}";</script>'),
    "window-redirect": _nest_below(
        f"{HEAD}<script>window.location.replace('{{url}}')</script>正在跳转"
    ),
    "meta-refresh": _nest_below(
        '<meta http-equiv="refresh" content="0; url={url}"></head><body>'
    ),
    "years": _nest_years,
    "tabs": _nest_groups(("县级部门", "乡镇街道"), '<a href="{url}">{name}</a>'),
    "groups": _nest_groups(
        ("县政府年报", "部门年报"), '<li><a href="{url}">{name}</a></li>'
    ),
    "more-links": _nest_groups(
        ("部门", "乡镇"), '<h3>{name}</h3><a class="more" href="{url}">更多&gt;&gt;</a>'
    ),
    "groups-of-years": _nest_groups_of_years,
}
