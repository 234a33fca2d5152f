"""From a search to what is kept of it: the discovery that the archive stores."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from nianbao.archive.clock import utc_now
from nianbao.archive.raw.discoveries import DiscoveredColumn, SiteDiscovery
from nianbao.crawler.discovery.coverage import judge_column
from nianbao.crawler.settings import VERSION
from nianbao.crawler.site_files.proposal import find_further_hosts

if TYPE_CHECKING:
    from nianbao.spiders.discovery.records import Discovery, ReportColumn
    from nianbao.spiders.register.governments import Government


def make_record(
    discovery: Discovery, government: Government, site_id: str, started_at: str
) -> SiteDiscovery:
    """Return what is kept of the search of a government's site, which ends now."""
    platform, _ = discovery.platform
    return SiteDiscovery(
        uid=uuid.uuid4().hex,
        site_id=site_id,
        government=government.name,
        government_code=government.code,
        home=government.home,
        started_at=started_at,
        ended_at=utc_now(),
        outcome=discovery.outcome,
        site_name=_choose_name(discovery.name, government),
        platform=platform,
        hosts=tuple(sorted(find_further_hosts(discovery.columns, discovery.url))),
        requests=discovery.requests,
        troubles=tuple(discovery.troubles),
        unread=tuple(discovery.unread.items()),
        elsewhere=tuple(discovery.elsewhere.items()),
        software_version=VERSION,
        columns=tuple(_make_column(one, government) for one in discovery.columns),
    )


def _choose_name(name: str | None, government: Government) -> str:
    """Return the name that its pages say if it is that of the division, else the government's."""
    division = government.path[-1]
    if name is not None and division in name:
        return name
    return f"{division}人民政府"


def _make_column(column: ReportColumn, government: Government) -> DiscoveredColumn:
    titles = [row.title for row in column.rows if row.title]
    coverage = judge_column(
        column.name,
        titles,
        column.bodies.crumbs,
        government.name,
        government.code,
    )
    return DiscoveredColumn(
        url=column.url,
        name=column.name,
        platform=column.platform,
        confidence=column.confidence,
        tree=column.tree,
        covers=coverage.covers,
        body=coverage.body,
        links=len(column.rows),
        rows_url=column.rows_url,
        first_title=titles[0] if titles else "",
    )
