"""What `nianbao decide` prints: judgements, and whether they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nianbao.archive.notes.notebook import find_standing
from nianbao.archive.notes.subjects import name_subject
from nianbao.crawler.language import translate_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nianbao.archive.notes.judgement import PersonJudgement


def print_judgements(
    judgements: Sequence[PersonJudgement],
    *,
    is_list: bool,
) -> None:
    """Print judgements, two lines each; in a list, whether they stand."""
    standing = {judgement.uid for judgement in find_standing(judgements)}
    for judgement in judgements:
        state = "stands" if judgement.uid in standing else "replaced"
        if judgement.outcome == "withdrawn":
            state = "takes back"
        columns = [
            (judgement.judged_at or "")[:16],
            translate_word(judgement.outcome),
            name_subject(judgement.subject),
            _write_values(judgement),
            judgement.person,
            judgement.reason,
        ]
        if is_list:
            columns.insert(1, translate_word(state))
        click.echo("\t".join(columns))
        click.echo(f"    {judgement.subject.url}")


def _write_values(judgement: PersonJudgement) -> str:
    """Return what was read, and what it should be."""
    before = "–" if judgement.observed is None else judgement.observed
    if judgement.value is None:
        return before
    return f"{before} → {judgement.value}"
