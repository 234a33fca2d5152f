"""Decisions of persons, taken over from another archive: each once, whatever was merged before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.raw import decisions
from nianbao.archive.update import decisions as decision_update

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.raw.decisions import Decision


def copy_decisions(db: Database, theirs: Database) -> int:
    """Copy the decisions that are not here; return how many.

    The pages that they are about are unread afterwards.
    """
    count = 0
    for decision in decisions.list_decisions(theirs):
        count += store_decision(db, decision)
    return count


def store_decision(db: Database, decision: Decision) -> bool:
    """Store a decision of another archive; return whether it was not here."""
    return decision_update.store_decision(db, decision) is not None
