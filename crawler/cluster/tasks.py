"""What a worker does first with any task: it sees that it is of the version that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from nianbao.crawler.cluster.errors import ClusterFailed
from nianbao.crawler.settings import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def call_of_version(
    version: str, function: Callable[..., Result], *arguments: Any
) -> Result:
    """Call a function of this version; raise ClusterFailed where another one is asked for."""
    if version != VERSION:
        raise ClusterFailed(
            f"a worker has nianbao {VERSION}, and this is {version}. Install the same"
            " version on all machines."
        )
    return function(*arguments)
