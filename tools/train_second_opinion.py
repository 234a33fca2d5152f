"""Train the second opinion of the reader on labelled texts.

``python -m tools.train_second_opinion DIRECTORY`` reads what lies there,

texts.labels.jsonl, texts/ID.txt
    texts with `id` and `is_report`
reports/ID.json
    reports, with `title` and `excerpt`
html/*.html
    pages, none of which is a report

prints how often the opinion is right on texts that it was not trained on, and writes the weights
beside the reader. It is a logistic regression on which runs of characters a beginning has; runs
of fewer than six texts are left out, so that no text can be had back from the weights.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nianbao.pipelines.reader.reading import read_page
from nianbao.pipelines.reader.second_opinion import (
    WEIGHTS_FILE,
    Weights,
    list_runs,
    take_beginning,
)

LEAST_TEXTS = 6  # that have a run
MOST_RUNS = 1500
ROUNDS = 60
STEP = 0.1
DECAY = 0.02
FOLDS = 8
SMALLEST_WEIGHT = 0.02


class LabelledText(NamedTuple):
    """The runs of a beginning, and whether it is that of a report."""

    runs: frozenset[str]
    is_report: bool


def main() -> None:
    """Train on a directory, print the accuracy, write the weights."""
    texts = list(read_texts(Path(sys.argv[1])))
    share = cross_validate(texts)
    weights = train(texts)
    write_weights(weights)
    print(f"{len(texts)} texts, {share:.1%} right of those not trained on")
    print(f"{len(weights.runs)} runs, {WEIGHTS_FILE.stat().st_size} bytes")


def read_texts(folder: Path) -> Iterator[LabelledText]:
    """Yield the labelled texts of a directory."""
    labels = (folder / "texts.labels.jsonl").read_text("utf-8")
    for line in labels.splitlines():
        label = json.loads(line)
        payload = (folder / "texts" / f"{label['id']}.txt").read_bytes()
        yield _prepare(payload, label["is_report"])
    for path in sorted((folder / "reports").glob("*.json")):
        report = json.loads(path.read_text("utf-8"))
        text = f"{report.get('title') or ''}\n{report.get('excerpt') or ''}"
        yield _prepare(text.encode(), is_report=True)
    for path in sorted((folder / "html").glob("*.html")):
        yield _prepare(path.read_bytes(), is_report=False)


def _prepare(payload: bytes, is_report: bool) -> LabelledText:
    page = read_page(payload).choices.judged_page
    beginning = take_beginning(page.title, page.squeezed)
    return LabelledText(frozenset(list_runs(beginning)), is_report)


def cross_validate(texts: Sequence[LabelledText]) -> float:
    """Return the share of texts that weights trained on the others judge rightly."""
    order = list(texts)
    random.Random(0).shuffle(order)
    right = 0
    for fold in range(FOLDS):
        others = [text for number, text in enumerate(order) if number % FOLDS != fold]
        weights = train(others)
        for text in order[fold::FOLDS]:
            right += (_add_weights(weights, text.runs) > 0) == text.is_report
    return right / len(order)


def train(texts: Sequence[LabelledText]) -> Weights:
    """Return the weights that tell reports from others; both kinds count alike."""
    runs = dict.fromkeys(choose_runs(texts), 0.0)
    bias = 0.0
    report_count = sum(text.is_report for text in texts)
    balance = (len(texts) - report_count) / report_count
    rows = [(sorted(text.runs & runs.keys()), text.is_report) for text in texts]
    dice = random.Random(1)
    for turn in range(ROUNDS):
        dice.shuffle(rows)
        step = STEP / (1 + turn * 0.1)
        for row, is_report in rows:
            score = bias + sum(runs[run] for run in row)
            error = is_report - 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
            change = step * error * (balance if is_report else 1)
            bias += change / 10
            for run in row:
                runs[run] += change / math.sqrt(len(row) + 1)
        for run in runs:
            runs[run] *= 1 - step * DECAY
    return Weights(runs, bias)


def choose_runs(texts: Sequence[LabelledText]) -> list[str]:
    """Return the runs that differ most between reports and others."""
    counts: Counter[str] = Counter()
    report_counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.runs)
        if text.is_report:
            report_counts.update(text.runs)
    report_total = sum(text.is_report for text in texts)
    other_total = len(texts) - report_total
    scores: dict[str, float] = {}
    for run, count in counts.items():
        if count < LEAST_TEXTS:
            continue
        share = (report_counts[run] + 0.5) / (report_total + 1)
        other_share = (count - report_counts[run] + 0.5) / (other_total + 1)
        scores[run] = abs(math.log(share / other_share)) * math.sqrt(count)
    return sorted(scores, key=lambda run: (-scores[run], run))[:MOST_RUNS]


def _add_weights(weights: Weights, runs: frozenset[str]) -> float:
    return weights.bias + sum(weights.runs.get(run, 0.0) for run in runs)


def write_weights(weights: Weights) -> None:
    """Write the weights that count, rounded, in the order of the runs."""
    runs = {
        run: round(weight, 2)
        for run, weight in sorted(weights.runs.items())
        if abs(weight) >= SMALLEST_WEIGHT
    }
    data = {"bias": round(weights.bias, 2), "runs": runs}
    text = json.dumps(data, ensure_ascii=False, indent=0)
    WEIGHTS_FILE.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
