"""The crawl bench in small: all crawls ask for the same pages, and the ratios are printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_bench_crawl() -> None:
    command = [sys.executable, "-m", "bench.crawl", "--pages", "48", "--sites", "4"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("(52 in ") == 4  # 48 reports and four lists
    assert "full crawl / bare" in done.stdout
    assert "nothing changed / bare" in done.stdout
