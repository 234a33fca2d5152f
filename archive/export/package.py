"""The Data Package of an export (https://datapackage.org): its files and their columns."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from nianbao.archive.export.dictionary import (
    TYPE_NAMES,
    ColumnDescription,
    TableDescription,
    dictionary,
)
from nianbao.archive.export.formats import TableFormat

FILE = "datapackage.json"
DICTIONARY = "DICTIONARY.md"
LINKED = ("figures", "panel")  # tables whose rows name the page and version of a report
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def describe_package(
    folder: Path, table_format: TableFormat, names: list[str], *, every_version: bool
) -> str:
    """Return `datapackage.json` for the tables in a folder, with the digest of each file."""
    resources = []
    for name in names:
        table = dictionary()[name]
        resource = _describe_file(folder, table_format, table)
        resource["schema"] = _describe_schema(table, every_version=every_version)
        resources.append(resource)
    package = {
        "$schema": PROFILE,
        "name": "nianbao",
        "title": "政府信息公开工作年度报告 Annual reports on open government information",
        "description": "Agencies, years and figures of the statutory tables;"
        f" {DICTIONARY} describes every column.",
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _describe_file(
    folder: Path, table_format: TableFormat, table: TableDescription
) -> dict[str, Any]:
    path = folder / f"{table.name}.{table_format.ending}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    resource: dict[str, Any] = {
        "name": table.name,
        "type": "table",
        "path": path.name,
        "title": table.title,
        "description": table.says,
        "format": table_format.ending,
        "mediatype": table_format.mediatype,
    }
    if table_format.ending != "parquet":
        resource["encoding"] = "utf-8"
    resource["bytes"] = path.stat().st_size
    resource["hash"] = f"sha256:{digest}"
    return resource


def _describe_schema(table: TableDescription, *, every_version: bool) -> dict[str, Any]:
    fields = [_describe_field(column) for column in table.columns]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    is_of_reports = table.name == "panel" or not every_version
    if table.name in LINKED and is_of_reports:
        link = ["url", "version"]
        reference = {"resource": "reports", "fields": link}
        schema["foreignKeys"] = [{"fields": link, "reference": reference}]
    return schema


def _describe_field(column: ColumnDescription) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": TYPE_NAMES[column.type],
        "title": column.title,
        "description": column.says,
    }
    if column.required:
        field["constraints"] = {"required": True}
    return field
