"""What the lists of small counties are made of: looks, answers, rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from nianbao.sample.postings import Posting

ROWS = 2  # on a page, whatever a request wishes for
Pages = Sequence[Sequence[Posting]]


@dataclass(frozen=True, slots=True)
class Look:
    """What a county's pages carry of their platform: the first list page, the header line, the
    body's element.
    """

    entry: str
    header: str
    opening: str = '<div class="article-content">'
    head: str = ""  # in every page's head
    script: str = ""  # on the list page
    closing: str = "</div>"


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of a list, and whether a crawl asks for it."""

    label: str
    text: str
    kind: str = "html"
    walked: bool = True


def get_year(posting: Posting) -> int:
    """Return the year of a posting's report, 0 where there is none."""
    year = posting.report.year if posting.report else None
    return year or 0


def render_items(postings: Sequence[Posting], date: str = "<span>{}</span>") -> str:
    """Return rows as `li`, with a title that is cut and whole in `title`."""
    return "".join(
        f'<li><a href="{escape(p.path)}" title="{p.title}">{p.title[:20]}…</a>{date.format(p.listed_on)}</li>\n'
        for p in postings
    )


def render_list(
    postings: Sequence[Posting], kind: str, date: str = "<span>{}</span>"
) -> str:
    """Return rows as `ul`."""
    return f'<ul class="{kind}">\n{render_items(postings, date)}</ul>\n'
