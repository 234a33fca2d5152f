"""How many images of a report are others than before: what was not had is none of them."""

from __future__ import annotations

import pytest

from nianbao.archive.derived.page_findings import (
    count_other_images,
    keep_images,
)


@pytest.mark.parametrize(
    ("visits", "counts"),
    [
        (["a1 b2", "a1 b2"], [0, 0]),
        (["a1 b2", "a1 b3", "a1 b2"], [0, 1, 1]),
        (["a1 b2", "a3 b4"], [0, 2]),
        (["a1 b2", "b1 a2"], [0, 2]),
        (["a1 b2", "", "a1 b3"], [0, 0, 1]),
        (["a1 b2", "a1", "a1 b2"], [0, 0, 0]),
        (["a1 b2", "a1", "a1 b3"], [0, 0, 1]),
        (["a1", "a1 b2"], [0, 0]),
        (["a1 b2", "a1 c3", "a1 c3"], [0, 1, 0]),
        (["a1 b2", "c1 d2"], [0, 0]),
        (["a1 b2", "c3 d4 e5"], [0, 2]),
        (["", "a1"], [0, 0]),
    ],
)
def test_changed_images(visits: list[str], counts: list[int]) -> None:
    """Each image is a letter, its address, and a digit, its content."""
    known: dict[str, str] = {}
    for visit, count in zip(visits, counts, strict=True):
        images = {image[0]: image[1] for image in visit.split()}
        assert count_other_images(known, images) == count
        known = keep_images(known, images)
