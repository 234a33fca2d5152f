"""Tasks as they go over the wire: bytes, of which the scheduler and Dask's workers need to know
nothing.

A worker that cannot make sense of a task would end, and the next one that is given it; so what is
in the bytes is looked at by the task itself, and what is wrong with it is an error of the task.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.crawler.cluster.errors import ClusterFailed
from nianbao.crawler.settings import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable


def pack_call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """Return bytes whose unpickling, on a worker, is the call of a function."""
    return pickle.dumps(_PackedCall(VERSION, pickle.dumps((function, arguments))))


@dataclass(frozen=True, slots=True)
class _PackedCall:
    version: str
    call: bytes

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, bytes]]:
        return call_of_version, (self.version, self.call)


def call_of_version(version: str, call: bytes) -> Any:
    """Do a call of this version; raise ClusterFailed where it is of another one."""
    if version != VERSION:
        raise ClusterFailed(
            f"a worker has nianbao {VERSION}, and this is {version}. Install the same"
            " version on all machines."
        )
    function, arguments = pickle.loads(call)
    return function(*arguments)
