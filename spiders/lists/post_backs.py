"""Post-backs of ASP.NET WebForms: the page itself is sent back with the state it carries.

`__VIEWSTATE` belongs to one view of the page. It is sent back as it came, never kept.
"""

from __future__ import annotations

import re

from nianbao.spiders.lists.page import FormPost, ListPage

POST_BACK = re.compile(r"__doPostBack\('([^']*)','([^']*)'\)")


def find_post_back(page: ListPage, script: str) -> FormPost | None:
    """Return the form that a `__doPostBack` call sends; None for any other script."""
    match = POST_BACK.search(script)
    if match is None:
        return None
    fields = {}
    for element in page.xpath("//form//input[@type='hidden'][@name]"):
        name = element.attrib["name"]
        fields[name] = element.attrib.get("value", "")
    fields["__EVENTTARGET"] = match[1]
    fields["__EVENTARGUMENT"] = match[2]
    action = page.xpath("//form/@action").get()
    return FormPost(action or page.url, fields)
