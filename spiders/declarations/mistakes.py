"""Mistakes of a declaration that stand between several of its keys."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.spiders.declarations.model import (
    AnswerShape,
    ListDeclaration,
)
from nianbao.spiders.declarations.templates import (
    PAGE_NAMES,
    SIZE_NAME,
    find_names,
    find_slots,
)

Mistake = tuple[tuple[str, ...], str]  # the place of the key, and what to do
COLUMN_NAME = "column"  # the value that a tree of columns gives


def find_mistakes(declaration: ListDeclaration) -> Iterator[Mistake]:
    """Yield the mistakes of a declaration, each with its key and what to do."""
    yield from _find_body_mistakes(declaration)
    yield from _find_name_mistakes(declaration)
    yield from _find_page_mistakes(declaration)
    yield from _find_answer_mistakes(declaration)


def _find_body_mistakes(declaration: ListDeclaration) -> Iterator[Mistake]:
    request = declaration.request
    bodies = [body for body in (request.form, request.json_fields) if body is not None]
    if request.method == "GET" and bodies:
        yield ("request", "method"), "GET sends no `form` and no `json`; write POST"
    if request.method == "POST" and len(bodies) != 1:
        yield ("request", "method"), "POST needs `form` or `json`, one of the two"
    if request.wrap and request.json_fields is None:
        yield ("request", "wrap"), "only `json` is wrapped; take it out"
    if declaration.columns and request.method == "POST":
        yield ("columns",), "lists of a tree are asked for by GET"


def _find_name_mistakes(declaration: ListDeclaration) -> Iterator[Mistake]:
    """Yield the names in a request that no value has."""
    request = declaration.request
    known_names = {*declaration.values, *PAGE_NAMES, SIZE_NAME}
    if declaration.columns:
        known_names.add(COLUMN_NAME)
    templates = {
        "url": request.url,
        "query": request.query,
        "form": request.form,
        "json": request.json_fields,
    }
    values = ", ".join(sorted(known_names))
    for key, template in templates.items():
        for name in sorted(find_names(template) - known_names):
            yield (
                ("request", key),
                f"{{{name}}} is no value; give it under `values`, or use one of {values}",
            )


def _find_page_mistakes(declaration: ListDeclaration) -> Iterator[Mistake]:
    request = declaration.request
    template = {"url": request.url, "query": request.query, "body": request.body}
    if not list(find_slots(template)):
        yield (
            ("request",),
            "nothing says which page is wanted; write {page} (or {start}, {end}, {offset})"
            " where its number goes",
        )
    needs_size = find_names(template) & {"start", "end", "offset", SIZE_NAME}
    if declaration.pages.size is None and needs_size:
        name = sorted(needs_size)[0]
        yield ("pages",), f"{{{name}}} needs `size`, the number of rows of a page"
    if declaration.pages.size is None and declaration.pages.stop == "short":
        yield ("pages", "stop"), "`short` needs `size`, the number of rows of a page"


def _find_answer_mistakes(declaration: ListDeclaration) -> Iterator[Mistake]:
    answer = declaration.answer
    if answer.within and answer.format != "json":
        yield ("answer", "within"), "only a JSON answer has a list within a text"
    if answer.row_format == "html":
        yield from _find_html_mistakes(answer)
        return
    if not answer.rows:
        yield ("answer", "rows"), "say where the rows are: a path of JSON, a tag of XML"
    if answer.title and not answer.address:
        yield ("answer", "title"), "needs `address`; without one a row is markup"


def _find_html_mistakes(answer: AnswerShape) -> Iterator[Mistake]:
    if answer.address:
        yield ("answer", "address"), "rows of HTML are links; take it out"
    for place in answer.rows:
        tag, _, class_name = place.partition(".")
        if not (tag and class_name):
            yield ("answer", "rows"), f"{place}: write TAG.CLASS, such as ul.list"
