"""What goes wrong with a cluster, in words."""

from __future__ import annotations

from nianbao.pipelines.process_pool import CannotBegin


class ClusterFailed(CannotBegin):
    """The cluster does no more work; what it has delivered is in the archive."""


class ClusterUnusable(Exception):
    """A cluster cannot be begun with; the message says what to do."""


class WorkersDied(Exception):
    """Every worker that was given a task died of it, or with it."""
