"""Arrangements: which annual-report columns a government has, and what each covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GOVERNMENT, DEPARTMENTS, TOWNSHIPS = "government", "departments", "townships"
EVERY_BODY = (GOVERNMENT, DEPARTMENTS, TOWNSHIPS)


@dataclass(frozen=True)
class Part:
    """A column: its name, its folder, and the kinds of bodies whose reports it lists.

    `beside` names a page that leads to it, where it is not named with the others.
    """

    name: str
    folder: str
    covers: tuple[str, ...]
    beside: str = ""


@dataclass(frozen=True)
class Arrangement:
    """The columns of a government, and where such ones are met."""

    why: str
    parts: tuple[Part, ...]
    weight: int = 1


ALL = "政府信息公开年报"

ARRANGEMENTS: Mapping[str, Arrangement] = {
    "one-list": Arrangement(
        "all bodies in one list", (Part(ALL, "zfxxgknb", EVERY_BODY),), weight=6
    ),
    "long-name": Arrangement(
        "the same, by the name that the order of 2019 gives it",
        (Part("政府信息公开工作年度报告", "xxgkgzndbg", EVERY_BODY),),
        weight=2,
    ),
    "yearly-report": Arrangement(
        "年度报告 alone, under 政府信息公开",
        (Part("年度报告", "ndbg", EVERY_BODY),),
    ),
    "short-name": Arrangement(
        "年报 alone, under 政府信息公开", (Part("年报", "nb", EVERY_BODY),)
    ),
    "open-work-report": Arrangement(
        "信息公开工作报告", (Part("信息公开工作报告", "gzbg", EVERY_BODY),)
    ),
    "government-only": Arrangement(
        "the government's own reports and no others",
        (Part(ALL, "zfxxgknb", (GOVERNMENT,)),),
        weight=2,
    ),
    "three-columns": Arrangement(
        "a column for each kind of body",
        (
            Part("县政府年报", "xzfnb", (GOVERNMENT,)),
            Part("部门年报", "bmnb", (DEPARTMENTS,)),
            Part("乡镇年报", "xznb", (TOWNSHIPS,)),
        ),
        weight=3,
    ),
    "two-columns": Arrangement(
        "the government's, and all others'",
        (
            Part(ALL, "zfxxgknb", (GOVERNMENT,)),
            Part("部门及乡镇信息公开年报", "bmxznb", (DEPARTMENTS, TOWNSHIPS)),
        ),
        weight=2,
    ),
    "long-names": Arrangement(
        "columns by kind with whole names",
        (
            Part("县政府信息公开工作年度报告", "zfndbg", (GOVERNMENT,)),
            Part("县直部门信息公开工作年度报告", "bmndbg", (DEPARTMENTS,)),
            Part("乡镇（街道）信息公开工作年度报告", "xzndbg", (TOWNSHIPS,)),
        ),
    ),
    "departments-elsewhere": Arrangement(
        "the others' column stands on the page of departments",
        (
            Part(ALL, "zfxxgknb", (GOVERNMENT,)),
            Part("部门年报", "bmnb", (DEPARTMENTS, TOWNSHIPS), beside="部门信息公开"),
        ),
    ),
}
