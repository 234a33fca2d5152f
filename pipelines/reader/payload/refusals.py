"""Payloads that are not read: the finding says what each is, and why."""

from __future__ import annotations

from typing import Any

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding


class UnreadableFileError(Exception):
    """The file holds no text that can be read; the finding says what it is and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class PageTooLargeError(Exception):
    """A page beyond any report."""

    def __init__(self, size_bytes: int, tag_count: int) -> None:
        super().__init__(f"{size_bytes} bytes with {tag_count} tags")
        self.size_bytes = size_bytes
        self.tag_count = tag_count


def refuse_file(rule: str, case: str | None, **parameters: Any) -> UnreadableFileError:
    """Return the error for a file that is not read, by a rule and a case of it.

    `payload.not_text`: it holds no text. `file.protected`, `file.damaged`, `file.too_large`,
    `file.unsupported`: it may hold a report that cannot be had.
    """
    if case is not None:
        parameters = {"case": case, **parameters}
    return UnreadableFileError(make_finding(rule, "warning", parameters))
