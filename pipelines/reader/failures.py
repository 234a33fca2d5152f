"""A part of the reader that fails: said with its place, and the rest of the page is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding

_Value = TypeVar("_Value")


def describe_failure(place: str, error: Exception) -> Finding:
    """Return the finding for a part that could not be read."""
    reason = f"{type(error).__name__}: {error}"
    parameters = {
        "case": "part",
        "place": place,
        "reason": reason[:200],
    }
    return make_finding(
        "reader.failed",
        "error",
        parameters,
    )


class PartFailedError(RuntimeError):
    """A part of the reader failed, and without it nobody knows whether a page is a report."""


class PartReader:
    """Reads the parts of a page one after the other, and keeps what failed as findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def read(self, place: str, read: Callable[[], _Value], default: _Value) -> _Value:
        """Return what a part of the reader gives; when it fails, `default`."""
        return read_part(place, read, default, self.findings)


def read_part(
    place: str,
    read: Callable[[], _Value],
    default: _Value,
    findings: list[Finding],
) -> _Value:
    """Return what a part of the reader gives; when it fails, `default` and a finding."""
    try:
        return read()
    except MemoryError:
        raise  # the machine's, and no fault of the reader
    # whatever a page holds, the rest of it is read
    except Exception as error:  # noqa: BLE001
        findings.append(describe_failure(place, error))
        return default
