"""What changed is said wherever a change is told, and leads to the difference; a version that
takes a change back says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from nianbao.archive import Archive
from nianbao.archive.read_model.version_changes import find_first_difference
from tests.browse.asked_pages import ask_page
from tests.crawl.commands import nianbao
from tests.kept_samples import crawled_states

GRANTED = "予以公开·自然人 0 → 1"
BACK = "予以公开·自然人 1 → 0"
REVERTED = "第 3 版与第 1 版内容相同：已恢复原内容"
LINK = re.compile(r'<a class="changed-line" href="([^"]*)">([^<]*)</a>')


@pytest.fixture(scope="module")
def corrected() -> Iterator[Archive]:
    """The sample province after its reports were corrected."""
    with Archive(crawled_states(1, 2).archive) as opened:
        yield opened


@pytest.fixture(scope="module")
def reverted() -> Iterator[Archive]:
    """The same, and all corrections were taken back."""
    with Archive(crawled_states(1, 2, 1).archive) as opened:
        yield opened


def find_corrected_page(archive: Archive) -> tuple[str, str]:
    """Return the address of the page with the corrected figure, and its body."""
    (change,) = [
        change
        for change in archive.changes(kinds=("changed",))
        if change.title and "西霞县财政局2022年" in change.title
    ]
    assert change.url is not None
    return change.url, f"/agency/{change.region}/{change.agency}"


def list_lines(page: str) -> dict[str, str]:
    return {unescape(words): unescape(address) for address, words in LINK.findall(page)}


@pytest.mark.parametrize("about", ["", "?about=reports"])
def test_every_change_says_what_changed_and_leads_there(
    corrected: Archive, reverted: Archive, about: str
) -> None:
    for archive, words, kind in (
        (corrected, GRANTED, "changed"),
        (reverted, f"{REVERTED}；{BACK}", "reverted"),
    ):
        page = ask_page(archive, f"/changes{about}")
        lines = list_lines(page)
        assert words in lines
        assert page.count('class="tag warn"') == page.count('class="changed-line"')
        difference = ask_page(archive, lines[words])
        assert "<ins>" in difference
        address = lines[words].replace("&", "&amp;")
        assert f"http://archive.example.org{address}" in ask_page(
            archive, f"/changes{about}", "atom"
        )
        told = nianbao("changes", "--archive", archive.path, "--kind", kind)
        assert words.split("；")[-1] in told


def test_front_page_agency_and_findings_say_it_too(
    corrected: Archive, reverted: Archive
) -> None:
    _, agency = find_corrected_page(corrected)
    for page in (agency, "/findings/report.changed"):
        assert GRANTED in list_lines(ask_page(corrected, page)), page
    assert GRANTED in ask_page(corrected, agency, "atom")
    for page in ("/", "/findings/report.reverted"):
        lines = list_lines(ask_page(reverted, page))
        assert any(words.startswith(REVERTED) for words in lines), page
    english = ask_page(corrected, "/findings/report.changed", language="en")
    assert "Granted·Natural persons 0 → 1" in list_lines(english)


def test_a_version_that_takes_a_change_back_says_so(reverted: Archive) -> None:
    url, _ = find_corrected_page(reverted)
    steps = json.loads(ask_page(reverted, f"/document?url={url}", "json"))["steps"]
    assert [step["equals"] for step in steps] == [None, None, 1]
    assert REVERTED in ask_page(reverted, f"/document?url={url}")
    assert REVERTED in ask_page(reverted, f"/diff?url={url}")
    first, _, third = (step["at"] for step in steps)
    same = ask_page(reverted, f"/diff?url={url}&from={first}&to={third}")
    assert "内容相同" in same
    assert "仅识读不同" not in same
    assert "equals version 1: reverted" in nianbao(
        "show", url, "--archive", reverted.path
    )
    said = json.loads(nianbao("diff", url, "--archive", reverted.path, "--json"))
    assert (said["from"], said["to"], said["equals"]) == (2, 3, 1)
    told = [change for change in reverted.changes() if change.equals_version]
    assert {change.kind for change in told} == {"reverted", "report_reverted"}
    assert {change.equals_version for change in told} == {1}
    findings = [f for f in reverted.findings() if f.rule == "report.reverted"]
    assigned = [change for change in told if change.report_year and change.agency]
    assert len(findings) == len(assigned) / 2
    assert {f.message for f in findings} == {"version 3 equals version 1: reverted"}
    assert {f.message_zh for f in findings} == {REVERTED}


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("a\nb\nc", "a\nB\nc", ("b", "B")),
        ("a\nc", "a\nb\nc", ("", "b")),
        ("a\nb", "a", ("b", "")),
        ("一" * 50 + "三件" + "二" * 50, "一" * 50 + "四件" + "二" * 50, None),
        ("", "x" * 10_000, ("", "x" * 60 + "…")),
    ],
)
def test_the_first_line_that_differs(
    old: str, new: str, difference: tuple[str, str] | None
) -> None:
    found = find_first_difference(old, new)
    if difference is not None:
        assert found == difference
    assert found[0] != found[1]
    assert max(map(len, found)) <= 62
