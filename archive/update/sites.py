"""A site on which a run has ended: what is present, moved or vanished, and the events of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.archive.derived import presence, stays
from nianbao.archive.derived.stays import StandingReports, StayEnd
from nianbao.archive.events import page_events, stay_events
from nianbao.archive.update.addresses import join_addresses
from nianbao.archive.update.documents import update_reports_of_document
from nianbao.archive.update.volatile_lines import learn_volatile_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlite_utils import Database

    from nianbao.archive.derived.presence import Presences
    from nianbao.archive.derived.stays import Moves, NewVersion, Stay


def finalize_site(db: Database, run_id: int, site_id: str, *, healthy: bool) -> None:
    """Decide what a run found of a site's documents, and emit the events of its pages.

    Only a healthy run can find a document missing. Finalizing a run again emits what was not
    emitted yet.
    """
    presences = presence.load_presences(db, run_id, site_id)
    vanish_after = presence.load_vanish_after(db, run_id, site_id)
    new_versions = stays.load_new_versions(db, run_id, site_id)
    transitions = [version for version in new_versions if version.is_transition]
    first_transitions = _select_first(transitions)

    pages = presence.sort_pages(presences, is_healthy=healthy)
    ended = _list_ended(transitions, presences)
    begun = [stays.begin_stay(version) for version in transitions]
    begun += pages.list_appearing_stays(first_transitions)
    moves = stays.pair_moves([*pages.list_missing_stays(), *ended.values()], begun)
    standing = StandingReports(db, run_id, site_id, begun, pages.missing)
    stay_ends: list[StayEnd] = []
    for version_id, stay in ended.items():
        target = moves.get(stay) or standing.find_elsewhere(stay)
        stay_ends.append(StayEnd(stay, version_id, target))
    targets = _list_targets(moves, stay_ends)
    arrivals = presence.Arrivals(first_transitions, targets)
    changes = presence.decide_changes(pages, moves, arrivals, vanish_after)

    for change in changes:
        presence.apply_change(db, change)
        for document_id in change.changed_documents:
            update_reports_of_document(db, document_id)
    presence.reset_misses(db, presences)
    news = stay_events.select_news(db, new_versions)
    page_events.emit_page_events(db, run_id, changes)
    _emit_stay_events(db, run_id, news, stay_ends, targets)
    page_events.emit_version_events(db, run_id, news)


def _emit_stay_events(
    db: Database,
    run_id: int,
    news: Sequence[NewVersion],
    stay_ends: Sequence[StayEnd],
    targets: Collection[Stay],
) -> None:
    """Emit the stays that ended and began with the versions that are news."""
    news_ids = {version.version_id for version in news}
    target_ids = {target.version_id for target in targets}
    ends = [end for end in stay_ends if end.next_version_id in news_ids]
    begins = [version for version in news if version.is_transition]
    stay_events.emit_stay_events(db, run_id, ends, begins, target_ids)
    stay_events.emit_untold_targets(db, run_id, targets)


def _select_first(transitions: Iterable[NewVersion]) -> dict[int, NewVersion]:
    """Return the first transition of each page; they come in the order of the versions."""
    first: dict[int, NewVersion] = {}
    for version in transitions:
        first.setdefault(version.document_id, version)
    return first


def _list_ended(
    transitions: Sequence[NewVersion], presences: Presences
) -> dict[int, Stay]:
    """Return the stays that versions of other reports ended, by the version that ended each.

    A report that had left a page before, when the page vanished, is not ended again.
    """
    ended: dict[int, Stay] = {}
    looked_at: set[int] = set()
    for version in transitions:
        page = presences.get(version.document_id)
        is_first = version.document_id not in looked_at
        looked_at.add(version.document_id)
        if is_first and page is not None and page.state in ("vanished", "moved"):
            continue
        ended[version.version_id] = stays.end_stay(version)
    return ended


def _list_targets(moves: Moves, stay_ends: Iterable[StayEnd]) -> set[Stay]:
    """Return the stays to which a report has moved: that they are new is told by that."""
    targets = set(moves.values())
    for end in stay_ends:
        if end.target is not None:
            targets.add(end.target)
    return targets


def end_site_run(db: Database, run_id: int, site_id: str, *, healthy: bool) -> None:
    """Finalize a run that has just ended on a site, without what differs by itself.

    Where pages turn out to be one, under addresses of one visit each, all runs are finalized
    anew.
    """
    learn_volatile_lines(db, run_id, site_id)
    if join_addresses(db, site_id):
        refinalize_site(db, site_id)
    else:
        finalize_site(db, run_id, site_id, healthy=healthy)


def refinalize_site(db: Database, site_id: str) -> None:
    """Finalize all ended runs of a site again, from what the archive knows of them now."""
    join_addresses(db, site_id)
    for document_id in presence.reset_site(db, site_id):
        update_reports_of_document(db, document_id)
    for run_id, is_healthy in presence.list_ended_runs(db, site_id):
        finalize_site(db, run_id, site_id, healthy=is_healthy)
    presence.mark_settled(db, site_id)
