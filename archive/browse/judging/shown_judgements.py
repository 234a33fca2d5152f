"""What persons judged of a version, as its page shows it beside what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from nianbao.archive.cell_anchors import anchor
from nianbao.archive.notes.judged_versions import select_held_judgements
from nianbao.archive.notes.judgement import PersonJudgement

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.read_model.documents import DocumentVersion

# returns what was judged about an address, in its order
FindJudgements: TypeAlias = Callable[[str], Sequence[PersonJudgement]]


@dataclass(frozen=True, slots=True)
class ShownJudgement:
    """A judgement that holds of the version; `number` is its place in the list of the page.

    `observed` is what was read when it was said, `reading` what is read now; `value` what it
    should be, of a correction.
    """

    number: int
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
    is_read_otherwise: bool
    person: str
    reason: str
    judged_at: str | None

    @property
    def anchor(self) -> str | None:
        """The anchor of the place it is about; None where it is about no table."""
        if self.table is None:
            return None
        return anchor(self.table, self.row, self.column)


@dataclass(frozen=True, slots=True)
class FormPlace:
    """A place that can be judged: its value in the form, and what it is called."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class JudgeForm:
    """What the form of a page offers."""

    findings: tuple[FormPlace, ...]
    fields: tuple[str, ...]
    cells: tuple[FormPlace, ...]


def find_no_judgements(_url: str) -> Sequence[PersonJudgement]:
    """Return none: there is no file of judgements."""
    return ()


def show_judgements(
    db: Database,
    version: DocumentVersion,
    judgements: Iterable[PersonJudgement],
) -> tuple[ShownJudgement, ...]:
    """Return what holds of a version, of all that was judged about its address."""
    pairs = select_held_judgements(db, version, judgements)
    shown = []
    for number, pair in enumerate(pairs, start=1):
        judgement = pair.judgement
        subject = judgement.subject
        one = ShownJudgement(
            number=number,
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
            is_read_otherwise=pair.is_read_otherwise,
            person=judgement.person,
            reason=judgement.reason,
            judged_at=judgement.judged_at,
        )
        shown.append(one)
    return tuple(shown)
