"""Texts of earlier versions: kept as what differs from the current one, and told whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.archive.derived import text_deltas
from nianbao.archive.read_model.documents import find_document
from tests.archive.pages import publish
from tests.conftest import Crawl

URL = "http://xixia.localhost/1.html"
LONG = "一、总体情况\n" + "全年平稳。" * 200
CHANGED = LONG + "\n本报告已于发布后更正。"

TEXT = st.text(st.sampled_from("年报\n"), max_size=12)


@given(one=TEXT, other=TEXT)
def test_what_is_shared_does_not_overlap_and_cannot_be_longer(
    one: str, other: str
) -> None:
    start, end = text_deltas.measure_shared_ends(one, other)
    assert start + end <= min(len(one), len(other))
    assert one[:start] == other[:start]
    assert one[len(one) - end :] == other[len(other) - end :]
    assert (
        other[:start] + one[start : len(one) - end] + other[len(other) - end :] == one
    )
    middle, over = one[start : len(one) - end], other[start : len(other) - end]
    assert not (middle and over) or (middle[0] != over[0] and middle[-1] != over[-1])


def whole(crawl: Crawl) -> list[str]:
    query = "SELECT text FROM version_texts JOIN versions ON versions.id = version_id ORDER BY number"
    return [row[0] for row in crawl.archive.db.execute(query).fetchall()]


def kept(crawl: Crawl) -> list[str]:
    query = "SELECT text FROM readings JOIN versions ON versions.id = version_id ORDER BY number"
    return [row[0] for row in crawl.archive.db.execute(query).fetchall()]


def test_only_the_current_text_is_kept_whole(crawl: Crawl) -> None:
    history = [LONG, CHANGED, "首段。\n" + LONG, LONG + "\n本报告第二次更正。"]
    for number, text in enumerate(history, start=1):
        publish(crawl, URL, text)
        assert whole(crawl) == history[:number]
    # the third differs at both ends: all of it but the last full stop stands between what is shared
    assert kept(crawl) == ["", "已于发布后", history[2][:-1], history[3]]
    document = find_document(crawl.archive.db, URL)
    assert document is not None
    assert [version.text for version in document.versions] == history


@pytest.mark.parametrize("text", ["", "\0", "年\0报"])
def test_a_text_that_ends_early_for_sqlite_is_left_whole(
    crawl: Crawl, text: str
) -> None:
    publish(crawl, URL, "年报" + text)
    publish(crawl, URL, text + "年报告")
    assert whole(crawl) == ["年报" + text, text + "年报告"]
