"""Messages: lines of the feed as a person reads them, as many as a channel takes at once.

A message is made once and kept until it was taken: sent again, it is the same to the letter. Its
id is a digest of what it is about, so the same lines for the same filter and channel have one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.events.feed import Change
from nianbao.archive.finding_texts import translate_message

MOST_LINES = 100  # of the feed in a message
ID_LENGTH = 32
SURROUNDINGS = 400  # bytes for title and end


@dataclass(frozen=True, slots=True)
class Message:
    """Some lines of the feed for one filter and one channel."""

    id: str
    filter: str
    title: str
    body: str
    lines: tuple[dict[str, Any], ...]  # as `nianbao changes --json` has them

    @property
    def first(self) -> int:
        """The number of its first line."""
        return int(self.lines[0]["id"])

    @property
    def last(self) -> int:
        """The number of its last line."""
        return int(self.lines[-1]["id"])


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes messages in a language, for a filter and a channel that takes so many bytes."""

    language: str
    filter: str
    channel: str
    most_bytes: int
    has_markup: bool = False  # what a page says is not to be taken for it

    def write_messages(
        self,
        changes: Iterable[Change],
    ) -> Iterator[Message]:
        """Yield messages of at most so many lines and bytes, which have every line."""
        room = self.most_bytes - SURROUNDINGS
        batch: list[Change] = []
        entries: list[str] = []
        size = 0
        for change in changes:
            entry = self._cut_entry(change, room)
            entry_size = count_bytes(entry) + 2
            if batch and (size + entry_size > room or len(batch) == MOST_LINES):
                yield self._make_message(batch, entries)
                batch, entries, size = [], [], 0
            batch.append(change)
            entries.append(entry)
            size += entry_size
        if batch:
            yield self._make_message(batch, entries)

    def _make_message(
        self,
        batch: list[Change],
        entries: list[str],
    ) -> Message:
        lines = tuple(dataclasses.asdict(change) for change in batch)
        message_id = self._make_id(batch)
        title = self._say(
            "title",
            filter=self.filter,
            count=len(batch),
            first=batch[0].id,
            last=batch[-1].id,
        )
        body = "\n\n".join([*entries, self._say("end", id=message_id)])
        return Message(message_id, self.filter, title, body, lines)

    def _make_id(
        self,
        batch: list[Change],
    ) -> str:
        """Return the digest of what the message is about: nothing in it changes later."""
        parts: list[Any] = [self.filter, self.channel]
        for change in batch:
            parts.append([change.id, change.kind, change.occurred_at, change.url])
        data = json.dumps(parts, ensure_ascii=False)
        return hashlib.sha256(data.encode()).hexdigest()[:ID_LENGTH]

    def _cut_entry(
        self,
        change: Change,
        room: int,
    ) -> str:
        """Return what is said of a line, cut where a whole message has no room for it."""
        entry = self._write_entry(change)
        if count_bytes(entry) <= room:
            return entry
        end = self._say("cut", before=change.id - 1)
        beginning = entry.encode()[: room - count_bytes(end)]
        return beginning.decode(errors="ignore") + end

    def _write_entry(
        self,
        change: Change,
    ) -> str:
        report = [change.agency, change.report_year]
        head = [f"#{change.id}", self._say(change.kind), *report]
        lines = [
            " ".join(str(part) for part in head if part),
            change.title,
            _address(change),
        ]
        finding = change.finding
        if finding is not None:
            message = translate_message(
                finding.rule, finding.message, finding.parameters, self.language
            )
            severity = self._say(finding.severity)
            values = {"severity": severity, "rule": finding.rule, "message": message}
            lines.append(self._say("finding", **values))
        entry = "\n".join(_join_lines(line) for line in lines if line)
        return entry.replace("<", "＜") if self.has_markup else entry

    def _say(
        self,
        key: str,
        **values: object,
    ) -> str:
        return load_texts()[key][self.language].format(**values)


def _address(change: Change) -> str | None:
    """Return where a line leads, and from where, if that is another address."""
    if change.moved_to:
        return f"{change.url} → {change.moved_to}"
    if change.previous_url and change.url and change.previous_url != change.url:
        return f"{change.previous_url} → {change.url}"
    return change.url


def _join_lines(text: str) -> str:
    """Return a text of a page on one line, without characters that steer a terminal."""
    words = "".join(sign if sign.isprintable() else " " for sign in text).split(" ")
    return " ".join(word for word in words if word)


def count_bytes(text: str) -> int:
    """Return how many bytes of UTF-8 a text takes."""
    return len(text.encode())


@cache
def load_texts() -> dict[str, dict[str, str]]:
    """Return what messages say: key → language → text; the file is read once."""
    path = Path(__file__).with_name("texts.yaml")
    texts: dict[str, dict[str, str]] = YAML(typ="safe").load(path)
    return texts
