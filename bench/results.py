"""The results that a bench comes to, and the file that it writes them into.

A bench prints for people; with `--results FILE` it writes what `bench.everything` makes a table of.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """A figure beside that of its peer in the same run; `wanted` is the limit on `ratio`."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    wanted: str | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the peer's the figure is."""
        if not self.peer_value:
            return None
        return self.value / self.peer_value


def add_results_option(parser: argparse.ArgumentParser) -> None:
    """Give a bench the option `--results`."""
    parser.add_argument(
        "--results", type=Path, metavar="FILE", help="write the results as JSON, too"
    )


def write_results(path: Path | None, results: Iterable[Result]) -> None:
    """Write results where the option says, if it says so."""
    if path is not None:
        rows = list(map(asdict, results))
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")


def load_results(path: Path) -> list[Result]:
    """Return the results that a bench wrote."""
    return [Result(**row) for row in json.loads(path.read_text("utf-8"))]
