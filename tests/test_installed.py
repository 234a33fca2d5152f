"""The wheel, installed where a user has modules of the same names: it has all its files, every
command runs, and nothing that is installed is written to.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

from nianbao.sample.server import serve
from tests.crawl.commands import free_port, select_sites, summary
from tests.kept_samples import FEW_SITES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PACKAGES = ("archive", "crawler", "pipelines", "spiders", "sample")
MODULE_OF_A_USER = (
    'raise SystemExit("the module of a user was imported: " + __file__)\n'
)
SECONDS = 60  # for a server to answer


def list_sources() -> set[str]:
    """Return the files of the packages that the project has, as they are installed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return {f"nianbao/{name}" for name in names} | {
        "nianbao/__init__.py",
        "nianbao/py.typed",
    }


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the project, without what tools leave beside them."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if not os.path.lexists(ROOT / name):
            continue  # deleted, and not committed yet
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(checkout))
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel installs and nothing else of ours."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a user, who has modules named as our packages are, and a Scrapy project."""
    folder = tmp_path_factory.mktemp("user")
    for name in PACKAGES:
        (folder / f"{name}.py").write_text(MODULE_OF_A_USER)
    shutil.copy(ROOT / "scrapy.cfg", folder)
    (folder / "sites").mkdir()
    return folder


def pip(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *arguments],
        check=True,
        capture_output=True,
        timeout=300,
    )


class Installation:
    """Runs what is installed in a folder, as the user does."""

    def __init__(self, installed: Path, user: Path) -> None:
        self.installed = installed
        self.user = user
        names = [name for name in os.environ if not name.startswith("NIANBAO_")]
        self.environment = {name: os.environ[name] for name in names}
        self.environment["PYTHONPATH"] = str(installed)
        self.environment["NIANBAO_SITES"] = str(user / "sites")
        self.environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def run(self, *arguments: object, code: int = 0) -> str:
        """Run a program to its end; return its standard output."""
        result = subprocess.run(
            self.command(*arguments),
            cwd=self.user,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert result.returncode == code, result.stdout + result.stderr
        assert "the module of a user" not in result.stdout + result.stderr
        return result.stdout

    def command(self, *arguments: object) -> list[str]:
        program, *rest = map(str, arguments)
        if program == "nianbao":
            script = self.installed / "bin" / "nianbao"
            return [sys.executable, str(script), *rest]
        return [sys.executable, program, *rest]


@pytest.fixture(scope="module")
def installation(installed: Path, user: Path) -> Installation:
    return Installation(installed, user)


@pytest.fixture(scope="module")
def archive(installation: Installation) -> str:
    """An archive of the sample province, crawled by what is installed."""
    printed = installation.run(
        *("nianbao", "crawl", "--sample", "--port", free_port(), "--json"),
        *select_sites(FEW_SITES),
    )
    assert summary(printed)["holdings"]["reports"] > 0
    assert (installation.user / "archive.db").is_file()
    return "archive.db"


def test_the_wheel_has_every_file_under_one_name(wheel: Path) -> None:
    names = {
        name
        for name in zipfile.ZipFile(wheel).namelist()
        if not name.partition("/")[0].endswith(".dist-info")
    }
    assert names == list_sources()


def test_the_source_distribution_makes_the_same_wheel(
    checkout: Path, wheel: Path, tmp_path: Path
) -> None:
    build = "from setuptools.build_meta import build_sdist; build_sdist(%r)"
    subprocess.run(
        [sys.executable, "-c", build % str(tmp_path)],
        cwd=checkout,
        check=True,
        capture_output=True,
        timeout=300,
    )
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as packed:
        packed.extractall(tmp_path, filter="data")
        assert not [member.name for member in packed if member.issym()]
    (source,) = (entry for entry in tmp_path.iterdir() if entry.is_dir())
    assert not (source / "tests").exists()
    built = tmp_path / "built"
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(built), str(source))
    (rebuilt,) = built.glob("*.whl")
    names = [zipfile.ZipFile(file).namelist() for file in (rebuilt, wheel)]
    assert set(names[0]) == set(names[1])


def test_python_imports_the_archive(installation: Installation) -> None:
    code = (
        "import nianbao; from nianbao import Archive; print(nianbao.__file__, Archive)"
    )
    printed = installation.run("-c", code)
    assert printed.startswith(str(installation.installed))


@pytest.mark.usefixtures("archive")
def test_the_commands_run(installation: Installation) -> None:
    status = json.loads(installation.run("nianbao", "status", "--json"))
    assert status["holdings"]["reports"] > 0
    assert "jinyun" in installation.run("nianbao", "sites")
    hits = json.loads(installation.run("nianbao", "search", "公开", "--json"))["hits"]
    page = installation.run("nianbao", "show", hits[0]["url"], "--payload")
    (installation.user / "page.html").write_text(page, "utf-8")
    reading = json.loads(installation.run("nianbao", "read", "page.html"))
    assert reading["is_report"]
    installation.run("nianbao", "export", "csv", "panel")
    assert (installation.user / "panel" / "reports.csv").is_file()
    installation.run("nianbao", "verify", "--quick")


def test_scrapy_finds_the_spiders(installation: Installation) -> None:
    names = installation.run("-m", "scrapy", "list").split()
    assert {"trs", "hanweb", "simple"} <= set(names)


def test_the_front_page_is_served(installation: Installation, archive: str) -> None:
    port = free_port()
    process = subprocess.Popen(
        installation.command("nianbao", "browse", "--archive", archive, "--port", port),
        cwd=installation.user,
        env=installation.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        page = fetch(f"http://127.0.0.1:{port}/")
        assert "政府信息公开" in page
        (style,) = set(re.findall(r'href="(/[^"]+\.css[^"]*)"', page)) or {None}
        if style:
            assert fetch(f"http://127.0.0.1:{port}{style}")
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def fetch(url: str) -> str:
    """Return a page as soon as the server answers."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:
                text: str = answer.read().decode()
                return text
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture
def unchanged(installed: Path) -> Iterator[None]:
    """The installed files are the same after the test."""
    before = digest_files(installed)
    yield
    assert digest_files(installed) == before


def digest_files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_nothing_installed_is_written_to(
    installation: Installation, request: pytest.FixtureRequest
) -> None:
    """A check of a catalogue's site goes into a copy of its file, a new site into a new file."""
    catalogue = installation.installed / "nianbao" / "spiders" / "sites"
    sample = installation.installed / "nianbao" / "sample" / "sites" / "xixia.yml"
    local = ("--allow-address", "127.0.0.0/8")
    with serve(1, port=0) as server:
        text = sample.read_text("utf-8").replace(":8620/", f":{server.port}/")
        (catalogue / "other").mkdir(exist_ok=True)
        (catalogue / "other" / "xixia.yml").write_text(text, "utf-8")
        request.getfixturevalue("unchanged")
        installation.run("nianbao", "sites", "check", "--site", "xixia", *local)
        url = f"http://dongcang.localhost:{server.port}/"
        installation.run("nianbao", "sites", "add", url, "--delay", 0, *local)
    own = installation.user / "sites"
    names = {str(path.relative_to(own)) for path in own.rglob("*.yml")}
    assert "other/xixia.yml" in names
    assert {Path(name).name for name in names} == {"xixia.yml", "dongcang.yml"}
    assert "seen: {day:" in (own / "other" / "xixia.yml").read_text("utf-8")
