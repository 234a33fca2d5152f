"""Elements of more attributes than any page's lose them, wherever they stand."""

from __future__ import annotations

import pytest

from nianbao.archive.long_tags import limit_attributes

ATTRIBUTES = " ".join(f"a{number:04}=1" for number in range(1100))  # 8,799 characters


@pytest.mark.parametrize("offset", range(0, 8200, 41))
def test_a_long_tag_is_shortened_at_any_offset(offset: int) -> None:
    before = "<p>" + "年" * offset
    page = f"{before}<td {ATTRIBUTES}>12</td>"
    assert limit_attributes(page) == f"{before}<td>12</td>"


@pytest.mark.parametrize("length", [0, 1, 3999, 4000, 4001, 8000, 20_000])
def test_a_long_text_stays(length: int) -> None:
    page = f"<p title=a>{'年' * length}</p>"
    assert limit_attributes(page) == page


def test_names_without_values_are_attributes_too() -> None:
    names = " ".join(f"name{number:04}" for number in range(1100))
    assert limit_attributes(f"<td {names}>12</td>") == "<td>12</td>"


def test_words_and_signs_of_a_value_are_no_attributes() -> None:
    page = f"<td title='{'a = b ' * 3000}'>12</td>"
    assert limit_attributes(page) == page
