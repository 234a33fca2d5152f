"""Every shape of rows is read whole on any platform, and what stands around is left alone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.page_rows import PageRows, Rows, read_page_rows
from nianbao.spiders.platforms import reader_for
from tests.spiders.row_shapes import (
    AROUND,
    BRANCHES,
    BY_CONTEXT,
    IN_SCRIPTS,
    LOST,
    TITLED,
    RowShape,
)

URL = "http://www.example.gov.cn/nb/"
SHAPES = (*TITLED, *BY_CONTEXT, *BRANCHES, *LOST, *IN_SCRIPTS)


def read_rows(body: str, platform: str = "generic") -> tuple[PageRows, ListPage]:
    html = f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    page = ListPage.from_bytes(URL, html.encode())
    return read_page_rows(reader_for(platform), page), page


def list_paths(page: ListPage, *kinds: Rows) -> list[str]:
    paths = []
    for rows in kinds:
        for row in rows.values():
            parts = urlsplit(page.urljoin(row.url))
            paths.append(f"{parts.path}?{parts.query}".removesuffix("?"))
    return sorted(paths)


@pytest.mark.parametrize("platform", ["generic", "trs", "hanweb"])
@pytest.mark.parametrize("around", ["{}", AROUND], ids=["alone", "on a page"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_shape_of_rows(shape: RowShape, around: str, platform: str) -> None:
    page_rows, page = read_rows(around.replace("{}", shape.body), platform)
    paths = list_paths(page, page_rows.titled, page_rows.likely, page_rows.doubtful)
    assert paths == sorted(shape.paths)
    assert len(page_rows.lost) == shape.lost_count


@pytest.mark.parametrize("shape", TITLED, ids=lambda shape: shape.name)
def test_titled_rows_are_no_rows_by_context(shape: RowShape) -> None:
    page_rows, page = read_rows(AROUND.replace("{}", shape.body))
    assert list_paths(page, page_rows.titled) == sorted(shape.paths)


def test_a_page_without_a_list_has_no_rows() -> None:
    page_rows, _ = read_rows(AROUND.replace("{}", "<p>暂无信息</p>"))
    assert page_rows == PageRows()
