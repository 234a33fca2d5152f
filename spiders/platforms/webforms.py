"""ASP.NET WebForms: the next page is the same page, posted back with the state it carries.

`__VIEWSTATE` belongs to one view of the page. It is sent back as it came, never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.spiders.lists.link_rows import read_link_title
from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.lists.pagers import is_next_label
from nianbao.spiders.platforms.generic import GenericReader

POST_BACK = re.compile(r"__doPostBack\('([^']*)','([^']*)'\)")


class WebFormsReader(GenericReader):
    """Sites of ASP.NET WebForms. Rows are read as on any list page."""

    platform = "webforms"

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        post_back = _find_post_back(page)
        if post_back is not None:
            yield _build_post(page, post_back)
            return
        yield from super().read_next_pages(page)


def _find_post_back(page: ListPage) -> re.Match[str] | None:
    """Return the `__doPostBack` call of the link to the next page."""
    for anchor in page.xpath("//a[contains(@href, '__doPostBack')]"):
        post_back = POST_BACK.search(anchor.attrib["href"])
        title = read_link_title(anchor)
        if post_back and is_next_label(title or ""):
            return post_back
    return None


def _build_post(page: ListPage, post_back: re.Match[str]) -> FormPost:
    fields = {}
    for element in page.xpath("//form//input[@type='hidden'][@name]"):
        name = element.attrib["name"]
        fields[name] = element.attrib.get("value", "")
    fields["__EVENTTARGET"] = post_back[1]
    fields["__EVENTARGUMENT"] = post_back[2]
    action = page.xpath("//form/@action").get()
    return FormPost(action or page.url, fields)
