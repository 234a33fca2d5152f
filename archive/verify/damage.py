"""What verify hands back: damages by rule, what was checked, what could not be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

LISTED = 100  # damages of one rule that are listed; all of them are counted

RESTORE = "restore the archive from a backup"
REBUILD = "`nianbao verify --repair` builds it anew from what was seen"

RAW_RULES = (
    "file.",
    "raw.",
    "seal.",
    "reference.raw",
    "dictionary.",
    "payload.damaged",
    "payload.missing",
)


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was written. `rule` is stable, the rest is for people."""

    rule: str
    what: str
    where: str
    repair: str  # what it can be repaired from


@dataclass
class VerifyReport:
    """What a check of an archive found.

    `damages` lists at most 100 of a rule, `counts` counts all.
    """

    path: str
    damages: list[Damage] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)  # by rule
    checked: dict[str, int] = field(default_factory=dict)  # rows looked at, by kind
    notes: list[str] = field(default_factory=list)  # what was left unchecked, and why
    unread_pages: int = 0  # that nobody has read yet

    @property
    def ok(self) -> bool:
        """Whether no damage was found."""
        return not self.counts

    @property
    def raw_ok(self) -> bool:
        """Whether all that was seen is there, so that everything else can be built from it."""
        return not any(rule.startswith(RAW_RULES) for rule in self.counts)

    def add_damages(self, damages: Iterable[Damage]) -> None:
        """Count damages as they are found, and list the first of each rule."""
        for damage in damages:
            count = self.counts.get(damage.rule, 0) + 1
            self.counts[damage.rule] = count
            if count <= LISTED:
                self.damages.append(damage)
