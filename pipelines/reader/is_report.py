"""Whether a page is a report of the kind: judged by title, preamble, outline and tables.

Interpretations, infographics, reports on the government website or on rule-of-law work, notices,
list pages and error pages stand in the same columns and are none. The patterns are rules, in
rules/is_report.yaml and rules/titles.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nianbao.pipelines.reader.document.document import DocumentParts
from nianbao.pipelines.reader.fields import attachments, titles
from nianbao.pipelines.reader.outline import has_outline
from nianbao.pipelines.reader.own_content import is_about_disclosure
from nianbao.pipelines.reader.payload.normal_form import join_words, squeeze
from nianbao.pipelines.reader.rules import load_rules
from nianbao.pipelines.reader.tables import forms, numbers
from nianbao.pipelines.reader.tables.figures import Figures

_RULES = load_rules("is_report")

_OPENING_LENGTH = 1200  # squeezed characters in which the preamble stands
_FIRST_PART_LENGTH = 400  # squeezed characters of an overview
_UNTITLED_LENGTH = (
    700  # squeezed characters in which a report without a title shows itself
)
_MANY_MENTIONS = 10  # of 公开 in them
_MIN_TEXT_LENGTH = 20
_MIN_FIGURES = 8
_MIN_ARTICLES = 3
_MIN_LIST_ROWS = 4
_MAX_HEADING_LENGTH = 30
_MAX_LIST_ROW_LENGTH = 90
_MIN_PROSE_LENGTH = 60
_ADDRESSEE_LINES = 6  # in which the addressee of a letter stands
_NEWS_LINES = 6  # in which news begins
_NEWS_LENGTH = 100  # characters in which agency, place and day of news stand
_SPECIMEN_LINES = 2  # in which a specimen leaves its body open
_MAX_FIRST_LINE = 120  # characters of such a line
_LETTER_LINES = 20  # of a letter, below which what it encloses begins


@dataclass(frozen=True, slots=True)
class ReportVerdict:
    """The answer, and the step that gave it, in words and by its name."""

    is_report: bool
    reason: str
    rule: str = "nothing"


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """What the steps look at; `opening` is the beginning of the squeezed text."""

    document: DocumentParts
    title: str
    squeezed: str
    opening: str
    first_line: str
    is_of_known_form: bool
    has_figures: bool
    is_blank_form: bool
    has_images: bool  # the crawl had those that can be the report


_Step: TypeAlias = Callable[[JudgedPage], bool | None]


def judge_report(page: JudgedPage) -> ReportVerdict:
    """Decide whether a page is a report; the first step that can tell decides.

    A page for which nothing speaks is no report.
    """
    nothing = ReportVerdict(False, "nothing speaks for a report")
    return next(iterate_verdicts(page), nothing)


def iterate_verdicts(page: JudgedPage) -> Iterator[ReportVerdict]:
    """Yield the verdict of each step that can tell; a step is asked when its turn comes."""
    for rule, reason, step in _STEPS:
        answer = step(page)
        if answer is not None:
            yield ReportVerdict(answer, reason, rule)


def prepare_page(
    document: DocumentParts,
    squeezed: str,
    generation: str,
    figures: Figures,
    *,
    has_images: bool = False,
) -> JudgedPage:
    """Return what the steps look at.

    Takes the squeezed text of the body, the generation of the form and the figures of its
    tables.
    """
    first_line = document.body[0] if document.body else ""
    return JudgedPage(
        document=document,
        title=document.title or "",
        squeezed=squeezed,
        opening=squeezed[:_OPENING_LENGTH],
        first_line=join_words(first_line),
        is_of_known_form=generation != forms.UNKNOWN,
        has_figures=_has_figures(figures),
        is_blank_form=_is_blank_form(figures),
        has_images=has_images,
    )


def _has_figures(figures: Figures) -> bool:
    """Tell whether the tables of the form have figures, as many as prove a report."""
    figure_count = 0
    for cell in figures.cells.values():
        figure_count += cell.value is not None
        if figure_count == _MIN_FIGURES:
            return True
    return False


def _is_blank_form(figures: Figures) -> bool:
    """Tell whether the tables of the form are printed, and all their cells are empty."""
    cells = figures.cells.values()
    if len(cells) < _MIN_FIGURES:
        return False
    return all(cell.value is None and numbers.is_blank(cell.text) for cell in cells)


def _judge_other_title(page: JudgedPage) -> bool | None:
    if page.title and titles.names_other_document(page.title):
        return False
    return None


def _judge_letter(page: JudgedPage) -> bool | None:
    """Judge a notice or letter: it is a report only if it prints or encloses one."""
    is_letter = titles.names_paper(page.title) or _has_addressee(page.document)
    if not is_letter and not _has_paper_title(page):
        return None
    if not page.has_figures and not _encloses_report(page):
        return False
    return not _RULES.order.find(page.squeezed)


def _judge_news(page: JudgedPage) -> bool | None:
    first_lines = [line[:_NEWS_LENGTH] for line in page.document.body[:_NEWS_LINES]]
    openings = [page.squeezed[:_NEWS_LENGTH], *map(squeeze, first_lines)]
    if any(map(_RULES.news.find, openings)):
        return page.has_figures
    return None


def _judge_list(page: JudgedPage) -> bool | None:
    """Judge a list page: several rows are titles of reports, and there is hardly any prose."""
    rows = _find_report_rows(page.document.body)
    prose_count = sum(map(_is_prose, page.document.body))
    if len(rows) <= 2 * prose_count:
        return None
    own_title = join_words(page.title)
    if own_title:
        rows = {row for row in rows if own_title not in row}
    if len(rows) < _MIN_LIST_ROWS:
        return None
    return False


def _find_report_rows(lines: Sequence[str]) -> set[str]:
    """Return the short lines that name a report, without white space."""
    rows = {join_words(line) for line in lines if len(line) < _MAX_LIST_ROW_LENGTH}
    return set(filter(titles.find_report_name, rows))


def _is_prose(line: str) -> bool:
    return len(line) > _MIN_PROSE_LENGTH and _RULES.sentence_end.find(line) is not None


def _judge_specimen(page: JudgedPage) -> bool | None:
    first_lines = (page.title, *page.document.body[:_SPECIMEN_LINES])
    for line in first_lines:
        if len(line) <= _MAX_FIRST_LINE and _RULES.placeholder.find(squeeze(line)):
            return False
    if titles.extract_year(page.title):
        return None
    if page.is_blank_form or _RULES.left_open.find(page.opening):
        return False
    if _RULES.specimen.find(page.opening):
        return False
    return None


def _judge_part_of_year(page: JudgedPage) -> bool | None:
    if _RULES.part_of_year.find(page.first_line):
        return False
    return None


def _judge_first_article(page: JudgedPage) -> bool | None:
    if _RULES.first_article.find(page.first_line):
        return page.has_figures
    return None


def _judge_specific_title(page: JudgedPage) -> bool | None:
    """Judge by a title that names a report and its year or agency.

    The page needs some text, or a file or images that can be the report. Under the title of a list
    row the text must speak of disclosure: an error page has some text and images too.
    """
    if not titles.names_specific_report(page.title):
        return None
    has_text = len(page.squeezed) >= _MIN_TEXT_LENGTH
    if has_text and not page.document.has_own_title:
        has_text = any(map(is_about_disclosure, page.document.body))
    if has_text or (page.has_images and page.document.has_own_title):
        return True
    links = page.document.page.links
    return any(attachments.is_file(address, label) for address, label in links)


def _judge_other_subject(page: JudgedPage) -> bool | None:
    if not _RULES.disclosure.find(page.squeezed):
        return False
    return None


def _judge_figures(page: JudgedPage) -> bool | None:
    if page.has_figures:
        return True
    return None


def _judge_order(page: JudgedPage) -> bool | None:
    if _RULES.order.find(page.squeezed):
        return False
    return None


def _judge_other_self(page: JudgedPage) -> bool | None:
    """Judge a text that calls itself a guide, rules or a self-check."""
    first_part = page.squeezed[:_FIRST_PART_LENGTH]
    if _RULES.other_self.find(first_part) or _RULES.self_check.find(first_part):
        return False
    return None


def _judge_collection(page: JudgedPage) -> bool | None:
    for line in (page.title, *page.document.header, page.first_line):
        if _RULES.collection.find(squeeze(line)):
            return False
    return None


def _judge_summary_title(page: JudgedPage) -> bool | None:
    if page.is_of_known_form:
        return None
    if _RULES.summary.find(page.title):
        return False
    if _RULES.summary_line.find(page.first_line):
        return False
    return None


def _judge_articles(page: JudgedPage) -> bool | None:
    """Judge rules by the number of lines that begin an article."""
    article_count = 0
    for line in page.document.body:
        if line[:1] == "第" and _RULES.article.find(line):
            article_count += 1
    if article_count >= _MIN_ARTICLES:
        return False
    return None


def _judge_summary(page: JudgedPage) -> bool | None:
    """Judge a text that calls itself a summary in its opening."""
    if page.is_of_known_form:
        return None
    if not _RULES.summary.find(page.opening):
        return None
    if _RULES.this_report.find(page.opening):
        return True
    return has_outline(page.document, page.squeezed, known_form=page.is_of_known_form)


def _judge_outline(page: JudgedPage) -> bool | None:
    if has_outline(page.document, page.squeezed, known_form=page.is_of_known_form):
        return True
    return None


def _judge_other_work(page: JudgedPage) -> bool | None:
    """Judge the report on other work, which it names as often as disclosure, or more."""
    if page.is_of_known_form:
        return None
    other_count = len(_RULES.other_work.pattern.findall(page.opening))
    disclosure_count = len(_RULES.disclosure.pattern.findall(page.opening))
    if other_count >= max(1, disclosure_count):
        return False
    return None


def _judge_preamble(page: JudgedPage) -> bool | None:
    if _has_preamble(page.opening, without_duties=True):
        return True
    return None


def _judge_overview(page: JudgedPage) -> bool | None:
    """Judge the beginning of a report that was cut off.

    一、总体情况, and below it the law and the requests.
    """
    first_part = page.squeezed[:_FIRST_PART_LENGTH]
    if not _RULES.overview.find(first_part):
        return None
    if not _RULES.regulation.find(first_part):
        return None
    if _RULES.requests.find(page.squeezed):
        return True
    return None


def _judge_untitled(page: JudgedPage) -> bool | None:
    """Judge a text that begins with the first heading of a report and no title.

    It begins with its year, below the heading or above it, and speaks of disclosure in nearly
    every sentence.
    """
    if page.title:
        return None
    first_lines = [squeeze(line) for line in page.document.body[:2]]
    if not any(map(_RULES.overview_line.find, first_lines)):
        return None
    if not any(map(_RULES.year_of_work.find, first_lines)):
        return None
    first_part = page.squeezed[:_UNTITLED_LENGTH]
    if first_part.count("公开") >= _MANY_MENTIONS:
        return True
    return None


# The order counts: a step is asked only when none above it could tell.
_STEPS: tuple[tuple[str, str, _Step], ...] = (
    ("other_title", "the title names another kind of document", _judge_other_title),
    ("letter", "a notice or letter, with or without a report below it", _judge_letter),
    ("news", "news, with or without the statutory tables", _judge_news),
    ("list", "a list of reports", _judge_list),
    ("specimen", "a specimen", _judge_specimen),
    ("part_of_year", "statistics of a part of the year", _judge_part_of_year),
    (
        "first_article",
        "rules, with or without the statutory tables",
        _judge_first_article,
    ),
    (
        "specific_title",
        "the title names a report and its year or agency",
        _judge_specific_title,
    ),
    ("other_subject", "the text never speaks of disclosure", _judge_other_subject),
    ("figures", "the statutory tables are printed", _judge_figures),
    ("order", "the text tells others what to do", _judge_order),
    ("other_self", "the text calls itself something else", _judge_other_self),
    ("collection", "a collection of papers", _judge_collection),
    ("summary_title", "the title or first line names a summary", _judge_summary_title),
    ("articles", "rules, told by their articles", _judge_articles),
    ("summary", "a summary, with or without the outline of a report", _judge_summary),
    ("outline", "the outline is that of a report", _judge_outline),
    ("other_work", "the text speaks more of other work", _judge_other_work),
    ("preamble", "the preamble says so", _judge_preamble),
    ("overview", "it begins like a report that was cut off", _judge_overview),
    ("untitled", "it begins like a report without its title", _judge_untitled),
)


def _has_paper_title(page: JudgedPage) -> bool:
    """Tell whether one of the first lines is the title of a notice or letter.

    Not so above the title of a report: that is a covering letter, and what it covers is read.
    """
    document = page.document
    lines = document.body[:_ADDRESSEE_LINES]
    has_report_title = titles.names_specific_report(page.title)
    if not document.page.is_markup and not has_report_title:
        lines = (*document.header, *lines)
    return any(_RULES.paper_title.find(squeeze(line)) for line in lines)


def _has_addressee(document: DocumentParts) -> bool:
    """Tell whether one of the first lines is an addressee: 各县人民政府,市直各部门:."""
    for line in document.body[:_ADDRESSEE_LINES]:
        has_colon = line.endswith((":", "："))
        if has_colon and _RULES.addressee.find(squeeze(line)):
            return True
    return False


def _encloses_report(page: JudgedPage) -> bool:
    """Tell whether a report stands in full below a letter.

    It begins with a heading of its own, and its text speaks of it.
    """
    own_title = squeeze(page.title)
    body = page.document.body
    for number, line in enumerate(body[:_LETTER_LINES], start=1):
        heading = squeeze(line)
        if heading != own_title and _is_report_heading(heading):
            text = squeeze("".join(body[number:]))
            return _has_preamble(text[:_OPENING_LENGTH], without_duties=False)
    return False


def _is_report_heading(line: str) -> bool:
    """Tell whether a squeezed line is nothing but the name of a report."""
    if len(line) > _MAX_HEADING_LENGTH * 2:
        return False
    report_name = titles.find_report_name(line)
    if report_name is None or report_name.end() != len(line):
        return False
    return titles.names_specific_report(line)


def _has_preamble(opening: str, *, without_duties: bool) -> bool:
    """Tell whether a text says that it is a report.

    `without_duties` cuts out first what the law asks of all.
    """
    if without_duties:
        opening = _RULES.duty.remove_from(opening)
    return _RULES.preamble.find(opening) is not None
