"""What a search of a site brings to light: its columns, its platform, what stood in the way."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, TypeAlias

from nianbao.spiders.discovery.bodies import ColumnBodies
from nianbao.spiders.discovery.platform_signs import PlatformSign, judge_signs
from nianbao.spiders.lists.page import ListRow

if TYPE_CHECKING:
    from collections.abc import Iterable

# How a search ended: with columns, without any, with pages that a script must fill, before a wall,
# or without an answer, which a page that was not searched is too.
Outcome: TypeAlias = Literal[
    "found", "no_column", "needs_browser", "blocked", "unreachable"
]

# How the trouble begins with a page that came and was not searched: too long, or too hard.
NOT_SEARCHED = "the page was not searched"


def find_unsearched_page(troubles: Iterable[str]) -> str | None:
    """Return the first trouble with a page that came and was not searched; None without one."""
    for trouble in troubles:
        if NOT_SEARCHED in trouble:
            return trouble
    return None


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column whose list names reports: its entry, and the page that has its first rows."""

    url: str
    name: str
    platform: str
    confidence: float
    tree: str | None  # the option of that name, where the rows are in lists below
    rows: tuple[ListRow, ...]
    rows_url: str  # the address of the page with the rows
    page_body: bytes
    content_type: str
    bodies: ColumnBodies


@dataclass(slots=True)
class Discovery:
    """What a search brought to light about a site."""

    url: str
    name: str | None = None
    signs: set[PlatformSign] = field(default_factory=set)
    columns: list[ReportColumn] = field(default_factory=list)
    # Names of columns by address, whose lists named no report.
    unread: dict[str, str] = field(default_factory=dict)
    # Names of columns by address, on hosts that are not the site's.
    elsewhere: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    requests: int = 0
    answers: int = 0  # of them, pages that could be examined
    is_blocked: bool = False  # a block page stood in the place of one

    def take_over(self, other: Discovery) -> None:
        """Become what another discovery is: the one that a search in another process fills."""
        for one in fields(self):
            setattr(self, one.name, getattr(other, one.name))

    @property
    def platform(self) -> tuple[str, float]:
        """The platform and the confidence in it.

        It is the platform that the columns are read with, else the one that the signs speak for.
        """
        if not self.columns:
            return judge_signs(self.signs)
        best = max(self.columns, key=lambda column: column.confidence)
        return best.platform, best.confidence

    @property
    def outcome(self) -> Outcome:
        """How the search ended."""
        if self.columns:
            return "found"
        if self.is_blocked:
            return "blocked"
        if not self.answers or find_unsearched_page(self.troubles):
            return "unreachable"
        return "needs_browser" if self.unread else "no_column"
