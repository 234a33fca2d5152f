"""What `nianbao decide` is asked for, and the judgement that it makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nianbao.archive.notes.judgement import Outcome, PersonJudgement
from nianbao.archive.notes.subjects import (
    ReadSubject,
    SubjectUnknown,
    find_cell,
    find_field,
    find_finding,
)
from nianbao.archive.read_model.findings import select_report_findings_of
from nianbao.crawler.commands.find_document import (
    find_document,
    find_report_of_year,
    find_version,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nianbao.archive import Archive
    from nianbao.archive.read_model.documents import DocumentVersion
    from nianbao.archive.records import Finding


@dataclass(frozen=True, slots=True)
class DecideRequest:
    """The options of the command."""

    target: str | None
    year: int | None
    site: str | None
    number: int | None
    cell: str | None
    field: str | None
    finding: str | None
    confirmed: bool
    dismissed: bool
    corrected: str | None
    undo: bool
    reason: str | None
    person: str | None

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes that were given."""
        outcomes: list[Outcome] = []
        if self.confirmed:
            outcomes.append("confirmed")
        if self.dismissed:
            outcomes.append("dismissed")
        if self.corrected is not None:
            outcomes.append("corrected")
        if self.undo:
            outcomes.append("withdrawn")
        return outcomes

    def require_complete(self, *, wants_list: bool) -> None:
        """Raise UsageError for options that are missing or do not go together."""
        if wants_list:
            self._require_only_target()
            return
        if self.target is None:
            raise click.UsageError("Name a page's address, or an agency and a year.")
        if len(self.outcomes) != 1:
            raise click.UsageError(
                "Give one of --confirmed, --dismissed, --corrected and --undo."
            )
        places = [self.field, self.finding or self.cell]
        if places.count(None) != 1:
            raise click.UsageError("Name one of --cell, --field and --finding.")
        self._require_person()

    def _require_only_target(self) -> None:
        if self.outcomes or self.cell or self.field or self.finding:
            raise click.UsageError("--list takes an address, or agency and year.")

    def _require_person(self) -> None:
        if not (self.reason or "").strip():
            raise click.UsageError("A judgement needs a --reason.")
        if not (self.person or "").strip():
            raise click.UsageError("A judgement needs a --name: who judges.")

    def find_version(
        self,
        archive: Archive,
    ) -> tuple[str, DocumentVersion, Sequence[Finding]]:
        """Return the address, the version and its findings; end the command without one."""
        target = self.target or ""  # require_complete saw to it
        number = self.number
        if self.year is None:
            document = find_document(archive, target)
        else:
            report = find_report_of_year(archive, target, self.year, self.site)
            document = report.preferred
            if number is None:
                number = report.version
        version = find_version(document, number)
        # those of a report are of the version that stands for it, and of no other
        report_findings = select_report_findings_of(archive.db, version.id)
        return document.url, version, (*version.findings, *report_findings)


def make_judgement(
    archive: Archive,
    request: DecideRequest,
) -> PersonJudgement:
    """Return what a request says; end the command for what there is not."""
    try:
        subject, observed = _find_subject(archive, request)
        judgement = PersonJudgement(
            subject,
            request.outcomes[0],
            (request.person or "").strip(),
            (request.reason or "").strip(),
            observed=observed,
            value=request.corrected,
        )
        judgement.require_valid()
    except SubjectUnknown as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    return judgement


def _find_subject(
    archive: Archive,
    request: DecideRequest,
) -> ReadSubject:
    url, version, findings = request.find_version(archive)
    if request.finding is not None:
        return find_finding(url, version, findings, request.finding, request.cell)
    if request.field is not None:
        return find_field(url, version, request.field)
    return find_cell(archive.db, url, version, request.cell or "")
