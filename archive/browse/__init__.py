"""Browse: pages about the archive, in front of Datasette, which shows its tables."""

from nianbao.archive.browse.server import (
    Serving,
    load_metadata,
    open_datasette,
    serve,
)

__all__ = ["Serving", "load_metadata", "open_datasette", "serve"]
