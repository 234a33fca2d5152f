"""What a backfill did: captures, versions, reports, and what was left."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nianbao.crawler.backfill import backfill, selection
from nianbao.crawler.imports.importer import ImportResult

if TYPE_CHECKING:
    from nianbao.archive.read_model.holdings import Holdings
    from nianbao.archive.transfer.backfill import AddedVersions

# of captures, in the order in which they are told
COUNTS = (
    selection.KNOWN,
    selection.SAME,
    selection.HELD,
    selection.NEW,
    backfill.FETCHED,
    backfill.GONE,
    backfill.LEFT,
    backfill.DIFFERENT,
    backfill.OTHER_SITES,
)


@dataclass
class BackfillSummary:
    """The result of a backfill of one or more targets."""

    targets: int = 0
    targets_left: int = 0  # of which the service was not asked
    requests: int = 0
    fetches: backfill.FetchResult = field(default_factory=backfill.FetchResult)
    imports: ImportResult = field(default_factory=ImportResult)
    versions: AddedVersions | None = None  # None where there is no archive yet
    holdings: Holdings | None = None
    warnings: list[str] = field(
        default_factory=list
    )  # what was left unread of an index
    failures: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many captures were left for the next start."""
        return self.fetches.counts[backfill.LEFT]

    @property
    def is_ok(self) -> bool:
        """Whether everything that should have worked did."""
        return not self.failures and not self.imports.failures and not self.warnings

    def add_import(self, result: ImportResult) -> None:
        """Add what the import of a target took in."""
        self.imports.visits += result.visits
        self.imports.reports += result.reports
        self.imports.duplicates += result.duplicates
        self.imports.skips += result.skips
        self.imports.refusal_count += result.refusal_count
        self.imports.refusals += result.refusals
        self.imports.failures += result.failures

    def to_json(self) -> dict[str, Any]:
        """Return the result under the keys that are promised to programs."""
        counts = self.fetches.counts
        return {
            "targets": self.targets,
            "targets_left": self.targets_left,
            "requests": self.requests,
            "captures": {name: counts[name] for name in COUNTS},
            "gone": self.fetches.gone,
            "warnings": self.warnings,
            "import": self.imports.to_json(),
            "versions": asdict(self.versions) if self.versions else None,
            "holdings": asdict(self.holdings) if self.holdings else None,
            "failed": self.failures,
            "ok": self.is_ok,
        }
