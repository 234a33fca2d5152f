"""ASP.NET WebForms: the next page is the same page, posted back with the state it carries."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.lists.forms import find_post_back
from nianbao.spiders.lists.link_rows import read_link_title
from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.lists.pagers import is_next_label
from nianbao.spiders.platforms.generic import GenericReader


class WebFormsReader(GenericReader):
    """Sites of ASP.NET WebForms. Rows are read as on any list page."""

    platform = "webforms"

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        post = _find_next_post(page)
        if post is not None:
            yield post
            return
        yield from super().read_next_pages(page)


def _find_next_post(page: ListPage) -> FormPost | None:
    """Return what the link to the next page sends."""
    for anchor in page.xpath("//a[contains(@href, '__doPostBack')]"):
        title = read_link_title(anchor)
        if is_next_label(title or ""):
            post = find_post_back(page, anchor.attrib["href"], anchor)
            if post is not None:
                return post
    return None
