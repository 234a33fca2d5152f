"""Findings that the visits to one page give: a date printed anew, another page in its place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nianbao.archive.derived.readings import write_findings
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.versions import Observation, VersionChain

_DELETE_FINDINGS = """
DELETE FROM findings
WHERE document_id = ?
  AND visit_id IS NOT NULL
  AND rule IN ('published_on.restamped', 'document.replaced', 'page.not_a_report')
"""


def write_page_findings(
    db: Database,
    document_id: int,
    observations: Sequence[Observation],
    chain: VersionChain,
) -> None:
    """Note what the observations of a document tell besides its versions, anew."""
    db.execute(_DELETE_FINDINGS, [document_id])
    _note_dates(db, document_id, chain)
    _note_replacements(db, document_id, observations)


def _note_dates(db: Database, document_id: int, chain: VersionChain) -> None:
    """Note each visit that gave another publication date for the same content."""
    in_order: list[tuple[int, Observation]] = []
    for version_id, observations in chain.spans.items():
        in_order.extend((version_id, observation) for observation in observations)
    for (_, before), (version_id, observation) in pairwise(in_order):
        if before.content_sha256 != observation.content_sha256:
            continue
        if before.published_on == observation.published_on:
            continue
        message = (
            f"the page gives {observation.published_on} as its publication date,"
            f" {before.published_on} at the visit before; nothing else changed"
        )
        finding = Finding(
            "published_on.restamped",
            "warning",
            message,
            expected=before.published_on,
            found=observation.published_on,
        )
        _write_finding(db, finding, document_id, version_id, observation)


def _note_replacements(
    db: Database, document_id: int, observations: Sequence[Observation]
) -> None:
    """Note each visit that read a page at the document's address which is no report."""
    has_shown_report = False
    for observation in observations:
        if observation.effect == "shown":
            has_shown_report = True
        if observation.effect != "not_a_report":
            continue
        if observation.visit_id != observation.read_visit_id:
            continue
        url = observation.url
        if has_shown_report:
            message = f"{url} showed a report before and shows something else now"
            finding = Finding("document.replaced", "warning", message)
        else:
            message = f"{url} did not show a report yet"
            finding = Finding("page.not_a_report", "info", message)
        _write_finding(db, finding, document_id, None, observation)


def _write_finding(
    db: Database,
    finding: Finding,
    document_id: int,
    version_id: int | None,
    observation: Observation,
) -> None:
    write_findings(
        db,
        [finding],
        site_id=observation.site_id,
        document_id=document_id,
        version_id=version_id,
        run_id=observation.run_id,
        visit_id=observation.visit_id,
        url=observation.url,
    )
