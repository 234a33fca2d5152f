"""Crawls as a person starts them: the `nianbao` command in a process of its own, and what it
left behind.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.crawl.command_forks import Ended, command_forks

NIANBAO = Path(sys.executable).with_name("nianbao")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start(
    *arguments: object, into: Path | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start the command, with more environment if need be; its output can be read, or goes into
    a file.
    """
    environment |= {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("NIANBAO_")
    }
    command = [str(NIANBAO), *map(str, arguments)]
    if into is not None:
        with into.open("w") as file:
            return subprocess.Popen(
                command,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                env=environment,
            )
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def nianbao(*arguments: object, code: int = 0, **environment: str) -> str:
    """Run the command to its end; return what it printed, standard error after standard output.

    It is forked from a process that has imported it; with more environment it is started anew.
    """
    if environment:
        ended = _run_anew(arguments, environment)
    else:
        ended = command_forks().run(list(map(str, arguments)))
    assert ended.code == code, (
        f"exit code {ended.code}, {code} expected\n{ended.out}\n{ended.err}"
    )
    return ended.out + ended.err


def _run_anew(arguments: tuple[object, ...], environment: dict[str, str]) -> Ended:
    """Run the command in a process that is started for it."""
    with start(*arguments, **environment) as process:
        out, err = process.communicate(timeout=300)
    return Ended(process.returncode, out, err)


def run_line(line: str, *more: object) -> str:
    """Run a line of the docs in the current folder, with further arguments; return its output."""
    program, *arguments = shlex.split(line)
    assert program == "nianbao", line
    ended = command_forks().run([*arguments, *map(str, more)])
    assert ended.code == 0, f"{line}\n{ended.out}\n{ended.err}"
    assert ended.out, line
    return ended.out


def crawl_sample(
    archive: Path, port: int, state: int, sites: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Crawl a state of the sample province, all sites or some; return the summary."""
    return summary(
        nianbao(
            "crawl",
            "--sample",
            "--state",
            state,
            "--port",
            port,
            "--archive",
            archive,
            "--distrust",  # else chance, by the port, asks pages as if they were new
            0,
            "--json",
            *select_sites(sites),
        )
    )


def select_sites(sites: tuple[str, ...]) -> list[str]:
    """Return the options that name these sites."""
    return [word for site in sites for word in ("--site", site)]


def summary(printed: str) -> dict[str, Any]:
    """Return the JSON in what a crawl printed; the log may stand around it."""
    found: dict[str, Any] = json.loads(
        printed[printed.index("{\n") : printed.rindex("\n}") + 2]
    )
    return found


CONTENT = {
    "visits": "SELECT runs.id, site_id, url, role, outcome, status, message, payload_sha256, redirects,"
    " own.hints, common.hints FROM visits JOIN runs ON runs.id = visits.run_id"
    " LEFT JOIN hint_sets AS own ON own.id = hint_set_id LEFT JOIN hint_sets AS common ON common.id = own.common_id",
    "documents": "SELECT d.url, d.title, d.site_id, d.state, d.misses, d.content_sha256, t.url FROM documents AS d"
    " LEFT JOIN documents AS t ON t.id = d.moved_to_id",
    "versions": "SELECT d.url, v.number, v.content_sha256, v.payload_sha256 FROM versions AS v"
    " JOIN documents AS d ON d.id = v.document_id",
    "readings": "SELECT d.url, v.number, r.reader_version, r.title, r.report_year, a.name, g.name, r.agency_printed,"
    " r.published_on, r.published_at, r.published_basis, r.signed_on, r.period_start, r.period_end, r.form,"
    " r.official, r.charset, w.text, r.details FROM readings AS r JOIN versions AS v ON v.id = r.version_id"
    " JOIN version_texts AS w ON w.version_id = v.id"
    " JOIN documents AS d ON d.id = v.document_id LEFT JOIN agencies AS a ON a.id = r.agency_id"
    " LEFT JOIN regions AS g ON g.id = a.region_id",
    "figures": 'SELECT d.url, v.number, f."table", f."row", f."column", f.value, f.text, f.alignment FROM figures AS f'
    " JOIN versions AS v ON v.id = f.version_id JOIN documents AS d ON d.id = v.document_id",
    "report_pages": "SELECT d.url, v.number, a.name, r.report_year, r.ordinal FROM report_pages AS p"
    " JOIN documents AS d ON d.id = p.document_id JOIN versions AS v ON v.id = p.version_id"
    " JOIN reports AS r ON r.id = p.report_id LEFT JOIN agencies AS a ON a.id = r.agency_id",
    "reports": "SELECT a.name, g.name, r.report_year, r.title, r.form, r.published_on, r.state, d.url, r.documents,"
    " r.versions, r.finding_rules, a.site_id FROM reports AS r LEFT JOIN agencies AS a ON a.id = r.agency_id"
    " LEFT JOIN regions AS g ON g.id = r.region_id JOIN versions AS v ON v.id = r.version_id"
    " JOIN documents AS d ON d.id = v.document_id",
    "findings": 'SELECT f.rule, f.severity, f.message, f.site_id, d.url, f.run_id, f.url, f."table", f."row",'
    ' f."column", f.expected, f.found, a.name, f.report_year FROM findings AS f'
    " LEFT JOIN documents AS d ON d.id = f.document_id LEFT JOIN agencies AS a ON a.id = f.agency_id",
    "near_copies": "SELECT one.url, other.url, similarity FROM near_copies JOIN documents AS one"
    " ON one.id = document_id JOIN documents AS other ON other.id = other_id",
    "changes": "SELECT c.kind, d.url, v.number, t.url, c.run_id FROM changes AS c JOIN documents AS d"
    " ON d.id = c.document_id LEFT JOIN versions AS v ON v.id = c.version_id"
    " LEFT JOIN documents AS t ON t.id = c.moved_to_id WHERE c.finding_id IS NULL",
    "told": 'SELECT site_id, url, rule, severity, message, "table", "row", "column", expected, found, agency, region,'
    " report_year FROM announced_findings AS a WHERE (SELECT kind FROM changes WHERE finding_id = a.id ORDER BY id DESC"
    " LIMIT 1) = 'finding_opened'",
    "site_runs": "SELECT run_id, site_id, end_reason, links, healthy FROM site_runs",
    "runs": "SELECT id, kind, end_reason, settings FROM runs",
}


def content(archive: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that an archive holds, but for ids and times."""
    with sqlite3.connect(f"{archive.absolute().as_uri()}?mode=ro", uri=True) as db:
        rows = {
            name: sorted(db.execute(query).fetchall(), key=repr)
            for name, query in CONTENT.items()
        }
    db.close()
    return rows
