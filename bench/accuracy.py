"""`make accuracy`: what reading gets right, leaves blank and gets wrong, beside general
extractors.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.cases import FIELDS, Case, every, shown
from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.page import parse
from nianbao.pipelines.reader.payload.charset import decode_text

FLOORS = Path(__file__).with_name("floors.json")
OURS = "nianbao"
OUTCOMES = ("right", "blank", "wrong")
_BEFORE = re.compile(r"(?:.*[省市县区州盟旗镇乡]|.*街道)?")
_BEHIND = re.compile(
    r"(?<=.)(?:(?:人民)?政府(?:机关)?|机关|(?<=街道)办事处|[(][^()]*[)])$"
)
_PRINTED = (
    "source",
    "metadata",
    "header",
    "meta:ContentSource",
)  # bases of what stands behind 来源 or 发布机构


@dataclass(frozen=True, slots=True)
class Score:
    """How one tool did on one field of one page."""

    group: str
    name: str
    tool: str
    field: str
    outcome: str
    wanted: tuple[str, ...]
    got: tuple[str, ...]


def ours(case: Case) -> Iterator[Score]:
    """Score our reading of a case on every field that is labelled."""
    reading = read(case.payload, url=case.url, hints=case.hints, today=case.today)
    for name, wanted in case.wanted.items():
        yield _score(case, OURS, name, wanted, _answer(reading, name))


def rivals(case: Case) -> Iterator[Score]:
    """Score the general extractors, on the fields that they know; they are made for pages, not
    for plain text.
    """
    from bench.rivals import RIVALS

    source, _ = decode_text(case.payload, case.hints.content_type)
    if not parse.is_markup(source):
        return
    for tool, ask in RIVALS.items():
        answer = ask(case, source)
        for name, wanted in case.wanted.items():
            if name in answer:
                value = answer[name]
                yield _score(case, tool, name, wanted, (shown(value),) if value else ())


def _answer(reading: Reading, name: str) -> tuple[str, ...]:
    if name == "source":
        printed = [
            item["text"]
            for item in reading.agency.candidates
            if item["basis"] in _PRINTED
        ]
        return tuple(dict.fromkeys(map(shown, printed)))
    if name == "agency":
        return (shown(reading.agency.printed),) if reading.agency.printed else ()
    value = getattr(reading, name)
    return () if value is None else (shown(value),)


def _score(
    case: Case, tool: str, name: str, wanted: tuple[str, ...], got: tuple[str, ...]
) -> Score:
    """Right: one of the values wanted, or none where none is printed; blank: none where one is."""
    if not got:
        outcome = "blank" if wanted else "right"
    else:
        same = _same_body if name == "agency" else str.__eq__
        outcome = (
            "right"
            if any(same(_plain(a), _plain(b)) for a in got for b in wanted)
            else "wrong"
        )
    return Score(case.group, case.name, tool, name, outcome, wanted, got)


def _same_body(one: str, other: str) -> bool:
    """Tell whether two names differ only in the regions in front or in a word for government
    behind.

    A body and its office (办公室) are two bodies.
    """
    short, long = sorted(
        (_BEHIND.sub("", one) or one, _BEHIND.sub("", other) or other), key=len
    )
    return (
        len(short) >= 2
        and long.endswith(short)
        and bool(_BEFORE.fullmatch(long.removesuffix(short)))
    )


def _plain(value: str) -> str:
    return value.strip('《》“”"[]【】')


def tally(scores: Iterable[Score]) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """Count outcomes: group → field → tool → outcome."""
    counts = Counter(
        (score.group, score.field, score.tool, score.outcome) for score in scores
    )
    table: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for group, name, tool, outcome in counts:
        cell = (
            table.setdefault(group, {})
            .setdefault(name, {})
            .setdefault(tool, dict.fromkeys(OUTCOMES, 0))
        )
        cell[outcome] = counts[group, name, tool, outcome]
    return table


def below(
    table: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]],
) -> list[str]:
    """Say where our reading is below the floors that are pinned in floors.json."""
    floors = json.loads(FLOORS.read_text("utf-8"))
    found = []
    for group, fields in table.items():
        for name, tools in fields.items():
            cell = tools[OURS]
            share = cell["right"] / sum(cell.values())
            floor = floors.get(group, {}).get(name)
            if floor is None:
                found.append(f"{group} {name}: no floor is pinned")
            elif share < floor:
                found.append(f"{group} {name}: {share:.4f} right, the floor is {floor}")
            if name == "published_on" and cell["wrong"]:
                found.append(f"{group} {name}: {cell['wrong']} wrong, and none may be")
    return found


def main() -> None:
    """Print the table, or all of it as JSON; end with 1 when a floor is not reached."""
    parser = argparse.ArgumentParser(
        prog="make accuracy",
        description="Read the labelled pages and compare: right, blank, wrong.",
        epilog='Example: make accuracy ARGS="--misses"',
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the counts and every miss of ours as JSON",
    )
    parser.add_argument(
        "--misses", action="store_true", help="list each field that our reading missed"
    )
    parser.add_argument(
        "--alone", action="store_true", help="leave the other extractors out"
    )
    options = parser.parse_args()
    cases = every()
    scores = [score for case in cases for score in ours(case)]
    misses = [score for score in scores if score.outcome != "right"]
    if not options.alone:
        from bench.rivals import silence

        silence()
        scores += [score for case in cases for score in rivals(case)]
    table = tally(scores)
    failures = below(table)
    if options.json:
        told = [
            {
                "group": s.group,
                "page": s.name,
                "field": s.field,
                "outcome": s.outcome,
                "wanted": s.wanted,
                "got": s.got,
            }
            for s in misses
        ]
        print(
            json.dumps(
                {"counts": table, "misses": told, "below": failures},
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        _print(table, Counter(case.group for case in cases))
        for score in misses if options.misses else ():
            wanted, got = (
                " or ".join(score.wanted) or "nothing",
                " / ".join(score.got) or "nothing",
            )
            print(
                f"{score.group} {score.name} {score.field} {score.outcome}: wanted {wanted}, got {got}"
            )
        for failure in failures:
            print(failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


def _print(
    table: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]],
    sizes: Mapping[str, int],
) -> None:
    tools = list(
        dict.fromkeys(
            tool
            for fields in table.values()
            for cells in fields.values()
            for tool in cells
        )
    )
    print("right / blank / wrong; - where a tool has no such field")
    print(f"{'':<24}" + "".join(f"{tool:>18}" for tool in tools))
    for group, fields in table.items():
        print(f"{group}, {sizes[group]} pages")
        for name in (name for name in FIELDS if name in fields):
            cells = [_cell(fields[name].get(tool)) for tool in tools]
            print(f"  {name:<22}" + "".join(f"{cell:>18}" for cell in cells))


def _cell(counts: Mapping[str, int] | None) -> str:
    return (
        " / ".join(f"{counts[outcome]:>3}" for outcome in OUTCOMES) if counts else "-"
    )


if __name__ == "__main__":
    main()
