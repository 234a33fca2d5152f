"""新点 Epoint EWB: the directory page is a shell, its rows come from a JSON service that is
asked by POST.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from nianbao.spiders.lists.dates import find_date
from nianbao.spiders.lists.page import FormPost, ListPage, ListRow, ListTotals
from nianbao.spiders.lists.query_strings import parse_query
from nianbao.spiders.lists.reader import ListReader

SERVICE = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
SITE_GUID = re.compile(r"\bsiteGuid['\"]?\s*[:=]\s*['\"]([\w-]+)['\"]", re.I)
WRAPPED_PARAMETERS = re.compile(r"\bparams['\"]?\s*:\s*(?:JSON\.stringify|\{)")
PAGE_SIZE = 20


class EpointReader(ListReader):
    """Sites of Epoint. An entry is `/dynamic/zwgk/govInfoPub.html?deptcode=&categorynum=`."""

    platform = "epoint"
    probes = True
    reads_json = True

    def read_rows(self, page: ListPage) -> Iterator[ListRow]:
        records = _parse_custom(page).get("data")
        for record in records or ():
            date_text = str(record.get("infodate"))
            title = record.get("realtitle")
            if not title:
                title = record.get("title")
            yield ListRow(
                url=record["infourl"],
                title=title,
                date=find_date(date_text),
            )

    def read_next_pages(self, page: ListPage) -> Iterator[FormPost]:
        """Yield the page after the one that was requested; for the shell: page 0."""
        if page.request_body:
            fields = json.loads(page.request_body)
            parameters = fields.get("params", fields)
            parameters["pageIndex"] += 1
            yield FormPost(page.url, fields, as_json=True)
            return
        parameters = _read_shell(page)
        if parameters is None:
            return
        fields = parameters
        if WRAPPED_PARAMETERS.search(page.text):
            fields = {"params": parameters}
        yield FormPost(SERVICE, fields, as_json=True)

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the rows of the page and `total`."""
        custom = _parse_custom(page)
        if "total" not in custom:
            return None
        return ListTotals(
            on_page=len(custom["data"]),
            in_list=int(custom["total"]),
        )


def _read_shell(page: ListPage) -> dict[str, Any] | None:
    """Return what to send for page 0: what the shell's address and its script say."""
    query = parse_query(page.url)
    if "categorynum" not in query:
        return None
    site_guid = ""
    match = SITE_GUID.search(page.text)
    if match:
        site_guid = match[1]
    return {
        "deptcode": query.get("deptcode", ""),
        "categorynum": query["categorynum"],
        "pageIndex": 0,
        "pageSize": PAGE_SIZE,
        "siteGuid": site_guid,
    }


def _parse_custom(page: ListPage) -> dict[str, Any]:
    """Return the answer's `custom`, which some sites send as text."""
    custom = page.json_object.get("custom") or {}
    if isinstance(custom, str):
        custom = json.loads(custom)
    return custom
