"""The target of an export: nothing is replaced, and failures to write are named."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from nianbao.archive.errors import ArchiveError, ArchiveUnwritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ExportRefused(ArchiveError):
    """There is something at the target already."""


def require_absent(target: Path, advice: str = "Name another.") -> None:
    """Raise ExportRefused when there is something at a path."""
    if target.exists():
        raise ExportRefused(f"{target}: there is something already. {advice}")


@contextmanager
def named_write_errors(target: Path) -> Iterator[None]:
    """Raise ArchiveUnwritable in place of an OSError of the block."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ArchiveUnwritable(f"{target}: cannot be written ({reason}).") from error
