"""Decisions of a person: which report stands somewhere, and which two bodies are one.

A decision is never deleted or changed. A later one about the same subject takes its place; one
that decides nothing takes it back. The subject of a decision on a report is an address with a
content, or an address whatever stands there; that of a decision on a body is its former name in
its former region.
"""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from nianbao.archive.clock import utc_now, utc_text
from nianbao.archive.raw import seals
from nianbao.archive.storage.rows import insert_row

if TYPE_CHECKING:
    from sqlite_utils import Database

DecisionKind: TypeAlias = Literal["report", "body"]
Subject: TypeAlias = tuple[str | None, ...]

_REPORT_COLUMNS = ("report_year", "url", "content_sha256")
_BODY_COLUMNS = ("former_agency", "former_region")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, and why.

    `report`: the report with the content `content_sha256` at `url` (None: whatever stands there)
    is that of `agency` (in `region`; None: the region that its name or its site has) on
    `report_year`; what is None is not decided. `body`: `former_agency` in `former_region` is
    `agency` in `region`. `uid` is the same in every archive; the time and it are given to a new
    decision when it is stored.
    """

    kind: DecisionKind
    reason: str
    url: str | None = None
    content_sha256: str | None = None
    agency: str | None = None
    region: str | None = None
    report_year: int | None = None
    former_agency: str | None = None
    former_region: str | None = None
    decided_at: str | None = None
    uid: str | None = None

    def require_valid(self) -> None:
        """Raise ValueError for parts that do not go together."""
        if not self.reason.strip():
            raise ValueError("a decision needs a reason")
        if self.region is not None and self.agency is None:
            raise ValueError("a region was decided without an agency")
        if (self.decided_at is None) != (self.uid is None):
            raise ValueError("a decision has both a time and a uid, or neither")
        if self.kind == "report":
            self._check_report()
        else:
            self._check_body()

    def _check_report(self) -> None:
        if self.url is None:
            raise ValueError("a decision on a report needs the address")
        self._require_empty(_BODY_COLUMNS)

    def _check_body(self) -> None:
        if self.former_agency is None or self.former_region is None:
            raise ValueError("a decision on a body needs its name and its region")
        if self.agency is not None and self.region is None:
            raise ValueError("the body that another one is needs its region")
        self._require_empty(_REPORT_COLUMNS)

    def _require_empty(self, columns: tuple[str, ...]) -> None:
        for column in columns:
            if getattr(self, column) is not None:
                raise ValueError(f"a decision on a {self.kind} has no {column}")

    @property
    def subject(self) -> Subject:
        """What it is about: a later decision about the same takes its place."""
        return (
            self.kind,
            self.url,
            self.content_sha256,
            self.former_agency,
            self.former_region,
        )

    @property
    def decides_nothing(self) -> bool:
        """Whether it takes back what was decided about its subject."""
        return self.agency is None and self.report_year is None

    @property
    def rank(self) -> tuple[str, str]:
        """What decides which of two decisions is the later one."""
        return self.decided_at or "", self.uid or ""


_COLUMNS = tuple(Decision.__dataclass_fields__)
_SELECTED = ", ".join(_COLUMNS)
_ALL = f"SELECT {_SELECTED} FROM decisions ORDER BY decided_at, uid"
_OF_SUBJECT = f"""
SELECT {_SELECTED}
FROM decisions
WHERE kind = ? AND url IS ? AND content_sha256 IS ? AND former_agency IS ? AND former_region IS ?
ORDER BY decided_at DESC, uid DESC
LIMIT 1
"""
# Return the decisions about the content of a version at its address, the latest first.
_OF_VERSION = f"""
SELECT {", ".join(f"decisions.{column}" for column in _COLUMNS)}
FROM versions
JOIN documents ON documents.id = versions.document_id
JOIN decisions ON decisions.url = documents.url
WHERE versions.id = ?
  AND decisions.kind = 'report'
  AND (decisions.content_sha256 IS NULL
       OR decisions.content_sha256 = versions.content_sha256)
ORDER BY decisions.decided_at DESC, decisions.uid DESC
"""
_OF_BODY = f"""
SELECT {_SELECTED}
FROM decisions
WHERE former_agency = ? AND former_region = ? AND kind = 'body'
ORDER BY decided_at DESC, uid DESC
LIMIT 1
"""


def store_decision(db: Database, decision: Decision) -> Decision | None:
    """Store a decision that is not here; return it with its time and uid, None if it was here.

    A new one is dated after every decision about the same subject, whatever the clocks say.
    """
    if decision.uid is None:
        decision = _stamp_decision(db, decision)
    row = db.execute("SELECT 1 FROM decisions WHERE uid = ?", [decision.uid]).fetchone()
    if row is not None:
        return None
    insert_row(db, "decisions", dataclasses.asdict(decision))
    seals.seal_subject(db, f"decision {decision.uid}")
    return decision


def _stamp_decision(db: Database, decision: Decision) -> Decision:
    decided_at = utc_now()
    earlier = find_decision(db, decision.subject)
    if earlier is not None and earlier.decided_at is not None:
        decided_at = max(decided_at, _next_instant(earlier.decided_at))
    return dataclasses.replace(decision, decided_at=decided_at, uid=uuid.uuid4().hex)


def _next_instant(instant: str) -> str:
    return utc_text(datetime.fromisoformat(instant) + timedelta(milliseconds=1))


def list_decisions(db: Database) -> list[Decision]:
    """Return every decision, also those that a later one took the place of, in their order."""
    return [Decision(*row) for row in db.execute(_ALL).fetchall()]


def list_standing_decisions(db: Database) -> list[Decision]:
    """Return the decisions that hold, in their order."""
    latest: dict[Subject, Decision] = {}
    for decision in list_decisions(db):
        latest[decision.subject] = decision
    standing: list[Decision] = []
    for decision in latest.values():
        if not decision.decides_nothing:
            standing.append(decision)
    standing.sort(key=_get_rank)
    return standing


def _get_rank(decision: Decision) -> tuple[str, str]:
    return decision.rank


def find_decision(db: Database, subject: Subject) -> Decision | None:
    """Return the latest decision about a subject, also one that decides nothing."""
    row = db.execute(_OF_SUBJECT, list(subject)).fetchone()
    if row is None:
        return None
    return Decision(*row)


def find_version_decisions(
    db: Database, version_id: int
) -> tuple[Decision | None, Decision | None]:
    """Return what holds for the content of a version at its address, and for that address."""
    latest: dict[bool, Decision] = {}
    for row in db.execute(_OF_VERSION, [version_id]).fetchall():
        decision = Decision(*row)
        latest.setdefault(decision.content_sha256 is not None, decision)
    return _drop_empty(latest.get(True)), _drop_empty(latest.get(False))


def find_body_decision(db: Database, agency: str, region: str) -> Decision | None:
    """Return the decision that holds for a body, None when nothing is decided."""
    row: tuple[Any, ...] | None
    row = db.execute(_OF_BODY, [agency, region]).fetchone()
    if row is None:
        return None
    decision = Decision(*row)
    if decision.region is None:
        return None
    return _drop_empty(decision)


def _drop_empty(decision: Decision | None) -> Decision | None:
    if decision is None or decision.decides_nothing:
        return None
    return decision
