"""The link by which a reader says that something looks wrong, with the evidence filled in.

It leads to a mailbox, or to a form of the web that takes `title` and `body`, such as that of a
new issue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from nianbao.archive.browse.languages import Language
    from nianbao.archive.browse.shown_version import ShownVersion

MAIL = "mailto"
SCHEMES = (MAIL, "http", "https")
LONGEST_TITLE = 120  # characters


def is_report_address(text: str) -> bool:
    """Tell whether readers can be sent to an address: mailto:…, or one of the web."""
    try:
        split = urlsplit(text)
    except ValueError:
        return False
    if split.scheme == MAIL:
        return "@" in split.path
    return split.scheme in SCHEMES and bool(split.hostname)


def make_wrong_link(
    report_to: str | None,
    shown: ShownVersion,
    title: str,
    cited: str,
    language: Language,
) -> str | None:
    """Return the link for a version that is cited by an address; None where there is nobody."""
    if report_to is None:
        return None
    subject = language("judged.wrong_title", title=title[:LONGEST_TITLE])
    body = language(
        "judged.wrong_body",
        page=cited,
        url=shown.url,
        version=str(shown.number),
        payload=shown.payload_sha256,
        visited=shown.visited_at,
        reader=shown.reader_version,
    )
    split = urlsplit(report_to)
    name = "subject" if split.scheme == MAIL else "title"
    values = f"{name}={quote(subject, '')}&body={quote(body, '')}"
    query = f"{split.query}&{values}" if split.query else values
    return urlunsplit(split._replace(query=query))
