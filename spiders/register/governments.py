"""The register of governments: every province, prefecture and county with its home page.

`governments.tsv` is made by tools/build_register.py; its head says of what and under which
terms. It has the governments of mainland China whose sites were looked at, not every division:
金门县 has no site, 加格达奇区 no code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from nianbao.archive.region_names import is_in_region

GovernmentLevel: TypeAlias = Literal["province", "prefecture", "county"]
# How a program got an answer of the home page: at once, by the other of http and https, only
# with a telephone's User-Agent, or not at all.
HomeAccess: TypeAlias = Literal["direct", "protocol-switch", "ua-mobile", "none"]

FILE_NAME = "governments.tsv"
COLUMNS = ("path", "level", "code", "former_codes", "home", "access", "checked_on")
_REGISTER_FILE = Path(__file__).with_name(FILE_NAME)


@dataclass(frozen=True, slots=True)
class Government:
    """A government and its home page.

    `path` has the names of its divisions, the widest first. `code` is None where the division
    has none. `former_codes` are those that the division had since 2003. `checked_on` is empty
    where nobody looked at the home page yet.
    """

    path: tuple[str, ...]
    level: GovernmentLevel
    code: str | None
    former_codes: tuple[str, ...]
    home: str
    access: HomeAccess
    checked_on: str

    @property
    def name(self) -> str:
        """The full name of its division: 浙江省杭州市上城区."""
        return "".join(self.path)

    @property
    def key(self) -> str:
        """What tells it from other governments: its code, its name where it has none."""
        return self.code or self.name

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes of its division, today's first."""
        today = (self.code,) if self.code else ()
        return (*today, *self.former_codes)

    def is_in(self, region: str) -> bool:
        """Tell whether it stands in a region: a code's beginning, or that of a division's name."""
        return is_in_region(
            self.name,
            self.codes,
            region,
        )


@cache
def load_governments() -> tuple[Government, ...]:
    """Return the register that is installed, by province; it is read at the first call."""
    lines = _REGISTER_FILE.read_text("utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    return tuple(parse_row(row) for row in rows[1:])


def parse_row(row: str) -> Government:
    """Return the government of a row that has no mistake."""
    path, level, code, former_codes, home, access, checked_on = row.split("\t")
    return Government(
        path=tuple(path.split("/")),
        level=level,  # type: ignore[arg-type]
        code=code or None,
        former_codes=tuple(former_codes.split()),
        home=home,
        access=access,  # type: ignore[arg-type]
        checked_on=checked_on,
    )


def select_governments(
    governments: Iterable[Government], regions: Iterable[str]
) -> list[Government]:
    """Return the governments that stand in one of the regions."""
    wanted = tuple(regions)
    return [
        government
        for government in governments
        if any(government.is_in(region) for region in wanted)
    ]
