"""Every page can be used by everyone: axe-core finds no serious fault, wide and narrow, in both
languages, light and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from nianbao.archive.browse.addresses import Addresses
from tests.browse import addresses_archive
from tests.browse.browser_pages import watching
from tests.browse.kinds_of_pages import list_addresses

TO = Addresses("/")
Colours: TypeAlias = Literal["light", "dark"]
LOOKS = (("desktop", "zh-CN", "light"), ("phone", "en-GB", "dark"))
IS_WHOLE = os.environ.get("LOOKS") == "all"
GRAVE = {"serious", "critical"}
PAGES = (
    "front", "search", "nothing found", "coverage", "coverage of a region", "changes", "region", "measure", "findings", "rule",
    "sites", "method", "agency", "report", "report of an old form", "report as it stood", "document", "page beside its reading", "difference", "archived",
    "trouble",
)  # fmt: skip


def by_turns(names: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """Give each page one of the looks by turns; all of them with LOOKS=all."""
    for number, name in enumerate(names):
        looks = LOOKS if IS_WHOLE else (LOOKS[number % len(LOOKS)],)
        yield from ((name, *look) for look in looks)


@pytest.fixture(scope="module")
def addresses(sample_path: Path) -> dict[str, str]:
    """One address of every kind of page, as rich a one as the sample province has."""
    return list_addresses(sample_path)


@pytest.mark.parametrize(
    ("name", "screen", "language", "colours"), list(by_turns(PAGES))
)
def test_no_serious_fault(
    chromium: Browser,
    sample_base: str,
    addresses: dict[str, str],
    name: str,
    screen: str,
    language: str,
    colours: Colours,
) -> None:
    look_at(chromium, sample_base, addresses[name], screen, language, colours)


# What only an archive has whose addresses show several reports.
REGION, NAME = addresses_archive.REGION, addresses_archive.NAME
PAGES_OF_ADDRESSES = {
    "unassigned reports": TO.unassigned(),
    "unassigned report": TO.document(addresses_archive.NO_YEAR),
    "replaced report": TO.report(REGION, NAME, 2020),
    "report by decision": TO.report(REGION, NAME, 2017),
    "report with another page": TO.report(REGION, NAME, 2021),
    "page of several reports": TO.document(addresses_archive.FIXED),
    "versions of two pages": TO.diff(
        addresses_archive.COPIED, to_url=addresses_archive.FIXED
    ),
    "agency with an unassigned report": TO.agency(REGION, NAME),
    "bodies of no region": TO.region("-"),
    "choice of bodies": TO.agency(None, addresses_archive.TOWN),
    "changes of reports": TO.changes(about="reports"),
    "search with unassigned reports": TO.search(),
    "coverage with unassigned reports": TO.coverage(),
}


@pytest.mark.parametrize(
    ("name", "screen", "language", "colours"), list(by_turns(PAGES_OF_ADDRESSES))
)
def test_no_serious_fault_where_addresses_show_several_reports(
    chromium: Browser,
    addresses_base: str,
    name: str,
    screen: str,
    language: str,
    colours: Colours,
) -> None:
    address = PAGES_OF_ADDRESSES[name]
    look_at(chromium, addresses_base, address, screen, language, colours)


def look_at(
    chromium: Browser,
    base: str,
    address: str,
    screen: str,
    language: str,
    colours: Colours,
) -> None:
    """Open a page; fail where it is too wide or axe finds a grave fault."""
    with watching(chromium, base, screen, language, colours) as (page, seen):
        answer = page.goto(address)
        assert answer is not None
        if "sandbox" in answer.headers["content-security-policy"]:
            # nothing runs on this page, axe neither: a copy is looked at, on which it may
            copy = answer.text()
            page.goto("about:blank")
            page.set_content(copy)
        assert page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth"
        )
        page.evaluate(
            "document.querySelectorAll('details').forEach(one => one.open = true)"
        )
        found = Axe().run(page).response["violations"]
        told = [
            (
                fault["impact"],
                fault["id"],
                [node["target"] for node in fault["nodes"]][:3],
                fault["help"],
            )
            for fault in found
            if fault["impact"] in GRAVE
        ]
        assert told == [], address
        assert seen.sent


def test_every_page_is_looked_at(addresses: dict[str, str]) -> None:
    assert tuple(addresses) == PAGES
