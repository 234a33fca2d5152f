"""Lists in pages as sites have them: what each page is asked for with, and what stands on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

COUNT = int(os.environ.get("PAGER_PAGES", "3"))  # pages of each list
PAGE_SIZE = 2
ROWS = COUNT * PAGE_SIZE
ENTRY = "GET /nb/"
NEXT_WORD = 'text="下一页"'
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>政府信息公开年报</title>
<script src="/js/site.js"></script></head><body><div class="crumbs"><a href="/">首页</a></div>
<ul class="list" id="list">{rows}</ul>{pager}</body></html>"""


@dataclass(frozen=True)
class View:
    """A page of a list: its number from 1."""

    number: int

    @property
    def is_last(self) -> bool:
        return self.number >= COUNT

    @property
    def next(self) -> int:
        return self.number + 1


Draw = Callable[[View], str]


@dataclass(frozen=True)
class Shape:
    """A pager.

    `request` gives what page n is asked for with: `GET /nb/index_1.html`, `POST /nb/list.do cid=7&page=2`.
    `control` is what a person clicks to go on, as a selector of Playwright: {next} is the number of
    the next page. A menu is chosen from, `scroll` goes down. `answer` is what a service gives; without
    it each page is a whole one. `is_shell`: the first page has no rows, a script asks for them.
    `beyond` says who asks for one page more than there are, as nothing says which is the last:
    `both`, or the `spider` alone. `rule` is what the spider says where it cannot follow.
    """

    request: Callable[[int], str]
    draw: Draw
    control: str = NEXT_WORD
    answer: Draw | None = None
    is_shell: bool = False
    beyond: str = ""
    rule: str | None = None
    platform: str = "auto"

    def list_requests(self, walker: str) -> list[str]:
        """Return what is asked for, first to last, by Chromium (`browser`) or the `spider`."""
        count = COUNT
        if self.beyond in ("both", walker):
            count += 1
        requests = [self.request(number) for number in range(1, count + 1)]
        return [ENTRY, *requests] if self.is_shell else requests

    def make_answers(self) -> dict[str, str]:
        """Return the bodies of the list, by request; beyond its end a service has no rows."""
        answers: dict[str, str] = {}
        if self.answer is None:
            for number in range(1, COUNT + 1):
                view = View(number)
                page = PAGE.format(rows=draw_rows(number), pager=self.draw(view))
                answers[self.request(number)] = page
        else:
            for number in range(1, COUNT + 2):
                answers[self.request(number)] = self.answer(View(number))
        rows = "" if self.is_shell else draw_rows(1)
        answers[ENTRY] = PAGE.format(rows=rows, pager=self.draw(View(1)))
        return answers


def list_rows(number: int) -> list[tuple[str, str, str]]:
    """Return address, title and date of the rows of a page; none of a page beyond the last."""
    if number > COUNT:
        return []
    rows = []
    for place in range(PAGE_SIZE):
        year = 2024 - (number - 1) * PAGE_SIZE - place
        title = f"某县水务局{year}年政府信息公开工作年度报告"
        rows.append((f"/nb/r{number}_{place}.html", title, f"{year + 1}-01-20"))
    return rows


def draw_rows(number: int) -> str:
    """Return the rows of a page as items."""
    return "".join(
        f'<li><a href="{url}" title="{title}">{title}</a><span>{date}</span></li>'
        for url, title, date in list_rows(number)
    )


def ask_from_0(number: int) -> str:
    return ENTRY if number == 1 else f"GET /nb/index_{number - 1}.html"


def ask_from_1(number: int) -> str:
    return ENTRY if number == 1 else f"GET /nb/index_{number}.html"


def ask_by_query(number: int) -> str:
    return ENTRY if number == 1 else f"GET /nb/list.jsp?page={number}"


def find_path(request: str) -> str:
    """Return the address of a request as a link has it."""
    return request.removeprefix("GET ")
