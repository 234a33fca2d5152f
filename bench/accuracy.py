"""`make accuracy`: what reading gets right, leaves blank and gets wrong, beside other extractors."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bench.cases import FIELDS, Case, list_cases, normalize_value
from nianbao.archive.charsets import decode_text
from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.document import parse

FLOORS = Path(__file__).with_name("floors.json")
OURS = "nianbao"
OUTCOMES = ("right", "blank", "wrong")

Values: TypeAlias = tuple[str, ...]
# Group → field → tool → outcome → how often.
Tally: TypeAlias = dict[str, dict[str, dict[str, dict[str, int]]]]

_REGIONS_IN_FRONT = re.compile(r"(?:.*[省市县区州盟旗镇乡]|.*街道)?")
_GOVERNMENT_BEHIND = re.compile(
    r"(?<=.)(?:(?:人民)?政府(?:机关)?|机关|(?<=街道)办事处|[(][^()]*[)])$"
)
_QUOTES = '《》“”"[]【】'
# Bases of what stands behind 来源 or 发布机构.
_SOURCE_BASES = ("source", "metadata", "header", "meta:ContentSource")


@dataclass(frozen=True, slots=True)
class Score:
    """How one tool did on one field of one page."""

    group: str
    name: str
    tool: str
    field: str
    outcome: str
    expected: Values
    answer: Values


def score_reader(case: Case) -> Iterator[Score]:
    """Score our reading of a case on every field that is labelled."""
    reading = read(case.payload, url=case.url, hints=case.hints, today=case.today)
    for field in case.expected:
        yield _score_field(case, OURS, field, _extract_answer(reading, field))


def score_extractors(case: Case) -> Iterator[Score]:
    """Score the general extractors, on the fields that they know.

    They are made for pages, not for plain text.
    """
    from bench.rivals import RIVALS

    source, _ = decode_text(case.payload, case.hints.content_type)
    if not parse.is_markup(source):
        return
    for tool, extract in RIVALS.items():
        fields = extract(case, source)
        for field in case.expected:
            if field not in fields:
                continue
            yield _score_field(case, tool, field, _as_answer(fields[field]))


def _as_answer(value: object) -> Values:
    if not value:
        return ()
    return (normalize_value(value),)


def _extract_answer(reading: Reading, field: str) -> Values:
    """Return the values that a reading has for a field of the cases."""
    if field == "agency":
        return _as_answer(reading.agency.printed)
    if field == "source":
        sources: dict[str, None] = {}
        for candidate in reading.agency.candidates:
            if candidate["basis"] in _SOURCE_BASES:
                sources[normalize_value(candidate["text"])] = None
        return tuple(sources)
    if field == "agency_name":
        return _as_answer(reading.agency.name)
    value = getattr(reading, field)
    if value is None:
        return ()
    return (normalize_value(value),)


def _score_field(case: Case, tool: str, field: str, answer: Values) -> Score:
    """Score an answer.

    It is right when it is one of the values expected, or none where none is printed; blank when
    it is none where one is printed.
    """
    expected = case.expected[field]
    if not answer and not expected:
        outcome = "right"
    elif not answer:
        outcome = "blank"
    elif _is_among(answer, expected, field):
        outcome = "right"
    else:
        outcome = "wrong"
    return Score(case.group, case.name, tool, field, outcome, expected, answer)


def _is_among(answer: Values, expected: Values, field: str) -> bool:
    for value in answer:
        for expected_value in expected:
            plain = value.strip(_QUOTES)
            expected_plain = expected_value.strip(_QUOTES)
            if plain == expected_plain:
                return True
            if field == "agency" and is_same_body(plain, expected_plain):
                return True
    return False


def is_same_body(name: str, other: str) -> bool:
    """Tell whether two names differ only in the regions in front or in 政府 behind.

    A body and its office (办公室) are two bodies.
    """
    name = _GOVERNMENT_BEHIND.sub("", name) or name
    other = _GOVERNMENT_BEHIND.sub("", other) or other
    short, long = sorted((name, other), key=len)
    if len(short) < 2 or not long.endswith(short):
        return False
    regions = long.removesuffix(short)
    return _REGIONS_IN_FRONT.fullmatch(regions) is not None


def tally_scores(scores: Iterable[Score]) -> Tally:
    """Count the outcomes by group, field and tool."""
    tally: Tally = {}
    for score in scores:
        tools = tally.setdefault(score.group, {}).setdefault(score.field, {})
        counts = tools.setdefault(score.tool, dict.fromkeys(OUTCOMES, 0))
        counts[score.outcome] += 1
    return tally


def find_failures(tally: Tally) -> list[str]:
    """Say where our reading is below the floors that are pinned in floors.json."""
    floors = json.loads(FLOORS.read_text("utf-8"))
    failures: list[str] = []
    for group, fields in tally.items():
        for field, tools in fields.items():
            counts = tools[OURS]
            share = counts["right"] / sum(counts.values())
            floor = floors.get(group, {}).get(field)
            if floor is None:
                failures.append(f"{group} {field}: no floor is pinned")
            elif share < floor:
                failures.append(
                    f"{group} {field}: {share:.4f} right, the floor is {floor}"
                )
            if counts["wrong"]:
                failures.append(
                    f"{group} {field}: {counts['wrong']} wrong, and none may be"
                )
    return failures


def main() -> None:
    """Print the table, or all of it as JSON; end with 1 when a floor is not reached."""
    options = _parse_options()
    cases = list_cases()
    scores: list[Score] = []
    for case in cases:
        scores.extend(score_reader(case))
    misses = [score for score in scores if score.outcome != "right"]
    if not options.alone:
        from bench.rivals import silence_loggers

        silence_loggers()
        for case in cases:
            scores.extend(score_extractors(case))
    tally = tally_scores(scores)
    failures = find_failures(tally)
    if options.json:
        _print_json(tally, misses, failures)
    else:
        print_table(tally, Counter(case.group for case in cases))
        if options.misses:
            _print_misses(misses)
        for failure in failures:
            print(failure, file=sys.stderr)
    sys.exit(int(bool(failures)))


def _parse_options() -> argparse.Namespace:
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
    return parser.parse_args()


def _print_json(tally: Tally, misses: Sequence[Score], failures: Sequence[str]) -> None:
    entries: list[dict[str, object]] = []
    for score in misses:
        entries.append(
            {
                "group": score.group,
                "page": score.name,
                "field": score.field,
                "outcome": score.outcome,
                "wanted": score.expected,
                "got": score.answer,
            }
        )
    content = {"counts": tally, "misses": entries, "below": failures}
    print(json.dumps(content, ensure_ascii=False, indent=2))


def _print_misses(misses: Sequence[Score]) -> None:
    for score in misses:
        expected = " or ".join(score.expected) or "nothing"
        answer = " / ".join(score.answer) or "nothing"
        print(
            f"{score.group} {score.name} {score.field} {score.outcome}: "
            f"wanted {expected}, got {answer}"
        )


def print_table(tally: Tally, sizes: Mapping[str, int]) -> None:
    """Print the counts of each tool; `sizes` are the pages of each group."""
    tools = _list_tools(tally)
    print("right / blank / wrong; - where a tool has no such field")
    print(f"{'':<24}" + "".join(f"{tool:>18}" for tool in tools))
    for group, fields in tally.items():
        print(f"{group}, {sizes[group]} pages")
        for field in FIELDS:
            if field not in fields:
                continue
            line = f"  {field:<22}"
            for tool in tools:
                line += f"{_format_counts(fields[field].get(tool)):>18}"
            print(line)


def _list_tools(tally: Tally) -> list[str]:
    tools: dict[str, None] = {}
    for fields in tally.values():
        for counts_by_tool in fields.values():
            tools.update(dict.fromkeys(counts_by_tool))
    return list(tools)


def _format_counts(counts: Mapping[str, int] | None) -> str:
    if not counts:
        return "-"
    return " / ".join(f"{counts[outcome]:>3}" for outcome in OUTCOMES)


if __name__ == "__main__":
    main()
