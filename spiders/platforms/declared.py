"""A list that is described as data, in a site file or as an installed platform."""

from __future__ import annotations

from collections.abc import (
    Iterable,
    Iterator,
    Mapping,
)
from typing import Any
from weakref import WeakKeyDictionary

from nianbao.spiders.declarations.answers import (
    ListAnswer,
    read_answer,
)
from nianbao.spiders.declarations.column_trees import find_tree_columns
from nianbao.spiders.declarations.mistakes import COLUMN_NAME
from nianbao.spiders.declarations.model import ListDeclaration
from nianbao.spiders.declarations.requests import (
    build_first_requests,
    build_next_request,
    read_page_number,
)
from nianbao.spiders.lists.page import (
    ListPage,
    ListRow,
    ListTotals,
    NextPage,
)
from nianbao.spiders.lists.reader import ListReader


class DeclaredReader(ListReader):
    """Reads the lists of a declaration. An entry is the column's page, or a page of the list."""

    platform = "declared"
    probes = True

    def __init__(
        self,
        declaration: ListDeclaration,
        options: Mapping[str, str],
        platform: str = "declared",
    ) -> None:
        super().__init__(options)
        self.declaration = declaration
        self.platform = platform
        self.reads_json = declaration.answer.format == "json"
        self._answers: WeakKeyDictionary[ListPage, ListAnswer] = WeakKeyDictionary()

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: all but the answers that it has had."""
        state = dict(vars(self))
        del state["_answers"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._answers = WeakKeyDictionary()

    def read_rows(self, page: ListPage) -> Iterable[ListRow]:
        if self._read_number(page) is None:
            return ()
        return self._read_answer(page).rows

    def read_next_pages(self, page: ListPage) -> Iterator[NextPage]:
        """Yield the page after a page of the list; for the column's page: the first ones."""
        number = self._read_number(page)
        if number is None:
            if page.is_markup and self.declaration.columns is None:
                yield from build_first_requests(self.declaration, page, self.options)
        elif not self._is_last(self._read_answer(page), number):
            yield build_next_request(self.declaration, page, number + 1)

    def read_branches(self, page: ListPage) -> Iterable[ListRow]:
        """Yield the lists of the report columns that the page's tree names."""
        if self.declaration.columns is None:
            yield from super().read_branches(page)
            return
        for column, name in find_tree_columns(self.declaration.columns, page):
            extra = {COLUMN_NAME: str(column)}
            for request in build_first_requests(
                self.declaration, page, self.options, extra
            ):
                if isinstance(request, str):
                    yield ListRow(request, name, None)

    def read_totals(self, page: ListPage) -> ListTotals | None:
        """Return the records of an answer, those without a link too, and what it says of all."""
        if self._read_number(page) is None:
            return None
        answer = self._read_answer(page)
        if answer.total is None:
            return None
        return ListTotals(on_page=answer.record_count, in_list=answer.total)

    def read_page_count(self, page: ListPage) -> int | None:
        """Return how many pages an answer says that the list has."""
        if self._read_number(page) is None:
            return None
        return self._read_answer(page).page_count

    def ends_blank(self, page: ListPage) -> bool:
        """Tell whether a page without rows is the end: it has its list, and says of no more."""
        number = self._read_number(page)
        if number is None:
            return True
        answer = self._read_answer(page)
        place = self._count_from_one(number)
        is_within_count = answer.page_count is not None and place <= answer.page_count
        return answer.has_list and not is_within_count

    def is_full(self, page: ListPage) -> bool:
        """Tell whether a page has as many rows as were asked for."""
        size = self.declaration.pages.size
        if size is None or self._read_number(page) is None:
            return True
        return self._read_answer(page).record_count >= size

    def _read_number(self, page: ListPage) -> int | None:
        return read_page_number(self.declaration, page)

    def _read_answer(self, page: ListPage) -> ListAnswer:
        """Return what a page holds; it is read once, however often it is asked for."""
        if page not in self._answers:
            self._answers[page] = read_answer(self.declaration.answer, page)
        return self._answers[page]

    def _count_from_one(self, number: int) -> int:
        """Return which page of the list a number is; the first one has 0 or 1."""
        return number - min(self.declaration.pages.first, 1) + 1

    def _is_last(
        self,
        answer: ListAnswer,
        number: int,
    ) -> bool:
        """Tell whether no page follows: an answer says so, or it is none."""
        if not answer.has_list:
            return True
        pages = self.declaration.pages
        place = self._count_from_one(number)
        if answer.page_count is not None and place >= answer.page_count:
            return True
        if pages.stop == "short" and pages.size is not None:
            return answer.record_count < pages.size
        return False
