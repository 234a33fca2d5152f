"""Forms of list pages: what a browser sends for one, and what scripts change before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from parsel import Selector

from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.lists.query_strings import replace_parameters

POST_BACK = re.compile(r"__doPostBack\('([^']*)','([^']*)'\)")
FIELDS = ".//*[self::input or self::select or self::textarea][@name]"
# Fields that are sent only when they are clicked or chosen.
UNSENT_TYPES = ("submit", "button", "image", "reset", "file")
SUBMIT_TYPES = ("submit", "image")
CHOSEN_TYPES = ("checkbox", "radio")


def build_form_request(
    form: Selector, changes: Mapping[str, str] | None = None, action: str = ""
) -> NextPage | None:
    """Return what a form sends, with some fields changed; None where it sends no such field.

    `changes` are by `#id` or by name. A page that is asked for by GET loses the query of its
    address, as in a browser.
    """
    fields = dict(_read_fields(form))
    names = {f"#{element_id}": name for element_id, name in _read_ids(form)}
    is_changed = False
    for key, value in (changes or {}).items():
        name = names.get(key, key)
        if name in fields:
            fields[name] = value
            is_changed = True
    if changes and not is_changed:
        return None
    address = action or form.attrib.get("action", "").strip()
    if form.attrib.get("method", "").lower() == "post":
        return FormPost(address, fields)
    parts = urlsplit(address)
    return parts._replace(query=urlencode(fields), fragment="").geturl()


def build_submit_request(button: Selector) -> NextPage | None:
    """Return what the form around a button sends when it is clicked; None without a form.

    The name of the button is sent with its value.
    """
    forms = button.xpath("./ancestor::form")
    if not forms or button.attrib.get("type", "submit").lower() not in SUBMIT_TYPES:
        return None
    request = build_form_request(forms[-1])
    name = button.attrib.get("name")
    if request is None or not name:
        return request
    value = button.attrib.get("value", "")
    if isinstance(request, FormPost):
        return replace(request, fields={**request.fields, name: value})
    return replace_parameters(request, **{name: value})


def find_form(
    page: ListPage, changes: Mapping[str, str], *, is_named: bool
) -> Selector | None:
    """Return the form that has the fields which a script changes, else the only form.

    `is_named`: the script changes where the form leads, so that it needs no field.
    """
    forms = page.xpath("//form")
    for form in forms:
        keys = set()
        for element_id, name in _read_ids(form):
            keys |= {f"#{element_id}", name}
        if keys & changes.keys():
            return form
    if len(forms) == 1 and (is_named or changes):
        return forms[0]
    return None


def find_post_back(
    page: ListPage, script: str, element: Selector | None = None
) -> FormPost | None:
    """Return the form that a `__doPostBack` call of WebForms sends; None for other scripts.

    It is the form around the element that calls it, else the one with the state of the page.
    The page is sent back with the state that it carries. `__VIEWSTATE` belongs to one view of
    the page: it is sent back as it came, never kept.
    """
    match = POST_BACK.search(script)
    if match is None:
        return None
    form = _choose_form(page, element)
    if form is None:
        return None
    fields = {}
    for hidden in form.xpath(".//input[@type='hidden'][@name]"):
        fields[hidden.attrib["name"]] = hidden.attrib.get("value", "")
    fields["__EVENTTARGET"] = match[1]
    fields["__EVENTARGUMENT"] = match[2]
    action = form.attrib.get("action", "").strip()
    return FormPost(action or page.url, fields)


def _choose_form(page: ListPage, element: Selector | None) -> Selector | None:
    """Return the form that is sent back to the server."""
    if element is not None:
        around = element.xpath("./ancestor::form")
        if around:
            return around[-1]
    forms = page.xpath("//form[.//input[@name='__VIEWSTATE']]") or page.xpath("//form")
    return forms[0] if forms else None


def read_page_fields(page: ListPage) -> dict[str, str]:
    """Return the values of all fields of a page, by `#id` and by name."""
    values: dict[str, str] = {}
    for element in page.xpath("//*[self::input or self::select or self::textarea]"):
        value = _read_value(element)
        for key in (f"#{element.attrib.get('id', '')}", element.attrib.get("name", "")):
            if key not in ("#", ""):
                values.setdefault(key, value)
    return values


def _read_fields(form: Selector) -> Iterator[tuple[str, str]]:
    for element in form.xpath(FIELDS):
        kind = element.attrib.get("type", "").lower()
        is_unchosen = kind in CHOSEN_TYPES and "checked" not in element.attrib
        if kind in UNSENT_TYPES or is_unchosen or "disabled" in element.attrib:
            continue
        yield element.attrib["name"], _read_value(element)


def _read_ids(form: Selector) -> Iterator[tuple[str, str]]:
    for element in form.xpath(FIELDS):
        name = element.attrib["name"]
        yield element.attrib.get("id", ""), name


def _read_value(element: Selector) -> str:
    if element.root.tag == "textarea":
        return element.root.text or ""
    if element.root.tag == "select":
        chosen = element.xpath("./option[@selected]") or element.xpath("./option")
        if not chosen:
            return ""
        text = chosen[0].root.text or ""
        return chosen[0].attrib.get("value", text.strip())
    return element.attrib.get("value", "")
