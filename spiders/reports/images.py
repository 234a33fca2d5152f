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
from nianbao.spiders.reports.further_pages import ImageAddress, digest_of

MOST_IMAGES = 30  # of one page
LEAST_NUMBERS = 3  # cells of a page that has a table of numbers
# A page fills the lazy ones itself; the reader looks for them in the same order.
ADDRESSES = ("data-src", "data-original", "src", "data")
# Those in links are buttons, and lead on.
IMAGES = "//img[not(parent::a[@href!=''])]"
# What stands behind the title comes first; slides and menus stand before it.
BEHIND_TITLE = "(//h1 | //h2 | //h3)[1]/following::img[not(parent::a[@href!=''])]"
MOST_IMAGE_BYTES = 8 << 20
MOST_PAGE_BYTES = 32 << 20  # of all images of a page
NUMBER_CELLS = (
    "//td[normalize-space() and translate(normalize-space(), '0123456789', '')='']"
)
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")


@dataclass(slots=True)
class ImageReport:
    """A page whose images are being requested; its capture is stored with what was had of them.

    `waiting` are addresses as the pages write them, with those that are requested. `has_text`: the
    page is known by its text, also without them.
    """

    capture: Capture
    waiting: deque[ImageAddress]
    has_text: bool
    images: list[str] = field(default_factory=list)  # `SHA-256 address`
    size: int = 0  # bytes of them
    lost: list[tuple[str, str]] = field(default_factory=list)  # and why

    def keep(self, address: str, capture: Capture, size: int) -> bool:
        """Take in an image that was had; return False where all are too large together."""
        if self.size + size > MOST_PAGE_BYTES:
            return False
        self.size += size
        self.images.append(f"{digest_of(capture)} {address}")
        return True

    def complete(self) -> Capture:
        """Return the capture of the page with its images."""
        hints = replace(self.capture.hints, images=tuple(self.images) or None)
        return replace(self.capture, hints=hints)


def find_images(page: ListPage) -> Iterator[ImageAddress]:
    """Yield the addresses of the images that are none of the template, each once, the likely first.

    Of a page with a table of numbers, none; nor those that stand in the page itself.
    """
    if "<img" not in page.text.lower():
        return
    if len(page.xpath(NUMBER_CELLS)) >= LEAST_NUMBERS:
        return
    seen = set()
    for image in (*page.xpath(BEHIND_TITLE), *page.xpath(IMAGES)):
        values = map(image.attrib.get, ADDRESSES)
        address = next(filter(None, values), "").strip()
        if not address or address in seen or DECORATION.search(address):
            continue
        seen.add(address)
        url = page.urljoin(address)
        if url:
            yield address, url


def is_image(body: bytes) -> bool:
    """Tell an image by the bytes that it begins with."""
    return body.startswith(SIGNATURES)
