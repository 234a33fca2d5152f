"""Browse: pages that answer what people ask of the archive, in front of Datasette, which shows
its tables.
"""

from nianbao.archive.browse.server import Serving, datasette_for, metadata, serve

__all__ = ["Serving", "datasette_for", "metadata", "serve"]
