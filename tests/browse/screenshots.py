"""Pictures for the docs: the sample province is crawled in both of its states and looked at in
a real browser.

make screenshots                          write docs/images/*.png anew
make screenshots ARGS="--every FOLDER"    a picture of every kind of page, in both languages, on a
                                          desktop and a phone, light and dark; what is wider than its
                                          screen is named
"""

from __future__ import annotations

import argparse
import io
import sqlite3
import tempfile
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, FloatRect, sync_playwright

from nianbao.archive.browse.addresses import Addresses
from tests.browse.browser_pages import SCREENS, launched, watching
from tests.browse.conftest import ROOT, serving
from tests.browse.kinds_of_pages import TABLES, list_addresses
from tests.crawl.commands import crawl_sample, free_port

TO = Addresses("/")
IMAGES = ROOT / "docs" / "images"
COLOURS = 64  # ink, paper, and the shades between them
COLOUR_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
IS_TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
MOST_BYTES = 250_000  # of a picture in the repository
XIXIA, FINANCE = (
    "样例省北原市西霞县",
    "西霞县财政局",
)  # its report for 2022 does not add up, and was changed
LANTING, CITY = "样例省兰汀市", "兰汀市人民政府"  # eight years on three forms


class Shot(NamedTuple):
    """A picture: its file, what it shows, on which screen, and how much of it."""

    name: str
    address: str
    screen: str = "desktop"
    language: str = "zh-CN"
    height: int = 1000  # pixels from the top


def shots(archive: Path) -> list[Shot]:
    """Return the pictures to take."""
    with sqlite3.connect(f"file:{archive}?mode=ro", uri=True) as db:
        url = db.execute(
            "SELECT url FROM documents JOIN versions ON versions.document_id = documents.id"
            " WHERE number = 2 AND title LIKE ? LIMIT 1",
            [f"{FINANCE}2022%"],
        ).fetchone()[0]
    db.close()
    return [
        Shot("front", TO.front()),
        Shot("front.en", TO.front(), language="en-GB"),
        Shot("report", TO.report(XIXIA, FINANCE, 2022), height=2320),
        Shot("difference", TO.diff(url), height=1250),
        Shot("difference.en", TO.diff(url), language="en-GB", height=1250),
        Shot("agency", TO.agency(LANTING, CITY), height=1080),
        Shot("phone", TO.report(XIXIA, FINANCE, 2022), "phone", "en-GB", 844),
    ]


def take(browser: Browser, base: str, shot: Shot, folder: Path) -> None:
    """Take a picture and say how large it is; one that is too large for the repository is an
    error.
    """
    with watching(browser, base, shot.screen, shot.language) as (page, _):
        page.goto(shot.address)
        page.evaluate("document.fonts.ready")
        path = folder / f"{shot.name}.png"
        box: FloatRect = {
            "x": 0,
            "y": 0,
            "width": page.evaluate("window.innerWidth"),
            "height": shot.height,
        }
        picture = Image.open(
            io.BytesIO(page.screenshot(full_page=True, clip=box, animations="disabled"))
        )
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(
            f"{path}: larger than {MOST_BYTES:,} bytes; show less of the page"
        )


def take_every_page(browser: Browser, base: str, archive: Path, folder: Path) -> None:
    """Take pictures of every kind of page; name those that are wider than their screen."""
    folder.mkdir(parents=True, exist_ok=True)
    looks = list(product(SCREENS, ("zh-CN", "en-GB"), COLOUR_SCHEMES))
    for kind, address in (list_addresses(archive) | TABLES).items():
        for screen, language, colours in looks:
            with watching(browser, base, screen, language, colours) as (page, _):
                page.goto(address)
                name = f"{kind.replace(' ', '-')}.{language[:2]}.{screen}.{colours}.png"
                page.screenshot(path=folder / name, full_page=True)
                if page.evaluate(IS_TOO_WIDE):
                    print(f"{name}: wider than the screen")


def main() -> None:
    """Crawl, serve, look."""
    parser = argparse.ArgumentParser(description="Take the pictures of the docs.")
    parser.add_argument(
        "--archive",
        type=Path,
        help="This archive of the sample province instead of a new one.",
    )
    parser.add_argument(
        "--every",
        type=Path,
        metavar="FOLDER",
        help="Every kind of page, into this folder.",
    )
    arguments = parser.parse_args()
    given = arguments.archive
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        archive = given or Path(folder) / "sample.db"
        port = free_port()
        for state in () if given else (1, 2):
            crawl_sample(archive, port, state)
        with serving(archive, attacked=True) as base, sync_playwright() as playwright:
            browser = launched(playwright)
            if arguments.every:
                take_every_page(browser, base, archive, arguments.every)
            else:
                for shot in shots(archive):
                    take(browser, base, shot, IMAGES)
            browser.close()


if __name__ == "__main__":
    main()
