"""Charts: nothing is told that a report does not tell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nianbao.archive.browse import charts
from nianbao.archive.browse.charts import (
    HEIGHT,
    WIDTH,
    Chart,
    ChartSeries,
    draw_charts,
    lay_out_chart,
)
from nianbao.archive.browse.drawn_tables import BilingualName
from nianbao.archive.checks.year_to_year import RULES
from nianbao.archive.read_model.panel.measures import load_measures
from nianbao.archive.read_model.panel.reader import read_figures
from nianbao.archive.records import Figure

REFUSED = "state_secret other_law safety_stability third_party internal_affairs process_info enforcement_file admin_query"


def cells(table: str, **values: float) -> dict[str, float | None]:
    figures = [
        Figure(table, row, "total", value, str(value)) for row, value in values.items()
    ]
    return read_figures(table.partition(".")[0], figures)


def by_key(found: list[Chart]) -> dict[str, Chart]:
    return {one.key: one for one in found}


def test_every_part_of_a_chart_is_a_measure_of_the_panel() -> None:
    keys = {measure.key for measure in load_measures()}
    for spec in charts.load_chart_specs():
        for part in spec["parts"]:
            assert set(part["measures"]) <= keys
            assert part["en"]
    assert {key for keys in charts.CHARTS_OF_RULE.values() for key in keys} <= {
        spec["key"] for spec in charts.load_chart_specs()
    }
    assert charts.CHARTS_OF_RULE.keys() == set(RULES)


def test_a_year_that_does_not_tell_has_no_bar() -> None:
    reports = {
        2021: cells("g2021.requests", new_received=5),
        2023: cells("g2019.requests", new_received=7),
    }
    received = by_key(draw_charts(reports, [2021, 2022, 2023], {}))["received"]
    assert received.parts[0].values == (5, None, 7)
    assert [(bar.year, bar.value) for bar in received.bars] == [(2021, 5), (2023, 7)]
    assert [tick.short for tick in received.ticks] == ["5", "", "7"]


def test_a_sum_of_which_a_part_is_missing_is_not_known() -> None:
    refused = {f"refused_{name}": 1 for name in REFUSED.split()}
    results = by_key(
        draw_charts({2021: cells("g2021.requests", granted=3, **refused)}, [2021], {})
    )["results"]
    assert {part.name.en: part.values for part in results.parts} == {
        "Granted": (3,),
        "Refused": (8,),
    }
    del refused["refused_admin_query"]
    results = by_key(
        draw_charts({2021: cells("g2021.requests", granted=3, **refused)}, [2021], {})
    )["results"]
    assert {part.name.en: part.values for part in results.parts} == {"Granted": (3,)}
    refused["refused"] = 9
    results = by_key(
        draw_charts({2021: cells("g2021.requests", granted=3, **refused)}, [2021], {})
    )["results"]
    assert {part.name.en: part.values for part in results.parts} == {
        "Granted": (3,),
        "Refused": (9,),
    }


def test_a_cell_that_was_not_aligned_tells_nothing() -> None:
    ragged = Figure("g2021.requests", "new_received", "total", None, "12?", "ragged")
    assert draw_charts({2021: read_figures(None, [ragged])}, [2021], {}) == []


def test_a_break_stands_before_its_year_in_the_charts_it_is_about() -> None:
    figures = cells("g2021.requests", new_received=5, carried_out=1)
    reports = {2021: figures, 2022: figures}
    found = by_key(draw_charts(reports, [2021, 2022], {2022: ["req.chain"]}))
    assert [(one.year, one.x, one.rules) for one in found["carried"].breaks] == [
        (2022, WIDTH / 2, ("req.chain",))
    ]
    assert (
        by_key(draw_charts(reports, [2021, 2022], {2022: ["a1_2021.stock"]}))[
            "carried"
        ].breaks
        == ()
    )


VALUES = st.none() | st.integers(0, 10**6) | st.floats(0, 10**6, allow_nan=False)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=20))
def test_bars_stay_inside_and_are_as_high_as_what_they_tell(
    told: list[tuple[float | None, float | None]],
) -> None:
    parts = [
        ChartSeries(BilingualName("甲"), tuple(one for one, _ in told)),
        ChartSeries(BilingualName("乙"), tuple(other for _, other in told)),
    ]
    drawn = lay_out_chart(
        "x", BilingualName("x"), range(2000, 2000 + len(told)), parts, {}
    )
    for bar in drawn.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.1
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
    highest = max(sum(value or 0 for value in values) for values in told)
    room = drawn.base - charts.TOP
    for bar in drawn.bars:
        assert abs(bar.height - bar.value / highest * room) <= 0.1
