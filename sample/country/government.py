"""What a country declares: governments, what each holds, and what is served for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from nianbao.sample.country.answers import Answer

# Whether its columns can be found: they can, there is none, a browser is needed, or its site
# cannot be reached.
State: TypeAlias = Literal["open", "no-column", "browser", "closed"]
REGISTER_FILE = "governments.tsv"
REGISTER_HEAD = "path\tlevel\tcode\tformer_codes\thome\taccess\tchecked_on"
CHECKED_ON = "2026-01-05"


@dataclass(frozen=True)
class Report:
    """A report that is served: whose it is, of which year, and its absolute addresses.

    `listed` is the one in the list, `url` that at which it stands; mostly they are one.
    """

    agency: str
    year: int
    url: str
    listed: str


@dataclass(frozen=True)
class Column:
    """A column of annual reports.

    `covers` has the kinds of bodies whose reports it lists. `lists` are the absolute addresses
    below which its rows stand: its own, or those of the lists that its page leads to.
    """

    name: str
    url: str
    covers: tuple[str, ...]
    lists: tuple[str, ...]


@dataclass
class Government:
    """A government with its site. `traits` say which shapes it has, by kind."""

    name: str
    path: tuple[str, ...]
    code: str
    host: str  # with its port
    state: State = "open"
    start: str = "/"
    traits: dict[str, str] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)  # by //host/path, no port

    @property
    def home(self) -> str:
        """The address of its home page, as the register has it."""
        return f"http://{self.host}{self.start}"

    @property
    def register_row(self) -> str:
        """The government as a line of a register of governments."""
        cells = ("/".join(self.path), "county", self.code, "", self.home)
        return "\t".join((*cells, "direct", CHECKED_ON))

    def describe(self) -> str:
        """Return which shapes it has, for a person who looks for a fault."""
        traits = ", ".join(f"{kind} {name}" for kind, name in self.traits.items())
        return f"{self.home} {self.name} ({traits})"


@dataclass(frozen=True)
class Country:
    """The governments of a seed, as they stand on a port."""

    seed: int
    port: int
    governments: tuple[Government, ...]

    @property
    def answers(self) -> Mapping[str, Answer]:
        """All answers by `//host/path`, of posted forms by `POST //host/path field=value`."""
        merged: dict[str, Answer] = {}
        for government in self.governments:
            merged |= government.answers
        return merged

    def declare(self) -> str:
        """Return what the country holds as JSON: each government with columns and reports."""
        records = []
        for government in self.governments:
            record = {
                "name": government.name,
                "code": government.code,
                "home": government.home,
                "state": government.state,
                "traits": government.traits,
                "columns": [asdict(column) for column in government.columns],
                "reports": [asdict(report) for report in government.reports],
            }
            records.append(record)
        return json.dumps(records, ensure_ascii=False, indent=1)

    def write_register(self, folder: Path) -> Path:
        """Write the register of the country's governments into a folder; return its path."""
        path = folder / REGISTER_FILE
        rows = [REGISTER_HEAD, *(one.register_row for one in self.governments)]
        path.write_text("\n".join(rows) + "\n", "utf-8")
        return path
