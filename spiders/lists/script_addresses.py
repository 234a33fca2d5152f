"""What the scripts of a list page ask for: an address, a form that is sent, data of a service."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from parsel import Selector

from nianbao.spiders.lists.forms import (
    build_form_request,
    find_form,
    read_page_fields,
)
from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.lists.page_text import read_text
from nianbao.spiders.lists.query_strings import replace_parameters
from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.action_reader import ActionReader
from nianbao.spiders.scripts.actions import Action
from nianbao.spiders.scripts.functions import Listener, Script, read_variables
from nianbao.spiders.scripts.values import Environment, PageElement

SCRIPTED_ADDRESS = find_rule("scripted_address")
QUOTED = re.compile(r"""(['"])([^'"\s]{1,300})\1""")
# The element that an event is of, and what is chosen of a menu.
TARGET = re.compile(r"\b\w{1,20}\.(?:currentT|t)arget\b")
CHOSEN_VALUE = re.compile(
    r"this\s*\.\s*(?:options\s*\[[^\]]{0,60}\]|selectedOptions\s*\[0\])\s*\.\s*value\b"
)
SET_ADDRESS = re.compile(r"\.\s*href\s*=|\.\s*attr\(\s*['\"]href")
MOST_AROUND = 8  # elements around one that a selector may mean
LONGEST_LABEL = 20  # characters
NO_ADDRESS = ("#", "javascript:")
# A call by number is a way to that page, whatever else it is given.
NUMBER_CALL = re.compile(r"\b(\w{1,40})\(\s*['\"]?(\d{1,4})['\"]?\s*[,)]")


@dataclass(frozen=True, slots=True)
class PageScripts:
    """The scripts of a page, and what they ask for.

    `link_addresses` are those that they set to links, by the ids of these.
    """

    page: ListPage
    script: Script
    environment: Environment
    link_addresses: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The scripts without their comments."""
        return self.script.text

    def find_address(
        self, script: str, element: Selector | None = None, value: str | None = None
    ) -> str | None:
        """Return the address that a piece of script opens; None where it opens none."""
        request = self.find_request(script, element, value)
        if isinstance(request, str):
            return request
        return None

    def find_request(
        self, script: str, element: Selector | None = None, value: str | None = None
    ) -> NextPage | None:
        """Return what a piece of script asks for.

        `element` is the one that it belongs to, `value` what is chosen of a menu. What it calls
        may be unknown: then an address in quotes is taken.
        """
        script = _name_element(script)
        request = self.follow(script, self.build_environment(element, value))
        if request is not None:
            return request
        return _find_quoted_address(script)

    def build_environment(
        self, element: Selector | None = None, value: str | None = None
    ) -> Environment:
        """Return what is known in a script, of its element too."""
        environment = self.environment.copy()
        if element is not None:
            environment.names["this"] = _describe_element(element, value)
        return environment

    def find_listener(self, element: Selector, event: str) -> str:
        """Return what an event of an element runs where a script ties it; else nothing."""
        for listener in self.script.listeners:
            if listener.event == event and _is_meant(element, listener):
                return _name_element(listener.body)
        return ""

    def follow(self, script: str, environment: Environment) -> NextPage | None:
        """Return the first request of a script; the environment changes as it is followed."""
        reader = ActionReader(self.script, environment)
        action = reader.read(script)
        if action is not None:
            return self.build_request(action)
        if isinstance(reader.returned, str) and SCRIPTED_ADDRESS.find(reader.returned):
            return reader.returned
        return None

    def is_idle(self, script: str, element: Selector) -> bool:
        """Tell whether a script does nothing at present: its conditions say so."""
        reader = ActionReader(self.script, self.build_environment(element))
        reader.read(_name_element(script))
        return reader.is_idle

    def asks_service(self, script: str, environment: Environment) -> bool:
        """Tell whether a script asks for data that it puts into the page, and opens no other."""
        action = ActionReader(self.script, environment.copy()).read(script)
        return action is not None and action.kind == "send"

    def build_request(self, action: Action) -> NextPage | None:
        """Return the request of an action; None where it leads to no further page."""
        if action.kind == "submit":
            form = find_form(self.page, action.fields, is_named=action.address != "")
            if form is None:
                return None
            return build_form_request(form, action.fields, action.address)
        if action.address.lower().startswith(NO_ADDRESS):
            return None
        if action.kind == "open":
            return action.address
        return _build_service_request(action)


def read_scripts(page: ListPage) -> PageScripts:
    """Return the scripts of a page with the values of its fields."""
    environment = page.script.environment.copy()
    environment.fields.update(read_page_fields(page))
    environment.names.update(_name_location(page.url))
    read_variables(page.script, environment)
    scripts = PageScripts(page, page.script, environment)
    if SET_ADDRESS.search(page.script.text):
        reader = ActionReader(page.script, environment.copy())
        reader.follow(page.script.startup)
        scripts.link_addresses.update(reader.addresses)
    return scripts


def _name_element(script: str) -> str:
    """Return a script that calls the element of an event `this`."""
    return CHOSEN_VALUE.sub("this.value", TARGET.sub("this", script))


def _describe_element(element: Selector, value: str | None) -> PageElement:
    attributes = dict(element.attrib)
    if value is not None:
        attributes["value"] = value
        return PageElement(attributes)  # a menu, whose text is that of all its options
    text = "".join(read_text(element, separator="").split())
    return PageElement(attributes, text[:LONGEST_LABEL])


def _is_meant(element: Selector, listener: Listener) -> bool:
    """Tell whether the selector of a listener means an element.

    A mere tag does so only inside what stands before it. What is tied to the whole page means
    elements that it reads an attribute of.
    """
    root = element.root
    if listener.selector == "document":
        return any(
            name.startswith("data-") and name.removeprefix("data-") in listener.body
            for name in element.attrib
        )
    if listener.selector[:1] in ("#", "."):
        return listener.selector in _list_marks(root)
    if root.tag != listener.selector:
        return False
    around = islice(root.iterancestors(), MOST_AROUND)
    return any(listener.around in _list_marks(outer) for outer in around)


def _list_marks(element: Any) -> list[str]:
    """Return the id and the classes of an element as selectors."""
    marks = [f".{name}" for name in element.get("class", "").split()]
    if element.get("id"):
        marks.append(f"#{element.get('id')}")
    return marks


def _name_location(url: str) -> dict[str, str]:
    """Return what a script knows of the address of its page."""
    parts = urlsplit(url)
    values = {
        "href": url,
        "pathname": parts.path,
        "search": f"?{parts.query}" if parts.query else "",
        "origin": f"{parts.scheme}://{parts.netloc}",
        "host": parts.netloc,
    }
    names: dict[str, str] = {}
    for owner in ("", "window.", "document.", "self.", "top."):
        for name, value in values.items():
            names[f"{owner}location.{name}"] = value
    return names


def _build_service_request(action: Action) -> NextPage | None:
    fields = _read_data(action.data)
    if fields is None:
        return None
    if action.as_json:
        return FormPost(action.address, fields, as_json=True)
    texts = {name: str(value) for name, value in fields.items()}
    if action.is_post:
        return FormPost(action.address, texts)
    if not texts:
        return action.address
    return replace_parameters(action.address, **texts)


def _read_data(data: Any) -> dict[str, Any] | None:
    """Return the fields that are sent; None where one of them is not known."""
    if data is None or data == "":
        return {}
    if isinstance(data, str):
        return dict(parse_qsl(data, keep_blank_values=True))
    if not isinstance(data, dict):
        return None
    if any(value is None for value in data.values()):
        return None
    return data


def _find_quoted_address(script: str) -> str | None:
    """Return the first quoted address that is not a part of a longer one."""
    for match in QUOTED.finditer(script):
        before = script[: match.start()].rstrip()
        after = script[match.end() :].lstrip()
        is_part = before.endswith("+") or after.startswith("+")
        if not is_part and SCRIPTED_ADDRESS.find(match[2]):
            return match[2]
    return None
