"""JSON Schema of the dataclasses that the pages print as JSON.

It follows :func:`nianbao.archive.browse.formats.to_plain`: a dataclass is an object, a tuple a
list, a field `NOT_IN_JSON` is left out. Each dataclass has a schema under its own name.
"""

from __future__ import annotations

import collections.abc
import sys
import types
import typing
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

SIMPLE = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}
LISTS = (list, tuple, set, frozenset, collections.abc.Sequence)
MAPS = (dict, collections.abc.Mapping)
UNIONS = (typing.Union, types.UnionType)

Schema = dict[str, Any]


class SchemaBook:
    """The schemas of dataclasses by name, each made once, with those that it is made of."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}
        self._names = collect_names()

    def refer(self, name: str) -> Schema:
        """Return a reference to the schema of a dataclass; raise KeyError for an unknown name."""
        return self._describe(self._names[name])

    def _describe(self, type_: Any) -> Schema:
        if type_ in SIMPLE:
            name = SIMPLE[type_]
            return {"type": name}
        if is_dataclass(type_):
            return self._describe_dataclass(type_)
        origin = typing.get_origin(type_)
        arguments = typing.get_args(type_)
        if origin is typing.Literal:
            return {"enum": list(arguments)}
        if origin in UNIONS:
            choices = self._describe_each(arguments)
            return {"anyOf": choices}
        if origin in LISTS:
            return self._describe_list(arguments)
        if origin in MAPS:
            values = self._describe(arguments[1])
            return {"type": "object", "additionalProperties": values}
        if isinstance(type_, type) and issubclass(type_, tuple):
            return {"type": "array"}
        return {}  # anything

    def _describe_each(self, types_: Iterable[Any]) -> list[Schema]:
        schemas = []
        for type_ in types_:
            schemas.append(self._describe(type_))
        return schemas

    def _describe_list(self, arguments: tuple[Any, ...]) -> Schema:
        if Ellipsis in arguments or len(arguments) == 1:
            items = self._describe(arguments[0])
            return {"type": "array", "items": items}
        parts = self._describe_each(arguments)
        return {"type": "array", "prefixItems": parts}

    def _describe_dataclass(self, type_: Any) -> Schema:
        name = type_.__name__
        if name not in self.schemas:
            self.schemas[name] = {}  # one that holds its like refers to it
            self.schemas[name] = self._describe_fields(type_)
        return {"$ref": f"#/components/schemas/{name}"}

    def _describe_fields(self, type_: Any) -> Schema:
        module_names = vars(sys.modules[type_.__module__])
        hints = typing.get_type_hints(type_, localns={**self._names, **module_names})
        properties = {}
        for field in fields(type_):
            if field.metadata.get("json", True):
                properties[field.name] = self._describe(hints[field.name])
        schema: Schema = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
        }
        doc_line = (type_.__doc__ or "").partition("\n")[0]
        if doc_line:
            schema["description"] = doc_line
        return schema


def collect_names() -> dict[str, Any]:
    """Return the names of all our modules that are loaded.

    Modules name some types for the checker only. No two classes of ours bear one name.
    """
    names: dict[str, Any] = {}
    for module_name, module in sorted(sys.modules.items()):
        if module_name.startswith("nianbao."):
            names.update(vars(module))
    names.update(vars(collections.abc))
    return names
