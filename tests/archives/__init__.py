"""Archives that earlier versions wrote, packed; README.md says how each was made."""

from __future__ import annotations

from pathlib import Path

import zstandard

FOLDER = Path(__file__).parent
NAMES = tuple(
    sorted(path.name.removesuffix(".db.zst") for path in FOLDER.glob("*.db.zst"))
)


def unpack_archive(name: str, target: Path) -> Path:
    """Write the archive that a version wrote to a file; return the file's path."""
    packed = (FOLDER / f"{name}.db.zst").read_bytes()
    target.write_bytes(zstandard.decompress(packed))
    return target
