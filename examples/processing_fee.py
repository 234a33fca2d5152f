"""A parser of one's own on top of the archive: the information-processing fees that reports state.

    python examples/processing_fee.py archive.db fees.db
    python examples/processing_fee.py archive.db fees.db --follow

Since 2021 an agency may charge for bulky requests (政府信息公开信息处理费管理办法,
国办函〔2020〕109号), and says in section six of its report how often it did and how much it
took in: no table, a sentence. This program keeps a table of those sentences in a database of
its own, keyed by page and version, and follows the feed.

What makes it right, whatever is killed when:

- what a line of the feed makes it write, and the cursor, are one transaction;
- a line only says which page to look at: all versions of that page are taken anew, as the
  archive has them now,
  so lines that come late, twice in a row, or for a version that is counted otherwise now do no harm;
- another version of the parser begins again at the start of the feed.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass

from nianbao.archive import Archive
from nianbao.archive.events.feed import Change

PARSER = 1  # count up when `read` reads otherwise
SECTION = "other_matters"
CASES = re.compile(r"(\d+)\s*件[^。；]{0,30}?(?:收取|发出)[^。；]{0,12}?信息处理费")
AMOUNT = re.compile(r"信息处理费[^。；]{0,10}?(\d[\d,]*(?:\.\d+)?)\s*(元|万元)")
NONE = re.compile(r"(?:未|没有|无)[^。；，]{0,8}信息处理费")
SENTENCE = re.compile(r"[^。；\n]*信息处理费[^。；\n]*")

TABLES = """
CREATE TABLE IF NOT EXISTS processing_fees (
    url TEXT NOT NULL, version INTEGER NOT NULL, agency TEXT, region_code TEXT, report_year INTEGER,
    current INTEGER NOT NULL, cases INTEGER, amount_yuan REAL, sentence TEXT, content_sha256 TEXT NOT NULL,
    PRIMARY KEY (url, version));
CREATE TABLE IF NOT EXISTS cursor (change_id INTEGER NOT NULL, parser INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Fee:
    """What a report says of the fee; None where it does not say it. `amount_yuan` is in yuan."""

    cases: int | None
    amount_yuan: float | None
    sentence: str | None


def read(text: str) -> Fee:
    """Read the sentence on the fee in the text of section six."""
    found = SENTENCE.search(text)
    if found is None:
        return Fee(None, None, None)
    sentence = found[0].strip()
    if NONE.search(sentence):
        return Fee(0, 0.0, sentence)
    cases, amount = CASES.search(sentence), AMOUNT.search(sentence)
    yuan = (
        float(amount[1].replace(",", "")) * (10_000 if amount[2] == "万元" else 1)
        if amount
        else None
    )
    return Fee(int(cases[1]) if cases else None, yuan, sentence)


def take(archive: Archive, own: sqlite3.Connection, url: str) -> None:
    """Take all versions of a page anew; a page that is gone from the archive is gone here."""
    own.execute("DELETE FROM processing_fees WHERE url = ?", [url])
    for version in archive.versions(url=url):
        sections = archive.sections(url, version.version)
        fee = read(
            "\n".join(section.text for section in sections if section.key == SECTION)
        )
        about = (
            version.agency,
            version.region_code,
            version.report_year,
            version.current,
        )
        said = (fee.cases, fee.amount_yuan, fee.sentence, version.content_sha256)
        row = [url, version.version, *about, *said]
        own.execute(
            f"INSERT INTO processing_fees VALUES ({', '.join('?' * len(row))})", row
        )


def consume(
    archive: Archive, own: sqlite3.Connection, changes: Iterable[Change]
) -> None:
    """Deal with lines of the feed, each in a transaction with the cursor."""
    for change in changes:
        with own:
            if change.finding is None:
                for url in filter(None, (change.url, change.moved_to)):
                    take(archive, own, url)
            own.execute("UPDATE cursor SET change_id = ?", [change.id])


def opened(path: str) -> sqlite3.Connection:
    """Open the database of one's own; another parser version begins anew."""
    own = sqlite3.connect(path)
    own.executescript(TABLES)
    with own:
        if own.execute("SELECT parser FROM cursor").fetchone() != (PARSER,):
            own.execute("DELETE FROM cursor")
            own.execute("DELETE FROM processing_fees")
            own.execute("INSERT INTO cursor VALUES (0, ?)", [PARSER])
    return own


def main() -> None:
    """Bring the table up to date, or keep it so."""
    parser = argparse.ArgumentParser(
        description="Keep a table of the information-processing fees."
    )
    parser.add_argument("archive")
    parser.add_argument("database")
    parser.add_argument(
        "--follow", action="store_true", help="wait for more, until Ctrl-C"
    )
    wanted = parser.parse_args()
    with Archive(wanted.archive) as archive, closing(opened(wanted.database)) as own:
        (cursor,) = own.execute("SELECT change_id FROM cursor").fetchone()
        with suppress(KeyboardInterrupt):
            consume(
                archive,
                own,
                archive.follow(cursor) if wanted.follow else archive.changes(cursor),
            )
        rows, told = own.execute(
            "SELECT count(*), count(sentence) FROM processing_fees"
        ).fetchone()
    print(f"{rows} versions, {told} of them say something of the fee")


if __name__ == "__main__":
    main()
