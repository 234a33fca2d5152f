"""The form by which a person judges, on pages that are served on this machine alone.

It writes to the notebook and to nothing else. A page of another site that is open in the browser
cannot send it: a browser says where a form comes from, and only our own pages are answered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit

from datasette.utils.asgi import BadRequest
from sqlite_utils import Database

from nianbao.archive.browse.judging.shown_judgements import FormPlace, JudgeForm
from nianbao.archive.browse.safety import is_local_name
from nianbao.archive.cell_anchors import anchor
from nianbao.archive.notes.judgement import FIELDS, Outcome, PersonJudgement
from nianbao.archive.notes.subjects import (
    ReadSubject,
    find_cell,
    find_field,
    find_finding,
    name_place,
)
from nianbao.archive.read_model.documents import find_document
from nianbao.archive.read_model.findings import select_report_findings_of

if TYPE_CHECKING:
    from nianbao.archive.browse.shown_version import ShownVersion
    from nianbao.archive.read_model.documents import DocumentVersion

PATH = "/-/judge"
MOST_BYTES = 32_768  # of a form that is sent
MOST_FIELDS = 20
SEPARATOR = " "  # between the parts of a place


class FormRefused(Exception):
    """A form does not come from a page of ours; nothing is stored."""


def is_this_machine(host: str) -> bool:
    """Tell whether what is served on an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def require_own_page(headers: Mapping[str, str]) -> None:
    """Raise FormRefused unless a browser says that a form comes from a page of ours."""
    origin = headers.get("origin", "")
    host = headers.get("host", "")
    split = urlsplit(origin)
    if not host or split.netloc != host or not is_local_name(split.hostname or ""):
        raise FormRefused
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise FormRefused


def parse_form(body: bytes) -> dict[str, str]:
    """Return the fields of a form. Raises BadRequest for what is none."""
    if len(body) > MOST_BYTES:
        raise BadRequest("The form is too long.")
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise BadRequest("This is no form.") from error
    return {name: value.strip() for name, value in pairs}


def make_judgement(
    connection: sqlite3.Connection,
    fields: Mapping[str, str],
) -> PersonJudgement:
    """Return what a form says. Raises ValueError where something is missing or is not there."""
    db = Database(connection)
    url = fields.get("url", "")
    version = _find_version(db, url, fields.get("payload", ""))
    subject, observed = _find_subject(db, url, version, fields.get("place", ""))
    outcome = fields.get("outcome", "")
    value = fields.get("value") or None
    judgement = PersonJudgement(
        subject,
        cast("Outcome", outcome),
        fields.get("person", ""),
        fields.get("reason", ""),
        observed=observed,
        value=value if outcome == "corrected" else None,
    )
    judgement.require_valid()
    return judgement


def _find_version(
    db: Database,
    url: str,
    payload: str,
) -> DocumentVersion:
    document = find_document(db, url)
    if document is not None:
        for version in document.versions:
            if version.payload_sha256 == payload:
                return version
    raise ValueError(f"no version at {url} has the payload {payload}")


def _find_subject(
    db: Database,
    url: str,
    version: DocumentVersion,
    place: str,
) -> ReadSubject:
    kind, _, name = place.partition(SEPARATOR)
    if kind == "cell":
        return find_cell(db, url, version, name)
    if kind == "field":
        return find_field(url, version, name)
    if kind == "finding":
        rule, _, cell = name.partition(SEPARATOR)
        findings = select_report_findings_of(db, version.id)
        return find_finding(url, version, (*version.findings, *findings), rule, cell)
    raise ValueError("name what is judged")


def make_form(shown: ShownVersion, language: str) -> JudgeForm:
    """Return the form of a version."""
    return JudgeForm(
        tuple(_list_finding_places(shown)),
        FIELDS,
        tuple(_list_cell_places(shown, language)),
    )


def _list_cell_places(
    shown: ShownVersion,
    language: str,
) -> Iterator[FormPlace]:
    """Yield the cells of a version, in the order of its tables."""
    for table in shown.tables:
        for row in table.rows:
            for column, _ in zip(table.columns, row.cells, strict=False):
                words = [
                    name.en if language == "en" and name.en else name.zh
                    for name in (table.name, row.name, column.name)
                ]
                place = anchor(table.id, row.key, column.key)
                yield FormPlace(f"cell{SEPARATOR}{place}", " · ".join(words))


def _list_finding_places(shown: ShownVersion) -> Iterator[FormPlace]:
    """Yield the findings of a version, each once."""
    values = set()
    for finding in shown.findings:
        place = name_place(finding)
        value = f"finding{SEPARATOR}{finding.rule}{SEPARATOR}{place}"
        if value not in values:
            values.add(value)
            yield FormPlace(value, f"{finding.rule} {place}")


def choose_way_back(
    wish: str,
    base_url: str,
    otherwise: str,
) -> str:
    """Return the page to show next: the one that was wished for, if it is one of ours."""
    split = urlsplit(wish)
    is_own = wish.startswith(base_url) and not wish.startswith("//")
    is_plain = wish.isascii() and wish.isprintable() and "\\" not in wish
    if is_own and is_plain and not split.netloc and not split.scheme:
        return wish
    return otherwise
