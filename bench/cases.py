"""Labelled pages: our fixtures, and the real material that lies beside the checkout when it is
there.

A case is bytes and what a careful reader finds in them. A field that is not labelled is not
counted; `None` means that the page does not print it. Labels that the text contradicts are
corrected in tests/accuracy/shared.yaml, each with its reason.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from nianbao.archive.records import Hints
from nianbao.pipelines.reader.fields import dates
from nianbao.pipelines.reader.payload.charset import decode_text
from nianbao.pipelines.reader.payload.normal_form import fold_forms, squeeze

ROOT = Path(__file__).parents[1]
OURS = ROOT / "tests" / "accuracy"
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"

TODAY = date(2026, 12, 1)  # time stands still: dates behind it are in the future
FIELDS = (
    "published_on",
    "source",
    "agency",
    "title",
    "report_year",
    "form",
    "is_report",
)

_GENERATIONS = {"2019-60": "g2019", "2021-30": "g2021"}
_MARKS = {
    "g2019": re.compile("本年新制作数量|本年新公开数量|上一年项目数量|本年增/减"),
    "g2021": re.compile("本年制发件数|本年废止件数|现行有效件数|本年处理决定数量"),
}
BARE = "html, no metas"  # the same pages again: what is printed has to be found without help
_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_REGION = re.compile(r"(?:省|市|县|区|州|盟|旗|镇|乡|街道)")
_OWN = re.compile(
    r"^.{1,}(?:镇|乡|街道|街|区|县|市|旗|开发区)"
)  # a name that has a region of its own
_REMARK = re.compile(r"\s*[(（].*[)）]|\s+—.*")
_LABEL = re.compile(r"^\s*(?:信息|文章)?(?:来\s*源|发布机构)\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class Case:
    """A page, and per field the values that are right; an empty tuple where the page prints
    none.
    """

    group: str
    name: str
    payload: bytes
    url: str | None = None
    hints: Hints = field(default_factory=Hints)
    today: date = TODAY
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def every() -> list[Case]:
    """Return all cases that are at hand, ours first."""
    return [*fixtures(), *(shared() if DATA.is_dir() else ())]


def fixtures() -> list[Case]:
    """Return our own pages with the expectations that were reviewed beside them."""
    return [
        _fixture(name, entry) for name, entry in _yaml(OURS / "expected.yaml").items()
    ]


def shared() -> Iterator[Case]:
    """Yield the real pages and texts beside the checkout."""
    corrections = _yaml(OURS / "shared.yaml")
    yield from (
        _corrected(case, corrections) for case in (*_articles(), *_texts(), *_pages())
    )
    for path in sorted((SHARED / "seeds").glob("*.txt")):
        wanted = corrections["seeds"].get(path.name[:3], {})
        yield Case("seeds", path.name[:3], path.read_bytes(), wanted=_wanted(wanted))


def _fixture(name: str, entry: Mapping[str, Any]) -> Case:
    list_title, list_date, content_type = (
        str(entry[key]) if key in entry else None
        for key in ("list_title", "list_date", "content_type")
    )
    hints = Hints(list_title=list_title, list_date=list_date, content_type=content_type)
    payload = (OURS / "pages" / name).read_bytes()
    return Case(
        "fixtures", name, payload, entry.get("url"), hints, wanted=_wanted(entry)
    )


def _wanted(entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: _values(entry[name]) for name in FIELDS if name in entry}


def _values(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(shown, value)) if isinstance(value, list) else (shown(value),)


def shown(value: object) -> str:
    """Return a value in the form in which values are compared."""
    return str(value).lower() if isinstance(value, bool) else squeeze(str(value))


def _articles() -> Iterator[Case]:
    """Yield the government pages: none is a report, and the agency is the printed source."""
    for row in _rows(DATA / "html" / "manifest.tsv"):
        wanted: dict[str, tuple[str, ...]] = {"is_report": ("false",)}
        printed = row["visible_publish_date"]
        if row["kind"] == "article":
            named = row["meta_PubDate"] if printed.startswith("(none") else printed
            wanted["published_on"] = (
                () if printed.startswith(("发文", "成文")) else _day(named)
            )
            wanted["source"] = _source(row["visible_source"]) or _values(
                row["meta_ContentSource"] or None
            )
            wanted |= (
                {"title": (shown(row["meta_ArticleTitle"]),)}
                if row["meta_ArticleTitle"]
                else {}
            )
        elif row["kind"] == "other":
            wanted["published_on"] = _day(printed)
        payload = (DATA / "html" / row["file"]).read_bytes()
        yield Case("html", row["file"][:3], payload, row["url"] or None, wanted=wanted)
        if row["kind"] == "article":
            yield Case(
                BARE,
                row["file"][:3],
                _without_metas(payload),
                wanted=wanted | _visible(row),
            )


def _visible(row: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the labels of what a page shows where its meta tags and its address say nothing."""
    printed = row["visible_publish_date"]
    day = () if printed.startswith(("(none", "发文", "成文")) else _day(printed)
    return {"published_on": day, "source": _source(row["visible_source"])}


def _without_metas(payload: bytes) -> bytes:
    source, _ = decode_text(payload)
    return _META.sub("", source).encode()


def _source(printed: str) -> tuple[str, ...]:
    value = _LABEL.sub("", printed)
    return (shown(value),) if value and not value.startswith("(") else ()


def _texts() -> Iterator[Case]:
    """Yield the report texts; a field counts only where the text shows it.

    The year: its digits stand in the text. The form: one of its column heads does. The agency:
    the label's name without its remark, or that name without the regions in front. The title:
    all of it. A printed date: the label names a day that stands in the text or in the address.
    """
    for path in sorted((DATA / "reports").glob("*.json")):
        item = json.loads(path.read_text("utf-8"))
        plain = squeeze(item["excerpt"])
        wanted: dict[str, tuple[str, ...]] = {"is_report": ("true",)}
        if str(item["report_year"]) in plain:
            wanted["report_year"] = (str(item["report_year"]),)
        form = _GENERATIONS.get(item["generation"], "")
        if form and _MARKS[form].search(plain):
            wanted["form"] = (form,)
        names = _shown_names(item["issuing_agency"], plain)
        if names:
            wanted["agency"] = names
        if item["title"] and shown(item["title"]) in plain:
            wanted["title"] = (shown(item["title"]),)
        day = _day(item["publish_date"] or "")
        in_address = dates.find_url_date(item["url"] or "")
        if day and (in_address is None or in_address.isoformat() == day[0]):
            stamps = {
                stamp.day.isoformat()
                for stamp in dates.find_dates(fold_forms(item["excerpt"]))
            }
            if in_address or day[0] in stamps:
                wanted["published_on"] = day
        yield Case(
            "reports", item["id"], item["excerpt"].encode(), item["url"], wanted=wanted
        )


def _shown_names(label: str, plain: str) -> tuple[str, ...]:
    """Return the forms of a label's agency that a text shows, the fullest first; with a remark
    or without.
    """
    whole = shown(label)
    name = squeeze(_REMARK.sub("", fold_forms(label)))
    cuts = [name[match.end() :] for match in _REGION.finditer(name)]
    forms = [whole, name, *(cut for cut in cuts if _OWN.search(cut))]
    return tuple(
        dict.fromkeys(form for form in forms if len(form) >= 3 and form in plain)
    )


def _pages() -> Iterator[Case]:
    for item in json.loads((DATA / "pages" / "truth.json").read_text("utf-8")):
        path = DATA / item["file"]
        if item.get("kind") == "list":
            yield Case(
                "pages",
                path.stem,
                path.read_bytes(),
                item["url"].split()[0],
                wanted={"is_report": ("false",)},
            )
            continue
        wanted = {
            "published_on": (item["published_on"],),
            "agency": _values(item["issuing_agency_acceptable"]),
            "source": _values(item["source_label"]),
            "title": _values(item["title"]),
            "report_year": _values(item["report_year"]),
            "form": (f"g{item['form']}",),
            "is_report": ("true",),
        }
        yield Case("pages", path.stem, path.read_bytes(), item["url"], wanted=wanted)


def _corrected(case: Case, corrections: Mapping[str, Any]) -> Case:
    entry = (corrections.get("html" if case.group == BARE else case.group) or {}).get(
        case.name
    )
    if entry is None:
        return case
    wanted = {
        name: values
        for name, values in case.wanted.items()
        if name not in entry.get("not_shown", ())
    }
    return Case(
        case.group,
        case.name,
        case.payload,
        case.url,
        case.hints,
        case.today,
        wanted | _wanted(entry),
    )


def _day(printed: str) -> tuple[str, ...]:
    stamp = dates.find_first_date(fold_forms(printed))
    return (stamp.day.isoformat(),) if stamp else ()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream, delimiter="\t")


@cache
def _yaml(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return loaded or {}
