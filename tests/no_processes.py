"""A pytest plugin for mutation testing: what starts a process is skipped.

A mutant lives in the process that runs the tests; a command started beside it would be judged
by code that is not mutated, or not started at all. `-p tests.no_processes` loads it.
"""

from __future__ import annotations

import subprocess

import pytest


def pytest_configure() -> None:
    """Skip a test at the moment when it starts a process."""

    def refuse(*_: object, **__: object) -> None:
        pytest.skip("starts a process")

    setattr(subprocess.Popen, "__init__", refuse)  # noqa: B010
