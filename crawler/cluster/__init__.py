"""Many machines: crawls and readings on the workers of a Dask scheduler (docs/cluster.md)."""
