"""Work behind a reading that is cut off between two commits: no damage, and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from nianbao.archive import Archive, verify
from nianbao.archive.records import Finding, Reading
from tests.conftest import Crawl, make_reading

PAGES = {"xixia": ("2020 one sum", "2021 two"), "yuanhe": ("2020 three", "2022 four")}
SUM = Finding("req.row_total", "error", "3 + 1 against 5", "t", "r", "c", "4", "5")


def make(text: str, years: int = 0) -> Reading:
    """Make a reading of the year with which a text begins, or of one so many years later."""
    findings = (SUM,) if "sum" in text and not years else ()
    return make_reading(text, report_year=int(text[:4]) + years, findings=findings)


@contextmanager
def check_each_commit(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[list[verify.Damage]]]:
    """Check the archive as it stands behind each commit: as a kill there leaves it."""
    damages: list[list[verify.Damage]] = []
    own_transaction = Archive.transaction

    @contextmanager
    def transaction(self: Archive) -> Iterator[Any]:
        with own_transaction(self) as db:
            yield db
        if not self.db.conn.in_transaction:
            damages.append(verify.check_archive(archive).damages)

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "transaction", transaction)
        yield damages


def test_a_kill_at_any_commit_is_no_damage(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl.make = make
    archive = crawl.archive
    for site, texts in PAGES.items():
        pages = {
            f"http://{site}.cn/{number}": text for number, text in enumerate(texts)
        }
        crawl.run(dict(pages), site=site)
    last = max(line.id for line in archive.changes())
    query = (
        "SELECT read_visit_id, url FROM sightings JOIN visits ON visits.id = visit_id"
    )
    with check_each_commit(archive, monkeypatch) as damages:
        for visit_id, url in archive.db.execute(query).fetchall():
            text = PAGES[url.split("/")[2][:-3]][int(url[-1])]
            archive.store_reading(visit_id, make(text, years=-17))
        archive.finalize()
    assert len(damages) > 6
    assert [found for found in damages if found] == []
    kinds = [line.kind for line in archive.changes(last)]
    assert kinds.count("report_reread") >= 4
    assert kinds.count("finding_closed") >= 1
