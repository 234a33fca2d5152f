"""Two texts side by side: nothing is lost, nothing is marked that both have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nianbao.archive.browse.text_differences import (
    DiffLine,
    DiffPiece,
    compare_texts,
    split_paragraphs,
)

OLD = "一、总体情况\n2021年，受理申请12件，均按期答复。\n二、主动公开\n甲\n乙\n丙\n丁\n三、其他\n没有。"
NEW = "一、总体情况\n2021年，受理申请15件，均按期答复。\n二、主动公开\n甲\n乙\n丙\n丁\n三、其他\n没有。\n西霞县财政局"
TEXTS = st.text(alphabet="甲乙丙1。\n\t", max_size=60)


def side(lines: list[DiffLine], name: str) -> list[str]:
    sides = [getattr(line, name) for line in lines]
    return [
        "".join(piece.text for piece in found) for found in sides if found is not None
    ]


@given(TEXTS, TEXTS)
def test_both_texts_stand_there_whole(old: str, new: str) -> None:
    lines = [line for hunk in compare_texts(old, new) for line in hunk.lines]
    assert side(lines, "old") == old.splitlines()
    assert side(lines, "new") == new.splitlines()


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_on_both_sides(old: str, new: str) -> None:
    before, after = (
        "".join(piece.text for piece in found if not piece.differs)
        for found in split_paragraphs(old, new)
    )
    assert before == after


def test_equal_texts_are_one_folded_run() -> None:
    hunks = compare_texts(OLD, OLD)
    assert [hunk.folded for hunk in hunks] == [True]
    assert compare_texts("", "") == []


def test_a_changed_number_is_marked_whole_and_what_is_far_from_it_folded() -> None:
    first, folded, last = compare_texts(OLD, NEW)
    changed = first.lines[1]
    assert changed.kind == "changed"
    assert changed.old == (
        DiffPiece("2021年，受理申请", False),
        DiffPiece("12", True),
        DiffPiece("件，均按期答复。", False),
    )
    assert changed.new == (
        DiffPiece("2021年，受理申请", False),
        DiffPiece("15", True),
        DiffPiece("件，均按期答复。", False),
    )
    assert (first.folded, folded.folded, last.folded) == (False, True, False)
    assert side(list(folded.lines), "new") == ["乙", "丙", "丁"]
    assert (last.lines[-1].kind, last.lines[-1].old) == ("added", None)


def test_paragraphs_that_have_nothing_in_common_are_no_pair() -> None:
    (hunk,) = compare_texts("甲乙丙丁戊己", "一二三四五六七八九十")
    assert [line.kind for line in hunk.lines] == ["removed", "added"]


def test_a_long_paragraph_is_compared_by_clauses() -> None:
    old = "政府信息公开工作，" * 200 + "共12件。"
    before, after = split_paragraphs(old, old.replace("12件", "13件"))
    assert [piece.text for piece in before if piece.differs] == ["共12件。"]
    assert [piece.text for piece in after if piece.differs] == ["共13件。"]
