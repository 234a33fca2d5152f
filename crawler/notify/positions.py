"""How far each filter was told on each channel: a file beside the notify file.

It is no part of the archive: whom a person tells is no evidence, several persons may be told of
one archive, and it may be a copy that is only read. A message stands in the file before it is
sent, and until it was taken: a program that is killed in between sends the same one again.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.locks import take_lock
from nianbao.crawler.notify.messages import Message

FORMAT = 1
ENDING = ".state.json"  # behind the name of the notify file
LOCK_ENDING = ".lock"


class PositionsUnusable(Exception):
    """The file of positions cannot be used; the message says what to do."""


class PositionsUnwritable(Exception):
    """How far a filter was told could not be stored; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a filter was told on a channel.

    `line` is the number of the last line that is dealt with, `mark` what that line is, so that
    the feed of another archive is noticed; `pending` the message that is about to be sent.
    """

    line: int
    mark: str | None
    pending: Message | None = None


class Positions:
    """The positions by filter and channel, each stored before anything goes on."""

    def __init__(
        self,
        path: Path,
        deliveries: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.path = path
        self._positions: dict[tuple[str, str], Position] = {}
        for filter_name, channels in deliveries.items():
            for channel, fields in channels.items():
                self._positions[filter_name, channel] = _read_position(fields)

    def find(
        self,
        filter_name: str,
        channel: str,
    ) -> Position | None:
        """Return a position; None where a filter was never told on a channel."""
        return self._positions.get((filter_name, channel))

    def list_all(self) -> Iterator[tuple[str, str, Position]]:
        """Yield filter, channel and position of each, in their order."""
        for (filter_name, channel), position in self._positions.items():
            yield filter_name, channel, position

    def store(
        self,
        filter_name: str,
        channel: str,
        position: Position,
    ) -> None:
        """Store a position; on the disk when this returns. Raises PositionsUnwritable."""
        if self.find(filter_name, channel) == position:
            return
        self._positions[filter_name, channel] = position
        data: dict[str, dict[str, Any]] = {}
        for one_filter, one_channel, one_position in self.list_all():
            channels = data.setdefault(one_filter, {})
            channels[one_channel] = dataclasses.asdict(one_position)
        fields = {"format": FORMAT, "deliveries": data}
        text = json.dumps(fields, ensure_ascii=False, indent=1)
        try:
            with write_atomically(self.path) as part:
                part.write_text(text, "utf-8")
        except OSError as error:
            raise PositionsUnwritable(
                f"{self.path}: cannot be written ({error.strerror}). The message before it"
                " may come again, under its id."
            ) from error


def _read_position(fields: Mapping[str, Any]) -> Position:
    pending = fields["pending"]
    message = None
    if pending is not None:
        message = Message(**{**pending, "lines": tuple(pending["lines"])})
    return Position(int(fields["line"]), fields["mark"], message)


def read_positions(path: Path) -> Positions:
    """Return the positions of a file, none where it is still to be made.

    Raises PositionsUnusable for a file that is none of ours or not whole.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["format"] != FORMAT:
            raise ValueError("another format")
        return Positions(path, data["deliveries"])
    except FileNotFoundError:
        return Positions(path, {})
    except OSError as error:
        raise PositionsUnusable(
            f"{path}: cannot be read ({error.strerror}). Name another file with --state."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PositionsUnusable(
            f"{path}: does not say how far each filter was told. Name another file with --state,"
            " or move it away: then each filter begins anew."
        ) from error


@contextmanager
def lock_positions(path: Path) -> Iterator[None]:
    """Let no other process tell from a file of positions. Raises PositionsUnusable.

    The lock is freed however the process ends.
    """
    lock_path = path.with_name(path.name + LOCK_ENDING)
    try:
        lock = take_lock(lock_path)
    except OSError as error:
        raise PositionsUnusable(
            f"{path}: cannot be written ({error.strerror}). Name another file with --state."
        ) from error
    if lock is None:
        raise PositionsUnusable(
            f"{path}: another `nianbao notify` is at it. Wait until it has ended."
        )
    try:
        yield
    finally:
        os.close(lock)
