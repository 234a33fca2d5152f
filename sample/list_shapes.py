"""Counties of no platform, each with a list of another shape, as any web server may have it.

Their files name no platform. `SHAPES` says what prints the list of each; the reports behind it are
as everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qs

from nianbao.sample.list_parts import (
    Answer,
    Look,
    Pages,
    get_year,
    render_list,
)

HEADER = "发布日期：{at:%Y-%m-%d} 来源：{source} 浏览次数：{views}"
FOLDER = "/zwgk/nb/"
ListPrinter = Callable[[Pages, str, str], Iterator[Answer]]


def _place(number: int) -> str:
    """Return the path of a page of a list, numbered from 1."""
    return f"{FOLDER}index_{number}.html" if number > 1 else FOLDER


def _print_pages(
    pages: Pages,
    render_rows: Callable[[Pages, int], str],
    render_pager: Callable[[int, int], str],
) -> Iterator[Answer]:
    """Print a page for each chunk of rows, with its pager."""
    for number in range(1, len(pages) + 1):
        rows = render_rows(pages, number)
        pager = render_pager(number, len(pages))
        yield Answer(_place(number), f"{rows}{pager}")


def _rows(pages: Pages, number: int) -> str:
    return render_list(pages[number - 1], "list")


def print_cards(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """Rows are cards of `div`; an arrow leads on."""

    def render_cards(chunks: Pages, number: int) -> str:
        cards = [
            f'<div class="card"><h4><a href="{p.path}" title="{p.title}">{p.title}</a></h4><p>{p.listed_on}</p></div>'
            for p in chunks[number - 1]
        ]
        return f'<div class="cards">{"".join(cards)}</div>'

    def render_arrow(number: int, total: int) -> str:
        if number == total:
            return ""
        return f'<div class="pg"><a class="go" href="{_place(number + 1)}">›</a></div>'

    yield from _print_pages(pages, render_cards, render_arrow)


def print_years(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """The column names years; each leads to a list."""
    postings = [posting for page in pages for posting in page]
    years = sorted({get_year(posting) for posting in postings}, reverse=True)
    links = [f'<li><a href="{FOLDER}y{year}.html">{year}年</a></li>' for year in years]
    yield Answer(FOLDER, f'<ul class="years">{"".join(links)}</ul>')
    for year in years:
        rows = [posting for posting in postings if get_year(posting) == year]
        yield Answer(f"{FOLDER}y{year}.html", render_list(rows, "list"))


def print_context(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """Rows say a year and no more: whose report it is stands on its page."""
    rows = [
        f'<li><a href="{p.path}">{get_year(p)}年</a><span>{p.listed_on}</span></li>'
        for page in pages
        for p in page
    ]
    yield Answer(FOLDER, f'<ul class="list">{"".join(rows)}</ul>')


def print_menu(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """The pages are options of a menu."""

    def render_menu(number: int, total: int) -> str:
        options = [
            f'<option value="{_place(n)}"{" selected" if n == number else ""}>第{n}页</option>'
            for n in range(1, total + 1)
        ]
        return (
            f'<select onchange="location.href=this.value">{"".join(options)}</select>'
        )

    yield from _print_pages(pages, _rows, render_menu)


def print_click(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """A function of the page makes the address of a page from its number."""

    def render_click(number: int, total: int) -> str:
        function = (
            f"function turnTo(n) {{ location.href = '{FOLDER}index_' + n + '.html'; }}"
        )
        if number == total:
            return f"<script>{function}</script>"
        return (
            f'<script>{function}</script><a onclick="turnTo({number + 1})">下一页</a>'
        )

    yield from _print_pages(pages, _rows, render_click)


def print_form(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """A function of the page writes a page's number into a form and posts it."""
    for number, page in enumerate(pages, 1):
        more = ""
        if number < len(pages):
            more = f'<a href="javascript:turn({number + 1})">下一页</a>'
        form = (
            f'<form name="turner" method="post" action="{FOLDER}">'
            f'<input type="hidden" name="column" value="nb"><input type="hidden" name="pageNo" value="{number}"></form>'
            "<script>function turn(n) { document.turner.pageNo.value = n; document.turner.submit(); }</script>"
        )
        label = f"{FOLDER}#{number}" if number > 1 else FOLDER
        yield Answer(label, f"{form}{render_list(page, 'list')}{more}")


def print_total(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """The pager says how many rows and pages there are, and numbers lead to them."""
    count = sum(map(len, pages))

    def render_numbers(number: int, total: int) -> str:
        links = [
            f"<b>{n}</b>" if n == number else f'<a href="{_place(n)}">{n}</a>'
            for n in range(1, total + 1)
        ]
        return f'<div class="page">共{count}条 第{number}/{total}页 {" ".join(links)}</div>'

    yield from _print_pages(pages, _rows, render_numbers)


def print_json(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """The rows are data of a script that draws them."""
    rows = [
        {"title": p.title, "url": p.path, "date": f"{p.listed_on}"}
        for page in pages
        for p in page
    ]
    data = json.dumps({"total": len(rows), "rows": rows}, ensure_ascii=False)
    yield Answer(
        FOLDER, f'<div id="list"></div><script>var listData = {data};</script>'
    )


def print_sibling_host(pages: Pages, base: str, _stamp: str) -> Iterator[Answer]:
    """The site is known as www. and without it: its pager says the one, its rows the other."""
    www = base.replace("//", "//www.")

    def render_rows(chunks: Pages, number: int) -> str:
        rows = [
            f'<li><a href="{base}{p.path}" title="{p.title}">{p.title}</a><span>{p.listed_on}</span></li>'
            for p in chunks[number - 1]
        ]
        return f'<ul class="list">{"".join(rows)}</ul>'

    def render_next(number: int, total: int) -> str:
        if number == total:
            return "下一页"
        return f'<a href="{www}{_place(number + 1)}">下一页</a>'

    yield from _print_pages(pages, render_rows, render_next)


def print_iframe(pages: Pages, _base: str, _stamp: str) -> Iterator[Answer]:
    """The list stands in a frame of the column's page."""
    yield Answer(FOLDER, f'<iframe src="{FOLDER}rows.html" width="100%"></iframe>')
    yield from _print_framed(pages)


def print_frameset(pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """The column is nothing but frames."""
    frames = (
        f'<frame src="{FOLDER}top.html"><frame src="{FOLDER}rows.html" name="main">'
    )
    page = f'<html><head><title>年报</title></head><frameset cols="20%,*">{frames}</frameset></html>'
    yield Answer(FOLDER, f"<!-- {stamp} -->{page}", "bare")
    banner = f"<html><body><p>政府信息公开</p></body></html><!-- {stamp} -->"
    yield Answer(f"{FOLDER}top.html", banner, "bare")
    yield from _print_framed(pages)


def _print_framed(pages: Pages) -> Iterator[Answer]:
    postings = [posting for page in pages for posting in page]
    yield Answer(f"{FOLDER}rows.html", render_list(postings, "list"))


def print_redirect(pages: Pages, _base: str, stamp: str) -> Iterator[Answer]:
    """The column's page sends on by a script."""
    target = f"{FOLDER}rows.html"
    script = f"<script>window.location.href = '{target}';</script>"
    page = f"<!-- {stamp} --><html><head>{script}</head><body></body></html>"
    yield Answer(FOLDER, page, "bare")
    yield from _print_framed(pages)


SHAPES: Mapping[str, ListPrinter] = {
    "fuyan": print_cards,
    "nianhe": print_years,
    "yanting": print_context,
    "caidan": print_menu,
    "dianjiang": print_click,
    "biaogang": print_form,
    "zongshu": print_total,
    "shuju": print_json,
    "wanwei": print_sibling_host,
    "kuangtang": print_iframe,
    "kuangji": print_frameset,
    "zhuanwan": print_redirect,
}
LOOKS = {site_id: Look(FOLDER, HEADER) for site_id in SHAPES}


def print_shape(site_id: str, pages: Pages, base: str, stamp: str) -> Iterator[Answer]:
    """Print every page of the list of a county; `stamp` is the time of printing."""
    yield from SHAPES[site_id](pages, base, stamp)


def find_asked_page(_asked: Mapping[str, str], body: str) -> str:
    """Return the number of the page that a posted form asks for."""
    return parse_qs(body)["pageNo"][0]
