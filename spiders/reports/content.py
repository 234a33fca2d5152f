"""What a page that was requested as a report has of one: its chapters, its own text, its titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple, TypeGuard

from scrapy.http import Response, TextResponse

from nianbao.spiders.lists.page import ListPage
from nianbao.spiders.lists.page_text import read_own_text, read_text
from nianbao.spiders.lists.script_addresses import read_scripts
from nianbao.spiders.reports.files import is_file_content
from nianbao.spiders.rows.titled_rows import is_report_text
from nianbao.spiders.scripts.action_reader import ActionReader
from nianbao.spiders.scripts.actions import Action
from nianbao.spiders.scripts.text import strip_comments

PAGE_OUTCOMES = ("fetched", "not_modified")  # of an answer that is a page

TITLES = "//*[self::title or self::h1 or self::h2 or self::h3]"
CHINESE = re.compile(r"[\u3400-\u9fff]")
PAGE_NUMBER = re.compile(r"[\[(（]\s*第?\d{1,3}页?\s*[\])）]|第\d{1,3}页|\s+")
# A script in quotes, to be run later.
TIMED_SCRIPT = re.compile(r"setTimeout\(\s*(['\"])([^\n]{1,300}?)\1\s*,")
MOST_SCRIPTS = 40  # of one page that are followed
# What a site writes behind the title of a page: -某县人民政府, _政府信息公开.
SITE_NAME = re.compile(r"[-_—|–].*$", re.DOTALL)


class ScriptEffects(NamedTuple):
    """What the scripts of a page open and ask for, and what they write."""

    actions: list[Action]
    written: list[str]


def is_page(response: Response, outcome: str) -> TypeGuard[TextResponse]:
    """Tell whether an answer is a page, and no file under the header of a page."""
    if outcome not in PAGE_OUTCOMES or is_file_content(response.body):
        return False
    return isinstance(response, TextResponse)


class PageContent:
    """A page as it is looked at for what it carries; it is parsed once, and only where needed."""

    def __init__(self, response: TextResponse) -> None:
        self.page = ListPage(response)

    @cached_property
    def has_chapters(self) -> bool:
        """Whether the page has the chapters of a report, also where a script shows them."""
        return is_report_text(self.page)

    @cached_property
    def own_text(self) -> str:
        """The text of the page outside of links and scripts, without white space; none of data."""
        if not self.page.is_markup:
            return ""
        return "".join(read_own_text(self.page.root).text.split())

    @cached_property
    def text_length(self) -> int:
        """How many Chinese characters its own text has."""
        return sum(1 for _ in CHINESE.finditer(self.own_text))

    @property
    def has_scripts(self) -> bool:
        """Whether a script can fill the page."""
        return "<script" in self.page.text.lower()

    @cached_property
    def titles(self) -> frozenset[str]:
        """The titles of the page: of its head without the name of the site, and its headings.

        Without white space and the number of a page.
        """
        titles = set()
        for element in self.page.xpath(TITLES):
            text = PAGE_NUMBER.sub("", read_text(element, separator=""))
            if element.root.tag == "title":
                text = SITE_NAME.sub("", text)
            titles.add(text)
        titles.discard("")
        return frozenset(titles)

    @property
    def actions(self) -> list[Action]:
        """What the scripts of the page open and ask for, as far as they are plain."""
        return self._script_effects.actions

    @property
    def written_markup(self) -> str:
        """What the scripts of the page write into it."""
        return "".join(self._script_effects.written)

    @cached_property
    def _script_effects(self) -> ScriptEffects:
        """What the scripts do, each followed on its own: none hides what stands in the next."""
        page_scripts = read_scripts(self.page)
        effects = ScriptEffects([], [])
        for script in islice(self._read_scripts(), MOST_SCRIPTS):
            reader = ActionReader(page_scripts.script, page_scripts.environment.copy())
            reader.follow(script)
            effects.actions.extend(reader.actions)
            effects.written.extend(reader.written)
        return effects

    def _read_scripts(self) -> Iterator[str]:
        """Yield the scripts of the page, what is run when it is loaded, and what is run later."""
        yield from self.page.xpath("//body/@onload").getall()
        for element in self.page.read_script_elements():
            script = strip_comments(element.text or "")
            yield script
            for match in TIMED_SCRIPT.finditer(script):
                yield match[2]
