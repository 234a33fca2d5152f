"""Atom entries of what changed, of reports, of findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nianbao.archive.browse.page import Ask, Entry

if TYPE_CHECKING:
    from nianbao.archive.browse.queries.changes import Changed


def of_changes(changed: Iterable[Changed], ask: Ask) -> list[Entry]:
    """Return an entry for each change. Its id is the number of the change in this archive,
    which only grows.
    """
    return [_entry(one, ask) for one in changed]


def _entry(one: Changed, ask: Ask) -> Entry:
    kind = ask.language.word("kind", one.kind)
    return Entry(
        id=f"{ask.cite.changes()}#{one.id}",
        title=f"{kind}: {one.title or one.url}",
        address=address(one, ask),
        updated=one.occurred_at,
        summary=f"{kind} · {one.site} · {one.url}"
        + (f" → {one.moved_to}" if one.moved_to else ""),
    )


def address(one: Changed, ask: Ask) -> str:
    """Return the address of the report that a change concerns, or of its page when it is not
    known whose it is.
    """
    if one.known and one.agency is not None and one.report_year is not None:
        return ask.cite.report(one.region, one.agency, one.report_year)
    return ask.cite.document(one.url)
