"""Judgements: a person confirmed, dismissed or corrected a cell, a field or a finding.

A judgement is about the bytes of one payload at one address, so it says nothing of what the page
shows later, and holds in whatever archive has these bytes. It is never changed or deleted: a
later one about the same takes its place, and one that withdraws takes it back.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

SubjectKind: TypeAlias = Literal["cell", "field", "finding"]
Outcome: TypeAlias = Literal["confirmed", "dismissed", "corrected", "withdrawn"]

OUTCOMES = ("confirmed", "dismissed", "corrected", "withdrawn")
# The fields of a reading that may be judged. Whose report it is, and on which year, is decided
# by `nianbao assign`, which puts the report in its place: here it can be confirmed or dismissed.
FIELDS = (
    "title",
    "agency",
    "report_year",
    "published_on",
    "signed_on",
    "form",
    "official",
    "compiled_by",
)
PLACED_FIELDS = ("agency", "report_year")
LONGEST_TEXT = 4000  # characters of a reason or a value
_CELL_PARTS = ("table", "row", "column")
# What a judgement of each kind has beside what all have.
_PARTS = {
    "cell": _CELL_PARTS,
    "field": ("field",),
    "finding": ("rule",),
}
_OWN_PARTS = ("table", "row", "column", "field", "rule")


@dataclass(frozen=True, slots=True)
class JudgementSubject:
    """What a judgement is about: a later one about the same takes its place.

    A finding may be about a table, a row, a column, or none.
    """

    kind: SubjectKind
    url: str
    payload_sha256: str
    table: str | None = None
    row: str | None = None
    column: str | None = None
    field: str | None = None
    rule: str | None = None

    def require_valid(self) -> None:
        """Raise ValueError for parts that do not go together."""
        if self.kind not in _PARTS:
            raise ValueError(f"no kind of judgement {self.kind}")
        for part in _PARTS[self.kind]:
            if not getattr(self, part):
                raise ValueError(f"a judgement on a {self.kind} needs its {part}")
        allowed = set(_PARTS[self.kind])
        if self.kind == "finding":
            allowed |= set(_CELL_PARTS)
        for part in _OWN_PARTS:
            if part not in allowed and getattr(self, part) is not None:
                raise ValueError(f"a judgement on a {self.kind} has no {part}")
        if self.kind == "field" and self.field not in FIELDS:
            raise ValueError(f"no field {self.field}; there are {', '.join(FIELDS)}")


@dataclass(frozen=True, slots=True)
class PersonJudgement:
    """What a person said of a subject, and why.

    `observed` is what was read when it was said, None where nothing was; `value` what is right,
    of a correction only. The time and the uid are given to a new one when it is stored.
    """

    subject: JudgementSubject
    outcome: Outcome
    person: str
    reason: str
    observed: str | None = None
    value: str | None = None
    judged_at: str | None = None
    uid: str | None = None

    def require_valid(self) -> None:
        """Raise ValueError for parts that do not go together."""
        self.subject.require_valid()
        if self.outcome not in OUTCOMES:
            raise ValueError(f"no outcome {self.outcome}")
        if not self.person.strip():
            raise ValueError("a judgement needs the name of who judges")
        if not self.reason.strip():
            raise ValueError("a judgement needs a reason")
        for text in (self.person, self.reason, self.value or ""):
            if len(text) > LONGEST_TEXT:
                raise ValueError(f"a text has {LONGEST_TEXT} characters at most")
        self._check_value()

    def _check_value(self) -> None:
        if (self.value is not None) != (self.outcome == "corrected"):
            raise ValueError("a correction, and nothing else, has a value")
        if self.outcome != "corrected":
            return
        if self.subject.kind == "finding":
            raise ValueError("a finding is confirmed or dismissed; correct its cell")
        if self.subject.field in PLACED_FIELDS:
            raise ValueError(
                "whose report it is, and on which year, is decided by `nianbao assign`:"
                " it puts the report in its place"
            )

    def flatten(self) -> dict[str, Any]:
        """Return its parts by name: those of its subject, then its own."""
        fields = dataclasses.asdict(self)
        subject: dict[str, Any] = fields.pop("subject")
        return subject | fields
