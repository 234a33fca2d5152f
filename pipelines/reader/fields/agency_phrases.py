"""Phrases of a report that name bodies: who publishes it, who wrote it, whose office answers.

What stands in quotation marks is the name of a paper, and the bodies in it are no issuers; the
report's own title is. A short name that the text defines, 以下简称县政府办, stands for the long
one. The patterns are rules, in rules/agencies.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nianbao.pipelines.reader.fields.agency_names import find_first_body, is_agency
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("agencies")

_OFFICE_ENDS = ("办", "办公室", "办公厅")
_LONGEST_WORDS = 40  # before a note that gives a short name
_COVER_LENGTH = 150  # squeezed characters of a body in which a cover stands


@dataclass(frozen=True, slots=True)
class Compiler:
    """Who wrote a report, as printed, and the words that say so."""

    name: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The squeezed beginning of a body, and what of it is prose.

    Neither has notes such as 以下简称, and `prose` no quotations either; `long_names` are the
    names that such notes give, by the short ones.
    """

    text: str
    prose: str
    long_names: dict[str, str]
    compilers: tuple[Compiler, ...]


def prepare_opening(text: str) -> Opening:
    """Return the beginning of a body as its phrases are looked for."""
    prose = _remove_quotations(text)
    long_names: dict[str, str] = {}
    if "称" in prose:
        long_names = dict(_iter_long_names(prose))
        text = _RULES.hereafter.remove_from(text)
        prose = _remove_quotations(text)
    compilers = tuple(_iterate_compilers(prose, long_names))
    return Opening(text, prose, long_names, compilers)


def _remove_quotations(text: str) -> str:
    """Return a text without the names of papers in it, and those that they quote."""
    if "《" not in text and "〈" not in text:
        return text
    return _RULES.quotation.remove_from(_RULES.quotation.remove_from(text))


def _iter_long_names(prose: str) -> Iterator[tuple[str, str]]:
    for match in _RULES.hereafter.find_all(prose):
        before = prose[max(match.start() - _LONGEST_WORDS, 0) : match.start()]
        words = _RULES.name_before_note.find(before)
        if words is None:
            continue
        name = _RULES.words_before_name.remove_from(words[0])
        if is_agency(name):
            yield match[1], name


def iterate_phrases(opening: Opening) -> Iterator[tuple[str, str]]:
    """Yield the names in the phrases of an opening, each with its basis."""
    for match in _RULES.quoted_title.find_all(opening.text):
        yield "preamble", match[1]
    for rule in (_RULES.publishing_body, _RULES.own_report, _RULES.reports_as_follows):
        for match in rule.find_all(opening.text):
            yield "preamble", match[1]
    prose = opening.prose
    for match in _RULES.publisher_in_preamble.find_all(prose):
        yield "preamble", match[1]
    for compiler in opening.compilers:
        yield "compiler", compiler.name
    for match in _RULES.cover.find_all(prose[:_COVER_LENGTH]):
        yield "cover", match[1]
    for match in _RULES.subject.find_all(prose):
        yield "body", match[1]
    is_office = _RULES.speaks_as_office.find(prose) is not None
    for match in _RULES.contact.find_all(prose):
        name = match[1] or match[2]
        yield "contact", _remove_inner_offices(name, is_office=is_office)
    for match in _RULES.own_rules.find_all(opening.text):
        yield "rules", match[1]


def iterate_subjects(opening: Opening) -> Iterator[str]:
    """Yield what sentences speak of behind a year or before it: 2022年,柳河县林业局不断…"""
    for match in _RULES.subject_start.find_all(opening.prose):
        body = find_first_body(match[1])
        if body and not _RULES.website_follows.find(match[1][len(body) :]):
            yield body
    for match in _RULES.subject_before_year.find_all(opening.prose):
        if is_agency(match[1]):
            yield match[1]


def _remove_inner_offices(name: str, *, is_office: bool) -> str:
    """Return a body without the offices in it: 柳河县政府办公室信息公开科.

    `is_office` says that the body is an office itself, which stays.
    """
    inner = _RULES.inner_office.remove_from(name)
    while inner != name and not (is_office and name.endswith(_OFFICE_ENDS)):
        name, inner = inner, _RULES.inner_office.remove_from(inner)
    return name


def iterate_websites(opening: Opening) -> Iterator[str]:
    """Yield the bodies whose own website or account the text speaks of."""
    for match in _RULES.own_website.find_all(opening.prose):
        yield match[1]


def find_compiler(opening: Opening) -> Compiler | None:
    """Return who wrote the report, the first body of which a phrase says so."""
    for compiler in opening.compilers:
        if is_agency(compiler.name):
            return compiler
    return None


def _iterate_compilers(prose: str, long_names: dict[str, str]) -> Iterator[Compiler]:
    for rule in (_RULES.compiler, _RULES.compiled):
        for match in rule.find_all(prose):
            name = "".join(filter(None, match.groups()))
            name = long_names.get(name, name)
            yield Compiler(name, match[0].strip(",，。"))
