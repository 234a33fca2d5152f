"""What carries a report where the text of its page does not, and is not read: images, scripts.

A page that is titled as a report and says next to nothing has its report elsewhere. Files are
captured by themselves, and so is what the page sends on to; of the rest a person must know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from nianbao.archive.decoration import DECORATION
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding, Hints
from nianbao.pipelines.reader.document.document import DocumentParts
from nianbao.pipelines.reader.fields import attachments, titles
from nianbao.pipelines.reader.fields.agency_names import is_agency
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.rules import load_rules

UNREAD_CARRIER = "page.report_unread"
_Carrier: TypeAlias = dict[str, Any]  # the parameters of a finding

_RULES = load_rules("carriers")
_REPORT_RULES = load_rules("is_report")

_MAX_PROSE_LENGTH = 120  # characters of sentences on a page that only presents a report
_MAX_BODY_LENGTH = 200  # characters of a page with next to nothing
_MIN_LIST_ROWS = 2
_FULL_TITLE = (
    3  # one with a year and a body, as no list has that is a row of another one
)


def find_unread_carrier(
    document: DocumentParts, hints: Hints, *, is_report: bool
) -> Finding | None:
    """Return the finding on what carries the report of a page without its text.

    `is_report`: the page counts as the report by its title.
    """
    if hints.sends_to is not None:
        return None
    carrier = None
    if _presents_report(document, hints):
        carrier = _find_carrier(document, is_report=is_report)
    if carrier is None and hints.sent_by is not None and not is_report:
        carrier = {"case": "sent_by", "url": hints.sent_by}
    if carrier is None:
        return None
    return make_finding(
        UNREAD_CARRIER,
        "warning",
        carrier,
    )


def find_table_images(document: DocumentParts) -> Finding | None:
    """Return the finding that a report without a table has images: its tables may be those."""
    images = _find_images(document)
    if not images:
        return None
    parameters = {"count": len(images), "address": _shorten(images[0])}
    return make_finding("tables.are_images", "warning", parameters)


def list_known_images(document: DocumentParts, hints: Hints) -> list[str]:
    """Return the SHA-256 of the images that are all of a page, as far as they were had.

    They are in the order of the page; of a report in several pages, as they were asked for. Of a
    page with a text there are none: it is known by that, also where nobody had its images.
    """
    if not _is_almost_empty(document.body):
        return []
    known = {}
    for image in hints.images or ():
        sha256, _, address = image.partition(" ")
        known[address] = sha256
    if hints.further_pages:
        return list(known.values())
    return [known[address] for address in document.page.images if address in known]


def _find_carrier(document: DocumentParts, *, is_report: bool) -> _Carrier | None:
    """Return where the report stands that a page presents."""
    links = document.page.links
    files = [address for address, label in links if attachments.is_file(address, label)]
    if any(map(_RULES.readable_file.find, files)):
        return None
    carrier = _name_carrier(document, files)
    if carrier is None and not is_report:
        return _name_emptiness(document)
    return carrier


def _presents_report(document: DocumentParts, hints: Hints) -> bool:
    """Tell whether a page is titled as a report and has no sentences of one."""
    prose_length = sum(map(len, filter(_REPORT_RULES.sentence_end.find, document.body)))
    if prose_length > _MAX_PROSE_LENGTH:
        return False
    title = document.title or ""
    if titles.names_other_document(title):
        return False
    is_listed = hints.list_title is not None and title == hints.list_title
    is_full = titles.measure_fullness(title) == _FULL_TITLE
    if is_listed and is_full and _find_images(document):
        return True
    if _count_rows(document) >= _MIN_LIST_ROWS:
        return False
    if titles.names_specific_report(title):
        return True
    return is_listed and _is_almost_empty(document.body)


def _count_rows(document: DocumentParts) -> int:
    """Return how many lines name a report other than that of the title: rows of a list.

    Menus, breadcrumbs and the articles before and behind are none.
    """
    names = set()
    for line in (*document.header, *document.body):
        if not is_boilerplate(line) and _names_one_report(line):
            names.add(squeeze(line))
    names.discard(squeeze(document.title or ""))
    return len(names)


def _names_one_report(line: str) -> bool:
    """Tell whether a line names a report by its year or by a body; a menu has columns only."""
    if not titles.names_report(line):
        return False
    if titles.extract_year(line):
        return True
    words = titles.extract_agency_words(squeeze(line)) or ""
    return is_agency(words)


def _name_carrier(document: DocumentParts, files: Sequence[str]) -> _Carrier | None:
    """Return what can carry the report; None where nothing can."""
    if files:
        return {
            "case": "file",
            "address": _shorten(files[0]),
        }
    images = _find_images(document)
    if images:
        address = _shorten(images[0])
        return {
            "case": "images",
            "count": len(images),
            "address": address,
        }
    frames = document.page.frames
    if frames:
        return {
            "case": "frame",
            "address": _shorten(frames[0]),
        }
    return None


def _find_images(document: DocumentParts) -> list[str]:
    """Return the images of a page that are none of its template."""
    images = document.page.images
    return [image for image in images if not DECORATION.search(image)]


def _name_emptiness(document: DocumentParts) -> _Carrier | None:
    """Return how a page without text is filled; None for one with some text."""
    if not _is_almost_empty(document.body):
        return None
    return {
        "case": "script" if document.page.has_scripts else "empty",
    }


def _is_almost_empty(lines: Iterable[str]) -> bool:
    return sum(map(len, lines)) <= _MAX_BODY_LENGTH


def _shorten(address: str) -> str:
    return address if len(address) <= 80 else f"{address[:79]}…"
