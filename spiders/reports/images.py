"""Images of a report page: those in which its report may stand.

A page that has the chapters of a report and no table of numbers has its tables as images; one with
next to no text has all of the report so. The images are captured as evidence of their own, and the
page is stored with their digests, so that another image makes another version.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nianbao.archive.decoration import DECORATION
from nianbao.archive.records import Capture
from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.reports.further_pages import digest_of

MOST_IMAGES = 30  # of one page
LEAST_NUMBERS = 3  # cells of a page that has a table of numbers
# A page fills the lazy ones itself; the reader looks for them in the same order.
ADDRESSES = ("data-src", "data-original", "src", "data")
# Those in links are buttons, and lead on.
IMAGES = "//img[not(parent::a[@href!=''])]"
NUMBER_CELLS = (
    "//td[normalize-space() and translate(normalize-space(), '0123456789', '')='']"
)
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")


@dataclass(slots=True)
class ImageReport:
    """A page whose images are being requested; its capture is stored with what was had of them.

    `waiting` are addresses as the page writes them, with those that are requested.
    """

    capture: Capture
    waiting: deque[tuple[str, str]]
    images: list[str] = field(default_factory=list)  # `SHA-256 address`

    def keep(self, address: str, capture: Capture) -> None:
        """Take in an image that was had."""
        self.images.append(f"{digest_of(capture)} {address}")

    def complete(self) -> Capture:
        """Return the capture of the page with its images."""
        hints = replace(self.capture.hints, images=tuple(self.images) or None)
        return replace(self.capture, hints=hints)


def find_images(page: ListPage) -> Iterator[str]:
    """Yield the addresses of the images that are none of the template, each once.

    Of a page with a table of numbers, none; nor those that stand in the page itself.
    """
    if "<img" not in page.text.lower():
        return
    if len(page.xpath(NUMBER_CELLS)) >= LEAST_NUMBERS:
        return
    seen = set()
    for image in page.xpath(IMAGES):
        values = map(image.attrib.get, ADDRESSES)
        address = next(filter(None, values), "").strip()
        if not address or address in seen or DECORATION.search(address):
            continue
        seen.add(address)
        if page.urljoin(address):
            yield address


def is_image(body: bytes) -> bool:
    """Tell an image by the bytes that it begins with."""
    return body.startswith(SIGNATURES)
