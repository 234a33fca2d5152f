"""The judgements that stand, as rows: each with what the archive has of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.notes.judged_versions import (
    HeldJudgement,
    list_version_payloads,
    select_held_judgements,
)
from nianbao.archive.notes.judgement import PersonJudgement
from nianbao.archive.notes.notebook import Notebook, find_standing
from nianbao.archive.read_model.documents import find_document
from nianbao.archive.read_model.report_names import load_page_reports

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import DocumentVersion
    from nianbao.archive.read_model.report_names import ReportName


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """A judgement that stands. What the archive has not of it is None."""

    agency: str | None
    region: str | None
    report_year: int | None
    url: str
    version: int | None
    current: bool | None
    payload_sha256: str
    kind: str
    table: str | None
    row: str | None
    column: str | None
    field: str | None
    rule: str | None
    outcome: str
    observed: str | None
    value: str | None
    reading: str | None
    read_otherwise: bool | None
    person: str
    reason: str
    judged_at: str
    uid: str


def iterate_judgement_rows(
    db: Database,
    notebook: Notebook,
) -> Iterator[JudgementRow]:
    """Yield the judgements that stand, by address, version and time."""
    by_url: dict[str, list[PersonJudgement]] = {}
    for judgement in notebook.list_all():
        by_url.setdefault(judgement.subject.url, []).append(judgement)
    for url in sorted(by_url):
        yield from _iterate_page_rows(db, url, by_url[url])


def _iterate_page_rows(
    db: Database,
    url: str,
    judgements: Sequence[PersonJudgement],
) -> Iterator[JudgementRow]:
    """Yield the rows of a page; those of bytes that are no version in the archive come last."""
    document = find_document(db, url)
    payloads: set[str] = set()
    if document is not None:
        reports = load_page_reports(db, document)
        for version in document.versions:
            payloads |= list_version_payloads(db, version)
            name = reports.get_name(version)
            is_current = version is document.versions[-1]
            for pair in select_held_judgements(db, version, judgements):
                yield _make_row(pair, version, name, is_current=is_current)
    for judgement in find_standing(judgements):
        if judgement.subject.payload_sha256 not in payloads:
            yield _make_row(HeldJudgement(judgement, None), None, None, is_current=None)


def _make_row(
    pair: HeldJudgement,
    version: DocumentVersion | None,
    name: ReportName | None,
    *,
    is_current: bool | None,
) -> JudgementRow:
    judgement = pair.judgement
    subject = judgement.subject
    return JudgementRow(
        agency=name.agency if name else None,
        region=name.region if name else None,
        report_year=name.report_year if name else None,
        url=subject.url,
        version=version.number if version else None,
        current=is_current,
        payload_sha256=subject.payload_sha256,
        kind=subject.kind,
        table=subject.table,
        row=subject.row,
        column=subject.column,
        field=subject.field,
        rule=subject.rule,
        outcome=judgement.outcome,
        observed=judgement.observed,
        value=judgement.value,
        reading=pair.reading,
        read_otherwise=pair.is_read_otherwise if version else None,
        person=judgement.person,
        reason=judgement.reason,
        judged_at=judgement.judged_at or "",
        uid=judgement.uid or "",
    )
