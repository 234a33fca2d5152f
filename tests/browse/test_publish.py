"""A published site: no dead link in it, whole or not there, in a folder that is ours."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from nianbao.archive import Archive
from nianbao.archive.browse import formats
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.page import BrowsePage
from nianbao.archive.browse.pages import ROUTES
from nianbao.archive.browse.pages.region import show_region
from nianbao.archive.browse.static_site import SiteReport, publish_site
from nianbao.archive.browse.static_site.file_names import name_file
from nianbao.archive.browse.static_site.link_book import LinkBook, SitePage
from nianbao.archive.browse.static_site.marker import MARKER, is_site, require_own_site
from nianbao.archive.browse.static_site.page_maker import PageMaker
from nianbao.archive.browse.static_site.site import STEP
from nianbao.archive.errors import ArchiveUnwritable, TargetRefused
from nianbao.archive.storage.snapshot import open_snapshot
from nianbao.crawler.commands.cli import main
from nianbao.crawler.commands.publish import is_base_url
from tests.browse import conftest
from tests.browse.site_links import find_dead_links

BASE = "https://archive.example.org/reports/"
COUNTY, FINANCE = "样例省北原市西霞县", "西霞县财政局"


def publish(path: Path, target: Path, base_url: str = BASE) -> SiteReport:
    with Archive(path) as archive:
        return publish_site(archive, target, lambda *_: None, base_url=base_url)


@pytest.fixture(scope="module")
def site(archive_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of an archive of five reports."""
    folder = tmp_path_factory.mktemp("publish") / "site"
    publish(archive_path, folder)
    return folder


def test_no_link_of_a_site_is_dead(
    site: Path, addresses_path: Path, tmp_path: Path
) -> None:
    count, dead = find_dead_links(site, BASE)
    assert dead == []
    assert count > 500
    other = tmp_path / "other"
    publish(addresses_path, other, "")
    assert find_dead_links(other)[1] == []
    assert not list(other.rglob("*.atom"))  # feeds and citations need an address
    for page in other.rglob("*.html"):
        assert "canonical" not in page.read_text()
        assert "<cite>" not in page.read_text()


def test_the_checker_finds_what_is_dead(site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site" / "zh" / "coverage.html").unlink()
    page = tmp_path / "site" / "zh" / "index.html"
    page.write_text(
        page.read_text() + '<a href="#nowhere"></a><a href="/zh/index.html"></a>'
    )
    dead = find_dead_links(tmp_path / "site", BASE)[1]
    assert "#nowhere in zh/index.html" in dead
    assert "/zh/index.html in zh/index.html" in dead
    assert any(
        line.startswith("../coverage.html in zh/")
        or line.startswith("coverage.html in")
        for line in dead
    )


def test_a_site_has_every_page_in_both_languages(site: Path) -> None:
    pages = {}
    for language in ("zh", "en"):
        folder = site / language
        pages[language] = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*")
        }
    assert pages["zh"] == pages["en"]
    assert {
        "index.html",
        "index.atom",
        "coverage.html",
        "exports.html",
        "dictionary.html",
        f"region/{COUNTY}.html",
        f"agency/{COUNTY}/{FINANCE}.html",
        f"report/{COUNTY}/{FINANCE}/2021.html",
        f"report/{COUNTY}/{FINANCE}/2021@2026-01-01T08~3a~00~3a~00Z.html",
        "findings/req.balance.html",
    } <= pages["zh"]
    assert any(name.startswith("diff/") for name in pages["zh"])
    page = (site / "en" / "report" / COUNTY / FINANCE / "2021.html").read_text()
    assert 'lang="en"' in page
    assert "<form" not in page
    assert 'href="../../../../zh/report/' in page
    assert "script-src 'none'" in page
    assert BASE + "en/report/" in page
    assert 'download="nianbao2021-' in page


def test_a_hostile_name_is_a_name(site: Path) -> None:
    names = [path.name for path in (site / "zh" / "agency" / COUNTY).iterdir()]
    assert any("~3c~img" in name for name in names)
    for path in site.rglob("*.html"):
        assert "<img src=x" not in path.read_text(), path


def test_every_file_has_its_digest(site: Path) -> None:
    lines = (site / "SHA256SUMS").read_text().splitlines()
    digests = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        digests[name] = digest
    files = {
        path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()
    }
    assert files == {*digests, "SHA256SUMS", MARKER}
    for name, digest in digests.items():
        assert hashlib.sha256((site / name).read_bytes()).hexdigest() == digest
    assert digests["data/nianbao.xlsx"] in (site / "zh" / "exports.html").read_text()
    book = CalamineWorkbook.from_path(site / "data" / "nianbao.xlsx")
    assert {"panel", "figures"} <= set(book.sheet_names)
    package = "data/nianbao-csv.zip"
    assert digests[package] in (site / "zh" / "exports.html").read_text()
    with zipfile.ZipFile(site / package) as file:
        assert {"figures.csv", "DICTIONARY.md", "datapackage.json"} <= set(
            file.namelist()
        )
        rows = list(csv.DictReader(io.TextIOWrapper(file.open("reports.csv"), "utf-8")))
    assert len(rows) == 5


def test_publishing_again_changes_what_changed(
    archive_path: Path, site: Path, tmp_path: Path
) -> None:
    path = tmp_path / "some.db"
    shutil.copy(archive_path, path)
    with Archive.create(path) as archive:
        page = conftest.Page(f"{conftest.HOST}/czj/2022.html", FINANCE, 2022, "又一年")
        conftest.crawl(archive, 4, conftest.XIXIA, (page,))
    target = tmp_path / "site"
    shutil.copytree(site, target)
    times = {file: file.stat().st_mtime_ns for file in list_files(target)}
    contents = {file: file.read_bytes() for file in times}
    report = publish(path, target)
    assert min(report.new, report.changed, report.unchanged) > 0
    gone = [file for file in times if not file.exists()]
    assert len(gone) == report.removed, gone
    assert (target / "zh" / "report" / COUNTY / FINANCE / "2022.html").is_file()
    pages = [file for file in times if file.suffix == ".html" and file not in gone]
    same = [file for file in pages if file.read_bytes() == contents[file]]
    assert same
    assert [file for file in same if file.stat().st_mtime_ns != times[file]] == []
    assert find_dead_links(target, BASE)[1] == []
    report = publish(archive_path, target)
    assert report.new == len(gone)
    assert report.removed > 0
    assert {file: file.read_bytes() for file in list_files(target)} == contents


def list_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_not_ours_is_left_alone(
    archive_path: Path, site: Path, tmp_path: Path
) -> None:
    target = tmp_path / "site"
    target.mkdir()
    require_own_site(target, archive_path)  # an empty folder is taken
    shutil.copytree(site, target, dirs_exist_ok=True)
    require_own_site(target, archive_path)
    notes = target / "zh" / "notes.txt"
    notes.write_text("mine")
    with pytest.raises(TargetRefused, match="notes"):
        publish(archive_path, target)
    assert notes.read_text() == "mine"
    notes.unlink()
    (target / MARKER).write_text(json.dumps({"format": "other"}))
    with pytest.raises(TargetRefused, match="not a site"):
        publish(archive_path, target)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(site)
    for refused in (tmp_path / "file", tmp_path / "link", archive_path.parent):
        with pytest.raises(TargetRefused):
            publish(archive_path, refused)
    with pytest.raises(ArchiveUnwritable):
        publish(archive_path, tmp_path / "none" / "site")


def test_what_a_person_changed_is_not_replaced(
    archive_path: Path, site: Path, tmp_path: Path
) -> None:
    """Whatever file of a site somebody edits, publishing again leaves it and says which it is."""
    target = tmp_path / "site"
    shutil.copytree(site, target)
    names = ["index.html", "static/pages.css", "data/nianbao.xlsx", "zh/index.atom"]
    for name in names:
        path = target / name
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        with pytest.raises(TargetRefused, match=f"{name} in it was changed"):
            publish(archive_path, target)
        assert path.read_bytes() == content + b" "
        path.write_bytes(content)
    (target / "index.html").unlink()
    (target / "index.html").symlink_to(site / "index.html")
    with pytest.raises(TargetRefused, match=r"index\.html in it was changed"):
        require_own_site(target, archive_path)


def test_a_site_that_is_not_finished_has_no_name(
    archive_path: Path, site: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "site"
    shutil.copytree(site, earlier)
    before = {file: file.read_bytes() for file in list_files(earlier)}

    def stop(step: str, done: int, _: int) -> None:
        if step == STEP and done:
            assert is_site(earlier)
            raise KeyboardInterrupt

    with Archive(archive_path) as archive:
        for target in (earlier, tmp_path / "other"):
            with pytest.raises(KeyboardInterrupt):
                publish_site(archive, target, stop, base_url=BASE)
    assert sorted(tmp_path.iterdir()) == [earlier]
    assert {file: file.read_bytes() for file in list_files(earlier)} == before


def test_names_of_files_are_sound_and_each_is_of_one_page() -> None:
    hostile = [
        "..",
        ".",
        "a/b",
        "a\\b",
        "C:",
        "a?b",
        "a b",
        "~2f~",
        "局" * 200,
        "局" * 201,
        "_x",
    ]
    names = [name_file("zh", ["agency", part], {}, ".html") for part in hostile]
    names += [
        name_file("zh", ["findings", "a"], {"page": "2"}, ".html"),
        name_file("zh", ["findings", "a+page-2"], {}, ".html"),
        name_file("zh", ["document"], {"url": "http://a/b", "at": "2"}, ".html"),
        name_file("zh", ["document"], {"url": "http://a/b\nat=2"}, ".html"),
        name_file("zh", [], {}, ".html"),
    ]
    assert len(set(names)) == len(names)
    for name in names:
        for part in name.split("/"):
            assert re.fullmatch(r"[\w@()（）·~+-][\w@()（）·~+.-]*", part), name
            assert len(part.encode()) < 255


# Letters with other cases, those that several become, composed ones, escapes.
CASED = st.text("aAbBßẞſsSKKéÉİi局.~ ", min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.lists(CASED | CASED.map(lambda text: normalize("NFD", text)), min_size=2))
def test_names_are_apart_on_any_file_system(parts: list[str]) -> None:
    """Also where large and small letters, or two ways to compose one, are the same."""
    names = {name_file("zh", ["agency", part], {}, ".html") for part in parts}
    names |= {name_file("zh", ["findings"], {"rule": part}, ".html") for part in parts}
    assert len(names) == 2 * len(set(parts))
    assert len({normalize("NFC", name).casefold() for name in names}) == len(names)


def test_a_moment_is_written_as_it_is() -> None:
    name = name_file("zh", ["report", "2021@2026-01-01T08:00:00Z"], {}, ".html")
    assert name == "zh/report/2021@2026-01-01T08~3a~00~3a~00Z.html"


@pytest.mark.parametrize(
    "address",
    [
        "http://[",
        "http://[::1/",
        "https://example.org:port/",
        "https://example.org:99999/",
        "https://example.org/a#b",
        "https://example.org/#",
        "https://example.org/?",
        "https://example.org/a?b=c",
        "https://example.org/a b",
        'https://example.org/"',
        "https://example.org/<a>",
        "https:///a",
        "https://:8001/",
        "ftp://example.org/",
        "example.org",
        "/reports/",
    ],
)
def test_what_is_no_address_of_a_site_is_refused(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    command = ["publish", str(folder), "--base-url", address, "--archive", "none.db"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2, result.output
    assert "an address such as https://example.org/reports/ is wanted" in result.output
    assert not folder.exists()


@pytest.mark.parametrize(
    "address",
    ["https://example.org", "http://[::1]:8001/a/", "https://例子.example.org/年报/"],
)
def test_an_address_of_a_site_is_taken(address: str) -> None:
    assert is_base_url(address)


def test_trouble_is_no_page_to_cite_or_follow(archive_path: Path) -> None:
    """A page that says that nothing is there has no address to cite, no feed, no download."""
    with (
        Archive(archive_path) as archive,
        open_snapshot(archive.db),
        closing(LinkBook()) as book,
    ):
        maker = PageMaker(archive.db, ROUTES, book, BASE)
        for address in (
            "/region/nowhere",
            "/agency/nowhere/nobody",
            f"/report/{quote(COUNTY)}/{quote(FINANCE)}/1999",
            "/findings/no.rule",
        ):
            file = SitePage(1, "zh/a/b.html", "zh", address, ".html")
            page = maker.make(file).decode()
            assert "未找到" in page or "没有" in page
            for mark in ("canonical", "alternate", "<cite>", "downloads"):
                assert mark not in page, address
    assert maker.failures == 4


def test_a_site_has_every_row_of_a_long_list(archive_path: Path) -> None:
    """What a server says in part, with a link to the rest, a site has whole."""
    region = "/region/" + quote(COUNTY)
    with (
        Archive(archive_path) as archive,
        open_snapshot(archive.db),
        closing(LinkBook()) as book,
    ):
        maker = PageMaker(archive.db, ROUTES, book, BASE)
        file = SitePage(1, "zh/region/a.html", "zh", region, ".html")
        _, request = maker._make_request(file)
        page = show_region(archive.db, request)
        assert isinstance(page, BrowsePage)
        body = page.data.roster.absent[0]
        absent = [replace(body, agency=f"第{n}局") for n in range(150)]
        standings = page.data.bodies[:1] * 150
        roster = replace(page.data.roster, absent=absent)
        data = replace(page.data, roster=roster, bodies=standings)
        long_page = replace(page, data=data)
        text = formats.render_html(long_page, request, formats.NO_CONTEXT)
        assert "第149局" in text
        assert ">150</td>" in text
        assert "JSON" not in text
        server = replace(request, to=Addresses("/"))
        text = formats.render_html(long_page, server, formats.NO_CONTEXT)
        assert "第99局" in text
        assert "第100局" not in text
        assert text.count(".json") == 2  # what is left out is said, with the rest


def test_no_page_of_a_list_stands_for_another(archive_path: Path) -> None:
    """A page far behind the first is that page, not the last that there may be."""
    with (
        Archive(archive_path) as archive,
        open_snapshot(archive.db),
        closing(LinkBook()) as book,
    ):
        maker = PageMaker(archive.db, ROUTES, book, BASE)
        address = "/findings/req.balance?page=1001"
        _, request = maker._make_request(SitePage(1, "a.html", "zh", address, ".html"))
        assert request.page == 1001
        assert request.offset == 1000 * request.limit
