"""The marker of a site: a folder that has it was written by `nianbao publish`, whole."""

from __future__ import annotations

import json
import os
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

    That is where nothing is, an empty folder, or a site of ours with nothing else in it.
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
    own_names = {MARKER, SUMS, *list_names(folder)}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        is_ours = path.is_dir() and not path.is_symlink()
        if not is_ours and name not in own_names:
            raise TargetRefused(
                f"{folder}: {name} in it is not of the site that was published there,"
                f" so it is not replaced. {ADVICE}"
            )


def is_site(folder: Path) -> bool:
    """Tell whether a folder has the marker of a whole site."""
    try:
        marker = json.loads((folder / MARKER).read_bytes())
        return bool(marker["format"] == FORMAT) and (folder / SUMS).is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def list_names(folder: Path) -> list[str]:
    """Return the paths of the files of a site, as its list of digests has them."""
    names = []
    with (folder / SUMS).open(encoding="utf-8") as file:
        for line in file:
            _, _, name = line.rstrip("\n").partition("  ")
            names.append(name)
    return names
