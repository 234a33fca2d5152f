"""Parts of a list page that are requested on their own: frames, and forms that a script posts."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from parsel import Selector

from nianbao.spiders.lists.page import FormPost, ListPage, NextPage

FRAMES = "//*[self::frame or self::iframe][@src]/@src"
SUBMIT_CALL = ".submit()"
# What a person fills in: a form with such a field is a search.
TYPED_FIELDS = ".//input[@type='text' or @type='search' or not(@type)] | .//textarea"
FIELDS = ".//input[@name][@type='hidden'] | .//input[@name][@value][not(@type)]"


def find_parts(page: ListPage) -> list[NextPage]:
    """Return the pages that a browser shows inside a page, on its own host."""
    if not page.is_markup:
        return []
    return [*_find_frames(page), *_find_posted_forms(page)]


def _find_frames(page: ListPage) -> Iterator[str]:
    host = urlsplit(page.url).netloc
    for source in page.xpath(FRAMES).getall():
        url = page.urljoin(source.strip())
        if url and urlsplit(url).netloc == host and url != page.url:
            yield url


def _find_posted_forms(page: ListPage) -> Iterator[NextPage]:
    """Yield the forms that a script sends as they are: nobody fills them in.

    A function that is given a value, such as the number of a page, sets it first.
    """
    forms = page.xpath("//form[@action]")
    if not forms or not _submits_form(page):
        return
    for form in forms:
        if not form.xpath(TYPED_FIELDS):
            yield _build_request(form)


def _submits_form(page: ListPage) -> bool:
    if SUBMIT_CALL in page.script.startup:
        return True
    for function in page.script.functions:
        if SUBMIT_CALL in function.body and not function.parameters:
            return True
    return False


def _build_request(form: Selector) -> NextPage:
    fields = {}
    for element in form.xpath(FIELDS):
        fields[element.attrib["name"]] = element.attrib.get("value", "")
    action = form.attrib["action"].strip()
    if form.attrib.get("method", "").lower() == "post":
        return FormPost(action, fields)
    return f"{action}?{urlencode(fields)}"
