"""Cells of the archive in Datasette: labels for rows, short digests, plain words, safe links.

What was archived is text here, never markup: everything goes through `markupsafe`, and only http
and https addresses become links.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from datasette import hookimpl
from datasette.utils import tilde_encode
from jinja2 import pass_context
from markupsafe import Markup
from ruamel.yaml import YAML

from nianbao.archive.browse import translation
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.languages import choose_words
from nianbao.archive.browse.translation.request_language import get_request_language
from nianbao.archive.finding_texts import translate_message

DATABASE = "archive"
ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
DIGEST = re.compile(r"[0-9a-f]{64}")
# The values that lead to a page for people, by table and column: what that page is about.
PAGES = {
    ("panel", "agency"): "agency",
    ("panel", "region"): "region",
    ("panel", "row_label"): "document",
    ("documents", "title"): "document",
    ("reports", "title"): "report",
    ("regions", "name"): "region",
    ("findings", "rule"): "findings",
}
# Columns with the sentence of a finding, and its rule where the row does not name it.
MESSAGES = {"message": None, "siblings": "report.missing"}
_VERSION_PLACE = """
SELECT documents.url, visits.visited_at
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN visits ON visits.id = versions.first_visit_id
WHERE versions.id = ?
"""
SECOND = 19  # characters of a moment that tells any two versions apart
# Characters of text, JSON or an address that a table shows; a row's own page shows all.
LONG_TEXT = 160

# The table that a number or digest leads to, by column: the foreign keys of the schema, and the
# names that queries give them.
TARGETS = {
    "base_sha256": "blobs",
    "other_id": "documents",
    "agency_id": "agencies",
    "region_id": "regions",
    "site_id": "sites",
    "report_id": "reports",
    "next_report_id": "reports",
    "announced_report_id": "announced_reports",
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
    "discovery_id": "discoveries",
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
    "hosts",
    "troubles",
    "unread",
    "elsewhere",
}
WORDS: dict[str, dict[str, str]] = YAML(typ="safe").load(
    Path(translation.__file__).with_name("stored_words.yaml")
)


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(
    row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any
) -> Any:
    """Return a cell's HTML, or None to leave it to Datasette, which escapes it."""
    if database != DATABASE or value is None or value == "" or isinstance(value, bytes):
        return None
    link = _render_link(datasette, table, column, row, value)
    if link is not None:
        return link
    if column == "finding_rules":
        return _render_rules(datasette, value, row, table)
    if column in MESSAGES:
        return _render_message(column, value, row)
    if table == "reports" and column in ("documents", "versions"):
        report_id = _get_value(row, "id")
        if report_id is not None:
            return _link_report_pages(datasette, report_id, value)
    return render_plain(value, column)


def _render_link(
    datasette: Any, table: str | None, column: str, row: Any, value: Any
) -> Any:
    """Return a value that leads somewhere; None for any other."""
    if isinstance(value, dict):  # a key and the label of its row, which Datasette found
        return _link_row(datasette, column, value["value"], value["label"])
    if table and (table, column) in PAGES:
        return _link_page(datasette, table, column, row, value)
    if column in TARGETS:
        return _render_key(datasette, column, value, table)
    return None


async def _link_page(
    datasette: Any, table: str, column: str, row: Any, value: Any
) -> Markup:
    """Return a value that leads to the page for people about it."""
    to = Addresses(datasette.setting("base_url"))
    text = str(value)
    subject = PAGES[table, column]
    if subject == "report":
        address = await _find_report_address(datasette, to, row)
    else:
        address = _find_address(to, subject, row, text)
    if address is None:
        return Markup("{}").format(_shorten(text))
    return _link(address, _shorten(text))


def _find_address(to: Addresses, subject: str, row: Any, text: str) -> str | None:
    """Return the address of the page about a value of a row.

    None where the view leaves out a column that tells it: what is left out may have any value.
    """
    if subject == "document":
        url = _get_value(row, "url")
        return to.document(url) if url else None
    if subject == "region":
        return to.region(text)
    if subject == "findings":
        return to.findings(text)
    region = _get_value(row, "region")
    if region:
        return to.agency(region, text, None)
    if not _has_column(row, "region") or not _has_column(row, "site"):
        return None
    return to.agency(None, text, _get_value(row, "site"))


async def _find_report_address(datasette: Any, to: Addresses, row: Any) -> str | None:
    """Return the page of the version that stands for a report."""
    version_id = _get_value(row, "version_id")
    if version_id is None:
        return None
    database = datasette.get_database(DATABASE)
    result = await database.execute(_VERSION_PLACE, [version_id])
    if not result.rows:
        return None
    url, moment = result.rows[0]
    return to.document(url, at=moment[:SECOND])


def _render_message(column: str, value: Any, row: Any) -> Markup | None:
    """Return the sentence of a finding in the language asked for; None for what is none."""
    rule = _get_value(row, "rule")
    if rule is None:
        rule = MESSAGES[column]
    if rule is None or not isinstance(value, str):
        return None
    language = get_request_language()
    parameters = _get_value(row, "parameters")
    if not parameters:
        html = Markup('<span lang="en">{}</span>')
        return html.format(_shorten(value))
    values = json.loads(parameters)
    sentence = translate_message(rule, value, values, language.code)
    return Markup("{}").format(_shorten(sentence))


def render_plain(value: Any, column: str) -> Markup | None:
    """Return the HTML of a value without a link into the archive; None for a number."""
    text = str(value)
    if column in WORDS:
        html = Markup('<span class="word {}-{}" title="{}">{}</span>')
        both = add_chinese_word(text, column)
        word = _choose(both)
        return html.format(column, text, text, word)
    if column.endswith("sha256") and DIGEST.fullmatch(text):
        return _shorten_digest(text)
    if column in JSON_COLUMNS:
        return Markup("<code>{}</code>").format(_shorten(text))
    if is_address(text):
        return _link_outside(text, _shorten(text))
    if isinstance(value, str):
        return Markup("{}").format(_shorten(text))
    return None


def render_in_full(cell: Any) -> Any:
    """Return the HTML of a cell on the row's own page, where long text is whole."""
    raw = cell["raw"]
    is_json = cell["column"] in JSON_COLUMNS
    if not isinstance(raw, str):
        return cell["value"]
    if len(raw) <= LONG_TEXT and not is_json:
        return cell["value"]
    if is_address(raw):
        return _link_outside(raw, raw)
    if cell["column"] == "finding_rules":
        return cell["value"]
    if is_json:
        raw = indent_json(raw)
    return Markup("<pre>{}</pre>").format(raw)


def is_address(text: str) -> bool:
    """Return whether the whole text is an http or https address with a host."""
    if not ADDRESS.fullmatch(text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:  # brackets around what is no host
        return False


def add_chinese_word(value: Any, column: str) -> str:
    """Return a stored word with its Chinese: `vanished 消失`."""
    chinese = WORDS.get(column, {}).get(str(value))
    if not chinese:
        return str(value)
    return f"{value} {chinese}"


def find_heading(column: str, *descriptions: dict[str, str] | None) -> str:
    """Return a column's heading: the text before the dash of the first description of it."""
    for columns in descriptions:
        description = (columns or {}).get(column) or ""
        heading, dash, _ = description.partition(" — ")
        if dash:
            return heading
    return column


def add_prefix(address: str, base_url: str) -> str:
    """Return an address of this server with the proxy's prefix, which Datasette leaves out of some.

    >>> add_prefix("http://localhost/archive/reports?state=present", "/reports/")
    'http://localhost/reports/archive/reports?state=present'
    """
    split = urlsplit(address)
    if split.path.startswith(base_url):
        return address
    path = base_url + split.path.lstrip("/")
    return split._replace(path=path).geturl()


def indent_json(value: Any) -> str:
    """Return JSON text indented; other text as it is."""
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, indent=2)
    except (TypeError, ValueError):
        return str(value)


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Give the templates the words above, and the description of each table."""
    tables = datasette.metadata("tables", database=DATABASE) or {}
    # Most columns of a query are columns of tables: the first table's description counts.
    common = {"Link": "Link 链接 — the row's own page"}
    for table in tables.values():
        common = table["columns"] | common

    def heading(column: str, described: dict[str, str] | None = None) -> str:
        return find_heading(column, described, common)

    def prefixed(address: str) -> str:
        return add_prefix(address, datasette.setting("base_url"))

    env.filters["prefixed"] = prefixed

    @pass_context  # else Jinja would work out once what a text between quotes is in
    def in_language(context: Any, text: str | None) -> str | None:
        del context
        return _choose(text) if text else text

    def heading_in_language(
        column: str, described: dict[str, str] | None = None
    ) -> str:
        return _choose(heading(column, described))

    def worded(value: Any, column: str) -> str:
        return _choose(add_chinese_word(value, column))

    env.filters["in_language"] = in_language
    env.filters["worded"] = worded
    env.filters["in_full"] = render_in_full
    env.filters["heading"] = heading_in_language
    env.globals["archive_tables"] = tables


def _choose(text: str) -> str:
    """Return what a text in both languages says in the one that is asked for."""
    return choose_words(text, get_request_language().code)


async def _render_key(
    datasette: Any, column: str, key: Any, table: str | None
) -> Markup:
    """Return the link of a key.

    Datasette gives a table's keys with their labels; on row pages and in views it does not, so
    the label is selected here.
    """
    label = None
    if table:
        label = await _select_label(datasette, column, key)
    return _link_row(datasette, column, key, label)


async def _select_label(datasette: Any, column: str, key: Any) -> Any:
    target = TARGETS[column]
    metadata = datasette.table_metadata(DATABASE, target) or {}
    label_column = metadata.get("label_column")
    if label_column is None or label_column == "sha256":
        return None
    query = f'SELECT "{label_column}" FROM "{target}" WHERE id = ?'
    result = await datasette.get_database(DATABASE).execute(query, [key])
    if not result.rows:
        return None
    return result.rows[0][0]


def _link_row(datasette: Any, column: str, key: Any, label: Any) -> Markup:
    target = TARGETS.get(column)
    text = _label_key(target, key, label)
    if not target:
        return text
    address = datasette.urls.row(DATABASE, target, tilde_encode(str(key)))
    return _link(address, text)


def _label_key(target: str | None, key: Any, label: Any) -> Markup:
    """Return the text of a link to a row: its label, or `#` and its key."""
    if target == "versions" and label is not None:
        return Markup(_choose("version {} 第{}版")).format(label)
    if DIGEST.fullmatch(str(key)):
        return _shorten_digest(str(key))
    if label is None or label == key:
        return Markup("#{}").format(key)
    return Markup("{}").format(label)


def _link_report_pages(datasette: Any, report_id: Any, count: Any) -> Markup:
    address = datasette.urls.query(DATABASE, "pages_of_report")
    return _link(f"{address}?report_id={report_id}", str(count))


def _render_rules(datasette: Any, value: Any, row: Any, table: str | None) -> Markup:
    """Return the rules as a list; in the reports table each leads to its findings."""
    names = _parse_rules(value)
    if not names:
        html = Markup('<span class="none" title="{}">–</span>')
        return html.format(_choose("no errors or warnings 无错误或警告"))
    version_id = None
    if table == "reports":
        version_id = _get_value(row, "version_id")
    items = Markup("")
    for name in names:
        item = Markup("{}").format(name)
        if version_id is not None:
            item = _link_findings(datasette, version_id, name)
        items += Markup("<li>{}</li>").format(item)
    return Markup('<ul class="rules">{}</ul>').format(items)


def _parse_rules(value: Any) -> list[str]:
    try:
        names = json.loads(value)
    except (TypeError, ValueError):
        return [str(value)]
    if not isinstance(names, list):
        return [str(value)]
    return [str(name) for name in names]


def _link_findings(datasette: Any, version_id: Any, rule: str) -> Markup:
    address = datasette.urls.table(DATABASE, "findings")
    arguments = f"version_id={version_id}&rule={quote(rule, safe='')}"
    return _link(f"{address}?{arguments}", rule)


def _get_value(row: Any, name: str) -> Any:
    """Return a value of the row; None when the page leaves that column out."""
    try:
        value = row[name]
    except LookupError:
        return None
    if isinstance(value, dict):
        return value["value"]
    return value


def _has_column(row: Any, name: str) -> bool:
    """Tell whether the page shows a column."""
    return name in row.keys()  # noqa: SIM118  (a row is a sequence: `in` asks its values)


def _shorten_digest(sha256: str) -> Markup:
    html = Markup('<code class="digest" title="{}">{}…</code>')
    return html.format(sha256, sha256[:10])


def _link(href: Any, text: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, text)


def _link_outside(url: str, text: str) -> Markup:
    html = Markup(
        '<a class="outside" href="{}" rel="noopener noreferrer nofollow">{}</a>'
    )
    return html.format(url, text)


def _shorten(text: str) -> str:
    if len(text) <= LONG_TEXT:
        return text
    return text[:LONG_TEXT] + "…"
