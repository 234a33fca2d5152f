"""The Data Package of an export (https://datapackage.org): what its files are, and what their
columns hold.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from nianbao.archive.export.dictionary import TYPES, Table, dictionary
from nianbao.archive.export.formats import Format

FILE, DICTIONARY = "datapackage.json", "DICTIONARY.md"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def describe(
    folder: Path, form: Format, names: list[str], *, every_version: bool
) -> str:
    """Return `datapackage.json` for the tables in a folder, with the size and digest of each
    file.
    """
    whole = {
        "$schema": PROFILE,
        "name": "nianbao",
        "title": "政府信息公开工作年度报告 Annual reports on open government information",
        "description": f"Agencies, years and figures of the statutory tables; {DICTIONARY} describes every column.",
        "resources": [
            _resource(folder, form, dictionary()[name], every_version=every_version)
            for name in names
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _resource(
    folder: Path, form: Format, table: Table, *, every_version: bool
) -> dict[str, Any]:
    path = folder / f"{table.name}.{form.ending}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": table.name,
        "type": "table",
        "path": path.name,
        "title": table.title,
        "description": table.says,
        "format": form.ending,
        "mediatype": form.mediatype,
        **({} if form.ending == "parquet" else {"encoding": "utf-8"}),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": _schema(table, every_version=every_version),
    }


def _schema(table: Table, *, every_version: bool) -> dict[str, Any]:
    fields = [
        {
            "name": column.name,
            "type": TYPES[column.type],
            "title": column.title,
            "description": column.says,
            **({"constraints": {"required": True}} if column.required else {}),
        }
        for column in table.columns
    ]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.name == "figures" and not every_version:
        link = ["url", "version"]
        schema["foreignKeys"] = [
            {"fields": link, "reference": {"resource": "reports", "fields": link}}
        ]
    return schema
