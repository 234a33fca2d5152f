"""Which lines of the feed fit a filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nianbao.archive.errors import UnknownName
from nianbao.archive.finding_texts import LANGUAGES, describe_rule, translate_message
from nianbao.archive.read_model.crawls.site_regions import select_site_regions
from nianbao.archive.read_model.documents import load_version_text
from nianbao.archive.read_model.row_filter import RowFilter, resolve_filter
from nianbao.archive.region_names import is_in_region
from nianbao.archive.search.words import parse_word
from nianbao.crawler.notify.notify_file import FeedFilter, fits_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nianbao.archive import Archive
    from nianbao.archive.events.feed import Change
    from nianbao.archive.records import Finding


@dataclass(frozen=True)
class Matcher:
    """Tells which lines of an archive's feed fit filters."""

    archive: Archive
    # The regions of the sites, for what is read as no body's: name and code by the site's id.
    site_regions: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    @classmethod
    def of_archive(
        cls,
        archive: Archive,
    ) -> Matcher:
        """Return one that knows the sites of an archive."""
        return cls(archive, select_site_regions(archive.db))

    def fits(
        self,
        change: Change,
        feed_filter: FeedFilter,
    ) -> bool:
        """Tell whether a line fits every field of a filter."""
        return (
            self._fits_kind(change, feed_filter)
            and self._fits_region(change, feed_filter)
            and self._fits_agency(change, feed_filter)
            and self._has_words(change, feed_filter)
        )

    def _fits_kind(
        self,
        change: Change,
        feed_filter: FeedFilter,
    ) -> bool:
        """Tell whether kind and rule fit; only findings have a rule."""
        if feed_filter.kind and change.kind not in feed_filter.kind:
            return False
        if not feed_filter.rule:
            return True
        if change.finding is None:
            return False
        rule = change.finding.rule
        return any(fits_rule(pattern, rule) for pattern in feed_filter.rule)

    def _fits_region(
        self,
        change: Change,
        feed_filter: FeedFilter,
    ) -> bool:
        """Tell whether a line is about a region; of an unknown body, that of the site counts."""
        if not feed_filter.region:
            return True
        region: str | None = change.region
        code = change.region_code
        if region is None:
            region, code = self.site_regions.get(change.site, (None, None))
        return any(is_in_region(region, [code], text) for text in feed_filter.region)

    def _fits_agency(
        self,
        change: Change,
        feed_filter: FeedFilter,
    ) -> bool:
        if not feed_filter.agency:
            return True
        name = change.agency or ""
        return any(text in name for text in feed_filter.agency)

    def _has_words(
        self,
        change: Change,
        feed_filter: FeedFilter,
    ) -> bool:
        """Tell whether one of the words stands in what a line says or in the report's text."""
        if not feed_filter.words:
            return True
        parts = [change.title, change.agency, change.region]
        if change.finding is not None:
            parts += _list_finding_texts(change.finding)
        elif change.url is not None:
            db = self.archive.db
            parts.append(load_version_text(db, change.url, change.version))
        text = "\n".join(part for part in parts if part)
        words = map(parse_word, feed_filter.words)
        return any(word is not None and word.find(text) for word in words)

    def list_unknown_names(
        self,
        feed_filter: FeedFilter,
    ) -> Iterator[str]:
        """Yield what a filter names and the archive has not: it may come, or be misspelt."""
        row_filters = [RowFilter(region=text) for text in feed_filter.region]
        row_filters += [RowFilter(agency=text) for text in feed_filter.agency]
        for row_filter in row_filters:
            try:
                resolve_filter(self.archive.db, row_filter)
            except UnknownName as error:
                yield str(error)


def _list_finding_texts(finding: Finding) -> Iterator[str]:
    """Yield what is said of a finding in each language: its sentence and its rule's title."""
    for language in LANGUAGES:
        yield translate_message(
            finding.rule, finding.message, finding.parameters, language
        )
        rule = describe_rule(finding.rule, language)
        if rule is not None:
            yield rule.title
