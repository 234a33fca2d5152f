"""A second opinion on whether a page is a report: the words of its beginning, weighed.

The weights of runs of two and three Han characters are data, trained by
tools/train_second_opinion.py on labelled texts. The rules decide; where the weights speak clearly
against them, the verdict is doubtful. Where tables were read, or a page calls itself something
else, nobody is asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding
from nianbao.pipelines.reader.is_report import JudgedPage, ReportVerdict
from nianbao.pipelines.reader.payload.normal_form import squeeze

WEIGHTS_FILE: Final = Path(__file__).with_name("second_opinion.json")
SIZES = (2, 3)  # characters of a run
_HAN_TEXT = re.compile("[\u4e00-\u9fff]+")
_BEGINNING_LENGTH = 800  # squeezed characters of the body that are looked at
_LEAST_LENGTH = 80  # squeezed characters without which nothing is said
_CLEAR_SCORE = 1.5  # as far from 0 as a clear opinion is
# Steps that name what a page is by what it calls itself: words cannot speak against that.
_SURE_RULES = frozenset(
    ("other_title", "letter", "news", "list", "specimen", "collection", "figures")
)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each run speaks for a report, and the score of a text without any."""

    runs: Mapping[str, float]
    bias: float

    def score(self, text: str) -> float:
        """Return the score of a beginning: above 0 it is that of a report."""
        return self.bias + sum(self.runs.get(run, 0.0) for run in list_runs(text))


@cache
def load_weights() -> Weights:
    """Return the weights; the file is read once."""
    data = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    return Weights(data["runs"], data["bias"])


def take_beginning(title: str, squeezed: str) -> str:
    """Return what is weighed of a page: its title and the beginning of its squeezed body."""
    return f"{squeeze(title)}\n{squeezed[:_BEGINNING_LENGTH]}"


def list_runs(text: str) -> set[str]:
    """Return the different runs of two and three Han characters of a text."""
    runs: set[str] = set()
    for han_text in _HAN_TEXT.findall(text):
        for size in SIZES:
            shifted_texts = [han_text[shift:] for shift in range(size)]
            runs.update(map("".join, zip(*shifted_texts, strict=False)))
    return runs


def find_doubt(page: JudgedPage, verdict: ReportVerdict) -> Finding | None:
    """Return the finding that the second opinion is clearly another than the verdict."""
    if page.has_figures or verdict.rule in _SURE_RULES:
        return None
    if len(page.squeezed) < _LEAST_LENGTH:
        return None
    beginning = take_beginning(page.title, page.squeezed)
    score = load_weights().score(beginning)
    if abs(score) < _CLEAR_SCORE or (score > 0) == verdict.is_report:
        return None
    opinions = ("no_report", "report")
    parameters = {
        "verdict": opinions[verdict.is_report],
        "reason": verdict.reason,
        "opinion": opinions[not verdict.is_report],
    }
    return make_finding("is_report.doubtful", "info", parameters)
