"""What is known of each government: its home page, the sites that crawl it, their last runs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nianbao.archive.read_model.crawls.site_status import SiteStatus
    from nianbao.spiders.catalogue import Site
    from nianbao.spiders.register.governments import Government


@dataclass(frozen=True, slots=True)
class CrawledSite:
    """A site of a government's division. `last_run` is None where no crawl has been there."""

    id: str
    name: str
    last_run: str | None
    last_reason: str | None


@dataclass(frozen=True, slots=True)
class KnownGovernment:
    """A government of the register with the sites of its division."""

    government: Government
    sites: tuple[CrawledSite, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        government = self.government
        return {
            "name": government.name,
            "code": government.code,
            "level": government.level,
            "former_codes": list(government.former_codes),
            "home": government.home,
            "access": government.access,
            "checked_on": government.checked_on,
            "sites": [asdict(site) for site in self.sites],
        }


def list_known_governments(
    governments: Iterable[Government],
    sites: Mapping[str, Site],
    statuses: Iterable[SiteStatus] = (),
) -> list[KnownGovernment]:
    """Return governments with the sites of their divisions and their last runs.

    A site belongs to a division by the code in its file, today's or a former one.
    """
    status_by_id = {status.id: status for status in statuses}
    by_code: dict[str, list[CrawledSite]] = defaultdict(list)
    for site in sites.values():
        if site.region is None or site.region.code is None:
            continue
        status = status_by_id.get(site.id)
        crawled = CrawledSite(
            id=site.id,
            name=site.name,
            last_run=status.last_run if status else None,
            last_reason=status.last_reason if status else None,
        )
        by_code[site.region.code].append(crawled)
    return [
        KnownGovernment(
            one, tuple(site for code in one.codes for site in by_code[code])
        )
        for one in governments
    ]
