"""新点 Epoint EWB: the directory page is a shell, its rows come from a JSON service that is
asked by POST.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from scrapy.http import TextResponse

from nianbao.spiders.base import ReportSpider
from nianbao.spiders.lists import Link, Post, date_in, parsed, query

SERVICE = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
SITE_GUID = re.compile(r"\bsiteGuid['\"]?\s*[:=]\s*['\"]([\w-]+)['\"]", re.I)
WRAPPED = re.compile(r"\bparams['\"]?\s*:\s*(?:JSON\.stringify|\{)")
PAGE_SIZE = 20


class EpointSpider(ReportSpider):
    """Sites of Epoint. An entry is `/dynamic/zwgk/govInfoPub.html?deptcode=&categorynum=`."""

    name = "epoint"
    probes = True

    def links(self, response: TextResponse) -> Iterable[Link]:
        for row in _custom(response).get("data") or ():
            yield Link(
                row["infourl"],
                row.get("realtitle") or row.get("title"),
                date_in(str(row.get("infodate"))),
            )

    def next_lists(self, response: TextResponse) -> Iterable[Post]:
        """Ask for page 0 with what the shell's address and script say, then for one page after
        the other.
        """
        sent = response.request.body if response.request else b""
        if sent:
            fields = json.loads(sent)
            inner = fields.get("params", fields)
            inner["pageIndex"] += 1
            yield Post(response.url, fields, as_json=True)
            return
        asked, guid = query(response.url), SITE_GUID.search(response.text)
        if "categorynum" not in asked:
            return
        fields = {
            "deptcode": asked.get("deptcode", ""),
            "categorynum": asked["categorynum"],
            "pageIndex": 0,
            "pageSize": PAGE_SIZE,
            "siteGuid": guid[1] if guid else "",
        }
        yield Post(
            SERVICE,
            {"params": fields} if WRAPPED.search(response.text) else fields,
            as_json=True,
        )

    def counted(self, response: TextResponse) -> tuple[int, int] | None:
        """Return the rows of the page and `total`."""
        custom = _custom(response)
        return (
            (len(custom["data"]), int(custom["total"])) if "total" in custom else None
        )


def _custom(response: TextResponse) -> dict[str, Any]:
    """Return the answer's `custom`, which some sites send as text."""
    custom = parsed(response).get("custom") or {}
    return json.loads(custom) if isinstance(custom, str) else custom
