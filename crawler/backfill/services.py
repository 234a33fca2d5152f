"""Services: which web archive is asked, where its index is and how its bytes are had."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter
from ruamel.yaml import YAML

SERVICES = Path(__file__).with_name("services.yaml")
# where the index of a web archive stands beside the pages that it replays
WAYBACK_ENDING = "/cdx/search/cdx"
INDEX_ENDINGS = {WAYBACK_ENDING: "/web", "/cdx": "", "-cdx": "", "/timemap": ""}
# Indexes of WARC files that lie elsewhere: a list of collections, and one of these.
LIST_ENDING = ".json"
PARTS_ENDING = "-index"
MOST_A_MINUTE = 60  # requests to a service that has no entry in services.yaml
# left as they are in an address behind a replay address
KEPT_LETTERS = "%/:=&?~+!$,;'@()*[]|"

# `plain`: any CDX server, told address and time only. `wayback`: that of the Internet Archive.
# `collections`: a list of indexes with numbered pages, as Common Crawl has it.
Dialect = Literal["plain", "wayback", "collections"]


class RecordsUnknown(Exception):
    """It is not known where the WARC files of an index are; the message says what to do."""


class ServiceEntry(BaseModel):
    """An entry of services.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    index: str
    dialect: Dialect
    records: str | None = None
    most_a_minute: int


@dataclass(frozen=True, slots=True)
class WebArchive:
    """A web archive: its index, and where its bytes are.

    `replay` stands before time stamp and address of a capture. With `records`, captures are parts
    of WARC files below that address, which the index names.
    """

    index: str
    dialect: Dialect
    replay: str
    records: str | None
    most_a_minute: int

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that may be asked, and nothing else."""
        addresses = (self.index, self.replay, self.records or self.index)
        names = [urlsplit(address).hostname or "" for address in addresses]
        return tuple(dict.fromkeys(names))

    def replay_address(self, url: str, timestamp: str) -> str:
        """Return where the bytes of a capture are had as they came."""
        return f"{self.replay}/{timestamp}id_/{quote(url, safe=KEPT_LETTERS)}"


def find_service(
    name: str, records: str | None = None, most_a_minute: int | None = None
) -> WebArchive:
    """Return the service of a name, or at the address of an index or a collection.

    Raises RecordsUnknown.
    """
    entry = load_services().get(name)
    if entry is None:
        entry = _make_entry(name)
    index = entry.index
    records = records or entry.records
    if records is None and index.endswith((LIST_ENDING, PARTS_ENDING)):
        raise RecordsUnknown(
            f"{index} is an index of parts of WARC files: say with --records where these are."
        )
    replay = index
    for ending, place in INDEX_ENDINGS.items():
        if index.endswith(ending):
            replay = index.removesuffix(ending) + place
            break
    return WebArchive(
        index=index,
        dialect=entry.dialect,
        replay=replay,
        records=records,
        most_a_minute=most_a_minute or entry.most_a_minute,
    )


@cache
def load_services() -> dict[str, ServiceEntry]:
    """Return the services that have a name."""
    values = YAML(typ="safe").load(SERVICES.read_text("utf-8"))
    return TypeAdapter(dict[str, ServiceEntry]).validate_python(values)


def _make_entry(url: str) -> ServiceEntry:
    """Return what is known of a service by its address alone.

    That of a collection of pywb is taken for the index that stands below it.
    """
    index = url.rstrip("/?")
    dialect: Dialect = "plain"
    if index.endswith(LIST_ENDING):
        dialect = "collections"
    elif index.endswith(WAYBACK_ENDING):
        dialect = "wayback"
    elif not index.endswith((*INDEX_ENDINGS, PARTS_ENDING)):
        index = f"{index}/cdx"
    return ServiceEntry(index=index, dialect=dialect, most_a_minute=MOST_A_MINUTE)
