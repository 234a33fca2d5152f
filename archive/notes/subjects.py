"""What can be judged in a version: its cells, fields and findings, and what was read there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from nianbao.archive.cell_anchors import anchor
from nianbao.archive.derived.figures import list_cell_names
from nianbao.archive.notes.judgement import FIELDS, JudgementSubject
from nianbao.archive.region_names import find_nearest

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import DocumentVersion
    from nianbao.archive.records import Figure, Finding

# The fields that the reading has under another name.
_ATTRIBUTES = {"agency": "agency_name"}


class SubjectUnknown(ValueError):
    """A version has no such cell, field or finding; the message names what it has."""


class ReadSubject(NamedTuple):
    """A subject, and what was read there; None where nothing was."""

    subject: JudgementSubject
    observed: str | None


def find_cell(
    db: Database,
    url: str,
    version: DocumentVersion,
    name: str,
) -> ReadSubject:
    """Return a cell of a version, or one that its forms have, by its anchor.

    Raises SubjectUnknown with the nearest names.
    """
    bare_name = unquote(name).removeprefix("#")
    places: dict[str, tuple[str, str, str]] = {}
    tables = {figure.table for figure in version.figures}
    for cell in list_cell_names(db, tables):
        place = (cell.table, cell.row, cell.column)
        places[anchor(*place)] = place
    for figure in version.figures:
        place = (figure.table, figure.row, figure.column)
        places[anchor(*place)] = place
    if bare_name not in places:
        raise SubjectUnknown(
            _write_unknown("cell", name, find_nearest(bare_name, places))
        )
    table, row, column = places[bare_name]
    subject = JudgementSubject(
        "cell",
        url,
        version.payload_sha256,
        table=table,
        row=row,
        column=column,
    )
    return ReadSubject(subject, read_subject(subject, version))


def find_field(
    url: str,
    version: DocumentVersion,
    name: str,
) -> ReadSubject:
    """Return a field of a version. Raises SubjectUnknown."""
    if name not in FIELDS:
        raise SubjectUnknown(_write_unknown("field", name, FIELDS))
    subject = JudgementSubject("field", url, version.payload_sha256, field=name)
    return ReadSubject(subject, read_subject(subject, version))


def find_finding(
    url: str,
    version: DocumentVersion,
    findings: Sequence[Finding],
    rule: str,
    place: str | None = None,
) -> ReadSubject:
    """Return a finding by its rule, and by the anchor of its place where there are several.

    Raises SubjectUnknown.
    """
    fitting = [finding for finding in findings if finding.rule == rule]
    if place is not None:
        bare_name = unquote(place).removeprefix("#")
        fitting = [one for one in fitting if name_place(one) == bare_name]
    places = dict.fromkeys(map(name_place, fitting))
    if not places:
        rules = dict.fromkeys(finding.rule for finding in findings)
        raise SubjectUnknown(_write_unknown("finding", rule, list(rules)))
    if len(places) > 1:
        names = ", ".join(places)
        raise SubjectUnknown(f"{rule} was found at several places. Name one: {names}.")
    finding = fitting[0]
    subject = JudgementSubject(
        "finding",
        url,
        version.payload_sha256,
        table=finding.table,
        row=finding.row,
        column=finding.column,
        rule=rule,
    )
    return ReadSubject(subject, finding.message)


def name_place(finding: Finding) -> str:
    """Return the anchor of the place that a finding is about, empty where there is none."""
    if finding.table is None:
        return ""
    return anchor(finding.table, finding.row, finding.column)


def name_subject(subject: JudgementSubject) -> str:
    """Return what a subject is called within its page."""
    place = ""
    if subject.table is not None:
        place = anchor(subject.table, subject.row, subject.column)
    parts = (subject.rule, subject.field, place)
    return " ".join(part for part in parts if part)


def read_subject(
    subject: JudgementSubject,
    version: DocumentVersion,
    findings: Sequence[Finding] = (),
) -> str | None:
    """Return what is read of a subject now; None where nothing is, or no such finding stands."""
    if subject.kind == "cell":
        place = (subject.table, subject.row, subject.column)
        for figure in version.figures:
            if (figure.table, figure.row, figure.column) == place:
                return _write_figure(figure)
        return None
    if subject.kind == "finding":
        place = (subject.table, subject.row, subject.column)
        for finding in findings:
            own_place = (finding.table, finding.row, finding.column)
            if finding.rule == subject.rule and own_place == place:
                return finding.message
        return None
    name = subject.field or ""
    value = getattr(version, _ATTRIBUTES.get(name, name))
    return None if value is None else str(value)


def _write_figure(figure: Figure) -> str:
    """Return a number as a number is written; without one, the printed text."""
    if figure.value is None:
        return figure.text
    return f"{figure.value:.15g}"


def _write_unknown(
    kind: str,
    name: str,
    names: Sequence[str],
) -> str:
    if not names:
        return f"the version has no {kind} {name}."
    return f"the version has no {kind} {name}. Names like it: {', '.join(names)}."
