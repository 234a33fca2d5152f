"""What a decision of a person changes: the pages that it is about are to be read again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nianbao.archive.derived import pending
from nianbao.archive.derived.decided import get_former, join_body
from nianbao.archive.raw import decisions

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.raw.decisions import Decision

_AT_ADDRESS = "documents.url = ?"
_AT_ADDRESS_WITH_CONTENT = """
documents.url = ?
AND readings.version_id IN (SELECT id FROM versions WHERE content_sha256 = ?)
"""
_OF_BODY = """
readings.agency_id IN (
    SELECT agencies.id
    FROM agencies
    JOIN regions ON regions.id = agencies.region_id
    WHERE agencies.name = ? AND regions.name = ?
)
"""


def store_decision(db: Database, decision: Decision) -> Decision | None:
    """Store a decision that is not here, and mark what it is about to be read again.

    Return the decision as it is stored, None when it was here. Raises ValueError for parts that
    do not go together.
    """
    decision.require_valid()
    joined = None
    if decision.kind == "body":
        joined = join_body(db, get_former(decision))
    stored = decisions.store_decision(db, decision)
    if stored is None:
        return None
    if joined is not None:
        pending.mark_unread(db, _OF_BODY, joined)
    elif stored.content_sha256 is None:
        pending.mark_unread(db, _AT_ADDRESS, [stored.url])
    else:
        subject = [stored.url, stored.content_sha256]
        pending.mark_unread(db, _AT_ADDRESS_WITH_CONTENT, subject)
    return stored


def retract_decision(decision: Decision, reason: str) -> Decision:
    """Return the decision that takes another one back."""
    return replace(
        decision,
        reason=reason,
        agency=None,
        region=None,
        report_year=None,
        decided_at=None,
        uid=None,
    )
