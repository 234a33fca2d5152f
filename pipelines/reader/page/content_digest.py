"""The content digest: what makes two captures the same version.

Canonical form: the title, then the body, folded by NFKC and stripped of all white space and
boilerplate. Prose is one run of characters, so new markup or line breaks change nothing; the cells
of a table row stay apart, so a figure that moves to another cell does. Characters are not
simplified: a site that turns to traditional characters publishes another text. Charset,
template, counters, stamps, print and share links and the publication label are not in it; the
signature is, because it is body text. Of a page that is nothing but images, so are their bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from nianbao.pipelines.reader.payload.normal_form import fold_forms, join_words

_CELL_END = "\x1f"  # between the cells of a row
_PART_END = "\x1e"  # between title, prose and rows
_IMAGE = "\x1d"  # before the SHA-256 of an image


def compute_content_digest(
    title: str | None, body: str, images: Iterable[str] = ()
) -> str:
    """Return the SHA-256, in hex, of the canonical form of a title and a body.

    The body is folded and without boilerplate. `images` are the SHA-256 of its images.
    """
    parts = _iter_canonical(fold_forms(title or ""), body)
    canonical = "".join((*parts, *(_IMAGE + image for image in images))).encode(
        "utf-8", "replace"
    )
    return hashlib.sha256(canonical).hexdigest()


def _iter_canonical(title: str, body: str) -> Iterator[str]:
    yield join_words(title)
    yield _PART_END
    for line in body.split("\n"):
        if "\t" in line:
            yield _PART_END
            yield _join_cells(line)
            yield _PART_END
        else:
            yield join_words(line)


def _join_cells(row: str) -> str:
    words_of_cells = map(str.split, row.split("\t"))
    cells = map("".join, words_of_cells)
    return _CELL_END.join(cells).rstrip(_CELL_END)
