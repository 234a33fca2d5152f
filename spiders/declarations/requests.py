"""The requests of a declared list: the first one of a column's page, and the one that follows."""

from __future__ import annotations

import json
import re
from collections.abc import (
    Iterator,
    Mapping,
)
from copy import deepcopy
from typing import Any
from urllib.parse import (
    parse_qsl,
    urlencode,
    urlsplit,
)

from nianbao.spiders.declarations.model import (
    ListDeclaration,
    RequestShape,
)
from nianbao.spiders.declarations.paths import parse_json_object
from nianbao.spiders.declarations.templates import (
    PageSlot,
    Place,
    compile_template,
    count_rows,
    fill,
    find_slots,
    read_page,
)
from nianbao.spiders.declarations.values import (
    find_units,
    find_values,
)
from nianbao.spiders.lists.page import (
    FormPost,
    ListPage,
    NextPage,
)
from nianbao.spiders.lists.query_strings import (
    parse_query,
    replace_parameters,
)

PATH, QUERY, BODY = "url", "query", "body"  # the first step of a place


def build_first_requests(
    declaration: ListDeclaration,
    page: ListPage,
    options: Mapping[str, str],
    extra: Mapping[str, str] | None = None,
) -> Iterator[NextPage]:
    """Yield the request for the first page of each list that a column's page leads to."""
    values = find_values(declaration, page, options)
    if values is None:
        return
    numbers = count_rows(declaration.pages, declaration.pages.first)
    for unit in find_units(declaration, page):
        names = {**values, **(extra or {}), **numbers}
        yield _build_request(declaration.request, names, unit, page.text)


def read_page_number(
    declaration: ListDeclaration,
    page: ListPage,
) -> int | None:
    """Return which page of a declared list an answer is; None for any other page."""
    if not _find_path_pattern(declaration.request).fullmatch(_read_path(page.url)):
        return None
    parts = _read_parts(declaration.request, page)
    for slot in _find_request_slots(declaration.request):
        number = _read_slot(declaration, parts, slot)
        if number is not None:
            return number
    return None


def build_next_request(
    declaration: ListDeclaration,
    page: ListPage,
    number: int,
) -> NextPage:
    """Return the request for another page of a list; all else stays as it was sent."""
    request = declaration.request
    parts = _read_parts(request, page)
    numbers = count_rows(declaration.pages, number)
    url = page.url
    for slot in _find_request_slots(request):
        if slot.place[0] == PATH:
            url = _replace_in_path(url, slot.template, numbers)
        else:
            _replace_value(parts, slot.place, fill(slot.template, numbers))
    if request.method == "POST":
        fields = _wrap(request, parts[BODY], is_wrapped=_is_wrapped(request, page))
        return FormPost(url, fields, as_json=request.json_fields is not None)
    changes = {name: parts[QUERY][name] for name in _list_parameters(request)}
    return replace_parameters(url, **changes) if changes else url


# --- what is sent ----------------------------------------------------------------------------


def _build_request(
    request: RequestShape,
    names: Mapping[str, Any],
    unit: Mapping[str, str],
    source: str,
) -> NextPage:
    url = str(fill(request.url, names))
    query = fill(request.query, names)
    if request.method == "GET":
        query = {**unit, **query}
    if query:
        url = f"{url}?{urlencode(_flatten(query))}"
    if request.method == "GET":
        return url
    if request.json_fields is None:
        fields = {**unit, **fill(request.form, names)}
        return FormPost(url, _flatten(fields))
    is_wrapped = bool(request.wrap and request.wrap.where.search(source))
    fields = _wrap(request, fill(request.json_fields, names), is_wrapped=is_wrapped)
    return FormPost(url, fields, as_json=True)


def _wrap(
    request: RequestShape,
    fields: dict[str, Any],
    *,
    is_wrapped: bool,
) -> dict[str, Any]:
    """Return the fields of a body, inside another one where the site sends them so."""
    if request.wrap and is_wrapped:
        return {request.wrap.key: fields}
    return fields


def _flatten(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return fields as texts; what has parts is written as JSON, as scripts write it."""
    texts = {}
    for name, value in fields.items():
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            texts[name] = str(value)
        else:
            texts[name] = _write_json(value)
    return texts


def _write_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# --- what was sent --------------------------------------------------------------------------


def _read_parts(
    request: RequestShape,
    page: ListPage,
) -> dict[str, Any]:
    """Return what was sent for an answer, as it was sent; a body inside another one alone."""
    body: Any = {}
    if request.json_fields is not None:
        body = parse_json_object(page.request_body)
        if _is_wrapped(request, page):
            body = next(iter(body.values()))
    elif request.form is not None:
        body = dict(parse_qsl(page.request_body, keep_blank_values=True))
    return {PATH: _read_path(page.url), QUERY: parse_query(page.url), BODY: body}


def _is_wrapped(
    request: RequestShape,
    page: ListPage,
) -> bool:
    """Tell whether the body of a request stood inside another one."""
    if request.wrap is None:
        return False
    return set(parse_json_object(page.request_body)) == {request.wrap.key}


def _find_request_slots(request: RequestShape) -> Iterator[PageSlot]:
    """Yield the places of a request that say which page is wanted."""
    yield from find_slots({PATH: request.url, QUERY: request.query, BODY: request.body})


def _list_parameters(request: RequestShape) -> dict[str, None]:
    """Return the parameters that say which page is wanted."""
    slots = find_slots(request.query)
    return dict.fromkeys(slot.place[0] for slot in slots)


def _read_slot(
    declaration: ListDeclaration,
    parts: Mapping[str, Any],
    slot: PageSlot,
) -> int | None:
    if slot.place[0] == PATH:
        template = urlsplit(slot.template).path
        return read_page(_open_start(template), parts[PATH], declaration.pages)
    value = _follow(parts, slot.place)
    if value is None:
        return None
    return read_page(slot.template, str(value), declaration.pages)


def _follow(
    parts: Any,
    place: Place,
) -> Any:
    """Return what stands at a place of what was sent; a text on the way is read as JSON."""
    value = parts
    for step in place:
        if isinstance(value, str):
            value = parse_json_object(value)
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _replace_value(
    fields: dict[str, Any],
    place: Place,
    value: Any,
) -> None:
    """Set a value at a place of what was sent; a text on the way is read and written as JSON."""
    step, *further = place
    before: Any = fields.get(step)
    if not further:
        fields[step] = str(value) if isinstance(before, str) else value
        return
    if isinstance(before, str):
        inner = parse_json_object(before)
        _replace_value(inner, tuple(further), value)
        fields[step] = _write_json(inner)
    else:
        fields[step] = deepcopy(before) or {}
        _replace_value(fields[step], tuple(further), value)


# --- addresses ------------------------------------------------------------------------------


def _read_path(url: str) -> str:
    return urlsplit(url).path


def _open_start(template: str) -> str:
    """Return the template of a path that stands for any path which ends with it."""
    return template if template.startswith("/") else f"{{any}}{template}"


def _find_path_pattern(request: RequestShape) -> re.Pattern[str]:
    return compile_template(_open_start(urlsplit(request.url).path))


def _replace_in_path(
    url: str,
    template: str,
    numbers: Mapping[str, int],
) -> str:
    """Return an address with another number of the page in its path."""
    path = _read_path(url)
    match = compile_template(_open_start(urlsplit(template).path)).fullmatch(path)
    if match is None:
        return url
    for name in match.groupdict():
        start, end = match.span(name)
        path = f"{path[:start]}{numbers[name]}{path[end:]}"
    return urlsplit(url)._replace(path=path, fragment="").geturl()
