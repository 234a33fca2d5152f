"""Pages that say nearly the same: linked, with how nearly, and no longer than it is true."""

from __future__ import annotations

import pytest

from nianbao.archive.derived import near_duplicates
from nianbao.archive.read_model.documents import find_document
from nianbao.archive.records import Agency
from tests.archive.pages import MIRROR, publish
from tests.conftest import Crawl

A = "http://xixia.localhost/a.html"
B = "http://xixia.localhost/a_wap.html"
C = "http://mirror.localhost/c.html"
PROSE = "".join(
    f"第{number}项工作由专人负责,办结后在{number + 3}日内公布。" for number in range(60)
)
TEXT = f"本报告由西霞县财政局编制。{PROSE}收到申请3件。"
CHANGED = TEXT.replace("3件", "4件")


def pairs(crawl: Crawl) -> list[tuple[str, str, float]]:
    rows = crawl.archive.db.execute(
        "SELECT one.url, other.url, similarity FROM near_copies JOIN documents AS one ON one.id = document_id"
        " JOIN documents AS other ON other.id = other_id ORDER BY 1, 2"
    ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_one_other_figure(crawl: Crawl, order: tuple[str, str]) -> None:
    """The pair is the same whichever page comes first."""
    for url in order:
        publish(crawl, url, TEXT if url == A else CHANGED)
    ((one, other, similarity),) = pairs(crawl)
    assert (one, other) == (A, B)
    assert 0.99 < similarity < 1
    document = find_document(crawl.archive.db, B)
    assert document is not None
    assert (document.copies, document.near_copies) == ((), ((A, similarity),))


def test_layout_counts_for_nothing(crawl: Crawl) -> None:
    publish(crawl, A, TEXT)
    publish(
        crawl, B, TEXT.replace("。", "。\n\u3000\u3000").replace(",", ",") + "打印本页"
    )
    ((_, _, similarity),) = pairs(crawl)
    assert similarity > 0.98


def test_a_copy_is_no_near_copy_and_another_text_is_neither(crawl: Crawl) -> None:
    publish(crawl, A, TEXT)
    publish(crawl, C, TEXT, site=MIRROR)
    publish(crawl, B, "财政局的另一份说明。" * 50)
    assert pairs(crawl) == []


def test_reports_of_two_years_are_not_compared(crawl: Crawl) -> None:
    publish(crawl, A, TEXT)
    publish(crawl, B, CHANGED, report_year=2020)
    assert pairs(crawl) == []


@pytest.mark.parametrize(
    ("agency", "linked"),
    [
        (Agency(), True),
        (Agency(printed="西霞县财政局"), True),
        (Agency(printed="西霞县民政局"), False),
    ],
)
def test_a_mirror_that_does_not_say_whose_it_is(
    crawl: Crawl, agency: Agency, linked: bool
) -> None:
    publish(crawl, A, TEXT)
    publish(crawl, C, CHANGED, site=MIRROR, agency=agency)
    assert bool(pairs(crawl)) == linked


def test_a_page_that_becomes_something_else_is_linked_no_longer(crawl: Crawl) -> None:
    publish(crawl, A, TEXT)
    publish(crawl, B, CHANGED)
    publish(crawl, B, CHANGED + "!", report_year=2020, title="另一份报告")
    assert pairs(crawl) == []


def test_a_title_that_everybody_has_says_nothing(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_duplicates, "LARGEST_GROUP", 2)
    publish(crawl, A, TEXT, agency=Agency())
    publish(crawl, B, CHANGED, agency=Agency())
    assert len(pairs(crawl)) == 1
    publish(crawl, C, CHANGED.replace("4件", "5件"), agency=Agency())
    assert pairs(crawl) == []


def test_different_texts_are_never_wholly_alike() -> None:
    one, other = (
        near_duplicates.make_shingles("00000000"),
        near_duplicates.make_shingles("000000000"),
    )
    assert one == other
    assert near_duplicates.measure_similarity(one, other) < 1
