"""A citation in RIS, as EndNote, Zotero, Mendeley and NoteExpress read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nianbao.archive.browse.citing.citation import Citation

END = "\r\n"
WIDE_COMMA = "\uff0c"


def format_ris(citation: Citation) -> str:
    """Return the citation as a record of RIS: a tag and a value on each line."""
    fields = {
        "TY": "RPRT",
        "ID": citation.key,
        "TI": citation.title,
    }
    if citation.author:
        # a comma would part a family name from a given name
        fields["AU"] = citation.author.replace(",", WIDE_COMMA)
        fields["PB"] = citation.author
    if citation.issued:
        fields["PY"] = citation.issued[0]
        fields["DA"] = "/".join(citation.issued)
    fields["UR"] = citation.address
    fields["L2"] = citation.original
    fields["Y2"] = citation.visited_on.replace("-", "/")
    fields["DB"] = citation.archive
    fields["LA"] = "zh-CN"
    fields["N1"] = citation.note
    fields["ER"] = ""
    lines = []
    for tag, value in fields.items():
        lines.append(f"{tag}  - {value}{END}")
    return "".join(lines)
