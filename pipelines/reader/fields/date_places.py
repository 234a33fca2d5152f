"""The places of a page that name a date: labels, bare dates, meta tags, list row, address.

The patterns are rules, in rules/publication_date.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from nianbao.pipelines.reader.fields import dates, labels
from nianbao.pipelines.reader.fields.agency_names import is_agency
from nianbao.pipelines.reader.fields.labels import LabelField
from nianbao.pipelines.reader.page import metas
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.payload.normal_form import fold_forms, squeeze
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("publication_date")

_META_TAGS = (
    "pubdate",
    "publishdate",
    "publish_date",
    "article:published_time",
    "firstpublishedtime",
    "datepublished",
    metas.JSON_LD,
    metas.TIME,
)
_GENERATION_TAGS = (
    "others",
    "maketime",
    "htmlgeneratetime",
    "createdate",
    "generatetime",
)
_META_NAMES = {"pubdate": "PubDate", "publishdate": "PublishDate"}
_HEADER_LABELS = (*labels.PUBLICATION_DATES, *labels.PLAIN_DATES)
_NEAR_TITLE = 6  # lines below the title in which a bare date is its publication date
_NEAR_BODY = 6  # lines below the body in which a label counts
_MAX_LINE_LENGTH = 200
_MIN_TITLE_PART = 3  # characters; a line that repeats the title is longer


@dataclass(frozen=True, slots=True)
class DatePlaces:
    """The places of a page, its list row and its address that can name its publication date.

    `fields` are the labels of the header, `tail` the lines below the body, `metas` the meta tags
    by name, `list_date` what the list page printed.
    """

    title: str | None
    header: Sequence[str]
    fields: Sequence[LabelField]
    tail: Sequence[str]
    metas: Mapping[str, str]
    list_date: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class PossibleDate:
    """A date that can be the publication date, with its basis; one not trusted is never chosen."""

    basis: str
    stamp: dates.Stamp
    is_trusted: bool = True

    @property
    def iso_day(self) -> str:
        return self.stamp.day.isoformat()


def iter_dates(places: DatePlaces, report_year: int | None) -> Iterator[PossibleDate]:
    """Yield the dates of all places in the order of trust."""
    title_lines = _find_title_lines(places.header, places.title)
    header_fields = _remove_events(places.fields, places.header)
    last_title_line = max(title_lines, default=0)
    yield from _iter_label_dates(header_fields, _HEADER_LABELS, last_title_line)
    yield from _iter_bare_dates(places, title_lines)
    own_lines = _select_own_lines(places.tail[:_NEAR_BODY])
    tail_fields = labels.find_labels(own_lines)
    yield from _iter_label_dates(tail_fields, labels.PUBLICATION_DATES, 0)
    yield from _iter_meta_dates(places.metas)
    stamp = dates.find_first_date(fold_forms(places.list_date or ""))
    if stamp:
        yield PossibleDate("list", stamp)
    yield from _iter_url_date(places.url or "", report_year)


def _iter_label_dates(
    fields: Iterable[LabelField],
    names: Sequence[str],
    title_line: int,
) -> Iterator[PossibleDate]:
    """Yield the dates behind labels.

    First come those of a label that says that it is of publication (发布日期 before 时间), then
    those below the title, then those of the earlier label, then those nearest to the body.
    """

    def rank(field: LabelField) -> tuple[bool, bool, int, int]:
        is_plain = field.label in labels.PLAIN_DATES
        is_above = field.line < title_line
        return is_plain, is_above, names.index(field.label), -field.line

    date_fields = [field for field in fields if field.label in names]
    for field in sorted(date_fields, key=rank):
        value = fold_forms(field.value)
        stamp = dates.find_leading_date(value) or dates.find_leading_stamp(value)
        if stamp is None:
            continue
        behind = value[stamp.end :]
        if _RULES.range.find(behind):
            continue
        is_above_title = field.line < title_line
        if is_above_title and _is_list_row(behind):
            continue
        yield PossibleDate(f"label:{field.label}", stamp)


def _is_list_row(text: str) -> bool:
    """Tell by what stands behind a date above the title whether it is of a row of a list."""
    behind = text.strip(" |\t)】]")
    if not behind or _RULES.beside_date.find(behind):
        return False
    return not is_boilerplate(behind)


def _remove_events(
    fields: Sequence[LabelField],
    header: Sequence[str],
) -> list[LabelField]:
    """Return the labels without those that say when something takes place."""
    lines = [fold_forms(line) for line in header]
    lines.append("")
    other_fields: list[LabelField] = []
    for field in fields:
        is_event = field.label in labels.PLAIN_DATES and labels.is_event(
            lines[field.line], lines[field.line + 1]
        )
        if not is_event:
            other_fields.append(field)
    return other_fields


def _select_own_lines(tail: Sequence[str]) -> list[str]:
    """Return the lines behind the body that are still the page's own.

    They are labels and boilerplate, up to the first other line. What a line says of the article
    before or behind is not said of the page.
    """
    own_lines = takewhile(_is_own_line, tail)
    return [line for line in own_lines if not _RULES.neighbour.find(fold_forms(line))]


def _is_own_line(line: str) -> bool:
    return is_boilerplate(line) or labels.has_label(fold_forms(line))


def _find_title_lines(header: Sequence[str], title: str | None) -> list[int]:
    """Return the numbers of the header lines that hold the title."""
    squeezed_title = squeeze(title or "")
    if not squeezed_title:
        return []
    return [
        number
        for number, line in enumerate(header)
        if _holds_title(squeeze(line), squeezed_title)
    ]


def _holds_title(line: str, title: str) -> bool:
    """Tell whether a squeezed line holds the title, or is more than half of it."""
    if len(line) <= _MIN_TITLE_PART:
        return False
    if title in line:
        return True
    return line in title and len(line) * 2 > len(title)


def _iter_bare_dates(
    places: DatePlaces,
    title_lines: Sequence[int],
) -> Iterator[PossibleDate]:
    """Yield a date that stands in the header below the title without a label.

    The title can stand above the date and again below it; the lowest that a date follows counts.
    """
    starts = title_lines if places.title else [0]
    for start in reversed(starts):
        stamps = list(_iter_dates_below(places.header, start))
        if stamps:
            days = {stamp.day for stamp in stamps}
            if len(days) == 1:  # several days are a list of rows
                yield PossibleDate("header", stamps[0])
            return


def _iter_dates_below(header: Sequence[str], start: int) -> Iterator[dates.Stamp]:
    end = min(len(header), start + _NEAR_TITLE + 1)
    for number in range(start, end):
        line = fold_forms(header[number])
        if number == start:
            line = _extract_day_behind_title(line)
        if _RULES.clock.find(line) or len(line) > _MAX_LINE_LENGTH:
            continue
        stamps = list(dates.find_dates(line))
        if len(stamps) != 1:
            continue
        line_above = header[number - 1] if number else ""
        if _is_publication(line, stamps[0], line_above):
            yield stamps[0]


def _extract_day_behind_title(line: str) -> str:
    """Return the date in brackets that ends a title line: 标题 ( 2024-05-11)."""
    match = _RULES.day_in_brackets.find(line)
    if match is None:
        return ""
    return match[1]


def _is_publication(line: str, stamp: dates.Stamp, line_above: str) -> bool:
    """Tell a header date from a signature, an event or a labelled date of another kind."""
    before = line[: stamp.start]
    behind = line[stamp.end :]
    rest = (before + behind).strip(" \t|()[]【】•·")
    if not rest:
        return _is_publication_alone(stamp, line_above)
    if _RULES.range.find(behind):
        return False
    bare_before = before.strip(" \t|([【•·")
    label = _RULES.label_before.find(bare_before)
    if label and not _RULES.publishing_label.find(label[1]):
        return False
    for field in labels.find_labels([line]):
        if field.label in labels.OTHER_DATES:
            return False
    if _RULES.beside_date.find(rest):
        return True
    if _RULES.medium.find(rest) or (not before.strip() and is_agency(squeeze(rest))):
        return True
    return is_boilerplate(rest)


def _is_publication_alone(stamp: dates.Stamp, line_above: str) -> bool:
    """Tell a date in a line of its own from the value of a label and from a signature."""
    if line_above.rstrip().endswith((":", "：")):
        return False
    if "年" not in stamp.text or stamp.time:
        return True
    return not is_agency(squeeze(line_above))


def _iter_meta_dates(page_metas: Mapping[str, str]) -> Iterator[PossibleDate]:
    generation_instants = _find_generation_instants(page_metas)
    for name in _META_TAGS:
        content = page_metas.get(name)
        if not content:
            continue
        stamp = dates.find_first_date(fold_forms(content))
        if stamp is None:
            stamp = dates.parse_machine_date(content)
        if stamp is None:
            continue
        is_generation = _is_exact(stamp) and stamp.instant in generation_instants
        basis = f"meta:{_META_NAMES.get(name, name)}"
        yield PossibleDate(basis, stamp, is_trusted=not is_generation)


def _is_exact(stamp: dates.Stamp) -> bool:
    """Tell whether a stamp has seconds; the third colon is that of the time zone."""
    if stamp.instant is None:
        return False
    return stamp.instant.count(":") > 2


def _find_generation_instants(metas: Mapping[str, str]) -> set[str]:
    """Return the instants at which the page says that it was generated."""
    instants: set[str] = set()
    for name in _GENERATION_TAGS:
        content = metas.get(name)
        if not content:
            continue
        for stamp in dates.find_dates(content):
            if stamp.instant:
                instants.add(stamp.instant)
    return instants


def _iter_url_date(url: str, report_year: int | None) -> Iterator[PossibleDate]:
    """Yield the day in the address.

    It is the day of filing, so it is trusted only in the report's year or the year after.
    """
    day = dates.find_url_date(url)
    if day is None:
        return
    is_trusted = True
    if report_year is not None:
        is_trusted = day.year in (report_year, report_year + 1)
    stamp = dates.Stamp(day, None, url, 0, 0)
    yield PossibleDate("url", stamp, is_trusted)
