"""Citations for reference managers: each format is parsed, and says what was put in, whatever
letters that has.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nianbao.archive import Archive
from nianbao.archive.browse.addresses import Addresses
from nianbao.archive.browse.citing import CITATION_FORMATS
from nianbao.archive.browse.citing.bibtex import TEX_NAMES
from nianbao.archive.browse.citing.citation import Citation
from nianbao.archive.browse.citing.cited_version import write_in_one_line
from nianbao.archive.browse.page import PageNotFound
from tests.browse.asked_pages import CITED, ask_page
from tests.browse.conftest import FIRST

COUNTY, FINANCE = "样例省北原市西霞县", "西霞县财政局"
TO = Addresses("/")
TEX = re.compile("|".join(re.escape(name) for name in TEX_NAMES.values()))
LETTERS = {name: letter for letter, name in TEX_NAMES.items()}
PIECES = [*"{}\\%&$#_~^\"'@=,;:/|- \n\r\t\u2028", *"年报（局）", "and", "ER  - ", "\x00", "\U00020000"]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), min_size=1).map("".join).map(write_in_one_line).filter(bool)  # fmt: skip


def parse_bibtex(text: str) -> tuple[str, str, dict[str, str]]:
    """Return type, key and fields of an entry as BibTeX does: by its braces alone."""
    match = re.fullmatch(r"@(\w+)\{([^\s,{}]+),(.*)\}\n", text, re.S)
    assert match is not None
    fields: dict[str, str] = {}
    rest = match[3]
    while rest.strip(" ,\n"):
        name, _, rest = rest.partition("=")
        value, rest = split_braces(rest.lstrip())
        fields[name.strip(" ,\n")] = value
    return match[1], match[2], fields


def split_braces(text: str) -> tuple[str, str]:
    """Return what stands in the pair of braces at the beginning of a text, and what follows it."""
    assert text.startswith("{")
    depth = 0
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return text[1:place], text[place + 1 :]
    raise AssertionError(f"a brace is left open in {text!r}")


def print_tex(text: str) -> str:
    """Return what TeX prints for a text of ours."""
    printed = TEX.sub(lambda match: LETTERS[match[0]], text)
    rest = TEX.sub("", text)
    assert not set(rest) & set("{}\\%&$#_~^"), "TeX takes it for something else"
    return printed


def parse_ris(text: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in text.split("\r\n")[:-1]:
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line)
        assert match is not None, line
        fields.setdefault(match[1], []).append(match[2])
    assert (next(iter(fields)), list(fields)[-1]) == ("TY", "ER")
    return fields


@settings(max_examples=60, deadline=None)
@given(title=texts, author=texts | st.none(), note=texts, day=st.dates() | st.none())
def test_what_is_written_is_what_is_read(
    title: str, author: str | None, note: str, day: object
) -> None:
    citation = Citation(
        key="nianbao2021-0123456789ab",
        title=title,
        author=author,
        published_on=str(day) if day else None,
        address="http://archive.example.org/report/%E7%9C%81/a%7B_b/2021@2022-03-01T00:00:00Z",
        original="http://xixia.example.gov.cn/a%7Bb.html?id=1&x=_",
        visited_on="2022-03-01",
        archive="年报档案",
        note=note,
    )
    kind, key, fields = parse_bibtex(CITATION_FORMATS["bib"](citation))
    assert (kind, key) == ("techreport", citation.key)
    assert print_tex(split_braces(fields["title"])[0]) == title
    assert split_braces(fields["title"])[1] == ""
    assert fields["url"] == citation.address
    assert print_tex(fields["note"]) == f"年报档案. {note}"
    assert fields.get("date") == citation.published_on
    if author:
        assert print_tex(split_braces(fields["author"])[0]) == author
    (item,) = json.loads(CITATION_FORMATS["csl.json"](citation))
    assert (item["title"], item["URL"], item["note"]) == (title, citation.address, note)
    assert item.get("author", [{"literal": None}])[0]["literal"] == author
    assert ("issued" in item) == (day is not None)
    ris = parse_ris(CITATION_FORMATS["ris"](citation))
    assert (ris["TI"], ris["UR"], ris["N1"]) == ([title], [citation.address], [note])
    assert ris.get("AU", [None]) == [author and author.replace(",", "，")]


def test_a_report_is_cited_as_it_stood(archive_path: Path) -> None:
    with Archive(archive_path) as archive:
        now = TO.report(COUNTY, FINANCE, 2021)
        then = TO.report(COUNTY, FINANCE, 2021, at="2026-01-02")
        page = ask_page(archive, now)
        _, key, entry = parse_bibtex(ask_page(archive, now, "bib"))
        _, old_key, old_entry = parse_bibtex(ask_page(archive, then, "bib"))
        (item,) = json.loads(ask_page(archive, then, "csl.json", "en"))
        ris = parse_ris(ask_page(archive, then, "ris"))
    for suffix in CITATION_FORMATS:
        assert f'href="{now}.{suffix}" download' in page
    assert entry["author"] == f"{{{FINANCE}}}"
    assert (entry["date"], entry["urldate"]) == ("2022-01-20", "2026-01-03")
    assert old_entry["urldate"] == "2026-01-01"
    assert key != old_key
    report = unquote(f"{CITED}report/{COUNTY}/{FINANCE}/2021@")
    assert unquote(entry["url"]).startswith(f"{report}2026-01-03")
    assert unquote(item["URL"]).startswith(f"{report}2026-01-01")
    assert item["issued"] == {"date-parts": [[2022, 1, 20]]}
    assert FIRST[0].url in item["note"]
    assert ris["L2"] == [FIRST[0].url]
    assert ris["UR"] == [item["URL"]]


def test_what_is_no_report_is_not_cited_as_one(archive_path: Path) -> None:
    with Archive(archive_path) as archive:
        assert "download>BibTeX" not in ask_page(archive, "/coverage")
        url = FIRST[4].url  # a hostile name and title
        (item,) = json.loads(ask_page(archive, TO.document(url), "csl.json"))
        assert "<script>" in item["title"]
        with pytest.raises(PageNotFound):
            ask_page(archive, TO.report("-", "没有这个机关", 2021), "bib")
