"""Find the document and version that `show` and `diff` are asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

import click

from nianbao.archive import Archive
from nianbao.archive.read_model import documents
from nianbao.archive.read_model.documents import Document, DocumentVersion


def find_document(archive: Archive, url: str) -> Document:
    """Return the document at an address; end the command when there is none."""
    if not urlsplit(url).scheme:
        raise click.UsageError(
            f"{url} is no address; with an agency's name give the year too."
        )
    document = documents.find_document(archive.db, url)
    if document is None:
        raise click.ClickException(
            f"{url}: the archive {archive.path} has no report at this address."
        )
    return document


def find_version(document: Document, number: int | None) -> DocumentVersion:
    """Return a version by its number; without a number the latest.

    Negative numbers count from the latest, which is -1.
    """
    if number is None or number < 0:
        return document.versions[number or -1]
    for version in document.versions:
        if version.number == number:
            return version
    raise click.ClickException(
        f"{document.url} has versions 1 to {len(document.versions)}, not {number}."
    )
