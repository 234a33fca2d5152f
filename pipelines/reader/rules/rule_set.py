"""Rules: the patterns by which the reader decides, kept as data beside their examples.

Each YAML file of this folder holds the rules of one decision. A rule has:

id
    Its name in the code: `RULES.preamble` is the rule `preamble`.
find
    `search` (anywhere in the text), `match` (at its beginning) or `fullmatch` (all of it).
why, seen
    What the rule is for, in plain words, and where the need for it was seen.
pattern, any_of, words
    A regular expression; a list of alternatives; literal words between white space. A pattern
    of several lines is joined, without the space at the ends of the lines. `{any_of}` in a
    pattern stands for the rule's own list, `{name}` for a part of that name.
needs
    A pattern that every match has in it and that is found sooner: where it is not, the rule's
    own pattern, which tries many beginnings, is not looked for.
ignore_case
    `true` when small and capital letters are the same.
matches, rejects
    Texts that it must find and texts that it must not; tests/reader/test_rules.py runs them.

Parts are pieces that patterns share: those of the file itself, and those of shared.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML

from nianbao.pipelines.reader.payload.normal_form import HAN

FOLDER: Final = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class RuleError(ValueError):
    """A file of rules that cannot be used; the message names the file and the rule."""


@dataclass(frozen=True, slots=True)
class PatternRule:
    """A pattern that decides, with the reason for it and its examples.

    `find` looks for the pattern in the way that the rule says; `find_all` yields every match,
    `remove_from` returns a text without them. `words` are the literal words of the rule, in
    their order.
    """

    id: str
    why: str
    source: str
    pattern: re.Pattern[str]
    find: Callable[..., re.Match[str] | None]
    find_all: Callable[..., Iterator[re.Match[str]]]
    remove_from: Callable[[str], str]
    words: tuple[str, ...]
    matches: tuple[str, ...]
    rejects: tuple[str, ...]


class RuleSet:
    """The rules of one decision; each is an attribute under its id."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> PatternRule: ...

    def __init__(self, rules: Mapping[str, PatternRule]) -> None:
        self.__dict__.update(rules)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("rules cannot be changed")

    def __iter__(self) -> Iterator[PatternRule]:
        return iter(self.__dict__.values())


@cache
def load_rules(decision: str) -> RuleSet:
    """Return the rules of a file, `is_report` for rules/is_report.yaml.

    Raises RuleError when a rule is not written as it has to be.
    """
    data = _load_file(decision)
    own_parts = data.get("parts", {})
    parts = _compose_parts(own_parts, _load_shared_parts())
    rules: dict[str, PatternRule] = {}
    for entry in data["rules"]:
        rule_id = entry["id"]
        if rule_id in rules:
            raise RuleError(f"{decision}.yaml: the rule {rule_id} stands there twice")
        try:
            rules[rule_id] = _build_rule(entry, parts)
        except (KeyError, ValueError, re.error) as error:
            raise RuleError(f"{decision}.yaml: {rule_id}: {error}") from error
    return RuleSet(rules)


@cache
def _load_shared_parts() -> dict[str, str]:
    data = _load_file("shared")
    return _compose_parts(data["parts"], {"han": HAN})


def _load_file(decision: str) -> dict[str, Any]:
    path = FOLDER / f"{decision}.yaml"
    yaml = YAML(typ="safe")
    data: dict[str, Any] = yaml.load(path)
    return data


def _compose_parts(
    entries: Mapping[str, Any],
    other_parts: Mapping[str, str],
) -> dict[str, str]:
    """Return the parts by name, the others too; a part may use those above it."""
    parts = dict(other_parts)
    for name, entry in entries.items():
        if isinstance(entry, str):
            entry = {"pattern": entry}
        parts[name] = f"(?:{_compose(entry, parts)})"
    return parts


def _build_rule(entry: Mapping[str, Any], parts: Mapping[str, str]) -> PatternRule:
    flags = re.NOFLAG
    if entry.get("ignore_case"):
        flags = re.IGNORECASE
    pattern = re.compile(_compose(entry, parts), flags)
    finders = {
        "search": pattern.search,
        "match": pattern.match,
        "fullmatch": pattern.fullmatch,
    }
    find_all: Callable[..., Iterator[re.Match[str]]] = pattern.finditer
    if "needs" in entry:
        needed = re.compile(_fill(entry["needs"], parts), flags)
        find_all = partial(_find_all_with, pattern, needed)
    return PatternRule(
        id=entry["id"],
        why=entry["why"],
        source=entry["seen"],
        pattern=pattern,
        find=finders[entry["find"]],
        find_all=find_all,
        remove_from=partial(pattern.sub, ""),
        words=tuple(_list_words(entry)),
        matches=tuple(entry["matches"]),
        rejects=tuple(entry["rejects"]),
    )


def _find_all_with(
    pattern: re.Pattern[str], needed: re.Pattern[str], text: str
) -> Iterator[re.Match[str]]:
    """Return the matches in a text that has what each of them needs."""
    if needed.search(text) is None:
        return iter(())
    return pattern.finditer(text)


def _compose(entry: Mapping[str, Any], parts: Mapping[str, str]) -> str:
    """Return the regular expression of a rule or a part."""
    alternatives = [_join_lines(text) for text in entry.get("any_of", ())]
    alternatives += map(re.escape, _list_words(entry))
    any_of = "|".join(alternatives)
    pattern = _join_lines(entry.get("pattern", "{any_of}"))
    pieces = {**parts, "any_of": f"(?:{any_of})"}
    pattern = _fill(pattern, pieces)
    return _fill(pattern, pieces)


def _list_words(entry: Mapping[str, Any]) -> list[str]:
    words: str = entry.get("words", "")
    return words.split()


def _join_lines(pattern: str) -> str:
    if "\n" not in pattern:
        return pattern
    lines = map(str.strip, pattern.splitlines())
    return "".join(lines)


def _fill(pattern: str, pieces: Mapping[str, str]) -> str:
    """Put the pieces in the places of their names; `{1,3}` is no name."""

    def get_piece(placeholder: re.Match[str]) -> str:
        return pieces[placeholder[1]]

    return _PLACEHOLDER.sub(get_piece, pattern)
