"""`nianbao reread --ocr`: what an archive holds as images is read, once, whenever it is stopped."""

from __future__ import annotations

import io
import json
import sqlite3
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nianbao.archive import Archive
from nianbao.archive.raw.runs import ArchivedSite
from nianbao.archive.records import Capture, Hints
from nianbao.crawler.commands.reread import reread
from nianbao.pipelines.reader.ocr import models
from nianbao.sample.tables import lay_article_20
from tests.crawl.commands import nianbao, start
from tests.crawl.test_image_reports import ImagePage
from tests.reader.test_ocr_images import FONT, draw_report

HOST = "http://xixia.localhost"
needs_ocr = pytest.mark.skipif(
    find_spec("rapidocr") is None or not FONT.is_file(),
    reason="the extra ocr or fonts-noto-cjk is not installed",
)


class OneImagePage(ImagePage):
    """The page of a report that is one image."""

    scans = ("P1.png",)


def count_of(key: tuple[str, str, str]) -> str:
    """The figure that is drawn in a cell."""
    return str(sum(map(ord, "".join(key))) % 30)


def draw_image() -> bytes:
    """A report with one small table as an image file."""
    from PIL import Image

    edges = (180, 620, 900, 1180, 1460)
    grid = lay_article_20("g2021", count_of)
    pixels = draw_report(grid, edges)[:1330, :, ::-1]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def store_pages(path: Path) -> None:
    """Make an archive of a page that is an image, and of that image itself; neither is read."""
    image = draw_image()
    with Archive.create(path) as archive:
        run_id = archive.begin_run("0.1.0", {})

        def store(name: str, role: Any, payload: bytes, hints: Hints) -> str:
            capture = Capture(
                site="xixia",
                url=f"{HOST}/{name}",
                role=role,
                outcome="fetched",
                visited_at="2022-02-01T00:00:00.000Z",
                status=200,
                payload=payload,
                hints=hints,
            )
            visit_id, _ = archive.store_capture(run_id, capture)
            return archive.visit(visit_id).payload_sha256 or ""

        archive.begin_sites(
            run_id, [ArchivedSite("xixia", "西霞县", "trs", None, None, 1, 1)]
        )
        sha256 = store("P1.png", "attachment", image, Hints())
        page = OneImagePage(2021, "2022-01-20").body()
        store("1.html", "report", page, Hints(images=(f"{sha256} P1.png",)))
        store("2.png", "report", image, Hints())
        archive.end_site(run_id, "xixia", "finished", 2, lists_whole=True)
        archive.end_run(run_id, "finished", {})


def select(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


@needs_ocr
@pytest.mark.slow
@pytest.mark.crawl
def test_what_was_recognised_before_a_kill_is_not_recognised_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.db"
    store_pages(path)
    command = ("reread", "--ocr", "--json", "--archive", path)
    kept = "SELECT payload_sha256, recognized_at FROM recognitions ORDER BY 1"
    with start(*command) as process:
        while process.poll() is None and not select(path, kept):
            time.sleep(0.05)
        process.kill()
    before = select(path, kept)
    assert before
    first, second = (json.loads(nianbao(*command)) for _ in range(2))
    assert (first["ok"], first["recognized"]) == (True, 0)
    assert (second["pages"], second["recognized"]) == (0, 0)
    assert select(path, kept) == before
    figures = select(
        path,
        'SELECT version_id, "table", "row", "column", value, alignment FROM figures',
    )
    assert len({version_id for version_id, *_ in figures}) == 2
    given = [row[1:] for row in figures if row[4] is not None]
    assert len(given) == 2 * 10
    wrong = [row for row in given if str(row[3]) != count_of(row[:3])]
    assert wrong == []
    assert {row[-1] for row in figures} == {"ocr"}
    assert "whole" in nianbao("verify", "--quick", "--archive", path)


def test_without_the_extra_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    Archive.create(path).close()
    monkeypatch.setattr(models, "_MODULES", ("no_module_of_this_name",))
    result = CliRunner().invoke(reread, ["--ocr", "--archive", str(path)])
    assert result.exit_code == 1
    assert result.output == (
        "Error: OCR needs no_module_of_this_name, which is not installed: pip install"
        " 'nianbao[ocr]'\n"
    )
