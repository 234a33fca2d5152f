"""The judgements that hold of a version, beside what is read there now."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.archive.notes.judgement import PersonJudgement
from nianbao.archive.notes.notebook import find_standing
from nianbao.archive.notes.subjects import name_subject, read_subject
from nianbao.archive.read_model.findings import select_report_findings_of

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import DocumentVersion

# What was seen as this version: several payloads may have the same content.
_PAYLOADS = """
SELECT visits.payload_sha256
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
WHERE sightings.version_id = ? AND visits.payload_sha256 IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class HeldJudgement:
    """A judgement that holds of a version, and what is read there now."""

    judgement: PersonJudgement
    reading: str | None

    @property
    def place(self) -> str:
        """What it is about, within its page: the anchor of a cell, a field, a rule."""
        return name_subject(self.judgement.subject)

    @property
    def is_read_otherwise(self) -> bool:
        """Whether something else is read now than when it was judged."""
        return self.reading != self.judgement.observed


def select_held_judgements(
    db: Database,
    version: DocumentVersion,
    judgements: Iterable[PersonJudgement],
) -> tuple[HeldJudgement, ...]:
    """Return which judgements about a page hold of one of its versions, the earliest first.

    `judgements` are all about the address, in their order. Of two about the same in the version
    the later one holds.
    """
    payloads = list_version_payloads(db, version)
    own: list[PersonJudgement] = []
    for judgement in judgements:
        subject = judgement.subject
        if subject.payload_sha256 in payloads:
            own_subject = dataclasses.replace(
                subject,
                payload_sha256=version.payload_sha256,
            )
            own.append(dataclasses.replace(judgement, subject=own_subject))
    report_findings = select_report_findings_of(db, version.id)
    findings = (*version.findings, *report_findings)
    pairs = []
    for judgement in find_standing(own):
        reading = read_subject(judgement.subject, version, findings)
        pairs.append(HeldJudgement(judgement, reading))
    return tuple(pairs)


def list_version_payloads(
    db: Database,
    version: DocumentVersion,
) -> set[str]:
    """Return the digests of all bytes that were seen as a version."""
    payloads = {version.payload_sha256}
    for (payload,) in db.execute(_PAYLOADS, [version.id]).fetchall():
        payloads.add(payload)
    return payloads
