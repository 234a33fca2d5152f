"""`nianbao notify`: every line is told, to real servers on loopback, and secrets are not."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from nianbao.archive import Archive
from nianbao.archive.events import feed
from nianbao.archive.events.feed import Change
from nianbao.archive.finding_texts import (
    LANGUAGES,
    load_finding_rules,
    make_finding,
    translate_message,
)
from nianbao.crawler.notify.delivery import Courier
from nianbao.crawler.notify.matching import Matcher
from nianbao.crawler.notify.messages import (
    MOST_LINES,
    Writer,
    count_bytes,
    load_texts,
)
from nianbao.crawler.notify.notify_file import (
    FeedFilter,
    load_channel_kinds,
    read_notify_file,
)
from nianbao.crawler.notify.positions import lock_positions, read_positions
from tests.conftest import Crawl
from tests.notify import under_kills
from tests.notify.calls import (
    BOTS,
    SITE,
    lead_bots_to,
    list_lines,
    make_page,
    notify,
    write_file,
)
from tests.notify.receivers import Inbox, serve_mail

# apprise asks for it on its way to the keys of mails
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

# that the services take, with 500 for what is not the text
REQUEST_BYTES = {"dingtalk": 19_500, "feishu": 19_500}
KILLS = int(os.environ.get("NIANBAO_NOTIFY_KILLS", "1"))


# ---- to whom


def test_mail_and_webhook_get_what_fits(path: Path, inbox: Inbox, hook: int) -> None:
    with serve_mail(inbox) as mail:
        write_file(
            path,
            f"""
channels:
  mail: mailto://127.0.0.1:{mail}?from=nianbao@example.org&to=a@example.org,b@example.org
  hook: json://127.0.0.1:{hook}/x
filters:
  county: {{region: 西霞县, since: 0, send_to: mail}}
  sums: {{region: "样例省", rule: req., since: 0, send_to: [hook]}}
""",
        )
        assert "sums → hook: 1 lines sent, in 1 messages" in notify(path).output
        again = notify(path).output
    assert "county → mail: 0 lines sent" in again
    to_a, to_b, to_hook = inbox.messages
    assert to_a.id == to_b.id
    assert to_a.text == to_b.text
    assert list(to_a.lines) == list_lines(path)
    assert "样例省西霞县教育局 2021" in to_a.text
    assert "错误 req.row_total" in to_a.text
    (line,) = to_hook.payload["lines"]
    with Archive(path) as archive:
        (change,) = archive.changes(kinds=["finding_opened"])
    assert line == json.loads(json.dumps(dataclasses.asdict(change)))
    assert to_hook.payload["filter"] == "sums"


def test_a_filter_begins_with_what_is_new(path: Path, inbox: Inbox, hook: int) -> None:
    write_file(
        path,
        f"channels: {{hook: 'json://127.0.0.1:{hook}'}}\nfilters: {{all: {{send_to: hook}}}}",
    )
    last = list_lines(path)[-1]
    assert f"what follows line {last} of the feed" in notify(path).output
    assert inbox.messages == []
    with Archive.create(path) as archive:
        Crawl(archive, make_page).run({f"{SITE}/9.html": "丙 2020"})
    notify(path)
    (message,) = inbox.messages
    assert list(message.lines) == [n for n in list_lines(path) if n > last]


def test_a_dry_run_sends_and_stores_nothing(
    path: Path, inbox: Inbox, hook: int
) -> None:
    write_file(
        path,
        f"language: en\nchannels: {{hook: 'json://127.0.0.1:{hook}'}}\nfilters: {{all: {{since: 0, send_to: hook}}}}",
    )
    printed = json.loads(notify(path, "--dry-run", "--json").stdout)
    (delivery,) = printed["deliveries"]
    assert delivery["lines"] == len(list_lines(path))
    assert "new report" in delivery["messages"][0]["body"]
    assert inbox.messages == []
    names = {one.name for one in path.parent.iterdir()}
    assert not {name for name in names if "state" in name}


FITTING = {
    "region: '33'": (),
    "region: 西霞县": (1, 2, 3),
    "region: 霞县": (),
    "agency: 教育局": (1, 2, 3),
    "agency: [卫健委, 财政局]": (),
    "kind: report_new": "report_new",
    "rule: req.row_total": "finding_opened",
    "words: [低保, 医保]": (2,),
    "words: 基本生活费": (1,),
    "words: 基本 生活费": (1,),
    "words: 行政复议、诉讼": (1,),
    "words: 复议诉讼": (),
    "words: 低保, kind: new": (2,),
    "words: 各类申请人之和, kind: finding_opened": "finding_opened",
    "words: against 5, kind: finding_opened": "finding_opened",
    "words: 样例省西霞县, kind: finding_opened": "finding_opened",
}


@pytest.mark.parametrize("fields", FITTING, ids=str)
def test_which_lines_fit(fields: str, path: Path) -> None:
    """Of a number, the lines about the report on 2020 and so many."""
    write_file(
        path,
        f"channels: {{c: 'json://127.0.0.1:1'}}\nfilters: {{f: {{{fields}, since: 0, send_to: c}}}}",
    )
    printed = json.loads(notify(path, "--dry-run", "--json").stdout)
    (delivery,) = printed["deliveries"]
    wanted = FITTING[fields]
    with Archive(path) as archive:
        expected = [
            change.id
            for change in archive.changes()
            if change.kind == wanted
            or (
                not isinstance(wanted, str)
                and change.report_year is not None
                and change.report_year - 2020 in wanted
                and ("kind" not in fields or change.kind == "new")
            )
        ]
    assert delivery["lines"] == len(expected)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finding_fits_by_what_it_says_in_either_language(
    built: Path, language: str
) -> None:
    """Of every rule: its sentence and its title."""
    with Archive(built) as archive:
        matcher = Matcher.of_archive(archive)
        for rule in load_finding_rules().values():
            finding = make_finding(rule.id, rule.severities[0], rule.example)
            change = dataclasses.replace(make_change(1, ""), finding=finding)
            sentence = translate_message(
                rule.id, finding.message, finding.parameters, language
            )
            for words in (sentence, rule.title[language]):
                assert matcher.fits(change, FeedFilter(words=words, send_to="c"))
            assert not matcher.fits(change, FeedFilter(words="鸎", send_to="c"))


def test_a_beginning_behind_the_end_is_said(
    path: Path, inbox: Inbox, hook: int
) -> None:
    write_file(
        path,
        f"channels: {{h: 'json://127.0.0.1:{hook}'}}\nfilters: {{f: {{since: 900, send_to: h}}}}",
    )
    last = list_lines(path)[-1]
    printed = json.loads(notify(path, "--json").stdout)
    assert "behind the end of the feed" in printed["warnings"][0]
    assert printed["deliveries"][0]["begins_after"] == last
    assert json.loads(notify(path, "--json").stdout)["warnings"] == []
    with Archive.create(path) as archive:
        Crawl(archive, make_page).run({f"{SITE}/9.html": "丙 2020"})
    notify(path)
    assert list(inbox.messages[0].lines) == [n for n in list_lines(path) if n > last]


def test_a_name_that_the_archive_has_not_is_said(path: Path) -> None:
    write_file(
        path,
        "channels: {c: 'json://127.0.0.1:1'}\nfilters: {f: {region: 西下县, agency: 教育居, send_to: c}}",
    )
    printed = json.loads(notify(path, "--dry-run", "--json").stdout)
    assert len(printed["warnings"]) == 2
    assert "样例省西霞县" in printed["warnings"][0]


# ---- nothing is lost


def test_killed_while_it_sends(tmp_path: Path) -> None:
    done = under_kills.run(tmp_path, KILLS, seed=3)
    assert done["kills"] == KILLS
    assert done["lines"] > 0


def test_a_channel_that_fails_keeps_its_lines(
    path: Path, inbox: Inbox, hook: int
) -> None:
    with serve_mail(inbox) as mail:
        text = f"""
channels:
  mail: mailto://127.0.0.1:{mail}?from=nianbao@example.org&to=NAME@example.org
  hook: json://127.0.0.1:{hook}
filters:
  one: {{since: 0, kind: report_new, send_to: [mail, hook]}}
  two: {{since: 0, kind: report_new, send_to: [mail, hook]}}
"""
        write_file(path, text.replace("NAME", "nobody"))
        printed = notify(path, code=1).output
        assert "no such person" in printed
        assert [one.channel for one in inbox.messages] == ["hook", "hook"]
        state = json.loads(path.with_name("notify.yaml.state.json").read_text())
        pending = state["deliveries"]["one"]["mail"]["pending"]
        # what comes meanwhile is another message
        with Archive.create(path) as archive:
            Crawl(archive, make_page).run({f"{SITE}/9.html": "丙 2020"})
        write_file(path, text.replace("NAME", "you"))
        notify(path)
    mails = [one for one in inbox.messages if one.channel == "mail"]
    assert pending["id"] in mails[0].id
    ones = [one for one in mails if "one" in one.text.partition("：")[0]]
    lines = [line for one in ones for line in one.lines]
    assert lines == list_lines(path, "report_new")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_another_status_is_a_failure(
    status: int, path: Path, inbox: Inbox, hook: int
) -> None:
    """Also one that leads elsewhere: what is there may take anything."""
    write_file(
        path,
        f"channels: {{h: 'json://127.0.0.1:{hook}'}}\nfilters: {{f: {{since: 0, send_to: h}}}}",
    )
    inbox.answer = (status, "{}")
    assert str(status) in notify(path, code=1).output
    inbox.answer = (204, "")
    notify(path)
    first, second = inbox.messages
    assert first == second


@pytest.mark.parametrize("url", BOTS)
@pytest.mark.parametrize(
    ("answer", "is_taken"),
    [
        ('{"errcode": 0, "errmsg": "ok", "code": 0}', True),
        (
            '{"errcode": 310000, "errmsg": "关键词不匹配", "code": 19024, "msg": "关键词不匹配"}',
            False,
        ),
        ("<html>welcome</html>", False),
        ("[]", False),
    ],
)
def test_a_refusal_with_a_good_status_is_a_failure(
    url: str,
    answer: str,
    is_taken: bool,
    path: Path,
    inbox: Inbox,
    hook: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead_bots_to(hook, monkeypatch)
    write_file(
        path,
        f"channels: {{bot: '{url}'}}\nfilters: {{f: {{since: 0, kind: report_new, send_to: bot}}}}",
    )
    inbox.answer = (200, answer)
    printed = notify(path, code=0 if is_taken else 1).output
    assert "secret" not in printed
    assert ("关键词不匹配" in printed) == ("关键词" in answer)
    (message,) = inbox.messages
    content = json.dumps(message.payload, ensure_ascii=False)
    assert all(f"#{number} " in content for number in list_lines(path, "report_new"))


def make_change(number: int, title: str) -> Change:
    return Change(
        **dict.fromkeys(Change.__dataclass_fields__)  # type: ignore[arg-type]
        | {"id": number, "kind": "new", "occurred_at": "", "url": SITE, "title": title}
    )


@pytest.mark.parametrize("scheme", load_channel_kinds())
@pytest.mark.parametrize("length", [3, 300, 3000])
@pytest.mark.parametrize("sign", ["报", "é", "𠀀", '"'])
def test_a_long_catch_up_is_several_messages(
    scheme: str, length: int, sign: str
) -> None:
    """Whatever the titles of pages are written in: one that is refused is so for ever."""
    most_bytes = load_channel_kinds()[scheme].most_bytes
    changes = [make_change(number, sign * length) for number in range(1, 121)]
    writer = Writer("zh", "名" * 40, "channel", most_bytes)
    messages = list(writer.write_messages(changes))
    numbers = [line["id"] for message in messages for line in message.lines]
    assert numbers == list(range(1, 121))
    for message in messages:
        assert len(message.lines) <= MOST_LINES
        text = message.title + message.body
        assert count_bytes(text) <= most_bytes
        if scheme in REQUEST_BYTES:
            request = json.dumps(text, ensure_ascii=scheme == "dingtalk")
            assert count_bytes(request) <= REQUEST_BYTES[scheme]
        assert all(f"#{line['id']} " in message.body for line in message.lines)
    assert len({message.id for message in messages}) == len(messages)


@pytest.mark.parametrize("scheme", load_channel_kinds())
def test_what_a_page_says_is_no_markup(scheme: str) -> None:
    """Feishu calls everybody in a group by this."""
    kind = load_channel_kinds()[scheme]
    title = """<at user_id="all">x</at>\n#99 new\x1b[2J"""
    writer = Writer("zh", "f", "c", kind.most_bytes, kind.markup)
    (message,) = writer.write_messages([make_change(1, title)])
    assert ("<at" in message.body) == (scheme != "feishu")
    assert "\n#99" not in message.body
    assert "\x1b" not in message.body


def test_a_state_that_cannot_be_written_ends_it(
    path: Path, inbox: Inbox, hook: int
) -> None:
    """A message is not sent before it is stored; what was stored comes again."""
    write_file(
        path,
        f"channels: {{h: 'json://127.0.0.1:{hook}'}}\nfilters: {{f: {{since: 0, send_to: h}}}}",
    )
    state = path.with_name("notify.yaml.state.json")
    state.mkdir()
    (state / "x").touch()
    assert "state.json" in notify(path, code=2).output
    assert inbox.messages == []


def test_every_kind_has_its_words() -> None:
    assert set(feed.KINDS) <= set(load_texts())


def test_the_feed_of_another_archive_is_noticed(
    path: Path, inbox: Inbox, hook: int
) -> None:
    write_file(
        path,
        f"channels: {{h: 'json://127.0.0.1:{hook}'}}\nfilters: {{f: {{since: 0, send_to: h}}}}",
    )
    notify(path)
    for name, texts in (("shorter.db", ["甲 2021"]), ("other.db", ["丁 2011"] * 4)):
        other = path.with_name(name)
        with Archive.create(other) as archive:
            for number, text in enumerate(texts):
                Crawl(archive, make_page).run({f"{SITE}/x{number}.html": text})
        assert "another archive" in notify(other, code=2).output
    assert len(inbox.messages) == 1


def test_a_message_that_waits_is_of_its_archive(
    path: Path, inbox: Inbox, hook: int
) -> None:
    """An archive that is put back to an earlier state has other lines under these numbers.

    At each state: what was not taken of it is sent, or it is said that the archive is another.
    """
    write_file(
        path,
        f"channels: {{h: 'json://127.0.0.1:{hook}'}}\nfilters: {{f: {{since: 0, send_to: h}}}}",
    )
    states = [path.read_bytes()]
    for number in range(2):
        with Archive.create(path) as archive:
            Crawl(archive, make_page).run({f"{SITE}/n{number}.html": f"丙 201{number}"})
        states.append(path.read_bytes())
    inbox.answer = (500, "")
    notify(path, code=1)
    inbox.answer = (200, "{}")
    for state in states[:-1]:
        path.write_bytes(state)
        with Archive.create(path) as archive:
            Crawl(archive, make_page).run({f"{SITE}/o.html": "丁 2011"})
        assert "another archive" in notify(path, code=2).output
    path.write_bytes(states[-1])
    notify(path)
    first, second = inbox.messages
    assert first == second
    assert list(second.lines) == list_lines(path)


def test_one_process_tells_at_a_time(path: Path) -> None:
    write_file(
        path,
        "channels: {c: 'json://127.0.0.1:1'}\nfilters: {f: {since: 0, send_to: c}}",
    )
    with lock_positions(path.with_name("notify.yaml.state.json")):
        assert "another `nianbao notify`" in notify(path, code=2).output


def test_another_lock_that_is_taken_is_not_ours(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError), lock_positions(tmp_path / "state"):
        raise BlockingIOError


def test_a_state_that_is_cut_off_is_not_taken_for_an_empty_one(path: Path) -> None:
    write_file(
        path,
        "channels: {c: 'json://127.0.0.1:1'}\nfilters: {f: {since: 0, send_to: c}}",
    )
    path.with_name("notify.yaml.state.json").write_text('{"format": 1, "deliv')
    assert "move it away" in notify(path, code=2).output


def test_an_archive_that_may_only_be_read_is_told_of(path: Path, hook: int) -> None:
    file = write_file(
        path,
        f"channels: {{h: 'json://127.0.0.1:{hook}'}}\nfilters: {{f: {{since: 0, send_to: h}}}}",
    )
    before = path.read_bytes()
    notify(path)
    assert path.read_bytes() == before
    with Archive(path) as archive:
        positions = read_positions(file.with_name("notify.yaml.state.json"))
        courier = Courier(archive, read_notify_file(file), positions, None)
        assert [one.lines for one in courier.deliver()] == [0]


# ---- the file


CHANNELS = "channels: {c: 'json://127.0.0.1:1'}\n"
MISTAKES = {
    "filters: {}": "channels: is missing",
    "- a": "mapping of fields",
    CHANNELS: "filters: is missing",
    CHANNELS + "filters: {f: {send_to: x}}": "no channel x; there are c",
    CHANNELS + "filters: {f: {send_to: c, kind: nwe}}": "no kind of change nwe",
    CHANNELS + "filters: {f: {send_to: c, rule: req.row_totl}}": "req.row_total",
    CHANNELS + "filters: {f: {send_to: c, regions: x}}": "regions: is not a field",
    **{
        CHANNELS
        + f"filters: {{f: {{send_to: c, {name}: []}}}}".replace(
            "send_to: c, send_to", "send_to"
        ): f"filters.f.{name}: an empty list"
        for name in ("region", "agency", "kind", "rule", "words", "send_to")
    },
    CHANNELS + "filters: {f: {send_to: c, since: -1}}": "since",
    CHANNELS + "filters: {f: {send_to: c, region: ''}}": "region",
    CHANNELS
    + "filters: {f: {send_to: c, words: [低保, '、']}}": "words[1]: neither letter",
    "channels: {c: 'slack://hunter2'}\nfilters: {f: {send_to: c}}": "no address of a channel",
    "channels: {c: ['hunter2']}\nfilters: {f: {send_to: c}}": "its address is a text",
    "channels: hunter2\nfilters: {f: {send_to: c}}": "name of each channel",
    "channels: {c: 'jsons://u:${NIX}@h'}\nfilters: {f: {send_to: c}}": "no variable NIX",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_without_secrets(
    text: str, path: Path
) -> None:
    file = write_file(path, text)
    printed = notify(path, code=2).output
    assert f"{file}:" in printed
    assert MISTAKES[text] in printed
    assert "hunter2" not in printed


@pytest.mark.parametrize("whole", [False, True])
def test_secrets_are_the_environments_and_printed_nowhere(
    whole: bool, path: Path, hook: int, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "p@ss/word?&ü"
    monkeypatch.setenv("HOOK_PASSWORD", secret)
    address = f"json://user:${{HOOK_PASSWORD}}@127.0.0.1:{hook}"
    if whole:
        monkeypatch.setenv("WHOLE", f"json://user:plainsecret@127.0.0.1:{hook}")
        address = "${WHOLE}"
    write_file(
        path,
        f"channels: {{h: '{address}'}}\nfilters: {{f: {{since: 0, send_to: h}}}}",
    )
    inbox.answer = (500, secret)
    printed = notify(path, code=1).output
    printed += notify(path, "--json", code=1).output
    printed += notify(path, "--json", "--dry-run", code=0).output
    printed += path.with_name("notify.yaml.state.json").read_text()
    assert len(inbox.messages) == 2
    for part in (secret, "p%40ss", "plainsecret"):
        assert part not in printed
