"""Random histories of a small world: what the archive makes of them is what the model tells.

Pages of two sites show reports; these are moved, swapped, copied, edited and edited back, replaced by
those of the next year, taken away and brought back. Three machines crawl and import into archives of
their own, which are merged. After each run, import and merge the archive is compared with
:mod:`tests.archive.history_model`; at the end all are merged in two orders, and every archive is
verified.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from nianbao.archive import clock
from tests.archive.history_machine import (
    PAGES,
    START,
    Machine,
    SeenPage,
    Shown,
    StoppedClock,
    merge_into,
)
from tests.archive.history_model import BODIES, Content

SITES = ("north", "south")
MACHINES = ("one", "two", "three")

urls = st.sampled_from(sorted(PAGES))
mostly = st.sampled_from([True, True, True, False])
contents = st.tuples(
    st.sampled_from(sorted(BODIES)),
    st.integers(2020, 2022),
    st.integers(0, 2),
    mostly,
    mostly,
).map(lambda values: Content(*values))
changes = st.one_of(
    st.tuples(st.just("publish"), urls, contents),
    st.tuples(st.just("edit"), urls, st.integers(0, 2)),
    st.tuples(st.just("next year"), urls),
    st.tuples(st.just("move"), urls, urls),
    st.tuples(st.just("copy"), urls, urls),
    st.tuples(st.just("swap"), urls, urls),
    st.tuples(st.just("empty"), urls),
    st.tuples(st.just("other"), urls),
    st.tuples(st.just("chrome"), urls, st.integers(0, 1)),
    st.tuples(st.just("unname"), urls),
    st.tuples(st.just("shift"), st.sampled_from(SITES)),
    st.tuples(st.just("back"), st.integers(0, 9)),
)
captures = st.tuples(urls, st.none() | contents, st.integers(0, 9))
Change = tuple[Any, ...]


class World:
    """What stands at each address now, and what stood there."""

    def __init__(self) -> None:
        self.shown: dict[str, Shown | None] = dict.fromkeys(PAGES)
        self.past: list[tuple[datetime, dict[str, Shown | None]]] = []

    def apply(self, change: Change) -> None:
        """Change what stands at some addresses."""
        kind, *values = change
        getattr(self, f"_{kind.replace(' ', '_')}")(*values)

    def _publish(self, url: str, content: Content) -> None:
        self.shown[url] = Shown(content)

    def _rewrite(self, url: str, **values: object) -> None:
        shown = self.shown[url]
        if shown is not None and shown.content is not None:
            content = replace(shown.content, **values)  # type: ignore[arg-type]
            self.shown[url] = shown._replace(content=content)

    def _edit(self, url: str, edit: int) -> None:
        self._rewrite(url, edit=edit)

    def _next_year(self, url: str) -> None:
        shown = self.shown[url]
        if shown is not None and shown.content is not None:
            self._rewrite(url, year=shown.content.year + 1, edit=0)

    def _unname(self, url: str) -> None:
        self._rewrite(url, names_body=False)

    def _move(self, url: str, target: str) -> None:
        shown = self.shown[url]
        self.shown[url] = None
        self.shown[target] = shown

    def _copy(self, url: str, target: str) -> None:
        self.shown[target] = self.shown[url]

    def _swap(self, url: str, other: str) -> None:
        self.shown[url], self.shown[other] = self.shown[other], self.shown[url]

    def _empty(self, url: str) -> None:
        self.shown[url] = None

    def _other(self, url: str) -> None:
        self.shown[url] = Shown(None)

    def _chrome(self, url: str, chrome: int) -> None:
        shown = self.shown[url]
        if shown is not None:
            self.shown[url] = shown._replace(chrome=chrome)

    def _shift(self, site: str) -> None:
        """Use the numbers of a site again: each page shows what the one before it showed."""
        addresses = [url for url in PAGES if PAGES[url] == site]
        newest = self.shown[addresses[0]]
        for url, before in zip(addresses[:0:-1], addresses[-2::-1], strict=True):
            self.shown[url] = self.shown[before]
        self.shown[addresses[0]] = newest
        self._next_year(addresses[0])

    def _back(self, steps: int) -> None:
        """Bring back what stood at all addresses some crawls ago."""
        if steps < len(self.past):
            self.shown = dict(self.past[steps][1])


class Histories(RuleBasedStateMachine):
    """A world that changes, and the machines that look at it."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.names: dict[str, str] = {}
        self.machines: dict[str, Machine] = {}
        self.world = World()
        self.minutes = 0
        self.is_sound = True  # nothing failed so far
        StoppedClock.instant = START

    def _machine(self, name: str) -> Machine:
        if name not in self.machines:
            machine = Machine(self.folder / f"{name}.db", self.names)
            self.stack.callback(machine.archive.close)
            self.machines[name] = machine
        return self.machines[name]

    def _tick(self, minutes: int = 1) -> datetime:
        self.minutes += minutes
        StoppedClock.instant = START + timedelta(minutes=self.minutes)
        return StoppedClock.instant

    @initialize(
        first=st.lists(
            st.tuples(urls, contents), min_size=4, unique_by=lambda item: item[0]
        )
    )
    def begin(self, first: list[tuple[str, Content]]) -> None:
        """Let reports stand at most addresses, and crawl them."""
        self.publish(first)
        self.crawl([])

    def publish(self, first: list[tuple[str, Content]]) -> None:
        """Let reports stand at some addresses."""
        for url, content in first:
            self.world.apply(("publish", url, content))

    @rule(
        what=st.lists(changes, min_size=1, max_size=4),
        name=st.sampled_from(MACHINES),
        sites=st.sampled_from([SITES, SITES, ("north",), ("south",)]),
        end=st.sampled_from(["whole", "whole", "whole", "parts", "aborted"]),
        failing=st.lists(urls, max_size=1),
        is_conditional=st.booleans(),
        vanish_after=st.sampled_from([1, 1, 2]),
        pause=st.sampled_from([1, 600, 3000]),
    )
    def crawl(
        self,
        what: list[Change],
        name: str = "one",
        sites: tuple[str, ...] = SITES,
        end: str = "whole",
        failing: Sequence[str] = (),
        is_conditional: bool = False,
        vanish_after: int = 1,
        pause: int = 1,
    ) -> None:
        """Change the world; then a machine crawls some sites, well or less so."""
        self.is_sound = False
        for change in what:
            self.world.apply(change)
        machine = self._machine(name)
        self.world.past.append((self._tick(pause), dict(self.world.shown)))
        run = f"crawl {self.minutes}"
        run_id = machine.begin_run(run, sites, vanish_after)
        for url in (url for url in PAGES if PAGES[url] in sites):
            seen = SeenPage(url, self.world.shown[url], self._tick())
            fails = url in failing
            machine.visit(run_id, run, seen, fails=fails, is_conditional=is_conditional)
        for site in sites:
            self._tick()
            machine.end_site(run_id, run, site, end, vanish_after)
        self._tick()
        machine.archive.end_run(run_id, "finished", {})
        machine.compare()
        self.is_sound = True

    @rule(
        what=st.lists(captures, min_size=1, max_size=4),
        name=st.sampled_from(MACHINES),
        is_true=st.booleans(),
    )
    def take_in(
        self,
        what: list[tuple[str, Content | None, int]],
        name: str = "one",
        is_true: bool = False,
    ) -> None:
        """Import captures of the past: what stood there then, or what nobody else saw.

        Each is an address, what it showed, and how many crawls ago it was.
        """
        if not self.world.past:
            return
        self.is_sound = False
        machine = self._machine(name)
        self._tick()
        run = f"import {self.minutes}"
        sites = sorted({PAGES[url] for url, _, _ in what})
        run_id = machine.begin_run(run, sites, 1)
        for number, (url, content, crawls_ago) in enumerate(what):
            began_at, stood = self.world.past[-1 - crawls_ago % len(self.world.past)]
            # no other visit has this time
            milliseconds = self.minutes * 10 + number
            at = began_at - timedelta(seconds=30) + timedelta(milliseconds=milliseconds)
            shown = Shown(content) if content else None
            if is_true:
                shown = stood[url]
            machine.visit(run_id, run, SeenPage(url, shown, at))
        self._tick()
        machine.end_import(run_id, run, sites)
        machine.compare()
        self.is_sound = True

    @rule(name=st.sampled_from(MACHINES), other=st.sampled_from(MACHINES))
    def merge(self, name: str, other: str) -> None:
        """Merge the archive of another machine into that of one."""
        if name == other or other not in self.machines:
            return
        self.is_sound = False
        merge_into(self._machine(name), self.machines[other])
        self.is_sound = True

    def teardown(self) -> None:
        """End a history: check all archives unless something has failed already."""
        try:
            if self.is_sound and self.machines:
                self.check_all()
        finally:
            self.stack.close()

    def check_all(self) -> None:
        """Merge all archives in two orders, and verify every archive."""
        self._tick()
        parts = list(self.machines.values())
        if len(parts) > 1:
            for number, order in enumerate((parts, parts[::-1])):
                whole = self._machine(f"whole {number}")
                for part in order:
                    merge_into(whole, part)
        for machine in self.machines.values():
            machine.verify()

    def read_again(self) -> None:
        """Read one of the archives with a better reader."""
        machine = list(self.machines.values())[-1]
        machine.read_again()
        machine.verify()


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the archive's clock."""
    monkeypatch.setattr(clock, "datetime", StoppedClock)


def play(histories: int, steps: int) -> None:
    """Play so many random histories, the same each time."""
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.usefixtures("stopped_clock")
def test_some_histories() -> None:
    play(histories=10, steps=6)


@pytest.mark.slow
@pytest.mark.usefixtures("stopped_clock")
def test_histories() -> None:
    play(histories=int(os.environ.get("HISTORIES", "30")), steps=12)


# --- histories that once went wrong -------------------------------------------------------

ONE, TWO, THREE, LATEST, SOUTH, _ = PAGES
FINANCE = Content("finance", 2020)
EDUCATION = Content("education", 2020)
UNNAMED = Content("finance", 2020, names_body=False)
UNDATED = Content("finance", 2020, names_year=False)
Step = tuple[str, dict[str, Any]]


def publish(*first: tuple[str, Content]) -> Step:
    return "publish", {"first": list(first)}


def crawl(*what: Change, **values: Any) -> Step:
    return "crawl", {"what": list(what), **values}


def take_in(*what: tuple[str, Content | None, int]) -> Step:
    return "take_in", {"what": list(what)}


KNOWN_HISTORIES: dict[str, list[Step]] = {
    "an import knows a page that was gone when it was first asked for": [
        crawl(),
        take_in((SOUTH, EDUCATION, 0)),
        crawl(),
    ],
    "an import saw a new page come and go": [
        crawl(),
        crawl(),
        take_in((THREE, FINANCE, 1), (THREE, None, 0)),
    ],
    "a page that was gone comes back with another report": [
        publish((SOUTH, EDUCATION), (ONE, FINANCE)),
        crawl(),
        crawl(("empty", ONE)),
        crawl(("swap", ONE, SOUTH)),
    ],
    "a report of an unknown body stands at another address": [
        publish((THREE, UNNAMED)),
        crawl(),
        crawl(("move", THREE, TWO)),
    ],
    "where a report went is known later than that it was replaced": [
        publish((LATEST, FINANCE)),
        crawl(),
        take_in((LATEST, EDUCATION, 0)),
        take_in((TWO, EDUCATION, 0), (LATEST, replace(FINANCE, edit=1), 0)),
    ],
    "late captures push a report that was told to a higher number": [
        publish((TWO, EDUCATION)),
        crawl(),
        crawl(),
        crawl(),
        take_in((TWO, replace(EDUCATION, year=2021), 0)),
        take_in((TWO, FINANCE, 0)),
    ],
    "a stay that was told to have ended is not told again": [
        publish((SOUTH, UNNAMED)),
        crawl(),
        take_in((SOUTH, EDUCATION, 0), (SOUTH, replace(UNNAMED, year=2022), 0)),
        crawl(),
        crawl(),
        take_in((SOUTH, FINANCE, 1)),
    ],
    "two pages give up a report that comes to a third": [
        publish((LATEST, EDUCATION), (ONE, EDUCATION)),
        crawl(),
        crawl(("shift", "north")),
    ],
    "a later copy is preferred to one that was numbered anew": [
        crawl(),
        crawl(),
        take_in((ONE, replace(FINANCE, edit=1), 0)),
        take_in((ONE, EDUCATION, 1), (TWO, replace(FINANCE, edit=2), 1)),
    ],
    "by a merge a page was never gone": [
        publish((TWO, UNNAMED)),
        crawl(name="two"),
        crawl(("copy", TWO, LATEST)),
        crawl(("empty", TWO), name="two", vanish_after=2),
    ],
    "a better reader knows that a page had shown the report before": [
        publish((ONE, UNDATED)),
        crawl(),
        crawl(("publish", ONE, replace(FINANCE, edit=1))),
    ],
    "a better reader knows where a report that was replaced stood": [
        publish((ONE, FINANCE), (TWO, UNDATED)),
        crawl(),
        crawl(("publish", ONE, EDUCATION)),
    ],
    "a better reader knows that a report did not come to a page but stood there": [
        publish((THREE, FINANCE), (TWO, UNDATED)),
        crawl(),
        crawl(("move", THREE, TWO)),
    ],
    "the target of a move is numbered anew by a merge": [
        publish((LATEST, FINANCE)),
        crawl(name="two"),
        ("merge", {"name": "three", "other": "two"}),
        crawl(("publish", TWO, EDUCATION), name="two"),
        crawl(("move", LATEST, TWO), name="three"),
    ],
}


@pytest.mark.parametrize("name", KNOWN_HISTORIES)
@pytest.mark.usefixtures("stopped_clock")
def test_a_history_that_once_went_wrong(name: str) -> None:
    histories = Histories()
    with histories.stack:
        for step, values in KNOWN_HISTORIES[name]:
            getattr(histories, step)(**values)
        histories.check_all()
        histories.read_again()
