"""The content digest: what makes two captures the same version.

Canonical form: the title, then the body, folded by NFKC and stripped of all white space and
chrome. Prose is one run of characters, so new markup or line breaks change nothing; the cells
of a table row stay apart, so a figure that moves to another cell does. Characters are not
simplified: a site that turns to traditional characters publishes another text. Charset,
template, counters, stamps, print and share links and the publication label are not in it; the
signature is, because it is body text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from nianbao.pipelines.reader.payload.normal_form import fold_forms

_UNIT, _PART = "\x1f", "\x1e"  # between cells of a row; between title, prose and rows


def of(title: str | None, folded: str) -> str:
    """Return the SHA-256, in hex, of the canonical form of a title and a folded body without
    chrome.
    """
    canonical = "".join(_canonical(fold_forms(title or ""), folded))
    return hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()


def _canonical(title: str, folded: str) -> Iterator[str]:
    yield _bare(title)
    yield _PART
    for line in folded.split("\n"):
        if "\t" in line:
            yield (
                _PART
                + _UNIT.join([_bare(cell) for cell in line.split("\t")]).rstrip(_UNIT)
                + _PART
            )
        else:
            yield _bare(line)


def _bare(part: str) -> str:
    return "".join(part.split())
