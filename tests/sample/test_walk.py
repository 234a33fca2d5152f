"""An independent walk over the served sites finds what the province declares."""

from __future__ import annotations

from collections import Counter

import pytest

from nianbao.sample.declaration import Declaration
from nianbao.sample.server import Server
from tests.sample.walker import Walk, fetch, walk


@pytest.fixture(scope="module")
def walks(served: Server) -> dict[int, Walk]:
    """A walk over each state."""
    found = {}
    for state in (1, 2):
        served.state = state
        found[state] = walk(served)
    served.state = 1
    return found


def test_only_the_declared_link_is_dead(walks: dict[int, Walk]) -> None:
    for found in walks.values():
        assert [found.links[url] for url in found.dead] == [
            "西霞县审计局2021年政府信息公开工作年度报告"
        ]


def test_the_first_crawl_is_as_declared(served: Server, walks: dict[int, Walk]) -> None:
    declared, found = served.province.declare((1,)), walks[1]
    assert declared.visits == len(found.fetched) == len(set(found.fetched))
    assert declared.new == sorted(found.reports)
    assert declared.documents == declared.versions == len(found.reports)
    assert declared.copies == _copies(found) == 4
    assert declared.sites == 31
    assert _news(declared) == {"new": declared.new}


def test_a_second_crawl_of_the_same_state_finds_nothing(
    served: Server, walks: dict[int, Walk]
) -> None:
    declared = served.province.declare((1, 1))
    assert declared.visits == len(walks[1].fetched)
    assert declared.versions == declared.documents == len(walks[1].reports)
    assert _news(declared) == {}


def test_the_second_state_differs_as_declared(
    served: Server, walks: dict[int, Walk]
) -> None:
    declared, before, after = (
        served.province.declare((1, 2)),
        walks[1].reports,
        walks[2].reports,
    )
    reused = _reused(walks[1], walks[2])
    edited = [url for url in _differing(before, after) if url not in reused]
    assert declared.changed == edited
    assert len(declared.changed) == 6
    added, gone = after.keys() - before.keys(), before.keys() - after.keys()
    arrived, ended = added | reused, gone | reused
    moved = sorted(
        (old, new) for old in ended for new in arrived if before[old] == after[new]
    )
    left, targets = {old for old, _ in moved}, {new for _, new in moved}
    assert declared.moved == moved
    assert declared.new == sorted(arrived - targets)
    assert declared.replaced == sorted(reused - left)
    assert declared.vanished == sorted(gone - left)
    assert {kind: len(news) for kind, news in _news(declared).items()} == {
        "new": 3,
        "changed": 6,
        "moved": 6,
        "replaced": 1,
        "vanished": 1,
    }
    assert declared.documents == len(before.keys() | after.keys())
    assert declared.versions == len(before) + len(edited) + len(arrived)
    assert declared.visits == len(walks[2].fetched) + len(gone)
    assert declared.copies == _copies(walks[2])


def test_what_left_the_lists_answers_404(
    served: Server, walks: dict[int, Walk]
) -> None:
    for state, url in [
        *((2, url) for url in walks[1].reports.keys() - walks[2].reports.keys()),
        *((1, url) for url in walks[2].reports.keys() - walks[1].reports.keys()),
    ]:
        served.state = state
        assert fetch(served, url)[0] == 404
    served.state = 1


def test_going_back_to_the_first_state(served: Server, walks: dict[int, Walk]) -> None:
    there, back = served.province.declare((1, 2)), served.province.declare((1, 2, 1))
    reused = _reused(walks[1], walks[2])
    assert back.reverted == there.changed
    assert back.moved == sorted((new, old) for old, new in there.moved)
    assert sorted(back.vanished + back.replaced) == there.new
    assert set(back.replaced) == set(there.new) & reused
    assert back.returned == sorted(there.vanished + there.replaced)
    assert _news(back).keys() == {
        "reverted",
        "moved",
        "replaced",
        "vanished",
        "returned",
    }
    assert back.documents == there.documents
    assert back.versions == there.versions + len(there.changed) + len(reused)
    assert back.visits == len(walks[1].fetched) + len(
        walks[2].reports.keys() - walks[1].reports.keys()
    )
    assert back.forms == served.province.declare((1,)).forms


def test_reports_agencies_years_and_forms(served: Server) -> None:
    for history in ((1,), (1, 2), (1, 2, 1)):
        declared: Declaration = served.province.declare(history)
        seen = [
            truth for state in set(history) for truth in served.province.truths(state)
        ]
        assigned = {
            (truth.body, truth.report_year)
            for truth in seen
            if truth.body and truth.report_year
        }
        assert declared.reports == len(assigned) + declared.unassigned >= 127
        assert declared.unassigned == 2
        assert declared.agencies == len({truth.body for truth in seen if truth.body})
        years = [truth.report_year for truth in seen if truth.report_year]
        assert declared.years == (min(years), max(years))
        present = Counter(truth.form for truth in served.province.truths(history[-1]))
        assert declared.forms == present
        assert {"g2008_local", "g2019", "g2021", "unknown"} == present.keys()


def test_every_payload_differs_between_the_states(
    served: Server, walks: dict[int, Walk]
) -> None:
    both = set(walks[1].fetched) & set(walks[2].fetched) - set(walks[1].dead)
    payloads = {1: served.province.pages(1), 2: served.province.pages(2)}
    assert len(both) > 90
    assert [url for url in both if payloads[1][url].body == payloads[2][url].body] == []


def test_every_truth_is_a_listed_page(served: Server, walks: dict[int, Walk]) -> None:
    for state, found in walks.items():
        truths = served.province.truths(state)
        assert {truth.url: truth.title for truth in truths} == {
            url: found.links[url] for url in found.reports
        }


NEWS = ("new", "changed", "reverted", "moved", "replaced", "vanished", "returned")


def _news(declared: Declaration) -> dict[str, list[object]]:
    """Return what a crawl tells, by kind; what it does not tell is not there."""
    lists = {kind: getattr(declared, kind) for kind in NEWS}
    return {kind: news for kind, news in lists.items() if news}


def _differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(
        url for url in before.keys() & after.keys() if before[url] != after[url]
    )


def _reused(before: Walk, after: Walk) -> set[str]:
    """Return the addresses that show another report: its title is another one."""
    both = before.reports.keys() & after.reports.keys()
    return {url for url in both if before.links[url] != after.links[url]}


def _copies(found: Walk) -> int:
    return len(found.reports) - len(set(found.reports.values()))
