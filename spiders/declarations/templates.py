"""Templates: texts with `{name}` in the place of a value, filled in and read back."""

from __future__ import annotations

import re
from collections.abc import (
    Iterator,
    Mapping,
)
from functools import lru_cache
from typing import (
    Any,
    NamedTuple,
)

from nianbao.spiders.declarations.model import PageNumbers

PLACEHOLDER = re.compile(r"\{(\w+)\}")
# What says which page is wanted: its number, or its first and last row, counted from 1 or from 0.
PAGE_NAMES = ("page", "start", "end", "offset")
SIZE_NAME = "size"
LONGEST_NUMBER = 9  # digits
Place = tuple[str, ...]


class PageSlot(NamedTuple):
    """A place of a request that says which page is wanted, and its template."""

    place: Place
    template: str


def find_names(template: Any) -> set[str]:
    """Return the names of the values that a template is filled with, at any depth."""
    if isinstance(template, str):
        return set(PLACEHOLDER.findall(template))
    if isinstance(template, Mapping):
        names = set()
        for value in template.values():
            names |= find_names(value)
        return names
    if isinstance(template, (list, tuple)):
        return set().union(*map(find_names, template))
    return set()


def fill(
    template: Any,
    values: Mapping[str, Any],
) -> Any:
    """Return a template filled in; one that is a name and no more becomes the value itself."""
    if isinstance(template, str):
        whole = PLACEHOLDER.fullmatch(template)
        if whole:
            return values[whole[1]]
        return PLACEHOLDER.sub(lambda match: str(values[match[1]]), template)
    if isinstance(template, Mapping):
        return {name: fill(value, values) for name, value in template.items()}
    if isinstance(template, (list, tuple)):
        return [fill(value, values) for value in template]
    return template


def find_slots(
    template: Any,
    place: Place = (),
) -> Iterator[PageSlot]:
    """Yield the places of a template that say which page is wanted."""
    if isinstance(template, Mapping):
        for name, value in template.items():
            yield from find_slots(value, (*place, name))
    elif isinstance(template, str) and find_names(template) & set(PAGE_NAMES):
        yield PageSlot(place, template)


def count_rows(
    pages: PageNumbers,
    number: int,
) -> dict[str, int]:
    """Return what stands for a page in requests: its number, its first and last row."""
    names = {"page": number}
    if pages.size is not None:
        offset = (number - pages.first) * pages.size
        names |= {
            "offset": offset,
            "start": offset + 1,
            "end": offset + pages.size,
            SIZE_NAME: pages.size,
        }
    return names


def read_page(
    template: str,
    text: str,
    pages: PageNumbers,
) -> int | None:
    """Return the number of the page that a filled template asks for; None for another text."""
    match = compile_template(template).fullmatch(text)
    if match is None:
        return None
    for name, digits in match.groupdict().items():
        number = int(digits)
        if name == "page":
            return number
        if pages.size is None:
            continue
        row = {"offset": number, "start": number - 1, "end": number - pages.size}[name]
        return row // pages.size + pages.first
    return None


@lru_cache(maxsize=256)
def compile_template(template: str) -> re.Pattern[str]:
    """Return a pattern of what a template may be filled to: numbers of pages are its groups."""
    pattern = ""
    has_group = False
    for index, piece in enumerate(PLACEHOLDER.split(template)):
        if index % 2 == 0:
            pattern += re.escape(piece)
        elif piece in PAGE_NAMES and not has_group:
            has_group = True
            pattern += rf"(?P<{piece}>\d{{1,{LONGEST_NUMBER}}})"
        else:
            pattern += r"[^?#]*?"
    return re.compile(pattern)
