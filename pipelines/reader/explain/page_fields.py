"""Explain the title, the year, the period, and whether a page is a report."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.archive.records import Reading
from nianbao.pipelines.reader.choices import Choices
from nianbao.pipelines.reader.document.title_choice import (
    TitleCandidate,
    find_announced_title,
    iterate_titles,
)
from nianbao.pipelines.reader.explain.locator import PageLocator
from nianbao.pipelines.reader.explain.records import (
    FieldCandidate,
    FieldExplanation,
    PagePlace,
)
from nianbao.pipelines.reader.explain.words import describe_rule, load_words
from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.fields.report_year import (
    YearCandidate,
    find_school_words,
    iterate_page_years,
    list_other_years,
)
from nianbao.pipelines.reader.is_report import iterate_verdicts

_META_TITLE = "meta:ArticleTitle"
_YEAR_BASES = {
    "title": "title",
    "period": "period",
    "disclosure": "text",
    "closing_day": "text",
    "row": "list",
    "most_frequent": "text",
}


def explain_title(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the title."""
    document = choices.document
    rule = f"title.{document.title_rule or 'none'}"
    candidates: list[FieldCandidate] = []
    for title in _list_titles(choices):
        is_chosen = title.rule == document.title_rule and not any(
            candidate.is_chosen for candidate in candidates
        )
        title_rule = rule if is_chosen else "title.passed_over"
        candidate = FieldCandidate(
            value=reading.title if is_chosen else title.text,
            basis=_META_TITLE if title.rule == "meta" else title.rule,
            text=title.text,
            rule=title_rule,
            why=describe_rule(title_rule),
            is_chosen=is_chosen,
            place=_find_title(title, locator),
        )
        candidates.append(candidate)
    return FieldExplanation(
        "title", reading.title, (rule,), describe_rule(rule), tuple(candidates)
    )


def _list_titles(choices: Choices) -> list[TitleCandidate]:
    """Return the titles of all places; the one that a text announces comes where it counts."""
    document = choices.document
    titles: list[TitleCandidate] = []
    if document.title_rule == "announced":
        announced = find_announced_title(document.body)
        if announced:
            titles.append(announced)
    if document.title_places is not None:
        titles += iterate_titles(document.title_places)
    return titles


def _find_title(title: TitleCandidate, locator: PageLocator) -> PagePlace | None:
    if title.rule == "meta":
        return locator.find_meta(_META_TITLE, title.text)
    if title.rule == "title_element":
        return locator.find_title_element(title.text)
    if title.rule == "list":
        return PagePlace("list", title.text)
    return locator.find(title.text, "header", "body")


def explain_is_report(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain whether the page is a report: the steps that could tell, the first decided."""
    del locator  # a step looks at the whole page
    verdict = choices.verdict
    candidates: list[FieldCandidate] = []
    for item in iterate_verdicts(choices.judged_page):
        is_chosen = not candidates
        reason = item.reason
        if not is_chosen:
            reason = f"{reason}; {load_words()['notes']['later_step']}"
        candidates.append(
            FieldCandidate(
                value=item.is_report,
                basis="step",
                text="",
                rule=f"is_report.{item.rule}",
                why=reason,
                is_chosen=is_chosen,
            )
        )
    return FieldExplanation(
        field="is_report",
        value=reading.is_report,
        rules=(f"is_report.{verdict.rule}",),
        why=verdict.reason,
        candidates=tuple(candidates),
    )


def explain_report_year(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the report year."""
    chosen_rule = choices.report_year.rule
    candidates: list[FieldCandidate] = []
    has_choice = False
    for item in _iterate_years(choices):
        is_first = item.place == chosen_rule and not has_choice
        has_choice = has_choice or is_first
        rule = "report_year.passed_over"
        if is_first:
            rule = f"report_year.{chosen_rule}"
        candidates.append(
            FieldCandidate(
                value=item.year,
                basis=_YEAR_BASES[item.place],
                text=item.words,
                rule=rule,
                why=describe_rule(rule),
                is_chosen=is_first and reading.is_report,
                place=_find_year(item, choices, locator),
            )
        )
    rule = f"report_year.{chosen_rule}"
    if not reading.is_report:
        rule = "report_year.not_a_report"
    return FieldExplanation(
        "report_year",
        reading.report_year,
        (rule,),
        describe_rule(rule),
        tuple(candidates),
    )


def _iterate_years(choices: Choices) -> Iterator[YearCandidate]:
    yield from iterate_page_years(choices.year_places)
    yield from list_other_years(choices.year_places)


def _find_year(
    item: YearCandidate, choices: Choices, locator: PageLocator
) -> PagePlace | None:
    if item.place == "row":
        return PagePlace("list", choices.request.hints.list_title or "")
    if item.place == "most_frequent":
        return locator.find(f"{item.year}年", "body", "header")
    if item.place == "title":
        return locator.find(item.words, "header", "body")
    if item.place == "period":
        return _find_period(choices, locator)
    return locator.find(item.words, "body")


def explain_period(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain the statistics period."""
    rule, words = _find_period_words(choices)
    if not reading.is_report:
        rule = "period.not_a_report"
    value = None
    if reading.period is not None:
        value = f"{reading.period.start} to {reading.period.end}"
    candidates: list[FieldCandidate] = []
    if words is not None and choices.period is not None:
        candidate = FieldCandidate(
            value=f"{choices.period.start} to {choices.period.end}",
            basis="text",
            text=words[0],
            rule=rule,
            why=describe_rule(rule),
            is_chosen=reading.is_report,
            place=_find_period(choices, locator),
        )
        candidates.append(candidate)
    return FieldExplanation(
        "period", value, (rule,), describe_rule(rule), tuple(candidates)
    )


def _find_period_words(choices: Choices) -> tuple[str, re.Match[str] | None]:
    """Return the rule that gave the period, and the words of the page that it took."""
    squeezed = choices.texts.squeezed
    stated = dates.find_period_words(squeezed)
    if stated is not None:
        return "period.printed", stated
    school = find_school_words(choices.year_places.title, squeezed)
    return ("period.none" if school is None else "period.school_year"), school


def _find_period(choices: Choices, locator: PageLocator) -> PagePlace | None:
    _, words = _find_period_words(choices)
    if words is None:
        return None
    return locator.find(words[0], "header", "body")


def explain_official(
    choices: Choices, reading: Reading, locator: PageLocator
) -> FieldExplanation:
    """Explain whether the host is the body's own."""
    del locator
    request = choices.request
    rules = {None: "no_address", True: "host", False: "other_host"}
    rule = f"official.{rules[reading.official]}"
    basis = "url"
    if request.hints.official_host is not None:
        rule = "official.site_file"
        basis = "site_file"
    candidates: list[FieldCandidate] = []
    if reading.official is not None:
        candidate = FieldCandidate(
            value=reading.official,
            basis=basis,
            text=request.url or "",
            rule=rule,
            why=describe_rule(rule),
            is_chosen=True,
            place=PagePlace("address", request.url or ""),
        )
        candidates.append(candidate)
    return FieldExplanation(
        "official",
        reading.official,
        (rule,),
        describe_rule(rule),
        tuple(candidates),
    )
