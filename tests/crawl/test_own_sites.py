"""The user's own folder of site files: read beside the catalogue, and the only one written to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nianbao.sample.server import Server, serve
from nianbao.spiders import catalogue, site_folders
from tests.crawl import commands
from tests.crawl.commands import summary

SAMPLE = Path(__file__).parents[2] / "sample" / "sites"
LOCAL = ("--allow-address", "127.0.0.0/8")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(1, port=0) as server:
        yield server


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder, empty."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("NIANBAO_SITES", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _catalogue_stays_as_it_is() -> Iterator[None]:
    before = digest_catalogue()
    yield
    assert digest_catalogue() == before


def nianbao(*arguments: object, code: int = 0) -> str:
    """Run the command with the own folder."""
    return commands.nianbao(
        *arguments, code=code, NIANBAO_SITES=os.environ["NIANBAO_SITES"]
    )


def digest_catalogue() -> dict[Path, str]:
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in catalogue.SITES.rglob("*")
        if path.is_file()
    }


def copy_sample_site(name: str, server: Server, folder: Path) -> Path:
    text = (SAMPLE / f"{name}.yml").read_text("utf-8")
    path = folder / f"{name}.yml"
    path.write_text(text.replace(":8620/", f":{server.port}/"), "utf-8")
    return path


def list_sites(*arguments: object) -> dict[str, dict[str, Any]]:
    return {
        site["id"]: site for site in json.loads(nianbao("sites", *arguments, "--json"))
    }


def test_without_the_variable_it_is_in_the_folder_for_user_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NIANBAO_SITES")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = site_folders.find_own_folder()
    assert folder.parts[-2:] == ("nianbao", "sites")
    assert not folder.exists()
    assert site_folders.list_site_folders() == [catalogue.SITES]
    folder.mkdir(parents=True)
    assert site_folders.list_site_folders() == [catalogue.SITES, folder]


def test_a_folder_that_is_not_there_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIANBAO_SITES", str(tmp_path / "mistyped"))
    assert "mistyped: no such folder of site files" in nianbao("sites", code=2)


def test_own_files_stand_beside_the_catalogue_and_over_it(
    server: Server, own: Path
) -> None:
    copy_sample_site("xixia", server, own)
    text = next(catalogue.SITES.rglob("jinyun.yml")).read_text("utf-8")
    (own / "jinyun.yml").write_text(f"{text}expect: {{links: 7}}\n", "utf-8")
    sites = list_sites()
    assert sites.keys() == catalogue.load_sites().keys() | {"xixia"}
    assert sites["jinyun"]["expect"]["links"] == 7
    assert sites["jinyun"]["file"] == str(own / "jinyun.yml")
    assert sites["xixia"]["file"] == str(own / "xixia.yml")
    others = [site for name, site in sites.items() if name not in ("jinyun", "xixia")]
    assert all(site["file"].startswith(str(catalogue.SITES)) for site in others)
    assert list_sites("--sites", own).keys() == {"jinyun", "xixia"}
    rows = [line.split() for line in nianbao("sites").splitlines()]
    assert ["catalogue" in row for row in rows if row[:1] == ["pingtan"]] == [True]


def test_crawl_status_and_dry_run_read_own_files(
    server: Server, own: Path, tmp_path: Path
) -> None:
    copy_sample_site("xixia", server, own)
    archive = ("--archive", tmp_path / "a.db")
    visits = json.loads(
        nianbao("crawl", "--site", "xixia", "--dry-run", "--json", *archive)
    )
    assert {visit["site"] for visit in visits} == {"xixia"}
    printed = nianbao("crawl", "--site", "xixia", *LOCAL, "--json", *archive)
    assert summary(printed)["holdings"]["reports"] > 0
    status = json.loads(nianbao("status", "--json", *archive))
    assert [site["id"] for site in status["sites"]] == ["xixia"]


def test_a_new_site_goes_into_the_own_folder(
    server: Server, own: Path, tmp_path: Path
) -> None:
    url = f"http://dongcang.localhost:{server.port}/"
    add = (
        "sites",
        "add",
        url,
        *LOCAL,
        "--delay",
        "0",
        "--fixtures",
        tmp_path / "pages",
    )
    nianbao(*add)
    (path,) = own.rglob("*.yml")
    assert path.stem == "dongcang"
    assert list_sites()["dongcang"]["file"] == str(path)
    assert "the catalogue has this site already" in nianbao(*add, code=2)


def test_a_site_of_the_catalogue_is_no_new_one(server: Server, tmp_path: Path) -> None:
    url = f"http://dongcang.localhost:{server.port}/"
    pages = ("--fixtures", tmp_path / "pages")
    printed = nianbao(
        *("sites", "add", url, *LOCAL, "--delay", "0", "--id", "jinyun", *pages), code=2
    )
    assert "jinyun.yml:1: id: the catalogue has this site already" in printed


def test_a_file_of_the_catalogue_is_copied_before_it_is_changed(
    server: Server, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed"
    (installed / "sample").mkdir(parents=True)
    source = copy_sample_site("xixia", server, installed / "sample")
    monkeypatch.setattr(site_folders, "SITES", installed)
    before = source.read_text("utf-8")
    path = site_folders.make_writable(site_folders.find_site_file("xixia"))
    assert path == own / "sample" / "xixia.yml"
    assert path.read_text("utf-8") == source.read_text("utf-8") == before
    assert site_folders.find_site_file("xixia") == path
    assert site_folders.make_writable(path) == path
    assert site_folders.list_site_files() == {"xixia": path}


def test_the_catalogue_named_as_the_own_folder_is_written_in_place(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = copy_sample_site("xixia", server, tmp_path)
    monkeypatch.setattr(site_folders, "SITES", tmp_path)
    monkeypatch.setenv("NIANBAO_SITES", str(tmp_path))
    assert site_folders.make_writable(source) == source


def test_a_check_of_an_own_file_is_written_into_it(server: Server, own: Path) -> None:
    path = copy_sample_site("xixia", server, own)
    nianbao("sites", "check", "--site", "xixia", *LOCAL, "--json")
    assert "seen: {day:" in path.read_text("utf-8")
    assert list(own.rglob("*.yml")) == [path]
