"""`nianbao search`: reports by the words in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from nianbao.archive import Archive
from nianbao.archive.search.query import ORDERS, PAGE, Order, Query, SearchHit
from nianbao.archive.search.query_reading import ReadNames
from nianbao.crawler.commands.options import (
    archive_option,
    join_years,
    json_option,
    plain,
    print_json,
    years_option,
)
from nianbao.crawler.commands.terminal.console import open_console, quote
from nianbao.crawler.language import translate, translate_word

MOST_HITS = 2**31  # more than any archive has; Python cannot pass over all numbers


@click.command()
@click.argument("words", nargs=-1)
@archive_option
@years_option
@click.option("--agency", help="Only this agency, or those with this in their name.")
@click.option(
    "--region",
    help="Only this region and those in it: its name, its beginning (浙江, 杭州), or its code's.",
)
@click.option("--site", help="Only this site (an id).")
@click.option(
    "--order",
    type=click.Choice(ORDERS),
    default=ORDERS[0],
    show_default=True,
    help="What comes first: what tells most of the words, or the newest.",
)
@click.option(
    "--prose",
    is_flag=True,
    help="Only where the words stand in what a body wrote, not just in the form's own wording.",
)
@click.option(
    "--as-words",
    "literal",
    is_flag=True,
    help="Look for names and years as they stand; else 西霞县 2021 is a region and a year.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=PAGE,
    show_default=True,
    help="At most so many.",
)
@click.option(
    "--offset",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Pass over the first so many.",
)
@json_option
def search(
    words: tuple[str, ...],
    path: Path,
    years: tuple[frozenset[int], ...],
    agency: str | None,
    region: str | None,
    site: str | None,
    order: Order,
    prose: bool,
    literal: bool,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """Search titles, agencies and texts of the reports as they stand now.

    Reports that have all the words are found, wherever in the text they stand. Simplified and
    traditional characters, upper and lower case, full and half width are the same. What is in
    double quotes is one phrase, whatever punctuation stands in it. A year and the name of a
    region or an agency among the words are filters, which is said; --as-words looks for them
    as they stand. First come those whose agency or region is called so, then those that have
    the words in the title, then those that have them in prose most often. Without words, all
    reports of what the options name. That nothing was found is said, and is no failure: the
    exit code is 0.

    \b
    nianbao search 行政复议 --prose
    nianbao search 西霞县 2021 低保 --order date
    nianbao search 政務公開 低保 --year 2021 --region 西霞县
    nianbao search '"行政复议、行政诉讼"' --limit 50 --json
    """
    query = Query(
        " ".join(words),
        year=join_years(years),
        agency=agency,
        region=region,
        site=site,
        order=order,
        prose=prose,
        literal=literal,
    )
    limit = min(limit, MOST_HITS)
    offset = min(offset, MOST_HITS)
    with Archive(path) as archive:
        names = archive.read_query(query).names
        hits = archive.search(query, limit + 1, offset)
    page = hits[:limit]
    has_more = len(hits) > limit
    if as_json:
        fields = {"hits": plain(page), "offset": offset, "more": has_more}
        print_json(fields | {"order": order, "names": plain(names)})
    else:
        out = open_console()
        _print_names(out, names)
        _print_hits(out, page, offset, has_more=has_more)


def _print_names(out: Console, names: ReadNames) -> None:
    """Say which of the words are filters, and how to look for them as they stand."""
    if names:
        parts = (names.region, names.agency, names.year)
        filters = ", ".join(str(part) for part in parts if part is not None)
        text = f"read as filters: {filters}; --as-words looks for the words"
        out.print(quote(translate(text)), soft_wrap=True)


def _print_hits(
    out: Console, hits: list[SearchHit], offset: int, *, has_more: bool
) -> None:
    """Print a page of hits, with the words marked in the texts."""
    for number, hit in enumerate(hits, start=offset + 1):
        out.print(Text.assemble(f"{number}. ", (hit.title or "–", "bold")))
        out.print(Text(f"   {_describe(hit)}"))
        out.print(Text(f"   {hit.url}"), soft_wrap=True)
        out.print(Text.assemble("   ", *_mark_words(hit)), soft_wrap=True)
    if has_more:
        out.print(f"there are more: --offset {offset + len(hits)}")
    elif not hits:
        out.print("nothing more found" if offset else "nothing found")


def _describe(hit: SearchHit) -> str:
    """Return agency, year, publication date and state, as far as there are any."""
    published = None
    if hit.published_on:
        published = translate(f"published {hit.published_on}")
    state = translate_word(hit.state)
    parts: Sequence[object] = (hit.agency, hit.report_year, published, state)
    return ", ".join(str(part) for part in parts if part)


def _mark_words(hit: SearchHit) -> Iterator[tuple[str, str]]:
    """Yield the pieces of the snippet with their styles, the words searched for in red."""
    for part in hit.snippet:
        yield part.text, "bold red" if part.marked else ""
