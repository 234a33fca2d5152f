"""Rows of links: the title of a link, and the date that is printed beside it.

A page is read once for all its links: in a list whose links share one element, the text of that
element would else be read again for each of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from itertools import islice
from typing import Any

from parsel import Selector

from nianbao.spiders.lists.dates import DATE, DateIndex, find_date
from nianbao.spiders.lists.page import ListRow
from nianbao.spiders.lists.page_text import (
    OwnText,
    TextPart,
    read_own_text,
    read_text,
)
from nianbao.spiders.report_names import is_report_title, may_be_report_title
from nianbao.spiders.rules import find_rule

CLICK_PROMPT = find_rule("click_prompt")
ROW_TAGS = ("li", "tr")
MOST_ROWS_AROUND = 3  # elements around a link that are asked for their text
MOST_LINKS_IN_ROW = 2  # such as 查看 and 下载; an element with more holds several rows
MOST_ELEMENTS_IN_ROW = 60  # that are looked at
LONGEST_ROW = 200  # characters; a longer text is that of several rows
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")  # that marks a word in a title attribute
AROUND_TITLE = " 年月日[]【】()（）|-·>》、，,：:"
# One step and a condition: libxml2 merges the results of `//li//a` and of unions in quadratic time.
LINKS_IN_ROWS = "//a[@href][ancestor::li or ancestor::tr]"


class LinkRows:
    """The rows that the links of a page stand in.

    The date of a row is the first one in the nearest element around the link that has one of
    the `row_tags`, outside of links.
    """

    def __init__(self, root: Any, row_tags: tuple[str, ...] = ROW_TAGS) -> None:
        self._root = root
        self._row_tags = row_tags

    def read_row(self, anchor: Selector) -> ListRow:
        """Return the row of a link of the page."""
        return ListRow(
            url=anchor.attrib["href"].strip(),
            title=read_link_title(anchor),
            date=self.find_date(anchor),
        )

    def find_date(self, anchor: Selector) -> str | None:
        """Return the date of the row that an element of the page stands in, or is.

        Of several links that share an element with several dates, each has the date that stands
        beside it.
        """
        row = anchor.root
        if row.tag not in self._row_tags:
            row = next(row.iterancestors(*self._row_tags), None)
        if row is None:
            return None
        part = self._own_text.row_parts.get(row)
        if part is None:  # below a second root, where two pages stand in one answer
            return find_date(read_own_text(row).text)
        index = self._link_indices.get(anchor.root)
        if index is not None and self._date_index.count(*part) > 1:
            part = self._find_part_of_link(index, part)
        return self._date_index.find_first(part.start, part.end)

    def _find_part_of_link(self, index: int, row: TextPart) -> TextPart:
        """Return the part of a row that belongs to one of its links.

        It begins with the link, or, where a date stands before the first one, ends with it.
        """
        places = self._link_places
        place = places[index]
        first = places[bisect_left(places, row.start)]
        if self._date_index.count(row.start, first):
            before = places[index - 1] if index else row.start
            return TextPart(max(before, row.start), place)
        after = places[index + 1] if index + 1 < len(places) else row.end
        return TextPart(place, min(after, row.end))

    def read_text_around(self, anchor: Selector) -> str | None:
        """Return the text of the row around a link, outside of links; None for a whole block."""
        rows = islice(anchor.root.iterancestors(*self._row_tags), MOST_ROWS_AROUND)
        for row in rows:
            part = self._own_text.row_parts.get(row)
            if part is None or part.end - part.start > LONGEST_ROW:
                return None
            if _count_links(row) > MOST_LINKS_IN_ROW:
                return None
            words = self._text[part.start : part.end].split()
            text = DATE.sub("", " ".join(words)).strip(AROUND_TITLE)
            if len(text) > 1:
                return text
        return None

    @cached_property
    def _own_text(self) -> OwnText:
        return read_own_text(self._root, self._row_tags)

    @cached_property
    def _text(self) -> str:
        """The own text as one: it is joined once, not for each link."""
        return self._own_text.text

    @cached_property
    def _link_places(self) -> list[int]:
        return list(self._own_text.link_places.values())

    @cached_property
    def _link_indices(self) -> dict[Any, int]:
        links = self._own_text.link_places
        return {link: index for index, link in enumerate(links)}

    @cached_property
    def _date_index(self) -> DateIndex:
        return DateIndex(self._text)


def _count_links(row: Any) -> int:
    """Return how many elements of a row lead on, at most one more than a row has."""
    links = (
        element
        for element in islice(row.iter(), MOST_ELEMENTS_IN_ROW)
        if element.tag in ("a", "option", "input", "button") or element.get("onclick")
    )
    return len(list(islice(links, MOST_LINKS_IN_ROW + 1)))


def read_link_title(anchor: Selector) -> str | None:
    """Return the title attribute of a link, else its text or that of its picture; None without.

    A title that only asks for a click is none, nor one that says less than the text.
    """
    title = " ".join(TAG.sub("", anchor.attrib.get("title", "")).split())
    if title and is_report_title(title):
        return title
    text = " ".join(read_text(anchor).split())
    if not text:
        text = _read_picture_text(anchor)
    if not title or CLICK_PROMPT.find(title):
        return text or None
    if is_report_title(text):
        return text
    if may_be_report_title(text) and not may_be_report_title(title):
        return text
    return title


def _read_picture_text(anchor: Selector) -> str:
    """Return what stands for the first picture of a link that has no text."""
    picture = next(anchor.root.iter("img"), None)
    if picture is None:
        return ""
    words = picture.get("alt") or picture.get("title") or ""
    return " ".join(words.split())


def is_within(anchor: Selector, item_tag: str, list_tag: str, list_class: str) -> bool:
    """Tell whether a link stands in an item of a list: an element in one of a class."""
    in_item = False
    for element in anchor.root.iterancestors():
        is_list = element.tag == list_tag and list_class in element.get("class", "")
        if in_item and is_list:
            return True
        if element.tag == item_tag:
            in_item = True
    return False
