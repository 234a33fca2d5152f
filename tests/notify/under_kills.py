"""`nianbao notify`, killed with SIGKILL while a message is being sent, again and again.

    python -m tests.notify.under_kills FOLDER --kills 20 --seed 1

A crawl brings lines, and the command is started; the server that gets a message kills it, before
it has answered or a moment after. In the end each filter's lines must have come through each of
its channels, in order, and what came twice must be the same message with the same id.
"""

from __future__ import annotations

import random
import signal
from pathlib import Path

from nianbao.archive import Archive
from tests.archive.feed_under_kills import crawl
from tests.crawl.command_forks import command_forks
from tests.kills import run_command
from tests.notify.receivers import Inbox, Received, serve_mail, serve_web

KINDS = {"all": (), "findings": ("finding_opened", "finding_closed")}
LONGEST_PAUSE = 0.02  # between an answer and a kill
NOTIFY_FILE = """
channels:
  mail: mailto://127.0.0.1:{mail}?from=nianbao@example.org&to=you@example.org
  hook: json://127.0.0.1:{hook}/
filters:
  all: {{since: 0, send_to: [mail, hook]}}
  findings: {{since: 0, kind: [finding_opened, finding_closed], send_to: hook}}
"""


def run(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill, then compare; return how many lines and messages there were."""
    dice = random.Random(seed)
    path = folder / "archive.db"
    inbox = Inbox()
    with serve_mail(inbox) as mail, serve_web(inbox) as hook:
        file = folder / "notify.yaml"
        file.write_text(NOTIFY_FILE.format(mail=mail, hook=hook), "utf-8")
        arguments = ["notify", str(file), "--archive", str(path)]
        Archive.create(path).close()
        amid = 0
        while amid < kills:
            with Archive.create(path) as archive:
                crawl(archive, dice)
            amid += start_and_kill(arguments, inbox, folder / "out.txt", dice)
        inbox.pid = None
        ended = command_forks().run(arguments)
        assert ended.code == 0, ended.err
        assert command_forks().run(arguments).code == 0
    return compare(path, inbox.messages) | {"kills": kills}


def start_and_kill(
    arguments: list[str], inbox: Inbox, out: Path, dice: random.Random
) -> bool:
    """Start the command and have it killed at its first, second or third message.

    Return whether it was: it may have had fewer to send.
    """
    inbox.before_answer = dice.random() < 0.5
    inbox.seconds = dice.uniform(0, LONGEST_PAUSE)
    inbox.passed = dice.randrange(3)
    fork = command_forks().start(arguments, out)
    inbox.pid = fork.pid
    code = fork.wait(60)
    inbox.pid = None
    assert code in (0, -signal.SIGKILL), out.read_text("utf-8")
    return code != 0


def compare(path: Path, messages: list[Received]) -> dict[str, int]:
    """Raise AssertionError unless each line came, in order, and repeats are the same."""
    streams: dict[tuple[str, str], list[Received]] = {}
    by_id: dict[str, Received] = {}
    for message in messages:
        before = by_id.setdefault(message.id, message)
        assert before == message, "two messages have one id"
        name = "findings" if "findings" in message.text.partition("：")[0] else "all"
        if message.payload:
            name = message.payload["filter"]
        stream = streams.setdefault((name, message.channel), [])
        if before is message:
            stream.append(message)
    with Archive(path) as archive:
        feed = {
            name: [change.id for change in archive.changes(kinds=kinds)]
            for name, kinds in KINDS.items()
        }
    assert set(streams) == {("all", "mail"), ("all", "hook"), ("findings", "hook")}
    for (name, _), stream in streams.items():
        assert [line for one in stream for line in one.lines] == feed[name]
    return {
        "lines": len(feed["all"]),
        "messages": len(by_id),
        "repeats": len(messages) - len(by_id),
    }


if __name__ == "__main__":
    run_command(run, kills=20)
