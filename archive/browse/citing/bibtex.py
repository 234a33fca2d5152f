"""A citation in BibTeX, as BibTeX 0.99d, biber and reference managers read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nianbao.archive.browse.citing.citation import Citation

# What TeX takes for something else. BibTeX counts braces before TeX sees them, and one behind a
# backslash counts too: a brace of a title has a name instead.
TEX_NAMES = {
    "\\": "\\textbackslash{}",
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "&": "\\&",
    "%": "\\%",
    "$": "\\$",
    "#": "\\#",
    "_": "\\_",
}


def format_bibtex(citation: Citation) -> str:
    """Return the citation as an entry of BibTeX.

    Title and author stand in two pairs of braces: the inner one keeps their capitals, and keeps
    a name with `and` or a comma in it one name. Addresses stand as they are, as `\\url` wants them.
    """
    fields = {"title": f"{{{escape_tex(citation.title)}}}"}
    if citation.author:
        author = escape_tex(citation.author)
        fields["author"] = f"{{{author}}}"
        fields["institution"] = f"{{{author}}}"
    if citation.issued:
        fields["year"] = citation.issued[0]
        fields["date"] = "-".join(citation.issued)
    fields["url"] = citation.address
    fields["urldate"] = citation.visited_on
    fields["langid"] = "chinese"
    fields["note"] = escape_tex(f"{citation.archive}. {citation.note}")
    lines = [f"@techreport{{{citation.key},"]
    for name, value in fields.items():
        lines.append(f"  {name} = {{{value}}},")
    lines.append("}")
    return "\n".join(lines) + "\n"


def escape_tex(text: str) -> str:
    """Return a text as TeX prints it letter by letter."""
    return "".join(TEX_NAMES.get(letter, letter) for letter in text)
