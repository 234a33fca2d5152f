"""Storing a page takes as long in a large archive as in a small one: what it asks for, it finds
by an index.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bench.captures import Country
from nianbao.archive import Archive
from nianbao.archive.derived.agencies import resolve_agency
from nianbao.archive.read_model.crawls.visit_history import select_address_histories
from nianbao.archive.records import Agency
from nianbao.archive.storage.raw_tables import RAW_TABLES
from nianbao.archive.update.volatile_parameters import load_shown_addresses
from tests.conftest import Crawl

COUNTRY = Country(12, 2)
FEW = {
    "sites"
}  # asked for where the reader could not tell an agency's region; a country has some thousands
REMOVED = {
    "documents",
    "versions",
    "readings",
    "agencies",
    "regions",
}  # tables whose rows are deleted one by one


@contextmanager
def watched(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """Collect the statements of the block with their values."""
    seen: dict[str, Any] = {}
    execute: Callable[..., Any] = archive.db.execute

    def watch(statement: str, *values: Any) -> Any:
        seen.setdefault(statement, values[0] if values else [])
        return execute(statement, *values)

    with monkeypatch.context() as patched:
        patched.setattr(archive.db, "execute", watch)
        yield seen


def begin(archive: Archive, visit: int) -> int:
    run_id = archive.begin_run("0.1.0", {"visit": visit})
    archive.begin_sites(
        run_id, [COUNTRY.get_site(number) for number in range(COUNTRY.sites)]
    )
    return run_id


def store(archive: Archive, run_id: int, visit: int) -> None:
    """Store what a visit to every page of the country finds."""
    for number in range(COUNTRY.sites):
        for page in COUNTRY.iterate_visits(number, visit, change_interval=2):
            visit_id, is_unread = archive.store_capture(run_id, page.capture)
            if is_unread:
                archive.store_reading(visit_id, page.reading)


def test_no_table_is_read_whole_to_store_a_page(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = crawl.archive
    store(archive, begin(archive, 1), 1)
    run_id = begin(archive, 2)
    with watched(archive, monkeypatch) as seen:
        store(archive, run_id, 2)
    statements = {
        text: values
        for text, values in seen.items()
        if text.startswith(("SELECT", "UPDATE", "\nSELECT"))
    }
    assert len(statements) > 30
    read_whole = {
        step[5:]
        for text, values in statements.items()
        for *_, step in archive.db.execute(
            f"EXPLAIN QUERY PLAN {text}", values
        ).fetchall()
        if step.startswith("SCAN") and "VIRTUAL TABLE" not in step
    }
    assert read_whole <= FEW


def test_what_names_a_row_that_may_be_deleted_is_found_by_an_index(
    crawl: Crawl,
) -> None:
    db = crawl.archive.db
    for table in set(db.table_names()) - set(RAW_TABLES):
        for key in db.table(table).foreign_keys:
            query = (
                f'EXPLAIN QUERY PLAN SELECT 1 FROM "{table}" WHERE "{key.column}" = 1'
            )
            plan = db.execute(query).fetchone()[3]
            assert key.other_table not in REMOVED or not plan.startswith("SCAN"), (
                f"{table}.{key.column}"
            )


def add_other_sites(archive: Archive, count: int) -> None:
    """Add sites that were visited 20 times each, to the first run."""
    names = [f"other{number}" for number in range(count)]
    visits = [
        (name, f"http://{name}/{page}.html") for name in names for page in range(20)
    ]
    with archive.transaction() as db:
        db.conn.executemany(
            "INSERT INTO sites (id, name, platform) VALUES (?1, ?1, 'none')",
            [(name,) for name in names],
        )
        db.conn.executemany(
            "INSERT INTO visits (run_id, site_id, url, role, visited_at, outcome)"
            " VALUES (1, ?, ?, 'report', '2026-01-01T00:00:00Z', 'fetched')",
            visits,
        )


def count_steps(archive: Archive, ask: Callable[[], object]) -> int:
    """Return how many steps SQLite takes to answer, in tens."""
    steps = itertools.count()
    archive.db.conn.set_progress_handler(lambda: next(steps) < 0, 10)
    ask()
    archive.db.conn.set_progress_handler(None, 10)
    return next(steps)


def ask_of_site(archive: Archive, site_id: str) -> dict[str, Callable[[], object]]:
    """Return what is asked of the archive about one site at the start or end of its crawl."""
    return {
        "history": lambda: select_address_histories(archive.db, site_id),
        "shown addresses": lambda: load_shown_addresses(archive.db, site_id),
        # of no region that its page or name says
        "agency": lambda: resolve_agency(archive.db, Agency(name="教育局"), site_id),
    }


def test_what_is_asked_of_a_site_takes_no_longer_with_other_sites(crawl: Crawl) -> None:
    archive = crawl.archive
    store(archive, begin(archive, 1), 1)
    questions = ask_of_site(archive, COUNTRY.get_site(0).id)
    questions["agency"]()  # it is added
    alone = {name: count_steps(archive, ask) for name, ask in questions.items()}
    assert all(alone.values())
    add_other_sites(archive, 200)
    among_others = {name: count_steps(archive, ask) for name, ask in questions.items()}
    for name, steps in among_others.items():
        assert steps <= 1.1 * alone[name] + 1, name
