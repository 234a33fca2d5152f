"""Alerts and `status --check`: who asked is told what is wrong, as JSON, and a hook that fails
breaks nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nianbao.archive import Archive
from nianbao.archive.clock import CHINA
from nianbao.archive.read_model.crawls.health_reasons import make_reason
from nianbao.archive.read_model.crawls.site_status import SiteStatus
from nianbao.crawler import health
from nianbao.crawler.alerts import Alert, Hooks
from nianbao.crawler.commands.terminal.status import draw_sparkline
from nianbao.crawler.schedule import lists_due
from nianbao.sample.loopback import run_server
from tests.crawl.commands import free_port, nianbao, summary
from tests.crawl.small_site import Page, Small, small

ALERT = Alert("a.db", errors=("西霞县: down",))
TAKE = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read() + b'\\n')"


class Webhook:
    """A server on loopback that takes alerts; `answer` is its status and headers."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        self.answer: tuple[int, dict[str, str]] = (204, {})
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.taken.append((self.path, self.headers["Content-Type"], body))
                status, headers = webhook.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/hook?token=secret"


@contextmanager
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    with run_server(server.http):
        yield server


def command(file: Path) -> str:
    return f'"{sys.executable}" -c "{TAKE}" "{file}"'


def taken(file: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        if file.exists()
        else []
    )


def test_both_hooks_get_the_same(tmp_path: Path) -> None:
    with webhook() as server:
        assert Hooks(command(tmp_path / "taken"), server.url).send(ALERT) == []
    (alert,) = taken(tmp_path / "taken")
    assert (alert["ok"], alert["errors"], alert["archive"]) == (
        False,
        ["西霞县: down"],
        "a.db",
    )
    ((path, kind, body),) = server.taken
    assert (path, kind) == ("/hook?token=secret", "application/json; charset=utf-8")
    assert json.loads(body) == alert


def test_nobody_is_told_that_all_is_well(tmp_path: Path) -> None:
    with webhook() as server:
        assert (
            Hooks(command(tmp_path / "taken"), server.url).send(
                Alert("a.db", errors=())
            )
            == []
        )
    assert (taken(tmp_path / "taken"), server.taken) == ([], [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            f'"{sys.executable}" -c "import sys; sys.exit(\'no mail\')"',
            "exit code 1: no mail",
        ),
        ("/no/such/command --now", "/no/such/command"),
        ('unbalanced "', "No closing quotation"),
    ],
)
def test_a_command_that_fails_is_said(given: str, said: str) -> None:
    (failure,) = Hooks(command=given).send(ALERT)
    assert said in failure
    assert failure.startswith("the alert was not taken: --alert-command")


def test_a_webhook_is_asked_where_the_operator_said_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with webhook() as server, webhook() as elsewhere:
        for status in (301, 302, 307, 308):
            server.answer = (status, {"Location": elsewhere.url})
            assert Hooks(webhook=server.url).send(ALERT) == [
                f"the alert was not taken: --alert-webhook: 127.0.0.1 answered {status}"
            ]
        assert (len(server.taken), elsewhere.taken) == (4, [])


def test_a_webhook_that_is_not_there_is_said_without_its_secret() -> None:
    with webhook() as server:
        server.answer = (500, {})
        url = server.url
        (refused,) = Hooks(webhook=url).send(ALERT)
        (no_tls,) = Hooks(webhook=url.replace("http://", "https://")).send(ALERT)
    (gone,) = Hooks(webhook=url).send(ALERT)
    assert ("answered 500" in refused, "SSL" in no_tls, "refused" in gone) == (
        True,
        True,
        True,
    )
    assert "secret" not in refused + no_tls + gone


def test_a_webhook_is_an_address(tmp_path: Path) -> None:
    for given in ("file:///etc/passwd", "example.org/hook", "http://"):
        printed = nianbao(
            "status", "--archive", tmp_path / "a.db", "--alert-webhook", given, code=2
        )
        assert "https://" in printed


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2027-01-10T12:00", "2027-01-11T08:00"),
        ("2027-06-10T12:00", "2027-06-24T12:00"),
        ("2027-04-30T12:00", "2027-05-14T12:00"),
        ("2026-12-25T12:00", "2027-01-01T00:00"),
        ("2026-12-31T12:00", "2027-01-01T08:00"),
    ],
)
def test_when_lists_are_due(last: str, due: str) -> None:
    assert lists_due(datetime.fromisoformat(last + "+08:00")) == datetime.fromisoformat(
        due + "+08:00"
    )


def test_overdue_is_three_days_after_that() -> None:
    fields: dict[str, Any] = dict.fromkeys(SiteStatus.__dataclass_fields__)
    site = SiteStatus(
        **fields
        | {
            "id": "xixia",
            "name": "西霞县",
            "failures": (),
            "reasons": (),
            "first_run": "2027-01-01T00:00Z",
        }
    )
    now = datetime(2027, 1, 4, 8, tzinfo=CHINA)
    assert not health.judge_site(site, now).overdue
    (alarm,) = health.judge_site(site, now + timedelta(seconds=1)).alarms
    assert alarm.startswith(
        "xixia (西霞县): no healthy run ever; one was due on 2027-01-01. See that"
    )


def test_each_reason_says_what_to_do_and_not_each_is_an_alarm() -> None:
    """A list that the server cuts short is said; a year that is missing is to be looked at."""
    fields: dict[str, Any] = dict.fromkeys(SiteStatus.__dataclass_fields__)
    reasons = (
        make_reason("list.truncated", "warning", "5 rows of 6"),
        make_reason("site.year_missing", "warning", "the newest report is on 2024"),
        make_reason("list.failed", "error", "a.html: 500"),
        make_reason("list.failed", "error", "b.html: 500"),
    )
    fields |= {"id": "xixia", "name": "西霞县", "reasons": reasons}
    judged = health.judge_site(SiteStatus(**fields), datetime(2027, 1, 4, tzinfo=CHINA))
    (notice,) = judged.notices
    assert notice.startswith("xixia (西霞县): 5 rows of 6. Compare the list")
    year, first, second = judged.alarms
    assert ". Look for the newest report" in year
    assert first.endswith("a.html: 500"), "what to do is said once of a rule"
    assert ". Open the list" in second
    assert [reason["rule"] for reason in judged.to_json()["reasons"]] == [
        reason.rule for reason in reasons
    ]


def test_a_sparkline() -> None:
    assert draw_sparkline([]) == ""
    assert draw_sparkline([0, 0]) == "▁▁"
    assert draw_sparkline([0, 20, 40]) == "▁▅█"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Small]:
    with small(tmp_path, [Page(2020, "2021-01-20")]) as site:
        yield site


def test_a_crawl_and_a_status_that_tell(site: Small, tmp_path: Path) -> None:
    hooked = command(tmp_path / "taken")
    sound = site.crawl(NIANBAO_ALERT_COMMAND=hooked)
    assert (sound["ok"], taken(tmp_path / "taken")) == (True, [])
    status = ("status", "--archive", site.archive, "--check")
    assert "healthy" in nianbao(*status, NIANBAO_ALERT_COMMAND=hooked)

    pages, site.pages = site.pages, []
    with webhook() as server:
        failed = site.crawl(
            "--alert-webhook", server.url, code=1, NIANBAO_ALERT_COMMAND=hooked
        )
    (alert,) = taken(tmp_path / "taken")
    assert json.loads(server.taken[0][2]) == alert
    assert alert["errors"] == failed["errors"]
    assert alert["run"]["run_id"] == failed["run_id"]
    assert [one["id"] for one in alert["sites"]] == ["small"]
    assert "0 report links on the lists" in " ".join(alert["sites"][0]["alarms"])
    found = summary(nianbao(*status, "--json", code=1))
    (small_site,) = found["sites"]
    assert (small_site["healthy"], small_site["links"], small_site["overdue"]) == (
        False,
        [1, 0],
        False,
    )
    assert found["alarms"] == small_site["alarms"]
    assert nianbao("status", "--archive", site.archive).count("failed: small") == len(
        found["alarms"]
    )

    site.pages = pages
    printed = nianbao("crawl", *site.options(), "--alert-command", "/no/such/command")
    assert "was not taken" not in printed, "there is nothing to tell"
    assert "healthy" in nianbao(*status)
    later = f"{datetime.now(CHINA) + timedelta(days=60):%Y-%m-%d}"
    printed = nianbao(*status, "--at", later, "--alert-command", hooked, code=1)
    assert "no healthy run since" in printed
    assert taken(tmp_path / "taken")[-1]["sites"][0]["overdue"] is True
    assert "no site other" in nianbao(*status, "--site", "other", code=2)
    assert "no site in 浙江" in nianbao(*status, "--region", "浙江", code=2)


def test_a_crawl_that_cannot_begin_and_a_hook_that_fails(
    site: Small, tmp_path: Path
) -> None:
    Archive.create(site.archive).close()
    (tmp_path / "sites" / "new.yml").write_text(
        (tmp_path / "sites" / "small.yml").read_text().replace("small", "new")
    )
    status = (
        "status",
        "--archive",
        site.archive,
        "--check",
        "--sites",
        tmp_path / "sites",
    )
    assert "new (小站): was never crawled" in nianbao(*status, code=1)
    (tmp_path / "sites" / "new.yml").write_text("id: new\n")
    hook = command(tmp_path / "taken")
    printed = nianbao("crawl", *site.options(), "--alert-command", hook, code=2)
    assert "new.yml:1: name: is missing" in printed
    assert "new.yml:1: name: is missing" in taken(tmp_path / "taken")[0]["errors"][0]
    printed = nianbao(
        "crawl", *site.options(), "--alert-command", "/no/such/command", code=2
    )
    assert "the alert was not taken: --alert-command: " in printed
    assert "new.yml:1: name: is missing" in printed


def test_a_crawl_whose_cluster_gives_no_answer_is_told(
    site: Small, tmp_path: Path
) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    hook = command(tmp_path / "taken")
    options = (*site.options(), "--cluster", address, "--alert-command", hook)
    printed = nianbao("crawl", *options, code=2)
    assert f"{address}: no Dask scheduler answers" in printed
    (alert,) = taken(tmp_path / "taken")
    assert "no Dask scheduler answers" in alert["errors"][0]
