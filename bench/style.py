"""How dense the code is: tokens a line, expressions folded into one another, words that name things badly.

Six figures over the packages (tests, the sample, tools and benchmarks left out), each with a limit:

- tokens a line: NAME, OP, NUMBER and STRING tokens without docstrings, divided by the lines that hold one;
- conditional expressions, and comprehensions with generator expressions, per 1,000 of these lines;
- participles as names (`found`, `told`, ...) of variables, parameters, attributes and functions, per 1,000 lines;
- cyclomatic complexity of the worst function;
- class names that stand for two things; modules in the fullest folder; lines over 100 characters.

    python -m bench.style              print the figures; exit code 1 when one is above its limit
    python -m bench.style --worst 20   print also what stands out most
    python -m bench.style archive/raw  measure one folder
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
import tokenize
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGES = ("archive", "crawler", "pipelines", "spiders")

LIMITS = {
    "tokens a line": 7.5,
    "cyclomatic complexity, worst": 12,
    "class names used twice": 0,
    "modules in one folder, most": 20,
    "participles as names per 1,000 lines": 3.0,
    "conditional expressions per 1,000 lines": 14.0,
    "comprehensions per 1,000 lines": 30.0,
    "lines over 100 characters": 0,
}

PARTICIPLES = frozenset(
    [
        "asked",
        "begun",
        "bound",
        "brought",
        "built",
        "called",
        "chosen",
        "counted",
        "cut",
        "done",
        "drawn",
        "dropped",
        "fetched",
        "filled",
        "found",
        "given",
        "gone",
        "grouped",
        "handed",
        "held",
        "joined",
        "kept",
        "known",
        "laid",
        "learned",
        "led",
        "left",
        "lost",
        "made",
        "marked",
        "matched",
        "meant",
        "met",
        "moved",
        "named",
        "noted",
        "offered",
        "opened",
        "packed",
        "paired",
        "passed",
        "picked",
        "placed",
        "printed",
        "put",
        "read",
        "said",
        "seen",
        "sent",
        "set_aside",
        "shown",
        "skipped",
        "sorted_",
        "spoken",
        "stated",
        "stored",
        "sunk",
        "swept",
        "taken",
        "taught",
        "thrown",
        "told",
        "tried",
        "turned",
        "used",
        "wanted",
        "watched",
        "withheld",
        "written",
    ]
)
COUNTED_TOKENS = frozenset(
    {tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING}
)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
VERBS = frozenset({"cut", "put", "read"})
LONGEST_LINE = 100


@dataclass
class Measure:
    """What the modules of the packages add up to."""

    tokens: int = 0
    lines: int = 0
    conditionals: int = 0
    comprehensions: int = 0
    long_lines: int = 0
    participles: Counter[str] = field(default_factory=Counter)
    complexity: dict[str, int] = field(default_factory=dict)
    classes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    folders: Counter[str] = field(default_factory=Counter)
    worst: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def figures(self) -> dict[str, float]:
        """Return each figure by the name that `LIMITS` gives it."""
        thousands = self.lines / 1000
        repeated = [name for name, places in self.classes.items() if len(places) > 1]
        return {
            "tokens a line": self.tokens / self.lines,
            "cyclomatic complexity, worst": max(self.complexity.values()),
            "class names used twice": len(repeated),
            "modules in one folder, most": max(self.folders.values()),
            "participles as names per 1,000 lines": self.participles.total()
            / thousands,
            "conditional expressions per 1,000 lines": self.conditionals / thousands,
            "comprehensions per 1,000 lines": self.comprehensions / thousands,
            "lines over 100 characters": self.long_lines,
        }


def measure(folders: list[Path]) -> Measure:
    """Measure all modules below some folders."""
    total = Measure()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            measure_module(path, total)
    return total


def measure_module(path: Path, total: Measure) -> None:
    """Add what one module has."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    name = str(path.relative_to(ROOT))
    total.folders[str(path.parent.relative_to(ROOT))] += 1
    _measure_tokens(source, _docstring_lines(tree), name, total)
    for line in source.splitlines():
        total.long_lines += display_width(line) > LONGEST_LINE
    for node in ast.walk(tree):
        _measure_node(node, name, total)


def display_width(line: str) -> int:
    """Return the columns a line takes: a Chinese character takes two."""
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line
    )


def _docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, *FUNCTIONS)):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            lines.update(
                range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1)
            )
    return lines


def _measure_tokens(
    source: str, docstrings: set[int], name: str, total: Measure
) -> None:
    lines: set[int] = set()
    tokens = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in COUNTED_TOKENS and token.start[0] not in docstrings:
            tokens += 1
            lines.add(token.start[0])
    total.tokens += tokens
    total.lines += len(lines)
    if len(lines) >= 20:
        total.worst["tokens a line"][name] = round(100 * tokens / len(lines))


def _measure_node(node: ast.AST, name: str, total: Measure) -> None:
    if isinstance(node, ast.IfExp):
        total.conditionals += 1
        total.worst["conditional expressions"][name] += 1
    elif isinstance(node, COMPREHENSIONS):
        total.comprehensions += 1
        total.worst["comprehensions"][name] += 1
    elif isinstance(node, ast.ClassDef):
        total.classes[node.name].append(name)
    elif isinstance(node, FUNCTIONS):
        place = f"{name}:{node.lineno} {node.name}"
        total.complexity[place] = complexity(node)
    for bound in _bound_names(node):
        if bound.strip("_") in PARTICIPLES:
            total.participles[bound] += 1
            total.worst["participles"][f"{name}: {bound}"] += 1


def _bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds; `read` and `put` are verbs where they name a function."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, FUNCTIONS) and node.name.strip("_") not in VERBS:
        yield node.name


def complexity(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the cyclomatic complexity of a function, without those defined in it, as radon counts it."""
    return 1 + sum(_decisions(node) for node in _own_nodes(function))


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, (*FUNCTIONS, ast.ClassDef)):
            yield child
            yield from _own_nodes(child)


def _decisions(node: ast.AST) -> int:
    """Return how many ways more there are through a node than one."""
    if isinstance(node, (ast.If, ast.IfExp, ast.ExceptHandler, ast.Assert)):
        return 1
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        return 1 + bool(node.orelse)
    if isinstance(node, ast.Try):
        return bool(node.orelse) + bool(node.finalbody)
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    if isinstance(node, ast.Match):
        return len(node.cases)
    return 0


def print_worst(total: Measure, count: int) -> None:
    """Print where the figures come from, worst first."""
    for figure, places in total.worst.items():
        print(f"\n{figure}")
        for place, value in places.most_common(count):
            print(
                f"  {value / 100 if figure == 'tokens a line' else value:>6}  {place}"
            )
    print("\ncyclomatic complexity")
    for place, value in Counter(total.complexity).most_common(count):
        print(f"  {value:>6}  {place}")
    for name, places in sorted(total.classes.items()):
        if len(places) > 1:
            print(f"class {name} twice: {', '.join(places)}")


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; return 1 when one is above its limit."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.style", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "folders", nargs="*", help="folders to measure; the packages, unless given"
    )
    parser.add_argument(
        "--worst",
        type=int,
        default=0,
        metavar="N",
        help="print the N worst places of each figure",
    )
    options = parser.parse_args(arguments)
    total = measure([ROOT / folder for folder in options.folders or PACKAGES])
    figures = total.figures()
    for name, value in figures.items():
        mark = "  above" if value > LIMITS[name] else ""
        print(f"{name:<42} {value:>7.1f}  limit {LIMITS[name]}{mark}")
    print(f"{'lines of code':<42} {total.lines:>7}")
    if options.worst:
        print_worst(total, options.worst)
    return int(any(value > LIMITS[name] for name, value in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
