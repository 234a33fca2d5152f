"""Tell each filter's lines to each of its channels: all of them, in order.

Before a message is sent it stands in the file of positions, and when it was taken the position
goes behind its last line. So no line is passed over, whatever is killed when, and a message that
is sent twice is the same one. A channel that fails keeps its lines; the others go on.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nianbao.archive.events.feed import load_last_number
from nianbao.crawler.notify.matching import Matcher
from nianbao.crawler.notify.messages import Message, Writer
from nianbao.crawler.notify.positions import Position, Positions
from nianbao.crawler.notify.sending import NotTaken

if TYPE_CHECKING:
    from nianbao.archive import Archive
    from nianbao.archive.events.feed import Change
    from nianbao.crawler.notify.notify_file import Channel, FeedFilter, NotifyFile
    from nianbao.crawler.notify.sending import Sender


class OtherArchive(Exception):
    """The positions are those of another archive; the message says what to do."""


@dataclass(slots=True)
class Delivery:
    """What became of a filter's lines on a channel."""

    filter: str
    channel: str
    begins_after: int | None = None  # of a filter that was never told on the channel
    line: int = 0  # the last line that is dealt with
    messages: list[Message] = field(default_factory=list)
    failure: str | None = None

    @property
    def lines(self) -> int:
        """How many lines were told, or would be."""
        return sum(len(message.lines) for message in self.messages)

    def to_json(
        self,
        *,
        with_texts: bool,
    ) -> dict[str, Any]:
        """Return what programs are given; with the texts of messages that were not sent."""
        messages = []
        for message in self.messages:
            values = {
                "id": message.id,
                "first": message.first,
                "last": message.last,
                "lines": len(message.lines),
            }
            if with_texts:
                values |= {"title": message.title, "body": message.body}
            messages.append(values)
        fields = dataclasses.asdict(self)
        return fields | {"lines": self.lines, "messages": messages}


class Courier:
    """Takes the lines of an archive's feed to the channels of a notify file.

    Without a sender nothing is sent or stored: the deliveries say what would be.
    """

    def __init__(
        self,
        archive: Archive,
        notify_file: NotifyFile,
        positions: Positions,
        sender: Sender | None,
    ) -> None:
        self._archive = archive
        self._file = notify_file
        self._positions = positions
        self._sender = sender
        self._matcher = Matcher.of_archive(archive)
        self._last = load_last_number(archive.db)
        self._failures: dict[str, str] = {}  # why a channel failed, by its name

    def require_same_archive(self) -> None:
        """Raise OtherArchive where a position is of a line that this feed has not."""
        for *_, position in self._positions.list_all():
            number = self._find_other_line(position)
            if number is not None:
                raise OtherArchive(
                    f"{self._positions.path}: tells of another archive, or of a later state of"
                    f" this one: line {number} of the feed is another. Name the file of"
                    " this archive with --state, or a new one: then each filter begins anew."
                )

    def _find_other_line(
        self,
        position: Position,
    ) -> int | None:
        """Return the number of a line that the feed has otherwise than a position; else None."""
        if position.mark != self._mark(position.line):
            return position.line
        if position.pending is None:
            return None
        for line in position.pending.lines:
            number = int(line["id"])
            if self._mark(number) != _digest_line(line):
                return number
        return None

    def deliver(self) -> Iterator[Delivery]:
        """Yield what became of each filter on each of its channels, one after the other."""
        for name, feed_filter in self._file.filters.items():
            for channel_name in feed_filter.send_to:
                channel = self._file.channels[channel_name]
                yield self._deliver_filter(name, feed_filter, channel)

    def list_warnings(self) -> Iterator[str]:
        """Yield what a person should know of the notify file before anything is sent."""
        for name, one_filter in self._file.filters.items():
            for sentence in self._matcher.list_unknown_names(one_filter):
                yield f"{name}: {sentence}"
            since = one_filter.since
            if (
                since is not None
                and since > self._last
                and self._begins(name, one_filter)
            ):
                yield (
                    f"{name}: since {since} is behind the end of the feed; it begins after"
                    f" line {self._last}, the last one"
                )
        for filter_name, channel, position in self._positions.list_all():
            feed_filter = self._file.filters.get(filter_name)
            is_named = feed_filter is not None and channel in feed_filter.send_to
            if position.pending is not None and not is_named:
                first = position.pending.first
                last = position.pending.last
                yield (
                    f"{filter_name} → {channel}: is in the file no more; a message about the"
                    f" lines {first} to {last} may not have been taken"
                )

    def _begins(
        self,
        name: str,
        feed_filter: FeedFilter,
    ) -> bool:
        """Tell whether a filter was never told on one of its channels."""
        return any(
            self._positions.find(name, channel) is None
            for channel in feed_filter.send_to
        )

    def _deliver_filter(
        self, name: str, feed_filter: FeedFilter, channel: Channel
    ) -> Delivery:
        delivery = Delivery(name, channel.name)
        position = self._positions.find(name, channel.name)
        if position is None:
            begin = feed_filter.since
            line = self._last if begin is None else min(begin, self._last)
            delivery.begins_after = line
            position = Position(line, self._mark(line))
        self._store(delivery, position)
        delivery.failure = self._failures.get(channel.name)
        if delivery.failure is not None:
            return delivery
        try:
            for message in self._write_messages(
                feed_filter, channel, delivery, position
            ):
                self._send(message, channel, delivery)
        except NotTaken as error:
            delivery.failure = str(error)
            self._failures[channel.name] = str(error)
            return delivery
        # what follows the last line that fits fits not
        self._store(delivery, Position(self._last, self._mark(self._last)))
        return delivery

    def _write_messages(
        self,
        feed_filter: FeedFilter,
        channel: Channel,
        delivery: Delivery,
        position: Position,
    ) -> Iterator[Message]:
        """Yield the message that was about to be sent, then those of what follows it."""
        if position.pending is not None:
            yield position.pending
        writer = Writer(
            self._file.language,
            delivery.filter,
            channel.name,
            channel.kind.most_bytes,
            channel.kind.markup,
        )
        begin = position.line
        if position.pending is not None:
            begin = position.pending.last
        yield from writer.write_messages(self._select_lines(feed_filter, begin))

    def _select_lines(
        self,
        feed_filter: FeedFilter,
        begin: int,
    ) -> Iterator[Change]:
        """Yield the lines that fit a filter, up to the one that was the last at the beginning."""
        for change in self._archive.changes(begin, kinds=feed_filter.kind):
            if change.id > self._last:
                return
            if self._matcher.fits(change, feed_filter):
                yield change

    def _send(
        self,
        message: Message,
        channel: Channel,
        delivery: Delivery,
    ) -> None:
        """Store a message, send it, and store that it was taken. Raises NotTaken."""
        if self._sender is not None:
            begin = Position(delivery.line, self._mark(delivery.line), message)
            self._store(delivery, begin)
            self._sender.send(channel, message)
        delivery.messages.append(message)
        self._store(delivery, Position(message.last, self._mark(message.last)))

    def _store(
        self,
        delivery: Delivery,
        position: Position,
    ) -> None:
        delivery.line = position.line
        if self._sender is not None:
            self._positions.store(delivery.filter, delivery.channel, position)

    def _mark(
        self,
        number: int,
    ) -> str | None:
        """Return what a line of the feed is, in short; None for line 0, or one there is not."""
        if number == 0:
            return None
        for change in self._archive.changes(number - 1, limit=1):
            return _digest_line(dataclasses.asdict(change))
        return None


def _digest_line(line: Mapping[str, Any]) -> str:
    """Return what a line of the feed is, in short: of what is told and never changes."""
    parts = [line["id"], line["kind"], line["occurred_at"], line["url"]]
    data = json.dumps(parts, ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()[:16]
