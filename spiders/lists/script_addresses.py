"""What the scripts of a list page ask for: an address, a form that is sent, data of a service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from parsel import Selector

from nianbao.spiders.lists.forms import (
    build_form_request,
    find_form,
    read_page_fields,
)
from nianbao.spiders.lists.page import FormPost, ListPage, NextPage
from nianbao.spiders.lists.query_strings import replace_parameters
from nianbao.spiders.rules import find_rule
from nianbao.spiders.scripts.actions import Action, ActionReader
from nianbao.spiders.scripts.functions import Script, read_variables
from nianbao.spiders.scripts.values import Environment

SCRIPTED_ADDRESS = find_rule("scripted_address")
QUOTED = re.compile(r"""(['"])([^'"\s]{1,300})\1""")
VALUE_CALL = re.compile(r"\b(\w{1,40})\(\s*this\.(?:value|options\b[^)]{0,80})")
NO_ADDRESS = ("#", "javascript:")
# A call by number is a way to that page, whatever else it is given.
NUMBER_CALL = re.compile(r"\b(\w{1,40})\(\s*['\"]?(\d{1,4})['\"]?\s*[,)]")


@dataclass(frozen=True, slots=True)
class PageScripts:
    """The scripts of a page, and what they ask for."""

    page: ListPage
    script: Script
    environment: Environment

    @property
    def text(self) -> str:
        """The scripts without their comments."""
        return self.script.text

    def find_address(self, script: str) -> str | None:
        """Return the address that a piece of script opens; None where it opens none."""
        request = self.find_request(script)
        if isinstance(request, str):
            return request
        return None

    def find_request(
        self, script: str, names: dict[str, Any] | None = None
    ) -> NextPage | None:
        """Return what a piece of script asks for; `names` are known in it.

        What it calls may be unknown: then an address in quotes is taken.
        """
        environment = self.environment.copy()
        environment.names.update(names or {})
        request = self.follow(script, environment)
        if request is not None:
            return request
        return _find_quoted_address(script)

    def find_value_request(self, script: str, number: int) -> NextPage | None:
        """Return what a menu asks for when a page is chosen by number: `goto(this.value)`."""
        call = VALUE_CALL.search(script)
        if call is None:
            return None
        return self.find_request(f"{call[1]}({number})")

    def find_clicked(self, element: Selector) -> str:
        """Return what a click on an element runs where a script ties it; else nothing."""
        attributes = element.attrib
        selectors = [f"#{attributes.get('id', '')}"]
        selectors += [f".{name}" for name in attributes.get("class", "").split()]
        for selector in selectors:
            body = self.script.click_bodies.get(selector)
            if body:
                return body
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
    read_variables(page.script, environment)
    return PageScripts(page, page.script, environment)


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
