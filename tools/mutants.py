"""Mutation testing: change the code in small ways, and see whether a test notices.

python -m tools.mutants boundary tables --sample 60 --seed 1

A module is an entry of tools/mutants.yaml. Its mutants are made by mutmut in a copy of the
project under build/mutants, and a sample of them is run, each against those tests of the module
that reach the changed function. What survives is run against the tests that the module names
for processes of their own, if it has such. What survives that too is written to survivors.txt
there, each with its change. Prints one line a module: killed of tried. A mutant that no test reaches counts as
survived, one that does not end as killed; one that `equal` names is left out. Exit code 1 where
a module is below its floor.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
MODULES = Path(__file__).with_name("mutants.yaml")
WORK = ROOT / "build" / "mutants"
ROOMS = ("archive", "crawler", "pipelines", "spiders", "sample")
# What tests read beside the code.
COPIED = (
    "nianbao/__init__.py",
    "nianbao/py.typed",
    "tests",
    "tools",
    "bench",
    "examples",
    "docs",
    "Makefile",
    "README.md",
    "README.zh.md",
    "CHANGELOG.md",
    "requirements.lock",
)
TIME_LIMIT_S = 600
CHILDREN = 1  # mutants at a time
SURVIVED = (0, 33)  # mutmut's codes: the tests passed; no test reaches the code
WAITING = re.compile("[\u2800-\u28ff] ")  # a line in which mutmut says that it works
CHARSET = re.compile(r'"(?:utf-8|utf-8-sig|ascii|latin-1|gb18030)"', re.I)
SQL = re.compile(
    r"\b(?:select .+ from|insert .*into|update .+ set|delete from)\b", re.I
)


def prepare_folder(name: str, module: dict[str, Any]) -> Path:
    """Copy the project for a module's mutants and write mutmut's settings; return the copy."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns(".*", "build", "dist", "*.db", "__pycache__")
    shutil.copytree(ROOT, folder, symlinks=True, ignore=ignored)
    (
        folder / "mutants"
    ).mkdir()  # Python never looks again at a path that was not there
    settings: dict[str, str | Sequence[str]] = {
        "source_paths": [f"nianbao/{room}" for room in ROOMS],
        "only_mutate": [f"nianbao/{pattern}" for pattern in module["mutate"]],
        "pytest_add_cli_args_test_selection": list_tests(module),
        "pytest_add_cli_args": [
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "tests.no_processes",
            "-m",
            "not slow",
            # what a skipped test had opened
            "-W",
            "ignore::pytest.PytestUnraisableExceptionWarning",
        ],
        "also_copy": COPIED,
        # what is read once and kept must be read by the mutant, not before it
        "process_isolation": "forkserver",
        "track_dependencies": "false",
        "use_git_change_detection": "false",
    }
    lines = ["[mutmut]"]
    for key, value in settings.items():
        if isinstance(value, str):
            lines.append(f"{key} = {value}")
        else:
            lines += [f"{key} =", *(f"    {one}" for one in value)]
    (folder / "setup.cfg").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def list_tests(module: dict[str, Any]) -> list[str]:
    """Return the files of a module's tests."""
    files = {path for pattern in module["tests"] for path in ROOT.glob(pattern)}
    for pattern in module.get("without", ()):
        files -= set(ROOT.glob(pattern))
    return [str(path.relative_to(ROOT)) for path in sorted(files)]


def run_mutmut(folder: Path, *arguments: str) -> str:
    """Run mutmut in a copy of the project; return what it printed, whatever its exit code."""
    environment = os.environ | {"PYTHONPATH": str(folder / "mutants")}
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if not WAITING.match(line)]
    return "\n".join(lines)


def read_exit_codes(folder: Path) -> dict[str, int | None]:
    """Return each mutant with the exit code of its tests, None for one that was not run."""
    codes: dict[str, int | None] = {}
    for meta in sorted((folder / "mutants").rglob("*.meta")):
        codes |= json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
    return codes


def test_module(name: str, module: dict[str, Any], sample: int, seed: int) -> bool:
    """Run a sample of a module's mutants; print and return whether its floor was reached.

    Raises SystemExit where the tests do not pass without any change.
    """
    folder = prepare_folder(name, module)
    printed = run_mutmut(folder, "run", "--max-children", "1", "no such mutant")
    names = sorted(read_exit_codes(folder))
    if not names:
        raise SystemExit(f"{name}: mutmut made no mutants\n{printed[-3000:]}")
    if 0 < sample < len(names):
        names = random.Random(seed).sample(names, sample)
    survivors = run_mutants(folder, name, names)
    changes = {one: show_change(folder, one) for one in survivors}
    equal = [
        one for one in survivors if is_equal(changes[one], module.get("equal", ()))
    ]
    survivors = [one for one in survivors if one not in equal]
    if survivors and "anew" in module:
        survivors = run_anew(folder, module["anew"], survivors)
    shown = "\n".join(changes[one] for one in survivors)
    (folder / "survivors.txt").write_text(shown, "utf-8")
    tried = len(names) - len(equal)
    killed = tried - len(survivors)
    score = round(100 * killed / max(1, tried))
    floor = module.get("floor", 0)
    print(
        f"{name}: {killed} of {tried} killed, {score} % (floor {floor} %),"
        f" {len(equal)} equal",
        flush=True,
    )
    return score >= floor


def run_mutants(folder: Path, module: str, names: list[str]) -> list[str]:
    """Run mutants against the tests that reach them, in one process; return what survives.

    Raises SystemExit where the tests do not pass without any change.
    """
    printed = run_mutmut(folder, "run", "--max-children", str(CHILDREN), *names)
    codes = read_exit_codes(folder)
    missing = [one for one in names if codes.get(one) is None]
    if missing:
        raise SystemExit(f"{module}: {len(missing)} were not run\n{printed[-3000:]}")
    return [one for one in names if codes[one] in SURVIVED]


def show_change(folder: Path, mutant: str) -> str:
    """Return the change of a mutant as a diff; raise SystemExit where none is printed."""
    change = run_mutmut(folder, "show", mutant)
    if not _list_lines(change, "-") and not _list_lines(change, "+"):
        raise SystemExit(f"{mutant}: mutmut shows no change\n{change[-3000:]}")
    return change


def is_equal(change: str, equal: Sequence[str]) -> bool:
    """Tell whether a change is among those that make no difference.

    A change is named by the line that it makes, without the spaces around it. Charsets and SQL
    are the same in capitals and in small letters.
    """
    removed, added = _list_lines(change, "-"), _list_lines(change, "+")
    if any(line in equal for line in added):
        return True
    old, new = ([_fold_case(line) for line in lines] for lines in (removed, added))
    return bool(new) and old == new


def _list_lines(change: str, sign: str) -> list[str]:
    """Return the lines that a change removes (-) or adds (+), without the spaces around them."""
    lines = re.findall(
        rf"^{re.escape(sign)}(?!{re.escape(sign * 2)})(.*)", change, re.M
    )
    return [line.strip() for line in lines]


def _fold_case(line: str) -> str:
    """Return a line in which the case that means nothing is one: of charsets and of SQL."""
    line = CHARSET.sub(lambda match: match[0].lower(), line)
    if SQL.search(line) and "'" not in line:
        return line.lower()
    return line


def run_anew(folder: Path, tests: list[str], names: list[str]) -> list[str]:
    """Run tests once for each mutant, in a process of its own; return what survives.

    A variable of the environment says which mutant lives, so it lives in whatever a test
    starts, and in what is loaded once and kept. Raises SystemExit where the tests do not pass without a mutant.
    """
    if run_tests(folder, tests, "") != 0:
        raise SystemExit(f"the tests do not pass without a mutant: {' '.join(tests)}")
    return [name for name in names if run_tests(folder, tests, name) in SURVIVED]


def run_tests(folder: Path, tests: list[str], mutant: str) -> int:
    """Run tests with a mutant alive; return pytest's exit code, 1 where they do not end."""
    copy = folder / "mutants"
    environment = {"PYTHONPATH": str(copy), "MUTANT_UNDER_TEST": mutant}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    with subprocess.Popen(
        [*command, *tests],
        cwd=copy,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            return process.wait(TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1


def main() -> None:
    """Test the modules that the command line names, else all."""
    modules = YAML(typ="safe").load(MODULES.read_text("utf-8"))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(modules))
    parser.add_argument(
        "--sample", type=int, default=0, help="how many mutants of each; 0: all"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    unknown = set(options.modules) - set(modules)
    if unknown:
        parser.error(
            f"no module {', '.join(sorted(unknown))}; there are {', '.join(modules)}"
        )
    results = [
        test_module(name, modules[name], options.sample, options.seed)
        for name in options.modules or modules
    ]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
