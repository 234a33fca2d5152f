"""Which captures a backfill asks for: with them, what an address showed is right at every capture."""

from __future__ import annotations

import hashlib
import random
import time
from pathlib import Path

import pytest

from nianbao.crawler.backfill.holdings import CapturePlace, Moment, SiteHoldings
from nianbao.crawler.backfill.index_lines import REVISIT, IndexCapture
from nianbao.crawler.backfill.selection import Choice, choose_captures
from nianbao.crawler.backfill.work_folder import (
    FolderBusy,
    WorkFolder,
    lock_index,
)
from nianbao.crawler.imports.digests import normalize_digest

ADDRESSES = 300
BODIES = (b"A", b"B", b"C")


class Line:
    """What one address showed at ten times: what we saw, what a web archive has of it."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.url = f"http://x.gov.cn/{number}.html"
        self.bodies = [chance.choice(BODIES) for _ in range(10)]
        self.ours = {at for at in range(10) if chance.random() < 0.2}
        self.captures: dict[int, IndexCapture] = {}
        self.gone: set[int] = set()
        for at in range(10):
            if chance.random() < 0.7:
                has_digest = chance.random() < 0.8
                is_revisit = has_digest and chance.random() < 0.3
                self.captures[at] = self._make_capture(at, has_digest, is_revisit)
                if chance.random() < 0.3:
                    self.gone.add(at)

    def _make_capture(
        self, at: int, has_digest: bool, is_revisit: bool
    ) -> IndexCapture:
        return IndexCapture(
            url=self.url,
            timestamp=_timestamp(at),
            status="-" if is_revisit else "200",
            mime=REVISIT if is_revisit else "text/html",
            digest=_digest(self.bodies[at]) if has_digest else None,
        )


def _timestamp(at: int) -> str:
    return f"20{10 + at}0101000000"


def _digest(body: bytes) -> str:
    return normalize_digest(f"sha1:{hashlib.sha1(body).hexdigest()}") or ""


@pytest.fixture
def lines() -> list[Line]:
    chance = random.Random(0)
    return [Line(number, chance) for number in range(ADDRESSES)]


@pytest.fixture
def folder(tmp_path: Path) -> WorkFolder:
    return WorkFolder(tmp_path / "a.db", "index", "x")


def _choose(lines: list[Line], folder: WorkFolder) -> Choice:
    """Return what is chosen of the captures, where those that are gone were asked for before."""
    holdings = SiteHoldings()
    for line in lines:
        for at in sorted(line.ours):
            capture = line._make_capture(at, has_digest=True, is_revisit=False)
            digests = frozenset((capture.digest or "",))
            moment = Moment(capture.visited_at, digests)
            holdings.moments[line.url].append(moment)
            place = CapturePlace(line.url, moment.visited_at)
            if len(holdings.places) < 1:  # bytes of B and C are at hand nowhere
                holdings.places[_digest(b"A")] = place
        for at in line.gone & line.captures.keys():
            folder.store_capture(line.captures[at], "gone", reason="status 404")
    captures = [one for line in lines for one in line.captures.values()]
    return choose_captures(captures, holdings, folder)


def test_what_an_address_showed_is_known_at_every_capture(
    lines: list[Line], folder: WorkFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)
    choice = _choose(lines, folder)
    taken = {(one.url, one.timestamp) for one in (*choice.new, *choice.at_hand)}
    for line in lines:
        shown: bytes | None = None
        for at, body in enumerate(line.bodies):
            capture = line.captures.get(at)
            is_taken = (line.url, _timestamp(at)) in taken
            if at in line.ours or is_taken:
                shown = body
            if is_taken:
                assert at not in line.gone | line.ours
            if capture is not None and at not in line.gone:
                assert shown == body, (line.url, at)


def test_bytes_that_are_at_hand_are_somewhere(
    lines: list[Line], folder: WorkFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A revisit in an index has none: others cannot refer to it."""
    monkeypatch.setattr("os.fsync", lambda _: None)
    choice = _choose(lines, folder)
    with_bytes = {one.digest for one in choice.new if not one.is_revisit}
    assert {one.digest for one in choice.at_hand} <= with_bytes | {_digest(b"A")}
    digests = [one.digest for one in choice.new if one.digest]
    assert len(set(digests)) == len(digests)


def test_a_revisit_is_fetched_where_nobody_else_has_its_bytes(
    folder: WorkFolder,
) -> None:
    revisit = IndexCapture("http://x/", "20200101000000", "-", REVISIT, _digest(b"A"))
    later = IndexCapture("http://y/", "20210101000000", "-", REVISIT, _digest(b"A"))
    choice = choose_captures([revisit, later], SiteHoldings(), folder)
    assert (choice.new, choice.at_hand) == ([revisit, later], [])


def test_a_session_in_an_address_makes_no_other_page(folder: WorkFolder) -> None:
    plain = IndexCapture("http://x/a", "20200101000000", "200", "", _digest(b"A"))
    session = IndexCapture(
        "http://x/a;jsessionid=1", "20210101000000", "200", "", _digest(b"A")
    )
    choice = choose_captures([session, plain], SiteHoldings(), folder)
    assert (choice.new, choice.stand_ins) == ([plain], {plain: [session]})


# --- what the folder remembers -----------------------------------------------------------------


@pytest.fixture
def captures() -> list[IndexCapture]:
    return [
        IndexCapture(f"http://x/{body}", "20200101000000", "200", "", _digest(body))
        for body in BODIES
    ]


def _open(tmp_path: Path, *, again: bool = False) -> WorkFolder:
    return WorkFolder(tmp_path / "a.db", "index", "x", again=again)


def test_what_was_cut_off_while_it_was_written_is_taken_away(
    tmp_path: Path, captures: list[IndexCapture]
) -> None:
    folder = _open(tmp_path)
    folder.store_capture(captures[0], "fetched", b"a record")
    for path in (folder.records, folder.path / "captures.jsonl"):
        with path.open("ab") as file:
            file.write(b"cut o")
    folder = _open(tmp_path)
    assert folder.records.read_bytes() == b"a record"
    folder.store_capture(captures[1], "fetched", b", another")
    folder = _open(tmp_path)
    assert folder.records.read_bytes() == b"a record, another"
    assert len(folder.list_pending()) == 2


def test_what_was_not_had_is_asked_for_again_days_later_or_at_once(
    tmp_path: Path, captures: list[IndexCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _open(tmp_path)
    folder.store_capture(captures[0], "fetched", b"a record")
    folder.store_capture(captures[1], "gone", reason="status 404")
    folder.store_capture(captures[2], "fetched", b"a record")
    (_, third) = folder.list_pending()
    folder.end_import({third: "refused"})
    settled = [_open(tmp_path).is_settled(one) for one in captures]
    assert settled == [False, True, True]
    assert not any(map(_open(tmp_path, again=True).is_settled, captures))
    later = time.time() + 8 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    assert not any(map(_open(tmp_path).is_settled, captures))


def test_what_holds_no_report_is_settled_until_a_newer_reader_looks(
    tmp_path: Path, captures: list[IndexCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _open(tmp_path)
    folder.store_capture(captures[0], "fetched", b"a record")
    (note,) = folder.list_pending()
    folder.end_import({note: "passed"})
    assert not folder.records.exists()
    same_bytes = IndexCapture("http://z/", "20110101000000", "200", "", note.digest)
    for again in (False, True):
        folder = _open(tmp_path, again=again)
        assert folder.is_settled(captures[0])
        assert folder.is_settled(same_bytes)
    monkeypatch.setattr("nianbao.crawler.backfill.work_folder.READER_VERSION", "next")
    assert not _open(tmp_path).is_settled(captures[0])


def test_what_was_imported_is_for_the_archive_to_tell(
    tmp_path: Path, captures: list[IndexCapture]
) -> None:
    folder = _open(tmp_path)
    folder.store_capture(captures[0], "fetched", b"a record")
    assert folder.is_settled(captures[0])
    folder.end_import({})
    assert not folder.is_settled(captures[0])
    folder.store_capture(captures[1], "fetched", b"another")
    folder = _open(tmp_path)
    assert [folder.is_settled(one) for one in captures] == [False, True, False]
    folder.records.unlink()
    assert not any(map(_open(tmp_path).is_settled, captures))


def test_one_process_at_a_time_asks_an_index(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    busy = pytest.raises(FolderBusy, match="another backfill from one")
    with lock_index(path, "one"), lock_index(path, "two"), busy:
        lock_index(path, "one").__enter__()
    with lock_index(path, "one"):
        pass
