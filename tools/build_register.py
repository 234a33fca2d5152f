"""Make spiders/register/governments.tsv of a public list of governments' home pages.

python -m tools.build_register LIST > spiders/register/governments.tsv

LIST is a table with the columns region (names with / between), level, home, answered_at and
access, kept by hand and by probing at https://github.com/anyi-econ/china-public-debt (commit
9b01b30). Codes come from the table of divisions; what has none there is printed to standard
error and stands without one.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from nianbao.archive.divisions.table import (
    LAST_YEAR,
    Division,
    load_division_table,
)
from nianbao.spiders.register.governments import COLUMNS

HEAD = """\
# The governments of every province, prefecture and county of mainland China, with their home pages.
# Made by tools/build_register.py: names, levels and addresses are facts of a public list kept by hand and by probing
# (github.com/anyi-econ/china-public-debt, commit 9b01b30, reviewed 2026-04-18, probed 2026-04-26); codes are those of
# the table of divisions (archive/divisions). No text of the list is taken over.
"""
CHECKED_ON = "2026-04-26"
# Names of the list that are no divisions of the table: what they stand for, None for nothing.
OTHER_NAMES = {"济源示范区": "济源市", "新疆生产建设兵团": None}


def iterate_rows(lines: Iterator[str]) -> Iterator[tuple[str, ...]]:
    """Yield the register's rows."""
    facts = (line for line in lines if not line.startswith("#"))
    for fact in csv.DictReader(facts, delimiter="\t"):
        path = fact["region"].split("/")
        division = find_division(path)
        if division is None:
            print(f"{fact['region']}: no code", file=sys.stderr)
        home = fact["answered_at"] or fact["home"]
        yield (
            fact["region"],
            fact["level"],
            division.code if division else "",
            " ".join(list_former_codes(division)) if division else "",
            home,
            fact["access"],
            CHECKED_ON,
        )


def find_division(path: list[str]) -> Division | None:
    """Return today's division of a path of names; None where none or several fit."""
    table = load_division_table()
    names = [OTHER_NAMES.get(name, name) for name in path]
    if names[-1] is None:
        return None
    parents = {name for name in names[:-1] if name}
    candidates = {  # a division stands twice where its short name is its name
        division
        for division in table.names[names[-1]]
        if division.last == LAST_YEAR and parents <= _list_parents(division)
    }
    return candidates.pop() if len(candidates) == 1 else None


def _list_parents(division: Division) -> set[str]:
    parents = load_division_table().find_parents(division, LAST_YEAR)
    return {parent.name for parent in parents if parent}


def list_former_codes(division: Division) -> list[str]:
    """Return the codes that the division had before, the earliest first."""
    earlier = sorted(
        load_division_table().units[division.unit], key=lambda one: one.first
    )
    codes = dict.fromkeys(one.code for one in earlier)
    return [code for code in codes if code != division.code]


def _sort_key(row: tuple[str, ...]) -> tuple[str, str, str]:
    """Return what puts rows in the order of codes, those without a code behind their province."""
    path, _, code, *_ = row
    (province,) = load_division_table().names[path.split("/")[0]]
    return province.code, code or "~", path


def main() -> None:
    """Print the register."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        rows = sorted(iterate_rows(lines), key=_sort_key)
    sys.stdout.write(HEAD)
    for row in (COLUMNS, *rows):
        print("\t".join(row))


if __name__ == "__main__":
    main()
