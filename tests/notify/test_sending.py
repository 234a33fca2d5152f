"""What sending leaves alone, and what it does where a file or a server fails it."""

from __future__ import annotations

import json
import logging
import random
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from nianbao.crawler.notify import sending
from nianbao.crawler.notify.messages import Message
from nianbao.crawler.notify.notify_file import (
    Channel,
    NotifyFileError,
    read_notify_file,
)
from nianbao.crawler.notify.positions import Positions
from nianbao.crawler.notify.sending import NotTaken, Sender
from tests.notify.calls import BOTS, lead_bots_to, list_lines, notify, write_file
from tests.notify.receivers import Inbox, Received, serve_mail

# apprise asks for it on its way to the keys of mails
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

MAIL = "mailto://127.0.0.1:{port}?from=nianbao@example.org&to=you@example.org"


def make_channels(folder: Path, **addresses: str) -> list[Channel]:
    file = folder / "channels.yaml"
    fields = {"channels": addresses, "filters": {"f": {"send_to": [*addresses]}}}
    file.write_text(json.dumps(fields), "utf-8")
    return list(read_notify_file(file).channels.values())


def make_message(name: str) -> Message:
    return Message(f"id-{name}", "f", "title", f"body {name}", ({"id": 1},))


class Meeting(Inbox):
    """An inbox at which messages wait until so many are there."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.barrier = threading.Barrier(size, timeout=20)
        self.seen: list[tuple[Any, ...]] = []

    def take(self, message: Received) -> bool:
        self.seen.append(look())
        self.barrier.wait()
        self.seen.append(look())
        return super().take(message)


def look() -> tuple[Any, ...]:
    """Return what others in the process use of apprise and requests."""
    from apprise.plugins.email import base

    logger = logging.getLogger("apprise")
    names = (requests.Session.send, requests.request, base.make_msgid, base.logger)
    return (*names, logger.level, tuple(logger.handlers))


# ---- at once


def test_what_is_sent_at_once_has_its_own_id_and_leaves_the_modules_alone(
    tmp_path: Path,
) -> None:
    before = look()
    names = ["a", "b", "c"]
    meeting = Meeting(len(names))
    with ExitStack() as stack:
        ports = [stack.enter_context(serve_mail(meeting)) for _ in names]
        addresses = {
            name: MAIL.format(port=port)
            for name, port in zip(names, ports, strict=True)
        }
        channels = make_channels(tmp_path, **addresses)
        messages = [make_message(name) for name in names]
        pool = stack.enter_context(ThreadPoolExecutor(len(names)))
        sender = Sender()
        list(pool.map(sender.send, channels, messages))
    for received in meeting.messages:
        name = received.id.removeprefix("<id-").partition("@")[0]
        assert f"body {name}" in received.text
    assert len({one.id for one in meeting.messages}) == len(names)
    assert set(meeting.seen) == {before}
    assert look() == before


@pytest.mark.parametrize("url", [*BOTS, "json"])
def test_an_answer_is_read_without_changing_what_others_use(
    url: str,
    tmp_path: Path,
    hook: int,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead_bots_to(hook, monkeypatch)
    before = look()
    seen = []
    take = inbox.take
    monkeypatch.setattr(inbox, "take", lambda one: (seen.append(look()), take(one))[1])
    inbox.answer = (200, '{"errcode": 0, "code": 0}')
    (channel,) = make_channels(
        tmp_path, one=f"json://127.0.0.1:{hook}" if url == "json" else url
    )
    Sender().send(channel, make_message("a"))
    assert seen == [before]
    assert look() == before


def test_what_comes_too_late_is_not_taken_for_the_next_answer(
    tmp_path: Path, hook: int, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_bots_to(hook, monkeypatch)
    (channel,) = make_channels(tmp_path, bot="wecombot://a-secret-key")
    sender = Sender()
    may_answer = threading.Event()
    take = inbox.take

    def take_late(message: Received) -> bool:
        may_answer.wait(20)
        return take(message)

    inbox.answer = (200, '{"errcode": 0}')
    monkeypatch.setattr(inbox, "take", take_late)
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    with pytest.raises(NotTaken, match="no answer within"):
        sender.send(channel, make_message("late"))
    monkeypatch.setattr(sending, "SECONDS", 20.0)
    monkeypatch.setattr(inbox, "take", take)
    inbox.answer = (200, '{"errcode": 45009}')
    with pytest.raises(NotTaken, match="45009"):
        sender.send(channel, make_message("next"))
    may_answer.set()


# ---- a state that cannot be written


@contextmanager
def limit_states(size_bytes: int) -> Iterator[None]:
    """Let no state become longer than this, as where the disk is full."""
    store = Positions.store

    def store_within(*given: Any) -> None:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
        try:
            store(*given)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Positions, "store", store_within)
        yield


@pytest.mark.parametrize("size_bytes", [0, 150, 300, 2000, 4000, 5000])
def test_a_state_that_can_be_written_no_more_is_said_and_nothing_gets_another_id(
    size_bytes: int, path: Path, inbox: Inbox, hook: int
) -> None:
    """The longer a file may be, the later it fails: before a message is sent, or after."""
    write_file(
        path,
        f"""
channels: {{h: 'json://127.0.0.1:{hook}'}}
filters:
  one: {{since: 0, kind: [new, report_new], send_to: h}}
  two: {{since: 0, send_to: h}}
""",
    )
    with limit_states(size_bytes):
        printed = notify(path, code=1).output
    assert "state.json: cannot be written (File too large)" in printed
    notify(path)
    by_id: dict[str, Received] = {}
    for message in inbox.messages:
        assert by_id.setdefault(message.id, message) == message
    told: dict[str, list[int]] = {}
    for message in by_id.values():
        told.setdefault(message.payload["filter"], []).extend(message.lines)
    assert told == {
        "one": list_lines(path, "new", "report_new"),
        "two": list_lines(path),
    }


# ---- secrets

ADDRESSES = (
    "jsons://anna:hunter2secret@hook.example/x?tok=hunter2secret",
    "wecombot://hunter2secret",
    "mailtos://anna:hunter2secret@mail.example/?to=b@mail.example",
)
LAYOUTS = (
    "channels: {{c: '{}'}}\nfilters: {{f: {{send_to: c}}}}\n",
    'channels:\n  c: "{}"\nfilters:\n  f:\n    send_to: [c]\n',
    "channels:\n  c: {}\nfilters:\n  f: {{send_to: c}}\n",
    "channels: {{c: 'json://h:1'}}\nfilters: {{f: {{send_to: '{}'}}}}\n",
    "channels: {{c: 'json://h:1'}}\nfilters: {{'{}': {{send_to: c, kind: x}}}}\n",
    "channels: {{'{}': c}}\nfilters: {{f: {{send_to: c}}}}\n",
    "language: '{}'\nchannels: {{c: 'json://h:1'}}\nfilters: {{f: {{send_to: c}}}}\n",
    "channels: {{c: 'json://h:1'}}\nfilters: {{f: {{send_to: c, rule: '{}'}}}}\n",
    "channels: {{c: ['{}']}}\nfilters: {{f: '{}'}}\n'{}': 1\n",
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=range(len(LAYOUTS)))
def test_no_mistake_in_a_file_shows_what_stands_in_an_address(
    layout: str, tmp_path: Path
) -> None:
    """Cut off at any place, with any sign put in, or with the address where none belongs."""
    dice = random.Random(7)
    file = tmp_path / "notify.yaml"
    text = layout.format(*[dice.choice(ADDRESSES)] * 3)
    texts = [text]
    texts += [text[:end] for end in range(5, len(text), 7)]
    for _ in range(25):
        at = dice.randrange(len(text))
        texts.append(text[:at] + dice.choice("'\":{}[],*&!%@|>-#\t\0") + text[at:])
    mistakes = []
    for one in texts:
        file.write_text(one, "utf-8")
        try:
            read_notify_file(file)
        except NotifyFileError as error:
            mistakes.append(error)
    assert len(mistakes) > 5
    for mistake in mistakes:
        assert "hunter2" not in str(mistake)
        assert mistake.__cause__ is None
        assert mistake.__context__ is None


@pytest.mark.parametrize(
    "password", ["p@ss/word?&ü", "tok en", "ab", "a'b\"c\\d", "Ab+c%2Fd"]
)
def test_what_a_server_repeats_of_an_address_is_hidden_wherever_it_is_cut(
    password: str,
    tmp_path: Path,
    hook: int,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead_bots_to(hook, monkeypatch)
    monkeypatch.setenv("SECRET", password)
    bot, mail = make_channels(
        tmp_path, b="wecombot://a-secret-key", m="mailtos://anna:${SECRET}@h/?to=b@h"
    )
    for spelling in (password, json.dumps(password), repr(password)):
        hidden = mail.hide_secrets(f"535 {spelling} refused, says anna")
        assert password not in hidden
        assert json.dumps(password)[1:-1] not in hidden
        assert hidden.endswith("refused, says …")
    for offset in range(sending.MOST_REASON - 20, sending.MOST_REASON, 5):
        inbox.answer = (200, "x" * (offset - 9) + "a-secret-key")
        with pytest.raises(NotTaken) as caught:
            Sender().send(bot, make_message("a"))
        assert len(str(caught.value)) <= sending.MOST_REASON
        assert "a-s" not in str(caught.value)
