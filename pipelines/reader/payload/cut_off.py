"""Pages that end before their end: the answer was cut off, by the server or on the way."""

from __future__ import annotations

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

_ENDS = ("</html", "</body")
_MAX_TAIL = 200_000  # characters in which the end of a page is looked at
_LAST_LENGTH = 1_000  # characters in which it stands on most pages


def find_cut(source: str) -> Finding | None:
    """Return the finding that the markup of a page ends within a tag or a table.

    Browsers close what is open, and so do editors' mistakes: without the end of a page, only what
    no editor leaves open counts.
    """
    if _has_end(source[-_LAST_LENGTH:].lower()):
        return None
    tail = source[-_MAX_TAIL:].rstrip().lower()
    if _has_end(tail):
        return None
    place = None
    if tail.rfind("<") > tail.rfind(">"):
        place = "tag"
    elif tail.rfind("<table") > tail.rfind("</table"):
        place = "table"
    if place is None:
        return None
    return make_finding("page.cut_off", "warning", {"place": place})


def _has_end(tail: str) -> bool:
    return any(end in tail for end in _ENDS)
