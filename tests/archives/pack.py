"""Pack an archive among the tests: python -m tests.archives.pack archive.db v0.1.0"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import zstandard

from tests.archives import FOLDER

LEVEL = 22  # zstd's highest: it is packed once


def pack_archive(source: Path, name: str) -> Path:
    """Write a copy without a log and without free pages, packed; return the file's path."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        uri = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            db.execute("VACUUM INTO ?", [str(copy)])
        compressor = zstandard.ZstdCompressor(level=LEVEL)
        packed = compressor.compress(copy.read_bytes())
    target = FOLDER / f"{name}.db.zst"
    target.write_bytes(packed)
    return target


if __name__ == "__main__":
    print(pack_archive(Path(sys.argv[1]), sys.argv[2]))
