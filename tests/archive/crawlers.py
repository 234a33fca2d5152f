"""Crawlers of the tests: archives that are filled a week after one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from nianbao.archive import Archive


class WeeklyCrawler(Protocol):
    """What fills an archive of its own."""

    archive: Archive


AnyCrawler = TypeVar("AnyCrawler", bound=WeeklyCrawler)


@contextmanager
def open_crawlers(
    make: Callable[[Path, int], AnyCrawler], folder: Path
) -> Iterator[Callable[..., AnyCrawler]]:
    """Give what makes crawlers, by the name of a file and a week; their archives are closed."""
    with ExitStack() as stack:

        def make_crawler(name: str = "a.db", week: int = 0) -> AnyCrawler:
            crawler = make(folder / name, week)
            stack.callback(crawler.archive.close)
            return crawler

        yield make_crawler
