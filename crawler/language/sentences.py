"""English sentences and words, and what they are in Chinese.

`texts/*.yaml` has them: a sentence may have names in braces, for what differs from one time to the
next. A text is translated when it is such a sentence as a whole; what stands in place of a name is
translated too where it is a sentence or a word. The sentences of findings are those of
archive/finding_rules.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from ruamel.yaml import YAML

from nianbao.archive.finding_texts import load_finding_rules

TEXTS = Path(__file__).with_name("texts")
WORDS = "words.yaml"
NUMBER = "d"  # the format of a name that stands for a whole number
DAY = "%F"  # of one that stands for a day: 2026-11-30
LITERAL = "r"  # the conversion of a name that stands for what is never translated
SENTENCE_END = ". "
CHINESE_STOP = "。"
COLON = ": "
MOST_NAMES = 4  # before a sentence
MOST_CHARACTERS = 10_000  # of a text that is looked at
MOST_NESTING = 4  # of sentences within sentences; what is deeper stays as it is
_FORMATTER = Formatter()
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with names in it: the pieces between the names, and the Chinese."""

    pieces: tuple[str, ...]  # one more than names
    names: tuple[str, ...]
    numbers: frozenset[str]  # the names that whole numbers stand for
    days: frozenset[str]  # the names that days stand for
    literals: frozenset[str]  # the names of what stays as it is
    chinese: str

    @property
    def length(self) -> int:
        """How many characters stand in it for good."""
        return sum(len(piece) for piece in self.pieces)

    @property
    def has_words(self) -> bool:
        """Whether words stand in it for good: without one, any text may be the sentence."""
        return any(map(str.isalpha, "".join(self.pieces)))

    def match(self, text: str) -> dict[str, str] | None:
        """Return what stands in a text for each name; None for another sentence.

        Each piece is looked for behind the one before it, so the time is linear.
        """
        first, *middle, last = self.pieces
        if not text.startswith(first) or not text.endswith(last):
            return None
        begin = len(first)
        end = len(text) - len(last)
        values: dict[str, str] = {}
        for name, piece in zip(self.names, middle, strict=False):
            place = text.find(piece, begin, end)
            if place < 0:
                return None
            values[name] = text[begin:place]
            begin = place + len(piece)
        if begin > end:
            return None
        values[self.names[-1]] = text[begin:end]
        are_numbers = all(values[name].isdecimal() for name in self.numbers)
        are_days = all(map(_DAY.fullmatch, map(values.__getitem__, self.days)))
        return values if are_numbers and are_days else None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All sentences: those without names, those with some (the longest first), and words."""

    sentences: Mapping[str, str]
    templates: tuple[Template, ...]
    words: Mapping[str, str]


@cache
def load_catalogue() -> Catalogue:
    """Read the sentences and words; once."""
    words: dict[str, str] = YAML(typ="safe").load(TEXTS / WORDS)
    sentences: dict[str, str] = {}
    templates: list[Template] = []
    for english, chinese in list_sentences():
        template = parse_template(english, chinese)
        if not template.names:
            sentences["".join(template.pieces)] = template.chinese.format()
        elif template.has_words:
            templates.append(template)
    templates.sort(key=lambda template: template.length, reverse=True)
    return Catalogue(sentences, tuple(templates), words)


def list_sentences() -> Iterator[tuple[str, str]]:
    """Yield each sentence in English and in Chinese."""
    for rule in load_finding_rules().values():
        for message in rule.messages.values():
            yield message["en"], message["zh"]
        for styles in rule.lists.values():
            yield from filter(
                _counts, zip(styles["en"].each, styles["zh"].each, strict=False)
            )
        yield _escape(rule.advice["en"]), _escape(rule.advice["zh"])
    for path in sorted(TEXTS.glob("*.yaml")):
        if path.name != WORDS:
            yield from YAML(typ="safe").load(path).items()


def _counts(texts: tuple[str, str]) -> bool:
    """Tell whether an entry of a list has numbers alone: else any text may be one."""
    return all(
        form == NUMBER for _, name, form, _ in _FORMATTER.parse(texts[0]) if name
    )


def parse_template(english: str, chinese: str) -> Template:
    """Return a sentence cut at its names."""
    pieces: list[str] = []
    names: list[str] = []
    names_of_format: dict[str, set[str]] = {NUMBER: set(), DAY: set()}
    literals: set[str] = set()
    for piece, name, form, conversion in _FORMATTER.parse(english):
        pieces.append(piece)
        if name is not None:
            names.append(name)
        if name is not None and form in names_of_format:
            names_of_format[form].add(name)
        if name is not None and conversion == LITERAL:
            literals.add(name)
    if len(pieces) == len(names):
        pieces.append("")
    plain = _strip_formats(chinese)
    return Template(
        tuple(pieces),
        tuple(names),
        frozenset(names_of_format[NUMBER]),
        frozenset(names_of_format[DAY]),
        frozenset(literals),
        plain,
    )


def _strip_formats(chinese: str) -> str:
    """Return a sentence without the formats of its names: what stands for them is text."""
    parts: list[str] = []
    for piece, name, _, _ in _FORMATTER.parse(chinese):
        parts.append(_escape(piece))
        if name is not None:
            parts.append(f"{{{name}}}")
    return "".join(parts)


def _escape(text: str) -> str:
    """Return a text with its braces as a template has them that are no names."""
    return text.replace("{", "{{").replace("}", "}}")


def translate_text(text: str, depth: int = 0) -> str:
    """Return a text in Chinese; where it is no sentence, its lines, or its sentences one by one.

    `depth` is how many sentences it stands in.
    """
    core = text.strip()
    if not core or len(core) > MOST_CHARACTERS or depth > MOST_NESTING:
        return text
    chinese = _translate_before_advice(core, depth)
    if chinese is None:
        chinese = _translate_sentence(core, depth)
    if chinese is None and "\n" in core:
        chinese = "\n".join(translate_text(line, depth) for line in core.split("\n"))
    if chinese is None:
        chinese = _translate_each(core, depth)
    begin = text.index(core)
    return f"{text[:begin]}{chinese}{text[begin + len(core) :]}"


def _translate_before_advice(text: str, depth: int) -> str | None:
    """Return a text that ends with a sentence without names, such as what to do, in Chinese.

    None where it ends otherwise, and where what stands before it is no sentence.
    """
    sentences = load_catalogue().sentences
    place = text.find(SENTENCE_END)
    while place >= 0:
        advice = sentences.get(text[place + len(SENTENCE_END) :])
        if advice is not None:
            chinese = _translate_part(text[:place], depth + 1)
            return None if chinese is None else f"{chinese}{CHINESE_STOP}{advice}"
        place = text.find(SENTENCE_END, place + 1)
    return None


def _translate_each(text: str, depth: int) -> str:
    """Return sentences that stand behind one another in Chinese; what is none, as it is."""
    parts = text.split(SENTENCE_END)
    parts = [*(f"{part}." for part in parts[:-1]), parts[-1]]
    sentences = [_translate_part(part, depth) for part in parts]
    if None in sentences and len(parts) == 1:
        return text
    joined = ""
    for part, sentence in zip(parts, sentences, strict=True):
        joined += f"{part} " if sentence is None else sentence
    return joined.rstrip()


def _translate_part(text: str, depth: int) -> str | None:
    """Return a sentence in Chinese, with or without its full stop; None for what is none.

    Names of a site, a file or a field may stand before it: `county: the server fails`.
    """
    chinese = _translate_sentence(text, depth)
    if chinese is None and text.endswith("."):
        chinese = _translate_sentence(text.removesuffix("."), depth)
        return None if chinese is None else f"{chinese}{CHINESE_STOP}"
    if chinese is not None:
        return chinese
    names = text.split(COLON)
    for number in range(1, min(len(names), MOST_NAMES + 1)):
        chinese = _translate_sentence(COLON.join(names[number:]), depth)
        if chinese is not None:
            return f"{COLON.join(names[:number])}：{chinese}"
    return None


def translate_value(text: str, depth: int = 0) -> str:
    """Return what stands in a sentence, a cell or a heading in Chinese; as it is, if unknown."""
    word = load_catalogue().words.get(text)
    return translate_text(text, depth) if word is None else word


def _translate_sentence(text: str, depth: int) -> str | None:
    catalogue = load_catalogue()
    sentence = catalogue.sentences.get(text)
    if sentence is not None:
        return sentence
    for template in catalogue.templates:
        values = template.match(text)
        if values is not None:
            for name in values.keys() - template.literals:
                values[name] = translate_value(values[name], depth + 1)
            return template.chinese.format_map(values)
    return None
