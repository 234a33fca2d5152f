"""Reading keeps its accuracy: no field falls below the floor pinned in bench/floors.json, no
date is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from bench import accuracy, cases
from bench.accuracy import Score
from bench.cases import DATA, OURS, Case
from nianbao.archive.charsets import decode_text
from nianbao.pipelines.reader.document import parse


def scored(group: Sequence[Case]) -> list[Score]:
    return [score for case in group for score in accuracy.score_reader(case)]


def told(scores: Sequence[Score]) -> list[str]:
    return [
        f"{s.name} {s.field}: wanted {s.expected}, got {s.answer}"
        for s in scores
        if s.outcome != "right"
    ]


def test_our_pages_are_read_as_a_reader_finds_them() -> None:
    scores = scored(cases.list_fixtures())
    assert told([score for score in scores if score.field == "published_on"]) == []
    assert accuracy.find_failures(accuracy.tally_scores(scores)) == [], told(scores)


@pytest.mark.skipif(
    not DATA.is_dir(), reason="the real material is not beside this checkout"
)
def test_real_pages_and_texts_stay_above_the_floors() -> None:
    scores = scored(list(cases.iterate_shared_cases()))
    wrong = [
        score
        for score in scores
        if score.field == "published_on" and score.outcome == "wrong"
    ]
    assert told(wrong) == []
    assert accuracy.find_failures(accuracy.tally_scores(scores)) == [], told(scores)


def test_every_page_has_its_expectation_and_every_expectation_its_page() -> None:
    assert sorted(path.name for path in (OURS / "pages").iterdir()) == sorted(
        case.name for case in cases.list_fixtures()
    )
    assert len(cases.list_fixtures()) >= 60


def test_pages_are_kept_in_the_charsets_of_servers() -> None:
    charsets = {
        decode_text(case.payload, case.hints.content_type)[1]
        for case in cases.list_fixtures()
    }
    assert charsets >= {"utf-8", "gb18030", "utf-16", "big5hkscs"}


def test_a_floor_that_is_not_reached_is_told() -> None:
    table = accuracy.tally_scores(
        [Score("fixtures", "a", accuracy.OURS, "title", "blank", ("x",), ())]
    )
    assert accuracy.find_failures(table) == [
        "fixtures title: 0.0000 right, the floor is 1.0"
    ]
    wrong = accuracy.tally_scores(
        [
            Score(
                "fixtures",
                "a",
                accuracy.OURS,
                "published_on",
                "wrong",
                (),
                ("2021-01-01",),
            )
        ]
    )
    assert "fixtures published_on: 1 wrong, and none may be" in accuracy.find_failures(
        wrong
    )
    unpinned = accuracy.tally_scores(
        [Score("elsewhere", "a", accuracy.OURS, "title", "right", ("x",), ("x",))]
    )
    assert accuracy.find_failures(unpinned) == ["elsewhere title: no floor is pinned"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("柳河镇", "青石县柳河镇人民政府", True),
        ("青石县柳河镇", "柳河镇人民政府", True),
        ("临江街道", "临江街道办事处", True),
        ("青石县人民政府", "青石县人民政府办公室", False),
        ("教育局", "水利局", False),
        ("河镇", "柳河镇", False),
    ],
)
def test_bodies_are_the_same_but_for_regions_in_front_and_government_behind(
    one: str, other: str, same: bool
) -> None:
    assert accuracy.is_same_body(one, other) is same


def test_a_refused_date_is_a_finding() -> None:
    from nianbao.pipelines.reader import read

    for name in ("date_in_future.html", "date_before_2008.html"):
        reading = read((OURS / "pages" / name).read_bytes(), today=cases.TODAY)
        assert "published_on.refused" in {finding.rule for finding in reading.findings}


def test_the_general_extractors_are_asked_on_pages_and_print_beside_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("gne")
    pages = [
        case
        for case in cases.list_fixtures()
        if case.name in ("trs_header.html", "text_gbk.txt")
    ]
    scores = [
        *scored(pages),
        *(score for case in pages for score in accuracy.score_extractors(case)),
    ]
    assert {score.tool for score in scores} == {
        accuracy.OURS,
        "htmldate",
        "trafilatura",
        "GNE",
    }
    assert not [
        s for s in scores if s.name == "text_gbk.txt" and s.tool != accuracy.OURS
    ]
    accuracy.print_table(accuracy.tally_scores(scores), {"fixtures": 2})
    assert "published_on" in capsys.readouterr().out


def test_the_command_prints_json_and_ends_well(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accuracy, "list_cases", cases.list_fixtures)
    monkeypatch.setattr("sys.argv", ["accuracy", "--json", "--alone"])
    with pytest.raises(SystemExit) as ended:
        accuracy.main()
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["misses"] == []


def test_fixtures_are_pages_or_texts() -> None:
    for case in cases.list_fixtures():
        source, _ = decode_text(case.payload, case.hints.content_type)
        assert parse.is_markup(source) == case.name.endswith(".html"), case.name
