"""docs/warc.md: its commands run, one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.archive import Archive
from tests.crawl.commands import run_line
from tests.crawl.test_troubles import report
from tests.crawl.warc_files import response, write, write_wacz
from tests.test_readme import commands

AT = "2021-01-20T01:14:03Z"
HOST = "https://www.pingtan.gov.cn/zwgk/zfxxgk/zfxxgknb/"  # of the catalogue


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = report("原文").encode()
    warc = write(tmp_path / "old.warc.gz", [response(f"{HOST}1.html", AT, page)])
    write_wacz(tmp_path / "crawl.wacz", {"rec.warc.gz": warc.read_bytes()}, [])
    write(
        tmp_path / "CC-MAIN.warc.gz",
        [response("http://www.example.gov.cn/2.html", AT, page)],
    )
    mirrored = tmp_path / "mirror" / HOST.removeprefix("https://") / "3.html"
    mirrored.parent.mkdir(parents=True)
    mirrored.write_bytes(page)
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "report.html").write_bytes(page)
    (tmp_path / "saved" / "manifest.csv").write_text(
        f"file,url,visited_at\nreport.html,{HOST}4.html,{AT}\n", "utf-8"
    )
    run_line("nianbao import old.warc.gz")
    lines = commands("docs/warc.md")
    assert len(lines) >= 7
    for line in lines:
        run_line(line)
    with Archive(tmp_path / "archive.db") as archive:
        found = [
            row[0]
            for row in archive.db.execute(
                "SELECT url FROM documents ORDER BY url"
            ).fetchall()
        ]
    assert found == [
        "http://www.example.gov.cn/2.html",
        *(f"{HOST}{number}.html" for number in (1, 3, 4)),
    ]
