"""Lists that are described as data: each is read whole, and where a service stops, it is said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.spiders.declarations.shipped import load_declarations
from tests.crawl.commands import start
from tests.crawl.declared_services import (
    FAULTS,
    SERVICES,
    Service,
    serve_services,
    write_site_file,
)


def list_sites() -> list[tuple[str, Service]]:
    """Return the sites by name: each service, and each with each fault."""
    sites = []
    for number, service in enumerate(SERVICES):
        name = f"{service.platform}{number}"
        sites.append((name, service))
        for fault in FAULTS:
            sites.append((f"{name}-{fault}", replace(service, fault=fault)))
    return sites


def test_each_declaration_has_a_service() -> None:
    platforms = {service.platform for service in SERVICES}
    assert platforms == {*load_declarations(), "declared"}


@pytest.mark.crawl
def test_services_are_read_whole_or_it_is_said(tmp_path: Path) -> None:
    sites = list_sites()
    folder = tmp_path / "sites"
    folder.mkdir()
    with serve_services(sites) as served:
        for name, service in sites:
            text = write_site_file(name, service, served.port)
            (folder / f"{name}.yml").write_text(text, "utf-8")
        with start(
            *("crawl", "--sites", folder, "--archive", tmp_path / "a.db"),
            *("--allow-address", "127.0.0.0/8"),
            into=tmp_path / "out.txt",
        ) as crawl:
            crawl.wait(timeout=300)
    printed = (tmp_path / "out.txt").read_text("utf-8")
    assert "Traceback" not in printed, printed[-2000:]
    assert served.refused == []
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        counts = dict(
            db.execute("SELECT site_id, count(*) FROM documents GROUP BY site_id")
        )
        findings = db.execute(
            "SELECT site_id, rule FROM findings WHERE severity <> 'info' AND rule LIKE 'list.%'"
        ).fetchall()
        healthy = dict(db.execute("SELECT site_id, healthy FROM site_runs"))
    wrong = []
    for name, service in sites:
        rules = sorted({rule for site, rule in findings if site == name})
        outcome = (counts.get(name), rules, healthy[name])
        is_said = bool(rules) and not healthy[name]
        is_whole = outcome == (service.row_count, [], 1)
        if is_said if service.fault else is_whole:
            continue
        if service.fault == "blank" and not service.says_length:
            continue  # a page without rows is the end of such a list
        wrong.append(f"{name}: {outcome}")
    assert not wrong, "\n".join(wrong)
