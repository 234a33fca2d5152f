"""A discovery with a value in every field."""

from __future__ import annotations

from nianbao.archive.raw.discoveries import DiscoveredColumn, SiteDiscovery

DISCOVERY = SiteDiscovery(
    uid="0123456789abcdef0123456789abcdef",
    site_id="xixia",
    government="样例省北原市西霞县",
    government_code="990101",
    home="http://xixia.localhost/",
    started_at="2026-01-01T00:00:00.000Z",
    ended_at="2026-01-01T00:01:00.000Z",
    outcome="found",
    site_name="西霞县人民政府",
    platform="trs",
    hosts=("files.xixia.localhost",),
    requests=7,
    troubles=("http://xixia.localhost/old/: the server answered 404",),
    unread=(("http://xixia.localhost/bmnb/", "部门年报"),),
    elsewhere=(("http://else.localhost/", "政府信息公开年报"),),
    software_version="0.1.0",
    columns=(
        DiscoveredColumn(
            url="http://xixia.localhost/zfxxgknb/",
            name="政府信息公开年报",
            platform="trs",
            confidence=0.9,
            tree="below",
            covers="one_body",
            body="西霞县财政局",
            links=12,
            rows_url="http://xixia.localhost/zfxxgknb/2023/",
            first_title="西霞县财政局2023年政府信息公开工作年度报告",
        ),
    ),
)
