"""A pytest plugin for mutation testing: what starts a process is skipped.

A mutant lives in the process that runs the tests; a command started beside it would be judged
by code that is not mutated, or not started at all. `-p tests.no_processes` loads it. Processes
that only read pages are let in: what they are asked by is the mutant.
"""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from nianbao.pipelines import process_pool


def pytest_configure() -> None:
    """Skip a test at the moment when it starts a process."""
    begin = subprocess.Popen.__init__

    def refuse(process: Any, command: Any, *arguments: Any, **options: Any) -> None:
        if process_pool.__name__ not in str(command):
            pytest.skip("starts a process")
        begin(process, command, *arguments, **options)

    setattr(subprocess.Popen, "__init__", refuse)  # noqa: B010
