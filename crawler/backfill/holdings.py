"""What the archive has of a site, by the digests under which web archives know bytes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from nianbao.archive.addresses import canonicalize
from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.transfer import backfill
from nianbao.crawler.imports.digests import normalize_digest

if TYPE_CHECKING:
    from nianbao.archive import Archive

# of payloads, as indexes give them: SHA-1 the most, SHA-256 those of our own exports
KINDS = ("sha1", "sha256", "md5")


class Moment(NamedTuple):
    """When an address showed some bytes: their digests, one of each kind."""

    visited_at: str
    digests: frozenset[str]


class CapturePlace(NamedTuple):
    """Where bytes were seen: address and time."""

    url: str
    visited_at: str


class SiteHoldings:
    """What was seen of a site: when each address showed what, and where each payload stands."""

    def __init__(self) -> None:
        self.moments: dict[str, list[Moment]] = defaultdict(list)  # by address
        self.places: dict[str, CapturePlace] = {}  # by digest
        self.report_addresses: list[str] = []

    @classmethod
    def load(cls, archive: Archive, site_id: str) -> SiteHoldings:
        """Load what an archive has; every payload is read for it, once."""
        holdings = cls()
        digests: dict[str, frozenset[str]] = {}
        for observation in backfill.select_observations(archive.db, site_id):
            sha256 = observation.payload_sha256
            if sha256 not in digests:
                digests[sha256] = _make_digests(archive, sha256)
            moment = Moment(observation.visited_at, digests[sha256])
            holdings.moments[canonicalize(observation.url)].append(moment)
            for digest in digests[sha256]:
                place = CapturePlace(observation.url, observation.visited_at)
                holdings.places.setdefault(digest, place)
        holdings.report_addresses = backfill.list_report_addresses(archive.db, site_id)
        return holdings


def make_digests(payload: bytes) -> frozenset[str]:
    """Return the digests of a payload in the form in which they are compared."""
    digests = set()
    for kind in KINDS:
        name = f"{kind}:{hashlib.new(kind, payload, usedforsecurity=False).hexdigest()}"
        digests.add(normalize_digest(name) or name)
    return frozenset(digests)


def _make_digests(archive: Archive, sha256: str) -> frozenset[str]:
    try:
        return make_digests(archive.payload(sha256))
    except PayloadDamaged:  # `verify` names it; a web archive may have it whole
        return frozenset()
