"""Citations for reference managers: BibTeX, CSL-JSON and RIS of the version that is shown."""

from __future__ import annotations

from collections.abc import Callable

from nianbao.archive.browse.citing.bibtex import format_bibtex
from nianbao.archive.browse.citing.citation import Citation
from nianbao.archive.browse.citing.csl_json import format_csl_json
from nianbao.archive.browse.citing.ris import format_ris

__all__ = ["CITATION_FORMATS", "CITATION_NAMES", "Citation"]

# suffix → how a citation is written
CITATION_FORMATS: dict[str, Callable[[Citation], str]] = {
    "bib": format_bibtex,
    "csl.json": format_csl_json,
    "ris": format_ris,
}
CITATION_NAMES = {"bib": "BibTeX", "csl.json": "CSL-JSON", "ris": "RIS"}
