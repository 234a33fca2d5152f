"""The title of a page or text: every place that can give one, in the order of trust.

Of a page: meta ArticleTitle, the report's own heading, another heading, the list row's title, a
line above labels, <title>. Of a text: the line of a report, the list row's title, the value of
标题, a line above labels, a first line that names a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from nianbao.pipelines.reader.document.parse import DomPage
from nianbao.pipelines.reader.fields import labels, titles
from nianbao.pipelines.reader.fields.agency_names import extract_title_agency, is_agency
from nianbao.pipelines.reader.fields.title_lines import find_report_title
from nianbao.pipelines.reader.page.boilerplate import is_boilerplate
from nianbao.pipelines.reader.payload.normal_form import fold_forms, squeeze

LIST_ROW = "list"  # the rule of a title that the page itself does not have
_ANNOUNCEMENT_LINES = 6  # of a body, in which it announces itself
_FIRST_LINES = 3  # in which a title stands that nothing else shows
_TOP_LINES = 20  # of a text, in which its header stands
_MAX_FIRST_LINE_LENGTH = 60
_MAX_LINES_OF_TITLE = 3
_MIN_HEADING_LENGTH = 5
# Characters of a line that counts as a title by where it stands.
_MIN_TITLE_LENGTH = 8
_MAX_TITLE_LENGTH = 120
_BARE_NAMES = frozenset(("年度报告", "年报", "工作报告", "工作年度报告"))
_SITE_METAS = ("columnname", "sitename", "columntype")
_TITLE_STANDS_ABOVE = frozenset(
    (*labels.PUBLICATION_DATES, *labels.PLAIN_DATES, *labels.SOURCES)
)


class TitleCandidate(NamedTuple):
    """A title, and the rule by which its place gives one."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class TitlePlaces:
    """What can name a document: a page, or the lines of a text, and its row on a list."""

    page: DomPage | None
    lines: Sequence[str]
    list_title: str | None


class TitleChoice(NamedTuple):
    """The title, and the one that the page itself has where that is a list row's."""

    title: TitleCandidate | None
    own_title: TitleCandidate | None

    @property
    def text(self) -> str | None:
        return self.title.text if self.title else None


def choose_title(places: TitlePlaces) -> TitleChoice:
    """Choose the first title that the places give."""
    candidates = iterate_titles(places)
    title = next(candidates, None)
    if title is None or title.rule != LIST_ROW:
        return TitleChoice(title, title)
    return TitleChoice(title, next(candidates, None))


def iterate_titles(places: TitlePlaces) -> Iterator[TitleCandidate]:
    """Yield the titles that the places give, the most trusted first; none is looked for early."""
    if places.page is None:
        yield from _iterate_text_titles(places.lines, places.list_title)
    else:
        yield from _iterate_page_titles(places.page, places.list_title)


def _iterate_page_titles(
    page: DomPage, list_title: str | None
) -> Iterator[TitleCandidate]:
    meta_title = page.metas.get("articletitle")
    site_titles = [page.metas.get(name) for name in _SITE_METAS]
    if meta_title and meta_title not in site_titles:
        yield TitleCandidate("meta", meta_title)
    document_title = None
    if page.title:
        document_title = titles.extract_document_title(page.title)
    report_title = _find_report_heading(page, document_title)
    if _names_another_report(page, report_title, document_title):
        yield TitleCandidate("title_element", document_title or "")
    if report_title:
        yield TitleCandidate("report_heading", report_title)
    heading = _find_heading(page)
    if heading:
        yield TitleCandidate("heading", heading)
    if list_title:
        yield TitleCandidate(LIST_ROW, list_title)
    line = _find_title_above_labels(_select_lines_around_title(page))
    if line:
        yield TitleCandidate("above_labels", line)
    if document_title:
        yield TitleCandidate("title_element", document_title)


def _iterate_text_titles(
    lines: Sequence[str], list_title: str | None
) -> Iterator[TitleCandidate]:
    report_title = find_report_title(lines)
    if report_title:
        yield TitleCandidate("report_line", report_title)
    if list_title:
        yield TitleCandidate(LIST_ROW, list_title)
    top_lines = lines[:_TOP_LINES]
    for field in labels.find_labels(map(fold_forms, top_lines)):
        is_long = len(field.value) >= _MIN_TITLE_LENGTH
        if is_long and field.label in labels.NAMES:
            yield TitleCandidate("behind_label", field.value)
    title = _find_title_above_labels(top_lines)
    if title:
        yield TitleCandidate("above_labels", title)
    first_line = _find_first_title(top_lines[:_FIRST_LINES])
    if first_line:
        yield TitleCandidate("first_line", first_line)


def _find_first_title(first_lines: Sequence[str]) -> str | None:
    """Return the first line that is long enough, if it names a document."""
    for line in first_lines:
        if len(line) < _MIN_TITLE_LENGTH:
            continue
        if len(line) <= _MAX_FIRST_LINE_LENGTH and titles.names_document(line):
            return line
        return None
    return None


def complete_title(
    title: TitleCandidate | None, body: Sequence[str]
) -> TitleCandidate | None:
    """Return the title cleaned.

    Without a title, or with the mere name of a column, it is the title by which the text
    announces itself.
    """
    if title is None or not title.text or _is_column_name(title.text):
        announced_title = find_announced_title(body)
        if announced_title:
            return announced_title
    if title is None or not title.text:
        return None
    return TitleCandidate(title.rule, titles.clean_title(title.text))


def find_announced_title(body: Sequence[str]) -> TitleCandidate | None:
    """Return the title by which a text announces itself, if it names a body."""
    opening = squeeze("".join(body[:_ANNOUNCEMENT_LINES]))
    announced_title = titles.find_announced_title(opening)
    if announced_title and is_agency(extract_title_agency(announced_title)):
        return TitleCandidate("announced", announced_title)
    return None


def _is_column_name(title: str) -> bool:
    """Tell a title that names reports of the kind, but neither year nor agency."""
    if squeeze(title) in _BARE_NAMES:
        return True
    return titles.names_report(title) and not titles.names_specific_report(title)


def _find_report_heading(page: DomPage, document_title: str | None) -> str | None:
    """Return the heading of a report, unless <title> says better what the page is."""
    last_head_lines = page.head[-12:]
    first_lines = page.body[:12]
    heading = find_report_title([*page.headings, *last_head_lines, *first_lines])
    if not heading or not document_title:
        return heading
    if not titles.names_specific_report(heading):
        return None
    if titles.names_other_document(document_title):
        return None
    return heading


def _names_another_report(
    page: DomPage, line: str | None, document_title: str | None
) -> bool:
    """Tell whether a line is the title of another report than the page's, as lists have them.

    The page's own is that of <title>, where a line repeats it and no heading says otherwise.
    """
    if not line or not document_title:
        return False
    year = titles.extract_year(document_title)
    if year is None or year == titles.extract_year(line):
        return False
    if not titles.names_specific_report(document_title) or line in page.headings:
        return False
    own_title = squeeze(document_title)
    other_lines = [other for other in _select_lines_around_title(page) if other != line]
    return any(own_title in squeeze(other) for other in other_lines)


def _find_heading(page: DomPage) -> str | None:
    """Return the heading or the lines that <title> repeats, or the only heading of the page."""
    page_title = squeeze(page.title or "")
    repeated_headings = [
        heading
        for heading in page.headings
        if len(heading) > _MIN_HEADING_LENGTH and squeeze(heading) in page_title
    ]
    longest_heading = max(repeated_headings, key=len, default="")
    longest_lines = _find_repeated_lines(page, page_title)
    if longest_heading or longest_lines:
        return max(longest_heading, longest_lines, key=len)
    if len(page.headings) != 1:
        return None
    only_heading = page.headings[0]
    if len(only_heading) <= _MIN_TITLE_LENGTH:
        return None
    return only_heading


def _find_repeated_lines(page: DomPage, page_title: str) -> str:
    """Return the longest text around the beginning of the body that <title> repeats, or "".

    It can be broken over up to three lines.
    """
    lines = _select_lines_around_title(page)
    texts = _iter_repeated_lines(lines, page_title)
    return max(texts, key=len, default="")


def _select_lines_around_title(page: DomPage) -> list[str]:
    """Return the lines at the end of the head and at the beginning of the body."""
    last_head_lines = page.head[-20:]
    first_lines = page.body[:8]
    return [*last_head_lines, *first_lines]


def _iter_repeated_lines(lines: Sequence[str], page_title: str) -> Iterator[str]:
    for start in range(len(lines)):
        for count in range(1, _MAX_LINES_OF_TITLE + 1):
            text = " ".join(lines[start : start + count])
            squeezed = squeeze(text)
            if len(squeezed) >= _MIN_TITLE_LENGTH and squeezed in page_title:
                yield text


def _find_title_above_labels(lines: Sequence[str]) -> str | None:
    """Return the line above the one that prints the publication date or the source."""
    for line_above, line in pairwise(lines):
        fields = labels.find_labels([fold_forms(line)])
        names = {field.label for field in fields}
        if not _TITLE_STANDS_ABOVE.isdisjoint(names):
            if _can_be_title(line_above):
                return line_above
            return None
    return None


def _can_be_title(line: str) -> bool:
    if not _MIN_TITLE_LENGTH <= len(line) <= _MAX_TITLE_LENGTH or "。" in line:
        return False
    if labels.has_label(fold_forms(line)):
        return False
    return not is_boilerplate(line)
