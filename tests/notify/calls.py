"""What the tests of `nianbao notify` share: a notify file, the command, the lines of the feed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nianbao.archive import Archive
from nianbao.archive.records import Agency, Finding
from nianbao.crawler.commands.cli import main
from nianbao.crawler.notify import service_copy
from nianbao.crawler.notify.notify_file import load_channel_kinds
from tests.conftest import make_reading

SITE = "http://xixia.localhost"
# Channels of robots, and what their addresses call the secret.
BOTS = {
    "wecombot://a-secret-key": "key",
    "dingtalk://asecrettoken": "token",
    "feishu://a-secret-token": "token",
}


def lead_bots_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is sent to the robots' services come to a port on loopback."""
    copy = service_copy.copy_module

    def copy_and_lead(name: str, **names: Any) -> Any:
        module = copy(name, **names)
        for url, secret in BOTS.items():
            if url.startswith(name.rpartition(".")[2]):
                kind = load_channel_kinds()[url.partition(":")[0]]
                service = getattr(module, kind.service.rpartition(".")[2])
                service.notify_url = f"http://127.0.0.1:{port}/?k={{{secret}}}"
        return module

    monkeypatch.setattr(service_copy, "copy_module", copy_and_lead)


def make_page(text: str) -> Any:
    """Make a reading of 西霞县教育局 on the year that the text ends with."""
    findings = (Finding("req.row_total", "error", "3 + 1 against 5"),)
    return make_reading(
        text,
        title=f"西霞县教育局{text}",
        agency=Agency("西霞县教育局", "样例省西霞县教育局", "样例省西霞县"),
        report_year=int(text[-4:]),
        findings=findings if "低保" in text else (),
    )


def write_file(path: Path, text: str) -> Path:
    file = path.with_name("notify.yaml")
    file.write_text(text, "utf-8")
    return file


def notify(path: Path, *options: str, code: int = 0) -> Result:
    words = ["notify", str(path.with_name("notify.yaml")), "--archive", str(path)]
    result = CliRunner().invoke(main, [*words, *options])
    assert result.exit_code == code, result.output
    return result


def list_lines(path: Path, *kinds: str) -> list[int]:
    with Archive(path) as archive:
        return [change.id for change in archive.changes(kinds=kinds)]
