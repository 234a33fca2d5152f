"""The marker of a site: a folder that has it was written by `nianbao publish`, whole."""

from __future__ import annotations

import json
import os
from hashlib import file_digest
from typing import TYPE_CHECKING, Any

from nianbao.archive.errors import TargetRefused
from nianbao.archive.storage import target as targets

if TYPE_CHECKING:
    from pathlib import Path

MARKER = ".nianbao-site"
FORMAT = "nianbao-site/1"
SUMS = "SHA256SUMS"  # every file of the site but itself and the marker
ADVICE = "Name another path, or move away what is there."


def write_marker(folder: Path, facts: dict[str, Any]) -> None:
    """Write into a folder, when all else is in it, that it is a site of ours."""
    marker = {"format": FORMAT, **facts}
    text = json.dumps(marker, ensure_ascii=False, indent=2)
    (folder / MARKER).write_text(f"{text}\n", "utf-8")


def require_own_site(target: Path, archive: Path) -> None:
    """Raise TargetRefused unless a site can take a target's name without loss.

    That is where nothing is, an empty folder, or a site of ours as it was written: nothing else
    in it, and no file of it that somebody has changed.
    Raises ArchiveUnwritable when the target's folder does not exist.
    """
    targets.require_folder_of(target)
    with targets.named_write_errors(target):
        targets.protect_archives(target, archive)
        if not os.path.lexists(target):
            return
        if target.is_symlink() or not target.is_dir():
            raise TargetRefused(
                f"{target}: no folder, so no site is put there. {ADVICE}"
            )
        if any(target.iterdir()):
            _require_site(target)


def _require_site(folder: Path) -> None:
    if not is_site(folder):
        raise TargetRefused(
            f"{folder}: not a site that `nianbao publish` wrote, so it is not replaced."
            f" {ADVICE}"
        )
    digests = read_digests(folder)
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name in (MARKER, SUMS) or (path.is_dir() and not path.is_symlink()):
            continue
        if name not in digests:
            raise TargetRefused(
                f"{folder}: {name} in it is not of the site that was published there,"
                f" so it is not replaced. {ADVICE}"
            )
        if path.is_symlink() or compute_digest(path) != digests[name]:
            raise TargetRefused(
                f"{folder}: {name} in it was changed after it was published,"
                f" so it is not replaced. {ADVICE}"
            )


def is_site(folder: Path) -> bool:
    """Tell whether a folder has the marker of a whole site."""
    try:
        marker = json.loads((folder / MARKER).read_bytes())
        return bool(marker["format"] == FORMAT) and (folder / SUMS).is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read_digests(folder: Path) -> dict[str, str]:
    """Return the digests of a site's files by path; none where no site is."""
    digests: dict[str, str] = {}
    if not is_site(folder):
        return digests
    with (folder / SUMS).open(encoding="utf-8") as file:
        for line in file:
            digest, _, name = line.rstrip("\n").partition("  ")
            digests[name] = digest
    return digests


def compute_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256")
    return digest.hexdigest()
