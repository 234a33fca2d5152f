"""The command line of the programs that kill what they test, again and again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path


def run_command(run: Callable[[Path, int, int], dict[str, int]], kills: int) -> None:
    """Run a program with its folder, the number of kills and a seed; print what it found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(run(options.folder, options.kills, options.seed)))
