"""The rules of the house that a test can see: who imports whom, what no file may name."""

from __future__ import annotations

import ast
import re
import subprocess
from graphlib import TopologicalSorter
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
MODULES = sorted(
    path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py")
)


def imported(path: Path) -> set[str]:
    """Return the packages of ours that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "nianbao":
            names |= {f"nianbao.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[1] for name in names if name.startswith("nianbao.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert (imported(path) & MAY_IMPORT.keys()) - {package} <= MAY_IMPORT[package]


def test_packages_are_imported_under_the_name_they_are_installed_under() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    bare = re.compile(
        rf"^\s*(?:from|import) (?:{'|'.join(MAY_IMPORT)})\b", re.MULTILINE
    )
    assert [
        name
        for name in listed.splitlines()
        if bare.search((ROOT / name).read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_is_the_archives(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] not in ("archive", "sample"):
        assert not re.search(
            r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b", path.read_text("utf-8")
        )


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
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    named = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and re.search(
            rb"(?<![\w.])/(home|work|root)/[a-z]", path.read_bytes()
        ):
            named.append(name)
    assert named == []


def module_name(path: Path) -> str:
    """Return the name a module is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(["nianbao", *parts]).removesuffix(".__init__")


def imported_modules(body: list[ast.stmt], names: set[str]) -> set[str]:
    """Return the modules of ours that a body imports; imports for types alone are left out."""
    modules: set[str] = set()
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            modules |= members & names or {node.module} & names
    return modules


def test_no_modules_import_one_another_in_a_circle() -> None:
    names = {module_name(path) for path in MODULES}
    graph = {}
    for path in MODULES:
        body = ast.parse(path.read_text("utf-8")).body
        name = module_name(path)
        graph[name] = imported_modules(body, names) - {name}
    assert list(TopologicalSorter(graph).static_order())  # raises CycleError
