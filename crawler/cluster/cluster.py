"""A cluster: the workers of a Dask scheduler that is running, or of one in this process.

The scheduler in this process has no port that runs programs; its status pages are on loopback.
Whoever reaches the port of another one can run programs on all its machines: docs/cluster.md.
"""

from __future__ import annotations

import logging
import os
import pickle
import warnings
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nianbao.crawler.cluster.errors import ClusterFailed, ClusterUnusable, WorkersDied
from nianbao.crawler.cluster.tasks import pack_call
from nianbao.crawler.settings import VERSION

if TYPE_CHECKING:
    from distributed import Client
    from distributed import Future as Task

LOCAL = "local"
LOOPBACK_PORT = "127.0.0.1:0"  # whichever is free
# seconds for a scheduler to answer
CONNECT_SECONDS = 10.0
# seconds for which there may be no worker, at the beginning and later
NO_WORKER_SECONDS = 60.0
# seconds after which a waiting client looks whether there are workers
LOOK_UP = 5.0


class Cluster:
    """The workers of a scheduler. Methods raise ClusterFailed when the scheduler is gone."""

    def __init__(self, client: Client, address: str) -> None:
        self.address = address
        self._client = client
        self._places = 0
        self._counted_at = float("-inf")

    def count_places(self) -> int:
        """Return how many tasks the workers can do at a time; it is asked every few seconds."""
        if monotonic() - self._counted_at > LOOK_UP:
            with self._translate_errors():
                threads = self._client.nthreads()
            self._places = sum(threads.values())
            self._counted_at = monotonic()
        return self._places

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Task:
        """Have a function called by a worker; again by another one where that worker dies."""
        call = pack_call(function, arguments)
        key = f"{function.__name__}-{uuid4().hex}"
        with self._translate_errors(), warnings.catch_warnings():
            # a task has its pages, or its part of the archive, with it
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self._client.submit(pickle.loads, call, key=key)

    def wait_for_any(self, tasks: Collection[Task]) -> list[Task]:
        """Wait until some of the tasks are done; return those."""
        from distributed import wait

        last_worker_at = monotonic()
        while True:
            with (
                self._translate_errors(),
                suppress(TimeoutError),
                self._client.as_current(),
            ):
                ended = wait(
                    list(tasks), timeout=LOOK_UP, return_when="FIRST_COMPLETED"
                ).done
                return [task for task in tasks if task in ended]
            if self.count_places():
                last_worker_at = monotonic()
            elif monotonic() - last_worker_at > NO_WORKER_SECONDS:
                raise ClusterFailed(
                    f"{self.address}: there has been no worker for"
                    f" {NO_WORKER_SECONDS:.0f} seconds. Start some; the same command goes on."
                )

    def take_result(self, task: Task) -> Any:
        """Return the result of a task, which the workers forget then.

        Raises WorkersDied where it was the end of several workers.
        """
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker

        try:
            self.wait_for_any([task])
            return task.result()
        except ClusterFailed:
            raise
        except KilledWorker as error:
            raise WorkersDied(str(error)) from error
        except (CancelledError, CommClosedError) as error:
            raise self._make_failure() from error
        except Exception as error:
            if self._client.status != "running":
                raise self._make_failure() from error
            reason = f"{type(error).__name__}: {error}"
            if isinstance(error, (AttributeError, ImportError)):
                raise ClusterFailed(
                    f"{self.address}: a worker has another version ({reason})."
                    f" Install nianbao {VERSION} on all machines."
                ) from error
            raise ClusterFailed(
                f"{self.address}: a worker failed ({reason})."
            ) from error
        finally:
            task.release()

    def cancel(self, tasks: Collection[Task]) -> None:
        """Have the workers drop tasks; a scheduler that is gone has dropped them."""
        with suppress(Exception):
            self._client.cancel(list(tasks), force=True)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise ClusterFailed for what asking the scheduler fails with."""
        try:
            yield
        except (CancelledError, OSError) as error:
            raise self._make_failure() from error
        except RuntimeError as error:
            if self._client.status == "running":
                raise
            raise self._make_failure() from error

    def _make_failure(self) -> ClusterFailed:
        return ClusterFailed(
            f"{self.address}: the scheduler is gone. What its workers delivered is in the"
            " archive; the same command goes on when it is back."
        )


@contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """Yield the workers of the scheduler at an address, or of one of this process for `local`.

    Raises ClusterUnusable.
    """
    if find_spec("distributed") is None:
        raise ClusterUnusable(
            "--cluster needs the extra: pip install 'nianbao[cluster]'"
        )
    import distributed  # its own log settings come with it

    # what goes wrong is said once, by us
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    if address == LOCAL:
        with (
            _open_local() as local,
            distributed.Client(local, set_as_default=False) as client,
        ):
            yield Cluster(client, "--cluster local")
        return
    client = _connect(address)
    try:
        cluster = Cluster(client, address)
        _require_worker(cluster)
        yield cluster
    finally:
        with suppress(Exception):  # of a scheduler that is gone
            client.close(timeout=2)


@contextmanager
def _open_local() -> Iterator[Any]:
    """Yield a cluster of one worker, whose threads wait for processes: one for each core."""
    from distributed import LocalCluster

    from nianbao.crawler.cluster.read_task import close_worker_pool

    local = LocalCluster(
        n_workers=1,
        threads_per_worker=os.cpu_count() or 1,
        processes=False,
        dashboard_address=LOOPBACK_PORT,
        worker_dashboard_address=LOOPBACK_PORT,
    )
    try:
        with local:
            yield local
    finally:
        close_worker_pool()


def _connect(address: str) -> Client:
    from distributed import Client
    from distributed.comm import get_address_host_port

    try:
        get_address_host_port(address)  # a client of none takes long to end
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error) or type(error).__name__
        raise ClusterUnusable(
            f"{address}: no Dask scheduler answers ({reason}). Start one (`dask scheduler`) and"
            " name it as tcp://HOST:PORT, or say --cluster local."
        ) from error


def _require_worker(cluster: Cluster) -> None:
    try:
        cluster._client.wait_for_workers(1, timeout=NO_WORKER_SECONDS)
    except TimeoutError as error:
        raise ClusterUnusable(
            f"{cluster.address}: the scheduler has no worker. Start some with `dask worker"
            f" {cluster.address}` on machines that have nianbao {VERSION}."
        ) from error
