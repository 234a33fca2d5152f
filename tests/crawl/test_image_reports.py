"""A report whose tables, or all of it, are images: kept with its page wherever the archive goes."""

from __future__ import annotations

import io
import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw

from nianbao.archive import Archive
from nianbao.archive.read_model.payloads import load_images
from tests.browse.conftest import serving
from tests.crawl.commands import content, nianbao
from tests.crawl.small_site import Page, Small, small
from tests.crawl.test_paged_reports import has_finding
from tests.reader.report_parts import load_text, put_into_shell, split_text

TITLE = "西霞县自然资源局2024年政府信息公开工作年度报告"
SCANS = ("P1.png", "./P2.png")
LOGO = '<img src="/images/logo.png">'


class ImagePage(Page):
    """The page of a report that stands in images."""

    part = ""
    scans: tuple[str, ...] = SCANS
    before = LOGO  # the title
    behind = ""  # the images

    @property
    def title(self) -> str:
        return TITLE

    def body(self) -> bytes:
        images = "".join(f'<p><img src="{address}"></p>' for address in self.scans)
        content = f'<div class="TRS_Editor">{self.part}{images}</div>{self.behind}'
        shell = put_into_shell(content)
        return shell.replace("<body>", f"<body>{self.before}").encode()


class TextPage(ImagePage):
    """One whose text is on the page, and whose tables are not."""

    part = split_text(load_text(), 3)[0]


def draw(words: str, kind: str = "PNG") -> bytes:
    image = Image.new("RGB", (120, 40), "white")
    ImageDraw.Draw(image).text((4, 4), words, fill="black")
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def get_path(number: int) -> str:
    return f"/nb/202501/P{number}.png"


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Small]:
    """A site whose only report stands in two images."""
    kind = getattr(request, "param", ImagePage)
    with small(tmp_path, [kind(2024, "2025-01-20")]) as site:
        for number in (1, 2):
            site.files[get_path(number)] = draw(f"page {number}")
        site.content_type = "text/html; charset=utf-8"
        yield site


def list_payloads(archive: Path) -> list[Any]:
    query = (
        "SELECT url, role, payload_sha256 FROM visits WHERE url LIKE '%.png' ORDER BY 1"
    )
    with closing(sqlite3.connect(archive)) as db:
        return db.execute(query).fetchall()


def fetch_beside(archive: Path) -> httpx.Response:
    with Archive(archive) as opened:
        ((url,),) = opened.db.execute("SELECT url FROM documents").fetchall()
    with serving(archive) as base:
        return httpx.get(f"{base}/beside", params={"url": url, "lang": "en"})


def write_source(image: bytes, kind: str = "png") -> str:
    return f'src="data:image/{kind};base64,{b64encode(image).decode()}"'


def test_the_images_stand_beside_the_reading(site: Small) -> None:
    """In the sandboxed document, as data; those of the template do not. What no browser shows is
    said, and so are those that were not asked for: of another host, forbidden by robots.txt.
    """
    page = ImagePage(2024, "2025-01-20")
    elsewhere = f"http://127.0.0.2:{site.port}/P5.png"
    page.scans = (*SCANS, "P3.bmp", "P4.tif", elsewhere, "/private/P6.png")
    site.pages[0] = page
    site.robots = "User-agent: *\nDisallow: /private/"
    site.files["/nb/202501/P3.bmp"] = draw("BMP", "BMP")
    site.files["/nb/202501/P4.tif"] = draw("TIFF", "TIFF")
    site.files["/private/P6.png"] = site.files["/P5.png"] = draw("not to be had")
    assert site.crawl()["holdings"]["versions"] == 1
    answer = fetch_beside(site.archive)
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    for number in (1, 2):
        assert write_source(site.files[get_path(number)]) in answer.text
    assert write_source(site.files["/nb/202501/P3.bmp"], "bmp") in answer.text
    assert answer.text.count('src="data:') == len(SCANS) + 1
    assert "not shown here" in answer.text
    assert "logo.png" not in answer.text
    assert not {"/private/P6.png", "/P5.png"} & set(site.paths())
    assert count_lost_images(site.archive) == 2


def list_kept_images(archive: Path) -> list[bytes | None]:
    """The images of the only version."""
    query = "SELECT first_visit_id FROM versions"
    with Archive(archive) as opened:
        ((visit_id,),) = opened.db.execute(query).fetchall()
        return list(load_images(opened.db, visit_id).values())


def count_lost_images(archive: Path) -> int:
    query = "SELECT json_extract(parameters, '$.count') FROM findings WHERE rule = ?"
    with Archive(archive) as opened:
        ((count,),) = opened.db.execute(query, ["page.image_lost"]).fetchall()
    return int(count)


def select_derived(archive: Path) -> dict[str, list[tuple[Any, ...]]]:
    tables = content(archive)
    return {name: tables[name] for name in ("documents", "versions", "readings")}


@pytest.mark.parametrize("site", [ImagePage, TextPage], indirect=True)
def test_the_images_are_kept_wherever_the_archive_goes(site: Small) -> None:
    crawl = site.crawl()
    assert (crawl["ok"], crawl["holdings"]["versions"]) == (True, 1)
    images = list_payloads(site.archive)
    assert [(url.rpartition("/")[2], role) for url, role, _ in images] == [
        ("P1.png", "attachment"),
        ("P2.png", "attachment"),
    ]
    again = site.crawl()
    assert (again["changes"], again["holdings"]["versions"]) == ({}, 1)
    crawled = select_derived(site.archive)
    nianbao("verify", "--archive", site.archive)
    nianbao("reread", "--all", "--archive", site.archive)
    assert select_derived(site.archive) == crawled
    merged = site.folder / "merged.db"
    nianbao("merge", site.archive, "--archive", merged)
    warc = site.folder / "captures"
    nianbao("export", "warc", warc, "--archive", site.archive)
    taken_in = site.folder / "taken_in.db"
    nianbao("import", warc, "--archive", taken_in)
    for archive in (merged, taken_in):
        assert select_derived(archive) == crawled
        assert set(list_payloads(archive)) == set(images)
        nianbao("verify", "--archive", archive)


def test_another_image_is_another_version(site: Small) -> None:
    """And the former one comes back as a third."""
    before = site.files[get_path(2)]
    versions = []
    for image in (before, draw("changed"), before):
        site.files[get_path(2)] = image
        versions.append(site.crawl()["holdings"]["versions"])
    assert versions == [1, 2, 3]
    nianbao("verify", "--archive", site.archive)


@pytest.mark.parametrize("site", [TextPage], indirect=True)
def test_a_page_with_a_text_is_known_by_that(site: Small) -> None:
    """Imports and web archives have it without its images; all that were seen are kept, and that
    one is another is said once.
    """
    site.crawl()
    site.files[get_path(2)] = draw("changed")
    crawl = site.crawl()
    assert (crawl["changes"], crawl["holdings"]["versions"]) == ({}, 1)
    assert len({sha256 for _, _, sha256 in list_payloads(site.archive)}) == 3
    assert site.crawl()["changes"] == {}
    query = "SELECT parameters FROM findings WHERE rule = ?"
    with Archive(site.archive) as archive:
        rows = archive.db.execute(query, ["page.images_changed"]).fetchall()
    assert [json.loads(row) for (row,) in rows] == [{"count": 1, "images": 2}]
    nianbao("verify", "--archive", site.archive)


def test_another_picture_of_the_template_is_none(site: Small) -> None:
    site.files["/images/logo.png"] = draw("logo")
    site.crawl()
    site.files["/images/logo.png"] = draw("another")
    assert site.crawl()["changes"] == {}
    assert len(list_payloads(site.archive)) == 2 * len(SCANS)


def test_an_image_that_is_down_makes_no_version(site: Small) -> None:
    """Neither before the report was had nor later."""
    site.broken.add(get_path(2))
    assert site.crawl()["holdings"]["versions"] == 0
    assert has_finding(site.archive, "page.image_lost")
    site.broken.clear()
    assert site.crawl()["changes"] == {"new": 1}
    site.broken.add(get_path(2))
    assert site.crawl()["changes"] == {}
    site.broken.clear()
    crawl = site.crawl()
    assert (crawl["changes"], crawl["holdings"]["versions"]) == ({}, 1)


@pytest.mark.parametrize("site", [TextPage], indirect=True)
def test_a_page_with_a_text_is_read_without_an_image_that_is_down(site: Small) -> None:
    site.broken.add(get_path(2))
    assert site.crawl()["holdings"]["versions"] == 1
    assert has_finding(site.archive, "page.image_lost")


def test_scans_on_several_pages_are_one_report(site: Small) -> None:
    """Images of one name in two folders are two, and one that stands on each page is one."""
    seal, other = "/nb/seal_of_all.png", "/nb/202502/P1.png"
    first, second = ImagePage(2024, "2025-01-20"), ImagePage(2024, "2025-01-20")
    first.scans = second.scans = ("P1.png", seal)
    first.behind = '<p><a href="../202502/t1.html">余下全文</a></p>'
    site.pages[0] = first
    site.files["/nb/202502/t1.html"] = second.body()
    site.files[other], site.files[seal] = draw("another"), draw("seal")
    assert site.crawl()["holdings"]["versions"] == 1
    paths = site.paths()
    images = (get_path(1), seal, other)
    assert [paths.count(path) for path in images] == [1, 1, 1]
    assert list_kept_images(site.archive) == [site.files[path] for path in images]
    site.files[get_path(1)] = draw("changed")
    assert site.crawl()["changes"] == {"changed": 1}


def test_what_stands_before_the_title_takes_no_place(site: Small) -> None:
    """And of what is too large it is said."""
    page = ImagePage(2024, "2025-01-20")
    slides = (f'<img src="/slides/{number}.jpg">' for number in range(40))
    page.before = "".join(slides)
    site.pages[0] = page
    site.files[get_path(1)] = draw("large") + bytes(9 << 20)
    crawl = site.crawl()
    assert crawl["holdings"]["versions"] == 1
    names = [url.rpartition("/")[2] for url, *_ in list_payloads(site.archive)]
    assert "P2.png" in names
    assert count_lost_images(site.archive) == 40 + 1


@pytest.mark.parametrize("answer", [None, b"<html><p>404"])
def test_an_image_that_is_gone_is_said(site: Small, answer: bytes | None) -> None:
    """What a page says in its place is no image."""
    del site.files[get_path(2)]
    if answer is not None:
        site.files[get_path(2)] = answer
    assert site.crawl()["holdings"]["versions"] == 1
    assert has_finding(site.archive, "page.image_lost")
