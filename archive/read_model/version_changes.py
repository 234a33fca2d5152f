"""What a version changed of the one before it of its report: figures, else lines of its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.derived.figures import compare_figures, load_figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from nianbao.archive.derived.figures import FigureDifference

CHANGED_KINDS = ("changed", "reverted", "report_changed", "report_reverted")
SECOND = 19  # characters of a moment that tells any two versions apart
AROUND = 12  # characters that are shown of a line before and after what differs
MOST_CHARACTERS = 60  # that are shown of what differs in a line
# What stands before the name of a row: 一、 （一） 1. (1), "of these" (其中).
ENUMERATOR = re.compile(
    r"(?:其中[:：]?)?(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])"
)

_VERSION = """
SELECT versions.id, documents.url, versions.number, first.visited_at, versions.content_sha256,
       versions.document_id, versions.report_id, readings.title
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN visits AS first ON first.id = versions.first_visit_id
JOIN readings ON readings.version_id = versions.id
"""
_VERSION_AT = f"{_VERSION} WHERE documents.url = ? AND versions.number = ?"
_FORMER_VERSION = f"""{_VERSION}
WHERE versions.document_id = ? AND versions.report_id = ? AND versions.number < ?
ORDER BY versions.number DESC LIMIT 1
"""
_EQUAL_NUMBER = """
SELECT min(number) FROM versions
WHERE document_id = ? AND report_id = ? AND content_sha256 = ? AND number < ?
"""
_LABELS = """
SELECT row_label, column_label FROM form_cells
WHERE "table" = ? AND "row" = ? AND "column" = ?
"""
_TEXT = "SELECT text FROM version_texts WHERE version_id = ?"


class ChangedCell(NamedTuple):
    """A cell that says something else, with its labels as the form prints them, unnumbered."""

    table: str
    row: str
    column: str
    row_label: str
    column_label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class VersionChange:
    """What a version changed of the one before it; `earlier_…` name that one.

    `equals` is the number of the first version of the page with the same content, where the
    change took one back. `line` is the first line of the text that differs, before and after, or
    the title; None where a figure changed, or nothing.
    """

    earlier_url: str
    earlier_version: int
    earlier_at: str
    url: str
    version: int
    at: str
    equals: int | None
    cells: tuple[ChangedCell, ...]
    line: tuple[str, str] | None


class _Version(NamedTuple):
    id: int
    url: str
    number: int
    first_seen: str
    content_sha256: str
    document_id: int
    report_id: int | None
    title: str | None


def find_version_change(
    db: Database,
    url: str,
    number: int | None,
    earlier_url: str | None = None,
    earlier_number: int | None = None,
) -> VersionChange | None:
    """Return what a version changed of an earlier one, by default the one before it on its page.

    None where there are no two versions to compare.
    """
    new = _find_version(db, _VERSION_AT, url, number)
    if new is None:
        return None
    if earlier_number is None:
        place = (new.document_id, new.report_id, new.number)
        old = _find_version(db, _FORMER_VERSION, *place)
    else:
        old = _find_version(db, _VERSION_AT, earlier_url or url, earlier_number)
    if old is None or old.id == new.id:
        return None
    return _compare(db, old, new)


def _find_version(db: Database, query: str, *arguments: object) -> _Version | None:
    row = db.execute(query, list(arguments)).fetchone()
    return _Version(*row) if row else None


def _compare(db: Database, old: _Version, new: _Version) -> VersionChange:
    differences = compare_figures(load_figures(db, old.id), load_figures(db, new.id))
    cells = tuple(_add_labels(db, differences))
    line = None
    if not cells:
        line = _find_changed_line(db, old, new)
    return VersionChange(
        earlier_url=old.url,
        earlier_version=old.number,
        earlier_at=old.first_seen[:SECOND],
        url=new.url,
        version=new.number,
        at=new.first_seen[:SECOND],
        equals=find_equal_number(
            db, new.document_id, new.report_id, new.content_sha256, new.number
        ),
        cells=cells,
        line=line,
    )


def find_equal_number(
    db: Database,
    document_id: int,
    report_id: int | None,
    content_sha256: str,
    number: int,
) -> int | None:
    """Return the first version of a page's report with the same content; None without one.

    Versions that follow one another differ, so that one was taken back to.
    """
    arguments = [document_id, report_id, content_sha256, number]
    row = db.execute(_EQUAL_NUMBER, arguments).fetchone()
    equal_number: int | None = row[0]
    return equal_number


def _add_labels(
    db: Database, differences: Iterable[FigureDifference]
) -> Iterable[ChangedCell]:
    for cell in differences:
        place = (cell.table, cell.row, cell.column)
        labels = db.execute(_LABELS, list(place)).fetchone()
        row_label, column_label = labels or (cell.row, cell.column)
        row_label = strip_enumerator(row_label)
        yield ChangedCell(*place, row_label, column_label, cell.before, cell.after)


def strip_enumerator(label: str) -> str:
    """Return a row's name without the number before it.

    >>> strip_enumerator("（一）予以公开")
    '予以公开'
    """
    return ENUMERATOR.sub("", label, count=1) or label


def _find_changed_line(
    db: Database, old: _Version, new: _Version
) -> tuple[str, str] | None:
    old_text = _load_text(db, old.id)
    new_text = _load_text(db, new.id)
    if old_text != new_text:
        return find_first_difference(old_text, new_text)
    if old.title != new.title:
        return old.title or "", new.title or ""
    return None


def _load_text(db: Database, version_id: int) -> str:
    row = db.execute(_TEXT, [version_id]).fetchone()
    return row[0] if row else ""


def find_first_difference(old: str, new: str) -> tuple[str, str]:
    """Return the first line that differs in each of two texts, cut to what differs in it.

    >>> find_first_difference("一、总体情况\\n共3件", "一、总体情况\\n共4件")
    ('共3件', '共4件')
    """
    old_lines = old.splitlines()
    new_lines = new.splitlines()
    start = _count_equal(old_lines, new_lines)
    end = _count_equal(old_lines[start:][::-1], new_lines[start:][::-1])
    old_line = "".join(old_lines[start : len(old_lines) - end][:1])
    new_line = "".join(new_lines[start : len(new_lines) - end][:1])
    return _cut_lines(old_line, new_line)


def _count_equal(one: list[str] | str, other: list[str] | str) -> int:
    """Return how many parts two sequences begin with alike."""
    count = 0
    for part, other_part in zip(one, other, strict=False):
        if part != other_part:
            break
        count += 1
    return count


def _cut_lines(old: str, new: str) -> tuple[str, str]:
    """Return two lines without what they have in common far from where they differ."""
    start = _count_equal(old, new)
    end = _count_equal(old[start:][::-1], new[start:][::-1])
    return _cut_line(old, start, end), _cut_line(new, start, end)


def _cut_line(line: str, start: int, end: int) -> str:
    first = max(0, start - AROUND)
    last = min(len(line), len(line) - end + AROUND, first + MOST_CHARACTERS)
    before = "…" if first else ""
    after = "…" if last < len(line) else ""
    return f"{before}{line[first:last]}{after}"
