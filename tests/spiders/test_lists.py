"""Requests for list pages that carry a body."""

from __future__ import annotations

from nianbao.spiders.lists.page import FormPost

HOST = "http://www.example.gov.cn"


def test_the_address_of_a_post() -> None:
    one, two = (
        FormPost(f"{HOST}/list", {"page": 1, "area": "A"}),
        FormPost(f"{HOST}/list", {"area": "A", "page": 1}),
    )
    assert (
        one.address
        == two.address
        != FormPost(f"{HOST}/list", {"page": 2, "area": "A"}).address
    )
    assert one.address.startswith(f"{HOST}/list#post-")
    assert (one.body, FormPost(one.url, one.fields, as_json=True).body) == (
        "page=1&area=A",
        '{"page": 1, "area": "A"}',
    )
