"""The OpenAPI document: every route that has JSON is in it, and answers as it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from nianbao.archive import Archive
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.openapi.document import build_document
from nianbao.archive.browse.pages import ROUTES
from nianbao.archive.browse.responses import make_route_pattern
from tests.browse import addresses_archive
from tests.browse.asked_pages import ask_page
from tests.browse.conftest import FIRST

Get = Callable[..., httpx.Response]
TO = Addresses("/")
COUNTY, FINANCE = "样例省北原市西霞县", "西霞县财政局"
URL = FIRST[0].url
DOCUMENT = build_document("http://127.0.0.1/")
# path of the document → pages that answer it, as rich as there are
EXAMPLES = {
    "/index.json": [TO.front()],
    "/search.json": [TO.search("财政局"), TO.search("没有这样的词", year=2021)],
    "/coverage.json": [TO.coverage(), TO.coverage("样例省")],
    "/region/{region}.json": [TO.region(COUNTY, year=2021), TO.region("-"), TO.region("样例省")],
    "/region/{region}/{measure}.json": [TO.measure("样例省", "received"), TO.measure(COUNTY, "lawsuits", first_year=2030)],
    "/agency/{region}/{agency}.json": [TO.agency(COUNTY, FINANCE)],
    "/report/{region}/{agency}/{report_year}.json": [
        TO.report(COUNTY, FINANCE, 2021),
        TO.report(COUNTY, FINANCE, 2021, at="2026-01-02"),
        TO.report(COUNTY, "西霞县人民政府", 2022),
        TO.report(COUNTY, "西霞县人民政府", 2020),
    ],
    "/document.json": [TO.document(URL), TO.document(FIRST[4].url)],
    "/unassigned.json": [TO.unassigned()],
    "/diff.json": [TO.diff(URL)],
    "/archived/{sha256}.json": [],
    "/findings.json": [TO.findings()],
    "/findings/{rule}.json": [TO.findings("req.balance"), TO.findings("list.odd")],
    "/changes.json": [TO.changes(), TO.changes(about="reports")],
    "/sites.json": [TO.sites()],
}  # fmt: skip
OTHER_EXAMPLES = {
    "/-/changes.json": ["/-/changes.json", "/-/changes.json?since=9999"],
    "/archive/{table}.json": ["/archive/panel.json", "/archive/reports.json?_size=1"],
}


def find_faults(value: Any, schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Yield what a value has otherwise than a schema says, and keys that it does not name."""
    known = set()
    for part in list_parts(schema):
        yield from find_faults_of_part(value, part, place)
        known |= set(part.get("properties", ()))
        if "additionalProperties" in part and isinstance(value, dict):
            known |= set(value)
    if isinstance(value, dict) and known:
        yield from (f"{place}/{key}: unknown" for key in value if key not in known)


def list_parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        yield from list_parts(DOCUMENT["components"]["schemas"][name])
        return
    for part in schema.get("allOf", ()):
        yield from list_parts(part)
    yield schema


def find_faults_of_part(
    value: Any, schema: dict[str, Any], place: str
) -> Iterator[str]:
    types: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None), "array": list, "object": dict}  # fmt: skip
    type_ = schema.get("type")
    is_flag = isinstance(value, bool) and type_ != "boolean"
    if type_ and (is_flag or not isinstance(value, types[type_])):
        yield f"{place}: {value!r:.80} is no {type_}"
        return
    if "anyOf" in schema:
        tries = [list(find_faults(value, one, place)) for one in schema["anyOf"]]
        if all(tries):
            yield from min(tries, key=len)
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from find_faults(item, schema.get("items", {}), f"{place}/{number}")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        yield from (f"{place}/{name}: missing" for name in schema.get("required", ()) if name not in value)  # fmt: skip
        for name, item in value.items():
            inner = properties.get(name, schema.get("additionalProperties", {}))
            yield from find_faults(item, inner, f"{place}/{name}")


def answer_schema(path: str, status: int = 200) -> dict[str, Any]:
    answer = DOCUMENT["paths"][path]["get"]["responses"][str(status)]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


def test_every_route_with_json_is_in_the_document() -> None:
    assert {*EXAMPLES, *OTHER_EXAMPLES} == set(DOCUMENT["paths"])
    for route in ROUTES:
        if "json" not in route.formats:
            continue
        pattern = make_route_pattern(route)
        paths = []
        for path in DOCUMENT["paths"]:
            example = path
            for name, value in (
                ("{sha256}", "0" * 64),
                ("{report_year}", "2021"),
                ("{measure}", "received"),
            ):
                example = example.replace(name, value)
            if re.match(f"^{pattern}", example):
                paths.append(path)
        assert len(paths) == 1, route.pattern


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_page_answers_as_the_document_says(archive_path: Path, path: str) -> None:
    with Archive(archive_path) as archive:
        addresses = list(EXAMPLES[path])
        if "{sha256}" in path:
            query = "SELECT DISTINCT payload_sha256 FROM versions"
            addresses = [TO.archived(one) for (one,) in archive.db.execute(query)]
        assert addresses
        for address in addresses:
            answer = json.loads(ask_page(archive, address, "json"))
            assert list(find_faults(answer, answer_schema(path))) == [], address


def test_pages_whose_addresses_show_several_reports_answer_so(
    addresses_path: Path,
) -> None:
    pages = {
        TO.unassigned(): "/unassigned.json",
        TO.document(addresses_archive.FIXED): "/document.json",
        TO.region("-"): "/region/{region}.json",
        TO.search(): "/search.json",
        TO.agency(addresses_archive.REGION, addresses_archive.NAME): "/agency/{region}/{agency}.json",
        TO.diff(addresses_archive.COPIED, to_url=addresses_archive.FIXED): "/diff.json",
    }  # fmt: skip
    with Archive(addresses_path) as archive:
        for address, name in pages.items():
            answer = json.loads(ask_page(archive, address, "json"))
            assert list(find_faults(answer, answer_schema(name))) == [], address


def test_a_server_has_the_document_and_answers_so(get: Get, base: str) -> None:
    served = get("/openapi.json").json()
    assert served == {**DOCUMENT, "servers": [{"url": f"{base}/"}]}
    for path, addresses in OTHER_EXAMPLES.items():
        for address in addresses:
            answer = get(address).json()
            faults = find_faults(answer, answer_schema(path))
            assert [fault for fault in faults if "unknown" not in fault] == []
    for address, status in (
        ("/region/nowhere.json", 404),
        ("/search.json?year=abc", 400),
    ):
        error = get(address, status=status).json()
        path = "/region/{region}.json" if status == 404 else "/search.json"
        assert list(find_faults(error, answer_schema(path, status))) == []


def test_a_value_that_is_otherwise_is_a_fault() -> None:
    schema = answer_schema("/sites.json")
    answer = {"title": 1, "address": "x", "next": None, "more": []}
    faults = list(find_faults(answer, schema))
    assert "/title: 1 is no string" in faults
    assert "/more: unknown" in faults
    assert any(fault.endswith(": missing") for fault in faults)
