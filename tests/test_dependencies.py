"""What the project leans on is declared, told of and under a licence that fits."""

from __future__ import annotations

import re
from collections import deque
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

from tools import dependencies_page
from tools.dependencies_page import REASONS, list_dependencies, read_licence

ROOT = Path(__file__).parents[1]
# A library may be used by a program under Apache-2.0 with these, LGPL as a library of its own.
FITTING = r"MIT|BSD|Apache|ISC|MPL|LGPL|PSF|Python Software|ZPL|Unlicense|Zope|CC0|HPND|Public Domain|see its home"


def is_fitting(licence: str) -> bool:
    """Tell whether one of the licences to choose from fits."""
    choices = licence.split(" OR ")
    return any(
        re.search(FITTING, one) and not re.search(r"\bA?GPL", one) for one in choices
    )


def list_runtime_packages() -> list[str]:
    """Return the names of what is installed with nianbao and all its extras but dev."""
    declared = [one.name for one in list_dependencies() if one.group != "dev"]
    waiting, names = deque(declared), set()
    while waiting:
        name = waiting.popleft()
        if name in names:
            continue
        names.add(name)
        for line in requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return sorted(names)


def test_every_dependency_is_told_of_and_no_other() -> None:
    names = [one.name for one in list_dependencies()]
    assert sorted(names) == sorted(YAML(typ="safe").load(REASONS.read_text("utf-8")))


def test_every_dependency_is_pinned_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8").lower()
    pins = set(re.findall(r"^([a-z0-9._-]+)==\S+.*\\\n    --hash=sha256:", lock, re.M))
    normal = {re.sub(r"[._]", "-", name) for name in pins}
    declared = {re.sub(r"[._]", "-", one.name.lower()) for one in list_dependencies()}
    assert declared - normal == set()


def test_the_page_on_dependencies_is_current() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert page == dependencies_page.build_page(), "say `make docs`"


def test_licences_of_all_that_is_installed_fit() -> None:
    unfit = {}
    for name in list_runtime_packages():
        try:
            licence = read_licence(metadata(name))
        except PackageNotFoundError:  # needed on other systems only
            continue
        if not is_fitting(licence):
            unfit[name] = licence
    assert unfit == {}


@pytest.mark.parametrize(
    ("licence", "fits"),
    [
        ("GPL-3.0-only", False),
        ("AGPL-3.0", False),
        ("Proprietary", False),
        ("MPL-1.1 OR GPL-2.0-only", True),
        ("LGPL", True),
    ],
)
def test_which_licences_fit(licence: str, fits: bool) -> None:
    assert is_fitting(licence) is fits
