"""What was found at home pages that were looked at in bulk, a line each, beside the site files.

The file is only ever added to. A look that was cut off has no line, so that the next one takes
it up where the last ended.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from nianbao.spiders.discovery.records import Outcome

FILE_NAME = "explorations.jsonl"
# A home page, and the key of the government whose it is, if that is known: some share one.
HomeKey: TypeAlias = "tuple[str, str | None]"


@dataclass(frozen=True, slots=True)
class Exploration:
    """How the look at a home page ended. `site` is the id of the site file that was written."""

    home: str
    government: str | None
    code: str | None
    explored_on: str
    outcome: Outcome
    site: str | None
    columns: int
    requests: int
    note: str | None

    @property
    def key(self) -> HomeKey:
        """The home page, and whose it was looked at as."""
        return self.home, self.code or self.government


def load_explorations(folder: Path) -> dict[HomeKey, Exploration]:
    """Return the last exploration of each government's home page.

    A line that was cut off is passed over.
    """
    path = folder / FILE_NAME
    explorations: dict[HomeKey, Exploration] = {}
    if not path.exists():
        return explorations
    for line in path.read_text("utf-8").splitlines():
        try:
            exploration = Exploration(**json.loads(line))
        except (ValueError, TypeError):
            continue
        explorations[exploration.key] = exploration
    return explorations


def append_exploration(folder: Path, exploration: Exploration) -> None:
    """Write an exploration behind the others, on a line of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(exploration), ensure_ascii=False)
    with (folder / FILE_NAME).open("ab+") as file:
        if file.tell() and not _ends_with_newline(file):  # a kill cut the last one off
            file.write(b"\n")
        file.write(f"{line}\n".encode())


def _ends_with_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
