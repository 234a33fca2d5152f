"""How payloads are packed: with dictionaries, against the payload before, anew; and that the
bytes stay the same.
"""

from __future__ import annotations

import random

import pytest

from nianbao.archive import Archive
from nianbao.archive.errors import PayloadDamaged
from nianbao.archive.raw import blobs, dictionaries, repack
from tests.conftest import Crawl

TEMPLATE = "".join(
    f'<div class="block-{number}" style="margin:{number}px">栏目{number}</div>\n'
    for number in range(120)
)
WORDS = (
    "公开",
    "申请",
    "答复",
    "年度",
    "报告",
    "机关",
    "网站",
    "目录",
    "办理",
    "结转",
    "复议",
    "诉讼",
    "监督",
)


def page(number: int) -> str:
    """Return a page with the template of its site and a text of its own."""
    dice = random.Random(number)
    text = "".join(dice.choices(WORDS, k=120))
    return f"<html><title>第{number}号</title>{TEMPLATE}<p>{text}</p></html>"


def url(number: int) -> str:
    return f"http://xixia.localhost/{number}.html"


def ways(archive: Archive) -> dict[str, int]:
    """Count payloads by how they are packed."""
    rows = archive.db.execute(
        "SELECT CASE WHEN base_sha256 IS NOT NULL THEN 'against' WHEN dictionary_id IS NOT NULL THEN 'dictionary'"
        " ELSE encoding END AS way, count(*) FROM blobs GROUP BY way"
    )
    return dict(rows.fetchall())


def whole(archive: Archive) -> dict[str, bytes]:
    """Return every payload by its digest, each checked against it."""
    return {
        row[0]: archive.payload(row[0])
        for row in archive.db.execute("SELECT sha256 FROM blobs").fetchall()
    }


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let twenty pages be enough for a dictionary, packed anew eight at a time."""
    monkeypatch.setattr(dictionaries, "ENOUGH", 20)
    monkeypatch.setattr(dictionaries, "SIZE", 8192)
    monkeypatch.setattr(repack, "BATCH", 8)


def test_a_changed_page_is_stored_as_what_differs_and_never_on_top_of_a_difference(
    crawl: Crawl,
) -> None:
    texts = [page(1), page(1) + "更正", page(1) + "再次更正"]
    for text in texts:
        crawl.run({url(1): text})
    assert ways(crawl.archive) == {"zstd": 1, "against": 2}
    assert sorted(
        payload.decode() for payload in whole(crawl.archive).values()
    ) == sorted(texts)
    depth = crawl.archive.db.execute(
        "SELECT count(*) FROM blobs JOIN blobs AS base ON base.sha256 = blobs.base_sha256"
        " WHERE base.base_sha256 IS NOT NULL"
    ).fetchone()
    assert depth == (0,)


def test_a_page_that_has_become_another_is_stored_whole(crawl: Crawl) -> None:
    noise = [random.Random(seed).randbytes(3000).hex() for seed in (1, 2)]
    for text in noise:
        crawl.run({url(1): text})
    assert ways(crawl.archive) == {"zstd": 2}


def test_a_damaged_payload_holds_up_no_crawl(crawl: Crawl) -> None:
    crawl.run({url(1): page(1)})
    with crawl.archive.transaction() as db:
        db.execute("UPDATE blobs SET data = zeroblob(20)")
    crawl.run({url(1): page(1) + "更正"})
    assert ways(crawl.archive) == {"zstd": 2}


def test_a_missing_base_is_named(crawl: Crawl) -> None:
    crawl.run({url(1): page(1)})
    crawl.run({url(1): page(1) + "更正"})
    base, other = (
        row[0]
        for row in crawl.archive.db.execute(
            "SELECT sha256 FROM blobs ORDER BY rowid"
        ).fetchall()
    )
    crawl.archive.db.execute("PRAGMA foreign_keys = OFF")
    crawl.archive.db.execute("DELETE FROM blobs WHERE sha256 = ?", [base])
    with pytest.raises(
        PayloadDamaged,
        match=f"{other} is stored as what differs from {base}, which is missing",
    ):
        crawl.archive.payload(other)


@pytest.mark.usefixtures("few")
def test_what_came_before_the_dictionary_is_packed_anew(crawl: Crawl) -> None:
    pages = {url(number): page(number) for number in range(30)}
    crawl.run(pages)
    assert ways(crawl.archive) == {"dictionary": 30}
    assert sorted(
        payload.decode() for payload in whole(crawl.archive).values()
    ) == sorted(pages.values())
    sizes = crawl.archive.db.execute(
        "SELECT sum(size_bytes), sum(stored_bytes), sum(length(data)) FROM blobs"
    )
    before, stored, length = sizes.fetchone()
    assert stored == length < before / 20
    assert crawl.archive.db.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.usefixtures("few")
def test_a_dictionary_is_trained_again_when_the_pages_have_doubled(
    crawl: Crawl,
) -> None:
    for upto in (10, 20, 30, 39, 41):
        crawl.run({url(number): page(number) for number in range(upto)})
    rows = crawl.archive.db.execute(
        "SELECT site_id, payloads, packed_at IS NOT NULL FROM dictionaries ORDER BY id"
    )
    assert rows.fetchall() == [("xixia", 20, 1), ("xixia", 41, 1)]
    used = crawl.archive.db.execute(
        "SELECT DISTINCT dictionary_id FROM blobs ORDER BY 1"
    ).fetchall()
    assert used == [
        (1,)
    ]  # the newest is for what comes from now on; what has one keeps it
    assert len(whole(crawl.archive)) == 41


@pytest.mark.usefixtures("few")
def test_small_sites_share_a_dictionary(crawl: Crawl) -> None:
    for number, site in enumerate(("xixia", "lanting", "gucheng")):
        pages = range(number * 10, number * 10 + 10)
        crawl.run(
            {f"http://{site}.localhost/{one}.html": page(one) for one in pages},
            site=site,
        )
    assert crawl.archive.db.execute(
        "SELECT site_id, payloads FROM dictionaries"
    ).fetchall() == [(None, 20)]
    assert ways(crawl.archive) == {"dictionary": 30}
    assert len(whole(crawl.archive)) == 30


@pytest.mark.usefixtures("few")
def test_packing_that_was_cut_off_is_gone_on_with(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {url(number): page(number) for number in range(30)}
    allowed = iter(range(11))
    with monkeypatch.context() as patch:
        plainly = repack._repack_payload

        def cut_off(*arguments: object) -> None:
            if next(allowed, None) is None:
                raise KeyboardInterrupt
            plainly(*arguments)  # type: ignore[arg-type]

        patch.setattr(repack, "_repack_payload", cut_off)
        with pytest.raises(KeyboardInterrupt):
            crawl.run(pages)
    assert ways(crawl.archive) == {"zstd": 22, "dictionary": 8}
    assert sorted(
        payload.decode() for payload in whole(crawl.archive).values()
    ) == sorted(pages.values())
    crawl.archive.repack("xixia")
    assert ways(crawl.archive) == {"dictionary": 30}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            "UPDATE dictionaries SET data = zeroblob(900)",
            "dictionary 1 does not have its digest",
        ),
        ("DELETE FROM dictionaries", "dictionary 1 is missing"),
    ],
)
def test_a_damaged_dictionary_is_named(crawl: Crawl, damage: str, message: str) -> None:
    crawl.run({url(number): page(number) for number in range(20)})
    crawl.archive.db.execute("PRAGMA foreign_keys = OFF")
    crawl.archive.db.execute(damage)
    dictionaries._cache.clear()  # as in another process
    (sha256,) = crawl.archive.db.execute("SELECT sha256 FROM blobs LIMIT 1").fetchone()
    with pytest.raises(PayloadDamaged, match=message):
        crawl.archive.payload(sha256)


def test_a_tiny_archive_has_no_dictionary(crawl: Crawl) -> None:
    crawl.run({url(number): page(number) for number in range(30)})
    assert crawl.archive.db.execute("SELECT count(*) FROM dictionaries").fetchone() == (
        0,
    )


def test_what_does_not_get_smaller_is_stored_as_it_is(crawl: Crawl) -> None:
    with crawl.archive.transaction() as db:
        sha256 = blobs.store_payload(db, b"one")
    assert ways(crawl.archive) == {"identity": 1}
    assert crawl.archive.payload(sha256) == b"one"
