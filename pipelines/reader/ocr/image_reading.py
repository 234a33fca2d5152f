"""A reading of page images: what was recognised goes through the reader like any page.

What the page prints as text stands before what was read from its images. Fields that come from
an image are right or None with a finding: they are read a second time without the lines that are
not sure, and both times must say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Agency, Figure, Finding, Hints, Reading
from nianbao.pipelines.reader.document.parse import is_markup
from nianbao.pipelines.reader.ocr.judging import judge_figures, load_floors
from nianbao.pipelines.reader.ocr.page_html import (
    RecognizedHtml,
    put_text_beside,
    remove_number_marks,
    write_page,
)
from nianbao.pipelines.reader.ocr.recognition import Recognition
from nianbao.pipelines.reader.page.content_digest import compute_content_digest
from nianbao.pipelines.reader.payload.decode import decode_payload
from nianbao.pipelines.reader.payload.normal_form import squeeze
from nianbao.pipelines.reader.payload.office_files import is_office_file
from nianbao.pipelines.reader.payload.refusals import (
    PageTooLargeError,
    UnreadableFileError,
)
from nianbao.pipelines.reader.reading import read
from nianbao.pipelines.reader.tables.constraints import checks
from nianbao.pipelines.reader.tables.forms import load_forms

# what says that the images were not read, and no longer holds
_SETTLED_RULES = frozenset(
    ("payload.not_text", "page.report_unread", "file.pages_unread")
)
_FIELDS = (
    "title",
    "report_year",
    "agency",
    "published_on",
    "signed_on",
    "period",
)
# fields that say more of one that is left open
_COMPANIONS = {
    "report_year": ("year_basis",),
    "published_on": ("published_at", "published_basis"),
    "agency": ("compiled_by", "compiled_by_evidence"),
}
_NO_HINTS = Hints()


def read_images(
    payload: bytes,
    recognitions: Sequence[Recognition],
    *,
    url: str | None = None,
    hints: Hints = _NO_HINTS,
    today: date | None = None,
    further_pages: Sequence[bytes] = (),
) -> Reading:
    """Read a page with what was recognised on its images.

    `payload` is a page whose images were recognised, or the scan itself. The reading has the
    content digest that it has without OCR, for what was recognised makes no version: that of its
    text, and of a file whose text is no report, that of its bytes. What is no report with OCR
    either is read as without.
    """

    plain = read(
        payload, url=url, hints=hints, today=today, further_pages=further_pages
    )
    is_file = is_office_file(payload)
    file_text = _decode_file(payload) if is_file else None

    def read_with(outcome: RecognizedHtml) -> Reading:
        page, pages = payload, list(further_pages)
        page_hints = hints
        if file_text is None:
            pages.append(outcome.html.encode())
        else:
            html = put_text_beside(outcome.html, file_text, is_before=plain.is_report)
            page = html.encode()
            page_hints = replace(hints, content_type="text/html; charset=utf-8")
        return read(
            page,
            url=url,
            hints=page_hints,
            today=today,
            further_pages=pages,
        )

    unread_pages = tuple(_describe_failures(recognitions))
    outcome = write_page(recognitions)
    whole = read_with(outcome)
    if not whole.is_report or not any(one.pages for one in recognitions):
        return replace(plain, findings=(*plain.findings, *unread_pages))
    sure = read_with(write_page(recognitions, least=load_floors().line))
    reading, unsure_fields = _keep_sure_fields(
        plain,
        whole,
        sure,
    )
    reading = _judge(
        reading,
        outcome,
        plain,
    )
    summary = _describe_images(reading, recognitions)
    findings = (
        *reading.findings,
        *unsure_fields,
        *unread_pages,
        summary,
    )
    content_sha256 = plain.content_sha256
    if is_file and not plain.is_report:
        image = hashlib.sha256(payload).hexdigest()
        content_sha256 = compute_content_digest(None, "", [image])
    return replace(
        reading,
        findings=findings,
        content_sha256=content_sha256,
    )


def _decode_file(payload: bytes) -> str | None:
    """Return the text of a file; None where that is HTML, to which pages can be added."""
    try:
        source = decode_payload(payload, None).text
    except (PageTooLargeError, UnreadableFileError):
        return ""
    return None if is_markup(source) else source


def _judge(reading: Reading, outcome: RecognizedHtml, plain: Reading) -> Reading:
    """Return a reading whose figures count as read or have no value, checked anew."""
    page_figures = {
        (figure.table, figure.row, figure.column): figure
        for figure in plain.figures
        if figure.value is not None
    }
    judged = judge_figures(
        reading.figures,
        outcome.numbers,
        page_figures,
    )
    constraint_ids = {constraint.id for constraint in load_forms().constraints}
    findings: list[Finding] = []
    for finding in reading.findings:
        if finding.rule not in constraint_ids and finding.rule not in _SETTLED_RULES:
            findings.append(finding)
    findings += judged.findings
    text = remove_number_marks(reading.text)
    findings += checks.find_violations(
        judged.figures, squeeze(text), reading.report_year, reading.agency.level
    )
    return _remove_marks(
        replace(
            reading,
            figures=judged.figures,
            findings=tuple(findings),
        )
    )


def _remove_marks(reading: Reading) -> Reading:
    """Return a reading without the marks of numbers in any of its texts."""
    return Reading.from_json(remove_number_marks(reading.to_json()))


def _keep_sure_fields(
    plain: Reading, whole: Reading, sure: Reading
) -> tuple[Reading, list[Finding]]:
    """Return a reading without the fields that hang on lines that are not sure."""
    changes: dict[str, Any] = {}
    findings: list[Finding] = []
    for name in _FIELDS:
        value = getattr(whole, name)
        if value == getattr(sure, name) or value == getattr(plain, name):
            continue
        changes[name] = Agency() if name == "agency" else None
        for companion in _COMPANIONS.get(name, ()):
            changes[companion] = None
        text = value.printed if isinstance(value, Agency) else str(value)
        findings.append(
            make_finding(
                "ocr.unsure_field",
                "warning",
                {"field": name, "text": remove_number_marks(text or "")},
            )
        )
    return replace(whole, **changes), findings


def _describe_images(reading: Reading, recognitions: Sequence[Recognition]) -> Finding:
    figures = [figure for figure in reading.figures if figure.alignment == "ocr"]
    pages = sum(len(recognition.pages) for recognition in recognitions)
    parameters = {
        "pages": pages,
        "engine": recognitions[0].engine,
        "figures": len(figures),
        "open": sum(_is_open(figure) for figure in figures),
    }
    return make_finding(
        "ocr.read",
        "info",
        parameters,
    )


def _describe_failures(recognitions: Sequence[Recognition]) -> Iterator[Finding]:
    for recognition in recognitions:
        for reason in recognition.failures:
            yield make_finding(
                "ocr.page_unread",
                "warning",
                {"reason": reason},
            )


def _is_open(figure: Figure) -> bool:
    return figure.value is None and bool(figure.text.strip())
