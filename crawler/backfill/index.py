"""The index of a web archive: asked for captures below an address, page by page, each once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from nianbao.crawler.backfill.client import SUCCESS, AddressTrouble, ServiceTrouble
from nianbao.crawler.backfill.index_lines import (
    IndexCapture,
    is_of_index,
    parse_index,
    says_nothing_is_there,
)

if TYPE_CHECKING:
    from nianbao.crawler.backfill.client import Client
    from nianbao.crawler.backfill.services import WebArchive
    from nianbao.crawler.backfill.work_folder import WorkFolder

MOST_BYTES = 64 << 20  # of one answer
MOST_PAGES = 10_000  # of one query
LINES_A_PAGE = 10_000
YEAR = re.compile(r"(?:19|20)\d\d")
FIELDS = "urlkey,timestamp,original,mimetype,statuscode,digest"


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """What is asked for: one address, or all that begin with it; of some years, or all."""

    url: str
    match: Literal["prefix", "exact"]
    years: frozenset[int] = frozenset()

    def parameters(self) -> dict[str, str]:
        """Return what every CDX server understands."""
        parameters = {"url": self.url, "matchType": self.match, "output": "json"}
        if self.years:
            parameters["from"] = str(min(self.years))
            parameters["to"] = str(max(self.years))
        return parameters

    def is_wanted(self, capture: IndexCapture) -> bool:
        """Tell whether a capture is of the years."""
        return not self.years or int(capture.timestamp[:4]) in self.years


class Index:
    """Asks the index of a service; what a folder has of its answers is not asked for again.

    `warnings` says what was left of answers.
    """

    def __init__(self, service: WebArchive, client: Client) -> None:
        self._service = service
        self._client = client
        self._addresses: dict[str, str] | None = None  # of collections, by their ids
        self.warnings: list[str] = []

    def captures(self, query: IndexQuery, folder: WorkFolder) -> Iterator[IndexCapture]:
        """Yield the captures of a query, in the order of the index.

        Raises ServiceTrouble, and AddressTrouble where only this query cannot be asked.
        """
        for text in self._answers(query, folder):
            page = parse_index(text)
            if page.trouble is not None:
                raise AddressTrouble(f"{query.url}: the index says: {page.trouble}")
            if page.unreadable:
                self.warnings.append(
                    f"{query.url}: {page.unreadable} lines of the index could not be read"
                )
            for capture in page.captures:
                if query.is_wanted(capture):
                    yield capture

    def _answers(self, query: IndexQuery, folder: WorkFolder) -> Iterator[str]:
        """Yield the answers to a query."""
        if self._service.dialect == "wayback":
            yield from self._ask_by_key(query, folder)
        elif self._service.dialect == "collections":
            for address in self._collections(query.years, folder):
                yield from self._ask_by_number(address, query, folder)
        else:
            yield self._ask(folder, self._service.index, query.parameters())

    def _ask_by_key(self, query: IndexQuery, folder: WorkFolder) -> Iterator[str]:
        """Ask the Internet Archive: each answer names the key of the next."""
        parameters = query.parameters() | {
            "fl": FIELDS,
            "filter": "statuscode:(200|-)",
            "limit": str(LINES_A_PAGE),
            "showResumeKey": "true",
        }
        keys: set[str] = set()
        for _ in range(MOST_PAGES):
            text = self._ask(folder, self._service.index, parameters)
            yield text
            key = parse_index(text).next_key
            if key is None:
                return
            if key in keys:
                self.warnings.append(
                    f"{query.url}: the index names a part again that it gave before"
                )
                return
            keys.add(key)
            parameters["resumeKey"] = key
        self._warn_of_rest(query.url)

    def _ask_by_number(
        self, address: str, query: IndexQuery, folder: WorkFolder
    ) -> Iterator[str]:
        """Ask one collection: it says how many pages it has."""
        parameters = query.parameters() | {"filter": "=status:200"}
        count = self._ask(folder, address, parameters | {"showNumPages": "true"})
        page_count = _parse_page_count(query.url, count)
        if page_count > MOST_PAGES:
            self._warn_of_rest(query.url)
        for number in range(min(page_count, MOST_PAGES)):
            yield self._ask(folder, address, parameters | {"page": str(number)})

    def _collections(self, years: frozenset[int], folder: WorkFolder) -> list[str]:
        """Return the addresses of the collections that may have captures of the years."""
        if self._addresses is None:
            text = self._ask(folder, self._service.index, {})
            self._addresses = _parse_collections(self._service.index, text)
        return [
            address
            for name, address in self._addresses.items()
            if _may_be_of_years(name, years)
        ]

    def _ask(self, folder: WorkFolder, address: str, parameters: dict[str, str]) -> str:
        """Return the answer to one request, from the folder where it has it."""
        url = f"{address}?{urlencode(parameters)}" if parameters else address
        body = folder.load_answer(url)
        if body is None:
            body = self._fetch(url)
            if is_of_index(body):
                folder.store_answer(url, body)
        if len(body) >= MOST_BYTES:
            self._warn_of_rest(parameters.get("url", url))
            body = body[: body.rfind(b"\n") + 1]
        return body.decode("utf-8", "replace")

    def _fetch(self, url: str) -> bytes:
        """Return an answer of the index. Raises ServiceTrouble, AddressTrouble."""
        try:
            answer = self._client.get(url, MOST_BYTES)
        except AddressTrouble as error:
            raise AddressTrouble(
                f"{url}: the index gives no answer: {error}"
            ) from error
        if answer.status in SUCCESS or says_nothing_is_there(answer.body):
            return answer.body
        raise AddressTrouble(f"{url}: the index answered status {answer.status}")

    def _warn_of_rest(self, url: str) -> None:
        self.warnings.append(
            f"{url}: the index has more than is read at once; name fewer --years, or a"
            " longer --prefix"
        )


def _parse_page_count(url: str, text: str) -> int:
    """Return how many pages there are: a number, or an object that has it.

    An index that knows no pages answers with captures. Raises AddressTrouble for what tells
    neither.
    """
    try:
        value = json.loads(text or "0")
        return int(value["pages"] if isinstance(value, dict) else value)
    except (ValueError, TypeError, KeyError, RecursionError):
        page = parse_index(text)
    if page.captures or not (page.unreadable or page.trouble):
        return 1
    reason = page.trouble or "nothing of how many pages it has"
    raise AddressTrouble(f"{url}: the index says: {reason}")


def _parse_collections(index: str, text: str) -> dict[str, str]:
    """Return the addresses of the indexes that a list names, by their ids."""
    try:
        return {str(entry["id"]): str(entry["cdx-api"]) for entry in json.loads(text)}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ServiceTrouble(f"{index}: no list of collections ({error})") from error


def _may_be_of_years(name: str, years: frozenset[int]) -> bool:
    """Tell whether a collection, by its id (CC-MAIN-2021-04), may have captures of some years."""
    found = [int(year) for year in YEAR.findall(name)]
    if not years or not found:
        return True
    return any(min(found) <= year <= max(found) for year in years)
