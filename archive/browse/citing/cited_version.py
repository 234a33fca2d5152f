"""The citation of a version of a report: what the archive knows of it, as formats can carry it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from nianbao.archive.browse.citing.citation import Citation
from nianbao.archive.clock import CHINA

if TYPE_CHECKING:
    from nianbao.archive.browse.languages import Language
    from nianbao.archive.browse.shown_version import ShownVersion

DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
DIGITS = 12  # of the payload's digest, in the key
# What an address may hold as it is; all else is percent-encoded.
ADDRESS_CHARACTERS = ":/?#[]@!$&'()*+,;=%~"


def make_citation(
    version: ShownVersion, title: str, address: str, language: Language
) -> Citation:
    """Return the citation of a version.

    `title` is what its page is called, `address` the one to cite.
    """
    year = version.report_year or ""
    note = language(
        "cite.note",
        url=version.url,
        sha256=version.payload_sha256,
        number=str(version.number),
    )
    author = version.report.agency or version.agency_printed
    return Citation(
        key=f"nianbao{year}-{version.payload_sha256[:DIGITS]}",
        title=write_in_one_line(title),
        author=write_in_one_line(author) if author else None,
        published_on=_find_date(version.published_on or ""),
        address=_encode_address(address),
        original=_encode_address(version.url),
        visited_on=_tell_day(version.visited_at),
        archive=language("site.name"),
        note=write_in_one_line(note),
    )


def _tell_day(instant: str) -> str:
    """Return the day in China of an instant; of a damaged one, the date that it begins with."""
    try:
        return datetime.fromisoformat(instant).astimezone(CHINA).date().isoformat()
    except ValueError:
        return _find_date(instant) or ""


def _find_date(text: str) -> str | None:
    """Return the date, or the year or month, that a text begins with; None without one."""
    match = DATE.match(text)
    return match[0] if match else None


def write_in_one_line(text: str) -> str:
    """Return a text without line breaks and control characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r"\s+", " ", printable).strip()


def _encode_address(address: str) -> str:
    """Return an address in the characters that every format can carry."""
    return quote(address, safe=ADDRESS_CHARACTERS)
