"""Bodies: whose reports the first page of a column lists, as far as a search must know.

Pure functions of a page and its rows. They tell whether a search can end; whose reports a column
holds is judged by the same rules and the table of divisions in `crawler/discovery/coverage.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from nianbao.spiders.lists.page import ListPage, ListRow
from nianbao.spiders.rules import find_rule
from nianbao.spiders.title_folding import fold_title

BodyKind: TypeAlias = Literal["government", "department", "township"]
ALL_KINDS: frozenset[BodyKind] = frozenset(get_args(BodyKind))
TITLE_BODY_END = find_rule("title_body_end")
TITLE_BODY_START = find_rule("title_body_start")
GOVERNMENT = find_rule("government_body")
TOWNSHIP = find_rule("township_body")
DEPARTMENT = find_rule("department_body")
COLUMN_OF_ALL = find_rule("column_of_all")
COLUMN_OF_GOVERNMENT = find_rule("column_of_government")
COLUMN_OF_DEPARTMENTS = find_rule("column_of_departments")
COLUMN_OF_TOWNSHIPS = find_rule("column_of_townships")
CRUMBS = find_rule("crumbs")
LAST_SIGNS = re.compile(r"[\W_]+$")
BETWEEN_CRUMBS = re.compile(r"[>»›\-/|：:]+")
LONGEST_CRUMBS = 120  # characters
MOST_CRUMBS = 20  # elements that speak of a place on the site


@dataclass(frozen=True, slots=True)
class ColumnBodies:
    """The bodies that the rows of a column name, and the way to it as its page prints it.

    There are no kinds where neither the rows nor the column's name say whose reports it has.
    """

    names: tuple[str, ...]
    kinds: frozenset[BodyKind]
    crumbs: str

    @property
    def is_one_body(self) -> bool:
        """Whether it seems to be the column of a single department or township."""
        return len(self.names) == 1 and "government" not in self.kinds


def find_column_bodies(crumbs: str, name: str, rows: Iterable[ListRow]) -> ColumnBodies:
    """Return whose reports a column of a name lists, as far as its rows and its name say.

    `crumbs`: the way to it, as its page prints it.
    """
    names: dict[str, None] = {}
    kinds: frozenset[BodyKind] = frozenset()
    for row in rows:
        body = find_body(row.title or "")
        kind = find_kind(body)
        if kind:
            names[body] = None
            kinds |= {kind}
    if not names:
        names = dict.fromkeys(find_single_bodies(crumbs))
        kinds = find_kinds_of_name(name)
    return ColumnBodies(tuple(names), kinds, crumbs)


def find_body(title: str) -> str:
    """Return the body that a row's title begins with; empty where it names none.

    >>> find_body("【年报】某县教育局2023年政府信息公开工作年度报告")
    '某县教育局'
    """
    name = fold_title(title)
    end = TITLE_BODY_END.find(name)
    if end is not None:
        name = name[: end.start()]
    name = TITLE_BODY_START.pattern.sub("", name)
    return LAST_SIGNS.sub("", name.replace(" ", ""))


def find_kind(body: str) -> BodyKind | None:
    """Return the kind of a body by its name; None where the name does not tell."""
    if TOWNSHIP.find(body):
        return "township"
    if GOVERNMENT.find(body):
        return "government"
    if DEPARTMENT.find(body):
        return "department"
    return None


def find_crumbs(page: ListPage) -> str:
    """Return the way to a page as it prints it: 当前位置：首页 > 政务公开 > 年报."""
    if not page.is_markup:
        return ""
    elements = page.xpath("//*[contains(text(), '位置') or contains(@class, 'crumb')]")
    for element in elements[:MOST_CRUMBS]:
        for around in (element, *element.xpath("..")):
            text = "".join("".join(around.xpath(".//text()").getall()).split())
            if len(text) <= LONGEST_CRUMBS and CRUMBS.find(text):
                return text
    return ""


def find_single_bodies(crumbs: str) -> list[str]:
    """Return the department or township below whose pages a column stands."""
    parts = BETWEEN_CRUMBS.split(crumbs)
    return [part for part in parts if find_kind(part) in ("department", "township")]


def find_kinds_of_name(name: str) -> frozenset[BodyKind]:
    """Return the kinds of bodies that a column's name speaks of; none where it says nothing.

    >>> sorted(find_kinds_of_name("部门及乡镇年报"))
    ['department', 'township']
    """
    if COLUMN_OF_ALL.find(name):
        return ALL_KINDS
    kinds: set[BodyKind] = set()
    if COLUMN_OF_DEPARTMENTS.find(name):
        kinds.add("department")
    if COLUMN_OF_TOWNSHIPS.find(name):
        kinds.add("township")
    if not kinds and COLUMN_OF_GOVERNMENT.find(name):
        kinds.add("government")
    return frozenset(kinds)
