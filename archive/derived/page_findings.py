"""Findings that the visits to one page give: a date printed anew, other images, another page in
its place.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

from nianbao.archive.derived.readings import write_findings
from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.versions import Observation, VersionChain

_DELETE_FINDINGS = """
DELETE FROM findings
WHERE document_id = ?
  AND visit_id IS NOT NULL
  AND rule IN ('published_on.restamped', 'page.images_changed', 'document.replaced',
               'page.not_a_report')
"""
# Return the images that the visits of a document had, each as its digest and its address.
_IMAGES = """
SELECT visits.id, json_extract(hint_sets.hints, '$.images')
FROM sightings
JOIN visits ON visits.id = sightings.visit_id
JOIN hint_sets ON hint_sets.id = visits.hint_set_id
WHERE sightings.document_id = ? AND json_extract(hint_sets.hints, '$.images') IS NOT NULL
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
    _note_images(db, document_id, chain)
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
        parameters = {
            "day": observation.published_on,
            "day_before": before.published_on,
        }
        finding = make_finding(
            "published_on.restamped",
            "warning",
            parameters,
            expected=before.published_on,
            found=observation.published_on,
        )
        _write_finding(db, finding, document_id, version_id, observation)


def _note_images(db: Database, document_id: int, chain: VersionChain) -> None:
    """Note each visit that had other images beside the same text."""
    images_of_visits = dict(db.execute(_IMAGES, [document_id]).fetchall())
    if not images_of_visits:
        return
    for version_id, observations in chain.spans.items():
        former: dict[str, str] = {}  # digests by address
        for observation in observations:
            images = _split_images(images_of_visits.get(observation.visit_id, "[]"))
            count = count_other_images(former, images)
            if count:
                parameters = {"count": count, "images": len(images)}
                finding = make_finding("page.images_changed", "warning", parameters)
                _write_finding(db, finding, document_id, version_id, observation)
            former = keep_images(former, images)


def _split_images(text: str) -> dict[str, str]:
    images: dict[str, str] = {}
    for image in json.loads(text):
        sha256, _, address = image.partition(" ")
        images[address] = sha256
    return images


def count_other_images(former: Mapping[str, str], images: Mapping[str, str]) -> int:
    """Return how many images of a visit are others than the former ones, all by address.

    One at a new address took the place of one that is gone; one more, or one less, was not had.
    """
    others = [
        address
        for address in former.keys() & images.keys()
        if former[address] != images[address]
    ]
    new = images.keys() - former.keys()
    new_content = {images[address] for address in new} - set(former.values())
    return len(others) + min(len(new_content), len(former.keys() - images.keys()))


def keep_images(former: Mapping[str, str], images: Mapping[str, str]) -> dict[str, str]:
    """Return the former images of the next visit: those of this one, and what it did not have."""
    if images.keys() <= former.keys():
        return {**former, **images}
    return dict(images)


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
            finding = make_finding(
                "document.replaced",
                "warning",
                {"url": url},
            )
        else:
            parameters = {
                "case": "not_yet",
                "url": url,
            }
            finding = make_finding(
                "page.not_a_report",
                "info",
                parameters,
            )
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
