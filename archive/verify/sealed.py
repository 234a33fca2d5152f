"""The raw rows and the feed, checked against their seals, and the chain of the seals.

See :mod:`nianbao.archive.raw.seals` for what a seal covers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nianbao.archive.raw import seals
from nianbao.archive.raw.seals import FEED, Seal
from nianbao.archive.verify.damage import RESTORE, Damage

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.storage.snapshot import Progress

# Select the runs that have ended and have rows that no seal covers, and what else has none.
_UNSEALED = """
SELECT 'run ' || uid FROM runs WHERE ended_at IS NOT NULL
UNION ALL
SELECT 'visits ' || uid
FROM runs
WHERE ended_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM visits WHERE run_id = runs.id)
UNION ALL SELECT 'site ' || id FROM sites
UNION ALL SELECT 'region ' || name FROM regions WHERE code_source = 'site file'
UNION ALL SELECT 'decision ' || uid FROM decisions
UNION ALL SELECT 'discovery ' || uid FROM discoveries
UNION ALL SELECT 'recognition ' || payload_sha256 FROM recognitions
EXCEPT SELECT subject FROM seals
"""
_VISITS_AFTER_SEAL = """
SELECT 'visits ' || runs.uid, count(*)
FROM visits
JOIN runs ON runs.id = run_id
WHERE runs.ended_at IS NOT NULL
  AND visits.id > (SELECT max(last_row) FROM seals WHERE subject = 'visits ' || runs.uid)
GROUP BY runs.uid
"""


def check_seals(db: Database, progress: Progress) -> Iterator[Damage]:
    """Check the chain, the rows under each seal, and that no row is without one."""
    chain = list(seals.list_seals(db))
    yield from _check_chain(chain)
    standing = _select_standing(chain)
    for number, seal in enumerate(standing):
        progress("seals", number, len(standing))
        yield from _check_rows(db, seal)
    yield from _find_unsealed(db)


def _check_chain(chain: list[Seal]) -> Iterator[Damage]:
    """Check that seals are numbered from 1 and that each goes on from the one before."""
    previous = ""
    for number, seal in enumerate(chain, 1):
        if seal.id != number or seal.continue_chain(previous) != seal.chain_sha256:
            what = f"the seal of {seal.subject} does not go on from the one before it"
            yield Damage("seal.chain", what, f"seals, row {seal.id}", RESTORE)
        previous = seal.chain_sha256


def _select_standing(chain: list[Seal]) -> list[Seal]:
    """Return the latest seal of each subject, and all that cover a part of one."""
    latest: dict[tuple[str, int | None], Seal] = {}
    for seal in chain:
        latest[seal.subject, seal.last_row] = seal
    return list(latest.values())


def _check_rows(db: Database, seal: Seal) -> Iterator[Damage]:
    """Check that the rows under a seal have its digest."""
    found = seals.digest_rows(db, seal.subject, seal.first_row, seal.last_row)
    if (found.rows, found.sha256) == (seal.rows, seal.sha256):
        return
    what = "the rows are not those that were sealed"
    if found.rows != seal.rows:
        what = f"{seal.rows} rows were sealed, and {found.rows} are there"
    rule = "feed.changed" if seal.subject == FEED else "raw.changed"
    where = seal.subject
    if seal.is_range:
        where = f"{seal.subject}, ids {seal.first_row} to {seal.last_row}"
    yield Damage(rule, what, where, RESTORE)


def _find_unsealed(db: Database) -> Iterator[Damage]:
    """Yield what was written without a seal, or has lost it."""
    for (subject,) in db.execute(_UNSEALED).fetchall():
        yield Damage("raw.unsealed", "no seal covers the rows", subject, RESTORE)
    for subject, count in db.execute(_VISITS_AFTER_SEAL).fetchall():
        what = f"no seal covers {count} visits of a run that has ended"
        yield Damage("raw.unsealed", what, subject, RESTORE)
