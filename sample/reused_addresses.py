"""Addresses that do not stay with a report: which report each shows, state by state.

The county's own address always shows the newest report. The town numbers its pages anew: 1.html
is the newest, 2.html the one before. The bureau's two addresses exchange their reports.
"""

from __future__ import annotations

from collections.abc import Mapping

NEWEST = "/xxgk/zxnb.html"
NUMBERED = "/xxgk/lbt/{}.html"
EXCHANGED = ("/xxgk/swj/nb_a.html", "/xxgk/swj/nb_b.html")

COUNTY, TOWN, BUREAU = "芦岔县人民政府", "芦岔县柳埠滩镇人民政府", "芦岔县水务局"
NEWEST_YEARS = {1: 2023, 2: 2024}
FIRST_YEAR_OF_TOWN = 2021
YEARS_OF_BUREAU = {1: (2022, 2023), 2: (2023, 2022)}


def find_path(name: tuple[str | None, int | None], state: int) -> str | None:
    """Return the address at which a state shows a report (agency, year), None for nowhere."""
    return _list_paths(state).get(name)


def _list_paths(state: int) -> Mapping[tuple[str | None, int | None], str]:
    newest = NEWEST_YEARS[state]
    paths: dict[tuple[str | None, int | None], str] = {(COUNTY, newest): NEWEST}
    for year in range(FIRST_YEAR_OF_TOWN, newest + 1):
        paths[TOWN, year] = NUMBERED.format(newest - year + 1)
    for path, year in zip(EXCHANGED, YEARS_OF_BUREAU[state], strict=True):
        paths[BUREAU, year] = path
    return paths
