"""The document itself, in OpenAPI 3.1: `paths.yaml` has its words, the dataclasses its schemas."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from nianbao.archive.browse.openapi.schema import Schema, SchemaBook
from nianbao.archive.browse.page import RawAnswer

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.browse.page import PageRequest

PATHS = Path(__file__).with_name("paths.yaml")
PARAMETER = re.compile(r"\{(\w+)\}")
TEXT = {"type": "string"}
ADDRESS = {"type": "string", "format": "uri"}
NOTHING = {"type": "null"}
# What every answer has beside its data: see formats.format_json.
HEAD: dict[str, Schema] = {
    "title": TEXT,
    "address": ADDRESS,
    "next": {"anyOf": [ADDRESS, NOTHING]},
}
VERSION = "3.1.0"
JSON_TYPE = "application/json"


def send_openapi(_: Database, request: PageRequest) -> RawAnswer:
    """Answer the document; its server is the one that was asked."""
    document = build_document(request.cite.front())
    return RawAnswer(format_document(document), JSON_TYPE)


def format_document(document: dict[str, Any]) -> bytes:
    """Return the document as it is served."""
    text = json.dumps(
        document,
        ensure_ascii=False,
        indent=1,
    )
    return text.encode()


def build_document(server: str) -> dict[str, Any]:
    """Return the document of a server, by its address."""
    words = load_words()
    book = SchemaBook()
    paths = {}
    for path in words["paths"]:
        operation = _describe_operation(path, words, book)
        paths[path] = {"get": operation}
    schemas = dict(book.schemas)
    schemas.update(words["schemas"])
    return {
        "openapi": VERSION,
        "info": words["info"],
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _describe_operation(
    path: str,
    words: dict[str, Any],
    book: SchemaBook,
) -> dict[str, Any]:
    own_words = words["paths"][path]
    return {
        "operationId": own_words["id"],
        "summary": own_words["en"],
        "description": own_words["zh"],
        "parameters": _list_parameters(path, own_words, words["parameters"]),
        "responses": _describe_answers(own_words, words["errors"], book),
    }


def _list_parameters(
    path: str,
    words: dict[str, Any],
    all_words: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return the parameters in a path and those of its query."""
    parameters = []
    for name in PARAMETER.findall(path):
        parameter = _describe_parameter(name, "path", all_words[name])
        parameter["required"] = True
        parameters.append(parameter)
    for name in words.get("query", []):
        parameter = _describe_parameter(name, "query", all_words[name])
        parameters.append(parameter)
    return parameters


def _describe_parameter(name: str, place: str, words: dict[str, Any]) -> dict[str, Any]:
    english = words["en"]
    chinese = words["zh"]
    return {
        "name": name,
        "in": place,
        "description": f"{english} {chinese}",
        "schema": words.get("schema", TEXT),
    }


def _describe_answers(
    words: dict[str, Any],
    errors: dict[int, str],
    book: SchemaBook,
) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    data = _describe_data(words, book)
    answers["200"] = _describe_answer("The answer.", data)
    reference = {"$ref": "#/components/schemas/Error"}
    for status in words.get("errors", errors):
        answers[str(status)] = _describe_answer(errors[status], reference)
    return answers


def _describe_answer(text: str, schema: Schema) -> dict[str, Any]:
    content = {"schema": schema}
    return {
        "description": text,
        "content": {JSON_TYPE: content},
    }


def _describe_data(words: dict[str, Any], book: SchemaBook) -> Schema:
    """Return the schema of an answer: of our pages the head and the data, of others their own."""
    if "schema" in words:
        schema: Schema = words["schema"]
        for name in words.get("holds", []):
            book.refer(name)
        return schema
    head = {
        "type": "object",
        "properties": HEAD,
        "required": list(HEAD),
    }
    choices = []
    for name in words["data"]:
        data = book.refer(name)
        choices.append({"allOf": [head, data]})
    if len(choices) == 1:
        return choices[0]
    return {"anyOf": choices}


@cache
def load_words() -> dict[str, Any]:
    """Return `paths.yaml`."""
    words: dict[str, Any] = YAML(typ="safe").load(PATHS)
    return words
