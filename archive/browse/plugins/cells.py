"""How cells of the archive look in Datasette: labels for rows, short digests, plain words, safe
links.

What was archived is text here, never markup: everything goes through `markupsafe`, and only http
and https addresses become links.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, urlsplit

from datasette import hookimpl
from datasette.utils import tilde_encode
from markupsafe import Markup

DATABASE = "archive"
ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
DIGEST = re.compile(r"[0-9a-f]{64}")
LONG = 160  # characters of text, JSON or an address that a table shows; a row's own page shows all

# Where a number or digest leads: column → table. The foreign keys of the schema, and what
# queries call them.
TARGETS = {
    "base_sha256": "blobs",
    "other_id": "documents",
    "agency_id": "agencies",
    "region_id": "regions",
    "site_id": "sites",
    "report_id": "reports",
    "document_id": "documents",
    "moved_to_id": "documents",
    "version_id": "versions",
    "current_version_id": "versions",
    "old_version_id": "versions",
    "new_version_id": "versions",
    "reading_id": "readings",
    "run_id": "runs",
    "visit_id": "visits",
    "read_visit_id": "visits",
    "first_visit_id": "visits",
    "last_visit_id": "visits",
    "change_id": "changes",
    "finding_id": "announced_findings",
    "dictionary_id": "dictionaries",
    "header_set_id": "header_sets",
    "hint_set_id": "hint_sets",
    "common_id": "hint_sets",
    "payload_sha256": "blobs",
}
JSON_COLUMNS = {
    "settings",
    "counts",
    "headers",
    "names",
    "redirects",
    "hints",
    "details",
    "cells",
}
WORDS = {
    "kind": {
        "new": "新增",
        "changed": "内容修改",
        "moved": "移动",
        "vanished": "消失",
        "returned": "恢复",
        "reread": "重新识读",
        "finding_opened": "发现问题",
        "finding_closed": "问题消除",
        "crawl": "采集",
        "import": "导入",
    },
    "state": {"new": "新增", "present": "在线", "vanished": "消失", "moved": "已移动"},
    "severity": {"error": "错误", "warning": "警告", "info": "提示"},
}
WORDS["report_state"] = WORDS["state"]


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(
    row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any
) -> Any:
    """Return a cell's HTML, or None to leave it to Datasette, which escapes it."""
    if database != DATABASE or value is None or value == "" or isinstance(value, bytes):
        return None
    if isinstance(
        value, dict
    ):  # Datasette found the row's label: {"value": key, "label": text}
        return _row_link(datasette, column, value["value"], value["label"])
    if column in TARGETS:
        return _row_cell(datasette, column, value, table)
    if column == "finding_rules":
        return _rules(datasette, value, row, table)
    if (
        table == "reports"
        and column in ("documents", "versions")
        and _column(row, "id") is not None
    ):
        return _link(
            f"{datasette.urls.query(DATABASE, 'report_pages')}?report_id={_column(row, 'id')}",
            str(value),
        )
    return plain(value, column)


def plain(value: Any, column: str) -> Markup | None:
    """Return the HTML of a value that leads nowhere inside the archive; None leaves a number as
    it is.
    """
    text = str(value)
    if column in WORDS:
        return Markup('<span class="word {}-{}">{}</span>').format(
            column, text, worded(text, column)
        )
    if column.endswith("sha256") and DIGEST.fullmatch(text):
        return _digest(text)
    if column in JSON_COLUMNS:
        return Markup("<code>{}</code>").format(_cut(text))
    if is_address(text):
        return _outside_link(text, _cut(text))
    return Markup("{}").format(_cut(text)) if isinstance(value, str) else None


def in_full(cell: Any) -> Any:
    """Return the HTML of a cell on the row's own page, where long text stands whole."""
    raw = cell["raw"]
    if not isinstance(raw, str) or (
        len(raw) <= LONG and cell["column"] not in JSON_COLUMNS
    ):
        return cell["value"]
    if is_address(raw):
        return _outside_link(raw, raw)
    if cell["column"] == "finding_rules":
        return cell["value"]
    return Markup("<pre>{}</pre>").format(
        pretty(raw) if cell["column"] in JSON_COLUMNS else raw
    )


def is_address(text: str) -> bool:
    """Return whether the whole text is an http or https address with a host."""
    if not ADDRESS.fullmatch(text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:  # a bracketed host that is none
        return False


def worded(value: Any, column: str) -> str:
    """Return a stored word with its Chinese: `vanished 消失`."""
    chinese = WORDS.get(column, {}).get(str(value))
    return f"{value} {chinese}" if chinese else str(value)


def heading(column: str, *described: dict[str, str] | None) -> str:
    """Return a column's heading: what stands before the dash of the first description of it."""
    for columns in described:
        label, dash, _ = ((columns or {}).get(column) or "").partition(" — ")
        if dash:
            return label
    return column


def pretty(value: Any) -> str:
    """Return JSON text indented; other text as it is."""
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, indent=2)
    except (TypeError, ValueError):
        return str(value)


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Give the templates the words above, and what is said of each table."""
    tables = datasette.metadata("tables", database=DATABASE) or {}
    common: dict[
        str, str
    ] = {}  # a query's columns are mostly columns of tables: the first table's word for it
    for table in tables.values():
        common = table["columns"] | common
    env.filters |= {"worded": worded, "in_full": in_full}
    env.filters["heading"] = lambda column, described=None: heading(
        column, described, common
    )
    env.globals["archive_tables"] = tables


async def _row_cell(datasette: Any, column: str, key: Any, table: str | None) -> Markup:
    """Return the link of a key. Tables come with labels; row pages and views do not, so they
    are looked up here.
    """
    return _row_link(
        datasette, column, key, await _label(datasette, column, key) if table else None
    )


async def _label(datasette: Any, column: str, key: Any) -> Any:
    target = TARGETS[column]
    label = (datasette.table_metadata(DATABASE, target) or {}).get("label_column")
    if label is None or label == "sha256":
        return None
    found = await datasette.get_database(DATABASE).execute(
        f'SELECT "{label}" FROM "{target}" WHERE id = ?', [key]
    )
    rows = found.rows
    return rows[0][0] if rows else None


def _row_link(datasette: Any, column: str, key: Any, label: Any) -> Markup:
    target = TARGETS.get(column)
    text = Markup("{}").format(f"#{key}" if label is None or label == key else label)
    if target == "versions" and label is not None:
        text = Markup("version {} 第{}版").format(label, label)
    elif DIGEST.fullmatch(str(key)):
        text = _digest(str(key))
    return (
        _link(datasette.urls.row(DATABASE, target, tilde_encode(str(key))), text)
        if target
        else text
    )


def _rules(datasette: Any, value: Any, row: Any, table: str | None) -> Markup:
    """Return the rules as a list; in the reports table each leads to its findings."""
    names = _names(value)
    if not names:
        return Markup(
            '<span class="none" title="no errors or warnings 无错误或警告">–</span>'
        )
    items = [Markup("{}").format(name) for name in names]
    version = _column(row, "version_id") if table == "reports" else None
    if version is not None:
        findings = (
            f"{datasette.urls.table(DATABASE, 'findings')}?version_id={version}&rule="
        )
        items = [_link(findings + quote(name, safe=""), name) for name in names]
    return Markup('<ul class="rules">{}</ul>').format(
        Markup("").join(Markup("<li>{}</li>").format(i) for i in items)
    )


def _names(value: Any) -> list[str]:
    try:
        names = json.loads(value)
    except (TypeError, ValueError):
        return [str(value)]
    return [str(name) for name in names] if isinstance(names, list) else [str(value)]


def _column(row: Any, name: str) -> Any:
    """Return a value of the row; None when the reader of the page left that column out."""
    try:
        value = row[name]
    except LookupError:
        return None
    return value["value"] if isinstance(value, dict) else value


def _digest(sha256: str) -> Markup:
    return Markup('<code class="digest" title="{}">{}…</code>').format(
        sha256, sha256[:10]
    )


def _link(href: Any, text: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, text)


def _outside_link(url: str, text: str) -> Markup:
    return Markup(
        '<a class="outside" href="{}" rel="noopener noreferrer nofollow">{}</a>'
    ).format(url, text)


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[:LONG] + "…"
