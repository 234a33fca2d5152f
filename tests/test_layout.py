"""The rules of the house that a test can see: who imports whom, how folders are filled, what no
file may name.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "archive": set(),
    "spiders": {"archive"},
    "pipelines": {"archive"},
    "sample": set(),
    "crawler": {"archive", "spiders", "pipelines", "sample"},
}
# A room may import what stands before it, and itself. Modules that stand directly in a package are
# not judged: what packages exchange (records, errors) below all rooms, the façade above them.
ROOMS = {
    "archive": (
        {"storage", "divisions"},
        {"raw", "search"},
        {"derived"},
        {"checks", "events"},
        {"update"},
        {"migrations", "read_model", "transfer", "verify"},
        {"maintenance", "notes"},
        {"export"},
        {"browse"},
    ),
    "pipelines/reader": (
        {"payload"},
        {"rules"},
        {"regions", "page"},
        {"tables"},
        {"fields"},
        {"document"},
        {"explain", "ocr"},
    ),
    "crawler": (
        {"language"},
        {"site_files", "turns", "egress", "notify"},
        {"discovery", "middlewares"},
        {"imports", "cluster"},
        {"backfill"},
        {"commands", "scrapy_commands"},
    ),
    "spiders": (
        {"scripts", "register"},
        {"lists"},
        {"paging", "rows"},
        {"declarations"},
        {"platforms", "reports"},
        {"discovery"},
        {"long_pages"},
    ),
}
MOST_MODULES = 20
MODULES = sorted(
    path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py")
)
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")


def module_name(path: Path) -> str:
    """Return the dotted name a module is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("nianbao", *parts)).removesuffix(".__init__")


NAMES = {module_name(path): path for path in MODULES}


def imported_modules(path: Path) -> set[str]:
    """Return our own modules that a module imports, at any place in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            submodules = members & NAMES.keys()
            names.update(submodules)
            if submodules != members:
                names.add(node.module)
    return names & NAMES.keys()


def in_project(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked_files(*patterns: str) -> list[str]:
    """Return the files that git knows."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listing.stdout.split("\0") if name]


@pytest.mark.parametrize("path", MODULES, ids=in_project)
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    packages = {name.split(".")[1] for name in imported_modules(path) if "." in name}
    assert packages - {package} <= MAY_IMPORT[package]


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_what_stands_before_them(package: str) -> None:
    rank = {room: n for n, layer in enumerate(ROOMS[package]) for room in layer}
    prefix = "nianbao." + package.replace("/", ".") + "."
    wrong = []
    for name, path in NAMES.items():
        room = _room(name, prefix, rank)
        if room is None:
            continue
        for target in imported_modules(path):
            other = _room(target, prefix, rank)
            if other is not None and other != room and rank[other] >= rank[room]:
                wrong.append(f"{name} imports {target}")
    assert wrong == []


def _room(name: str, prefix: str, rank: dict[str, int]) -> str | None:
    """Return the room of a package that a module stands in; None when it stands in none."""
    if not name.startswith(prefix):
        return None
    room = name.removeprefix(prefix).split(".")[0]
    return room if room in rank else None


def test_every_room_has_its_place() -> None:
    for package, layers in ROOMS.items():
        folders = {path.parent.name for path in (ROOT / package).glob("*/*.py")}
        assert folders - {"reader"} <= set().union(*layers), package


def test_no_circle_of_modules() -> None:
    graph = {name: imported_modules(path) - {name} for name, path in NAMES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' → '.join(error.args[1])}")


def test_no_folder_is_too_full() -> None:
    folders = Counter(in_project(path.parent) for path in MODULES)
    assert {
        name: count for name, count in folders.items() if count > MOST_MODULES
    } == {}


def test_packages_are_imported_under_the_name_they_are_installed_under() -> None:
    bare = re.compile(
        rf"^\s*(?:from|import) (?:{'|'.join(MAY_IMPORT)})\b", re.MULTILINE
    )
    files = tracked_files("*.py")
    assert [
        name for name in files if bare.search((ROOT / name).read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("path", MODULES, ids=in_project)
def test_sql_is_the_archives(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] not in ("archive", "sample"):
        assert not SQL.search(path.read_text("utf-8"))


def test_the_read_model_knows_no_page_and_no_export() -> None:
    for path in (ROOT / "archive" / "read_model").rglob("*.py"):
        source = path.read_text("utf-8")
        assert not re.search(r"import.*\b(browse|export)\b", source), path
        assert not re.search(r"from nianbao\.archive\.(browse|export)\b", source), path


def test_the_lock_names_no_host_and_pins_with_hashes() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
    assert all("==" in line and line.endswith("\\") for line in pinned)


def test_no_file_names_a_path_of_a_machine() -> None:
    machine_path = re.compile(rb"(?<![\w.])/(home|work|root)/[a-z]")
    wrong = []
    for name in tracked_files():
        path = ROOT / name
        if path.is_file() and machine_path.search(path.read_bytes()):
            wrong.append(name)
    assert wrong == []
