"""nianbao: collect, keep and read the yearly reports on open government information.

The packages stand at the top of the project and are linked here; installed, they are
`nianbao.archive`, `nianbao.crawler`, `nianbao.pipelines`, `nianbao.spiders` and
`nianbao.sample`, so they hide no module of a user.

    from nianbao import Archive
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nianbao.archive import Archive

__all__ = ["Archive"]


def __getattr__(name: str) -> Any:
    """Load `Archive` when it is asked for: a command that needs no archive starts faster."""
    if name == "Archive":
        from nianbao.archive import Archive

        return Archive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
