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
    assert declared.sites == 14
    assert [declared.changed, declared.moved, declared.vanished, declared.returned] == [
        []
    ] * 4


def test_a_second_crawl_of_the_same_state_finds_nothing(
    served: Server, walks: dict[int, Walk]
) -> None:
    declared = served.province.declare((1, 1))
    assert declared.visits == len(walks[1].fetched)
    assert declared.versions == declared.documents == len(walks[1].reports)
    assert [
        declared.new,
        declared.changed,
        declared.moved,
        declared.vanished,
        declared.returned,
    ] == [[]] * 5


def test_the_second_state_differs_as_declared(
    served: Server, walks: dict[int, Walk]
) -> None:
    declared, before, after = (
        served.province.declare((1, 2)),
        walks[1].reports,
        walks[2].reports,
    )
    assert declared.changed == _edited(before, after)
    assert len(declared.changed) == 5
    arrived, gone = after.keys() - before.keys(), before.keys() - after.keys()
    moved = [(old, new) for old in gone for new in arrived if before[old] == after[new]]
    assert declared.moved == moved
    assert declared.new == sorted(arrived - {new for _, new in moved})
    assert declared.vanished == sorted(gone - {old for old, _ in moved})
    assert len(declared.new) == len(declared.vanished) == len(declared.moved) == 1
    assert declared.documents == len(before.keys() | after.keys())
    assert declared.versions == len(before) + len(declared.changed) + len(arrived)
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
    assert back.changed == there.changed
    assert back.moved == [(new, old) for old, new in there.moved]
    assert (back.new, back.vanished, back.returned) == ([], there.new, there.vanished)
    assert back.documents == there.documents
    assert back.versions == there.versions + len(there.changed)
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
        assert (
            declared.reports
            == len({(truth.agency, truth.report_year) for truth in seen})
            >= 115
        )
        assert declared.agencies == len({truth.agency for truth in seen})
        assert declared.years == (
            min(t.report_year for t in seen),
            max(t.report_year for t in seen),
        )
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


def _edited(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(
        url for url in before.keys() & after.keys() if before[url] != after[url]
    )


def _copies(found: Walk) -> int:
    return len(found.reports) - len(set(found.reports.values()))
