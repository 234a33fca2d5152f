"""Mutation testing counts no mutant as one that makes no difference unless its change is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tools import mutants

HEAD = "--- nianbao/a.py\n+++ nianbao/a.py\n@@ -1,2 +1,2 @@\n def f():\n"


@pytest.mark.parametrize(
    ("change", "is_equal"),
    [
        ('-    return "utf-8"\n+    return "UTF-8"\n', True),
        ("-    return 1\n+    return None  # named\n", True),
        ("-    return 1\n+    return 2\n", False),
        ("-    return 1\n", False),
        ("+    return 1\n", False),
        ("", False),
    ],
)
def test_a_change_is_equal_where_it_makes_no_difference(
    change: str, *, is_equal: bool
) -> None:
    named = ("return None  # named",)
    assert mutants.is_equal(HEAD + change, named) == is_equal


@pytest.mark.parametrize("printed", ["", "Could not find mutant a.f__mutmut_1\n", HEAD])
def test_a_change_that_is_not_shown_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, printed: str
) -> None:
    monkeypatch.setattr(mutants, "run_mutmut", lambda *_: printed)
    with pytest.raises(SystemExit, match="mutmut shows no change"):
        mutants.show_change(tmp_path, "a.f__mutmut_1")


@pytest.mark.parametrize("key", ["tests", "anew", "mutate"])
def test_what_the_modules_name_is_there(key: str) -> None:
    modules = YAML(typ="safe").load(mutants.MODULES.read_text("utf-8"))
    for name, module in modules.items():
        for pattern in module.get(key, ()):
            assert list(mutants.ROOT.glob(pattern)), f"{name}: {pattern}"
