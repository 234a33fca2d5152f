"""Browse: Datasette on the archive, with names, facets, labels and queries a person can use."""

from archive.browse.server import datasette_for, metadata, serve

__all__ = ["datasette_for", "metadata", "serve"]
