"""The page on dependencies, docs/dependencies.md: what is pinned, under which licence, and why.

python -m tools.dependencies_page > docs/dependencies.md
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
REASONS = Path(__file__).with_name("dependencies.yaml")
# What each group of pyproject.toml is installed by.
GROUPS = {
    "core": "Always installed",
    "browser": "Extra `browser`",
    "cluster": "Extra `cluster`",
    "frames": "Extra `frames`",
    "notify": "Extra `notify`",
    "ocr": "Extra `ocr`",
    "parquet": "Extra `parquet`",
    "dev": "For development only",
}
HEAD = """# Dependencies

Made by `make docs` from `pyproject.toml`, `tools/dependencies.yaml` and the installed packages; do not edit it. Every
version, these and what they need in turn, is pinned with its hashes in `requirements.lock`; `make lock` pins anew,
`make lint` checks that what is imported is declared, `make audit` asks for known vulnerabilities.
"""
TABLE_HEAD = """| package | version | of | licence | kept by | for |
|---|---|---|---|---|---|"""
# Packages that say their licence in a text of several lines: the first line that names it.
LICENCE_LENGTH = 60


@dataclass(frozen=True)
class Dependency:
    """A package that pyproject.toml names. `released`: the month of the pinned version."""

    name: str
    group: str
    released: str
    why: str


def list_dependencies() -> list[Dependency]:
    """Return what pyproject.toml names, in its order.

    Raises KeyError for a package that dependencies.yaml does not tell of.
    """
    reasons = YAML(typ="safe").load(REASONS.read_text("utf-8"))
    return [
        Dependency(name, group, str(reasons[name]["released"]), reasons[name]["why"])
        for group, name in _iterate_declared()
    ]


def _iterate_declared() -> Iterator[tuple[str, str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"core": project["dependencies"], **project["optional-dependencies"]}
    for group, requirements in groups.items():
        for requirement in requirements:
            name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
            if name != project["name"]:
                yield group, name


def read_licence(package: PackageMetadata) -> str:
    """Return the licence as the package states it: expression, short text or classifier."""
    expression = package.get("License-Expression")
    if expression:
        return expression
    text = (package.get("License") or "").strip()
    is_name = text != "UNKNOWN" and "\n" not in text and len(text) <= LICENCE_LENGTH
    if text and is_name:
        return text
    classifiers = package.get_all("Classifier") or []
    licences = [name for name in classifiers if name.startswith("License ::")]
    return licences[0].rpartition(":: ")[2] if licences else "see its home page"


def read_home_page(package: PackageMetadata) -> str | None:
    """Return the home page, else the repository, as the package states it."""
    if package.get("Home-page"):
        return package["Home-page"]
    entries = package.get_all("Project-URL") or []
    addresses = dict(entry.split(", ", 1) for entry in entries)
    by_label = {label.lower(): address for label, address in addresses.items()}
    for label in ("homepage", "source", "source code", "repository"):
        if label in by_label:
            return by_label[label]
    return next(iter(by_label.values()), None)


def read_maintainer(package: PackageMetadata) -> str:
    """Return who keeps the package, as it states it: one name, and that there are others."""
    for key in ("Maintainer", "Maintainer-email", "Author", "Author-email"):
        stated = package.get(key)
        if stated:
            names = re.sub(r"\s*<[^>]*>", "", stated).replace('"', "").split(", ")
            return f"{names[0]} and others" if len(names) > 1 else names[0]
    return "see its home page"


def build_page() -> str:
    """Return the page."""
    dependencies = list_dependencies()
    parts = [HEAD]
    for group, title in GROUPS.items():
        parts.append(f"## {title}\n")
        parts.append(TABLE_HEAD)
        parts += [describe(one) for one in dependencies if one.group == group]
        parts.append("")
    return "\n".join(parts)


def describe(dependency: Dependency) -> str:
    """Return the row of a package."""
    package = metadata(dependency.name)
    home_page = read_home_page(package)
    name = f"[{dependency.name}]({home_page})" if home_page else dependency.name
    cells = (
        name,
        package["Version"],
        dependency.released,
        read_licence(package),
        read_maintainer(package),
        dependency.why,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(build_page())
