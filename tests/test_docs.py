"""The docs name what the code has: every rule of a finding, and no other."""

from __future__ import annotations

import getpass
import re
import subprocess
from pathlib import Path

import pytest

from nianbao.archive.checks import missing_reports, year_to_year
from nianbao.archive.read_model.crawls import site_health
from nianbao.crawler.middlewares import block_signs
from nianbao.pipelines.reader.tables import forms
from tests.crawl.commands import NIANBAO

ROOT = Path(__file__).parents[1]
PACKAGES = ("archive", "spiders", "pipelines", "crawler")
MADE = re.compile(
    r"(?:Finding|_note)\(\s*(?:[^()\"]*,\s*)?\"([a-z_0-9]+\.[a-z_0-9]+)\""
)


def test_every_rule_is_documented() -> None:
    code = {
        path: path.read_text("utf-8")
        for package in PACKAGES
        for path in _modules(package)
    }
    made = {rule for text in code.values() for rule in MADE.findall(text)}
    made |= {constraint.id for constraint in forms.load_forms().constraints}
    made |= {*year_to_year.RULES, *site_health.RULES, missing_reports.RULE}
    kinds = {row.kind for row in block_signs.sign_table()} - set(block_signs.OUTCOMES)
    made |= {f"blocked.{kind}" for kind in kinds}
    made |= {
        "page.refused_by_robots",
        "page.refused_by_boundary",
    }  # named after the outcome
    table = (ROOT / "docs" / "reading.md").read_text("utf-8").split("## Findings")[1]
    documented = set(re.findall(r"`([a-z_0-9]+\.[a-z_0-9]+)`", table))
    assert len(made) > 20
    assert made <= documented, sorted(made - documented)


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


UNIT = re.compile(r"^```ini\n# (\S+)\n(.*?)^```", re.M | re.S)


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """With this machine's command and user in the place of those that an operator has."""
    units = dict(UNIT.findall((ROOT / "docs" / "crawling.md").read_text("utf-8")))
    assert set(units) == {
        "nianbao.service",
        "nianbao.timer",
        "nianbao-check.service",
        "nianbao-check.timer",
    }
    for name, text in units.items():
        here = text.replace("/srv/nianbao/.venv/bin/nianbao", str(NIANBAO))
        (tmp_path / name).write_text(
            here.replace("User=nianbao", f"User={getpass.getuser()}"), "utf-8"
        )
    command = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [
        line for line in (done.stdout + done.stderr).splitlines() if "nianbao" in line
    ]
    assert (done.returncode, ours) == (0, []), done.stdout + done.stderr


TERMS = ("site", "page", "capture", "payload", "version", "report", "body", "region")
SENTENCE_ENDS = {"what-is-what.md": r"\.(?=\s|$)", "what-is-what.zh.md": "。"}
EXAMPLES = {"what-is-what.md": "Example:", "what-is-what.zh.md": "例："}


@pytest.mark.parametrize("page", SENTENCE_ENDS)
def test_each_word_has_three_sentences_and_an_example(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    sections = re.findall(r"^## ([^\n]+)\n\n(.+?)\n\n", text, re.M | re.S)[: len(TERMS)]
    assert [
        term
        for term, (title, _) in zip(TERMS, sections, strict=True)
        if term not in title.lower()
    ] == []
    for title, section in sections:
        assert len(re.findall(SENTENCE_ENDS[page], section, re.M)) == 3, title
        assert section.count(EXAMPLES[page]) == 1, title


def test_the_words_are_linked_from_where_people_begin() -> None:
    for page in ("README.md", "docs/README.md", "docs/architecture.md"):
        assert "what-is-what.md)" in (ROOT / page).read_text("utf-8"), page
    for page in ("README.zh.md", "docs/README.md", "docs/what-is-what.md"):
        assert "what-is-what.zh.md)" in (ROOT / page).read_text("utf-8"), page
