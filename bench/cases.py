"""Labelled pages: our fixtures, and the real material beside the checkout when it is there.

A case is bytes and what a careful reader finds in them. A field that is not labelled is not
counted; an empty label means that the page does not print it. Labels that the text contradicts
are corrected in tests/accuracy/shared.yaml, each with its reason.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML

from nianbao.archive.charsets import decode_text
from nianbao.archive.records import Hints
from nianbao.pipelines.reader.fields import dates
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
    "agency_name",
    "title",
    "report_year",
    "form",
    "is_report",
)
NO_SITE = "texts, no site"  # the same texts again, without the region of their site
BARE = "html, no metas"  # the same pages again: what is printed has to be found without help

Values: TypeAlias = tuple[
    str, ...
]  # the values that are right; none: nothing is printed
Labels: TypeAlias = dict[str, Values]  # by field
Row: TypeAlias = Mapping[str, str]  # of a manifest

_GENERATIONS = {"2019-60": "g2019", "2021-30": "g2021"}
_COLUMN_HEADS = {
    "g2019": re.compile("本年新制作数量|本年新公开数量|上一年项目数量|本年增/减"),
    "g2021": re.compile("本年制发件数|本年废止件数|现行有效件数|本年处理决定数量"),
}
_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_REGION = re.compile(r"(?:省|市|县|区|州|盟|旗|镇|乡|街道)")
# A name that has a region of its own.
_NAME_WITH_REGION = re.compile(r"^.{1,}(?:镇|乡|街道|街|区|县|市|旗|开发区)")
_SHORTEST_NAME = 3
_REMARK = re.compile(r"\s*[(（].*[)）]|\s+—.*")
_SOURCE_LABEL = re.compile(r"^\s*(?:信息|文章)?(?:来\s*源|发布机构)\s*[:：]\s*")
_NO_DATE = "(none"
_OTHER_DATES = ("发文", "成文")


@dataclass(frozen=True, slots=True)
class Case:
    """A page, and for each labelled field the values that are right."""

    group: str
    name: str
    payload: bytes
    url: str | None = None
    hints: Hints = field(default_factory=Hints)
    today: date = TODAY
    expected: Mapping[str, Values] = field(default_factory=dict)


def list_cases() -> list[Case]:
    """Return all cases that are at hand, ours first."""
    cases = list_fixtures()
    if DATA.is_dir():
        cases.extend(iterate_shared_cases())
    return cases


def list_fixtures() -> list[Case]:
    """Return our own pages with the expectations that were reviewed beside them."""
    cases: list[Case] = []
    for name, entry in _load_yaml(OURS / "expected.yaml").items():
        cases.append(_make_fixture(name, entry))
    return cases


def iterate_shared_cases() -> Iterator[Case]:
    """Yield the real pages and texts beside the checkout."""
    corrections = _load_yaml(OURS / "shared.yaml")
    for case in (
        *_iterate_articles(),
        *_iterate_texts(),
        *_iterate_labelled_texts(),
        *_iterate_pages(),
    ):
        yield _correct_case(case, corrections)
    for path in sorted((SHARED / "seeds").glob("*.txt")):
        name = path.name[:3]
        expected = _parse_labels(corrections["seeds"].get(name, {}))
        yield Case("seeds", name, path.read_bytes(), expected=expected)


def normalize_value(value: object) -> str:
    """Return a value in the form in which values are compared."""
    if isinstance(value, bool):
        return str(value).lower()
    return squeeze(str(value))


def _make_fixture(name: str, entry: Mapping[str, Any]) -> Case:
    hint_values: dict[str, str] = {}
    for key in ("list_title", "list_date", "content_type"):
        if key in entry:
            hint_values[key] = str(entry[key])
    return Case(
        group="fixtures",
        name=name,
        payload=(OURS / "pages" / name).read_bytes(),
        url=entry.get("url"),
        hints=Hints(**hint_values),
        expected=_parse_labels(entry),
    )


def _parse_labels(entry: Mapping[str, Any]) -> Labels:
    labels: Labels = {}
    for name in FIELDS:
        if name in entry:
            labels[name] = _parse_values(entry[name])
    return labels


def _parse_values(value: object) -> Values:
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(map(normalize_value, value))
    return (normalize_value(value),)


def _iterate_articles() -> Iterator[Case]:
    """Yield the government pages: none is a report, and the agency is the printed source."""
    for row in _read_rows(DATA / "html" / "manifest.tsv"):
        payload = (DATA / "html" / row["file"]).read_bytes()
        name = row["file"][:3]
        url = row["url"] or None
        expected: Labels = {"is_report": ("false",)}
        if row["kind"] == "other":
            expected["published_on"] = _parse_day(row["visible_publish_date"])
        elif row["kind"] == "article":
            expected |= _label_article(row)
        yield Case("html", name, payload, url, expected=expected)
        if row["kind"] == "article":
            bare_payload = _remove_metas(payload)
            bare_expected = expected | _label_article_without_metas(row)
            yield Case(BARE, name, bare_payload, expected=bare_expected)


def _label_article(row: Row) -> Labels:
    labels: Labels = {"published_on": ()}
    printed_date = row["visible_publish_date"]
    if printed_date.startswith(_NO_DATE):
        labels["published_on"] = _parse_day(row["meta_PubDate"])
    elif not printed_date.startswith(_OTHER_DATES):
        labels["published_on"] = _parse_day(printed_date)
    labels["source"] = _parse_source(row["visible_source"])
    if not labels["source"] and row["meta_ContentSource"]:
        labels["source"] = _parse_values(row["meta_ContentSource"])
    if row["meta_ArticleTitle"]:
        labels["title"] = _parse_values(row["meta_ArticleTitle"])
    return labels


def _label_article_without_metas(row: Row) -> Labels:
    """Return the labels of what a page shows where its meta tags and its address say nothing."""
    labels: Labels = {"published_on": ()}
    printed_date = row["visible_publish_date"]
    if not printed_date.startswith((_NO_DATE, *_OTHER_DATES)):
        labels["published_on"] = _parse_day(printed_date)
    labels["source"] = _parse_source(row["visible_source"])
    return labels


def _remove_metas(payload: bytes) -> bytes:
    source, _ = decode_text(payload)
    return _META.sub("", source).encode()


def _parse_source(printed_source: str) -> Values:
    value = _SOURCE_LABEL.sub("", printed_source)
    if not value or value.startswith("("):
        return ()
    return (normalize_value(value),)


def _iterate_texts() -> Iterator[Case]:
    """Yield the report texts; a field counts only where the text shows it.

    The year: its digits stand in the text. The form: one of its column heads does. The agency:
    the label's name without its remark, or that name without the regions in front. The title:
    all of it. A printed date: the label names a day that stands in the text or in the address.
    """
    for path in sorted((DATA / "reports").glob("*.json")):
        item = json.loads(path.read_text("utf-8"))
        yield Case(
            group="reports",
            name=item["id"],
            payload=item["excerpt"].encode(),
            url=item["url"],
            expected=_label_text(item),
        )


def _iterate_labelled_texts() -> Iterator[Case]:
    """Yield the beginnings of texts that were labelled by hand, as pages of their site."""
    lines = (DATA / "texts.labels.jsonl").read_text("utf-8").splitlines()
    for item in map(json.loads, lines):
        name = item["id"]
        payload = (DATA / "texts" / f"{name}.txt").read_bytes()
        hints = Hints(region=item["site_region"])
        expected = _label_labelled_text(item)
        yield Case("texts", name, payload, item["url"], hints, expected=expected)
        if "agency_name" in expected:
            named = {"agency_name": expected["agency_name"]}
            yield Case(NO_SITE, name, payload, item["url"], expected=named)


def _label_labelled_text(item: Mapping[str, Any]) -> Labels:
    """Return the labels of a text; what is null is not known, but for a body that is not named."""
    labels: Labels = {"is_report": _parse_values(item["is_report"])}
    if not item["is_report"]:
        return labels
    labels["agency"] = _parse_values(item["agency"])
    for field_name in ("agency_name", "form", "report_year", "published_on"):
        values = _parse_values(item[field_name])
        if values:
            labels[field_name] = values + _parse_values(item.get(f"{field_name}_or"))
    return labels


def _label_text(item: Mapping[str, Any]) -> Labels:
    plain = squeeze(item["excerpt"])
    labels: Labels = {"is_report": ("true",)}
    year = str(item["report_year"])
    if year in plain:
        labels["report_year"] = (year,)
    form = _GENERATIONS.get(item["generation"], "")
    if form and _COLUMN_HEADS[form].search(plain):
        labels["form"] = (form,)
    names = _list_printed_names(item["issuing_agency"], plain)
    if names:
        labels["agency"] = names
    if item["title"]:
        title = normalize_value(item["title"])
        if title in plain:
            labels["title"] = (title,)
    day = _parse_day(item["publish_date"] or "")
    if day and _prints_day(item, day[0]):
        labels["published_on"] = day
    return labels


def _prints_day(item: Mapping[str, Any], day: str) -> bool:
    """Tell whether a day stands in the address of a text, or in the text if no day is there."""
    day_of_address = dates.find_url_date(item["url"] or "")
    if day_of_address is not None:
        return day_of_address.isoformat() == day
    text = fold_forms(item["excerpt"])
    return any(stamp.day.isoformat() == day for stamp in dates.find_dates(text))


def _list_printed_names(label: str, plain: str) -> Values:
    """Return the forms of a label's agency that a text shows, the fullest first.

    They are the label with its remark, without it, and without the regions in front.
    """
    name = squeeze(_REMARK.sub("", fold_forms(label)))
    forms = [normalize_value(label), name]
    for match in _REGION.finditer(name):
        rest = name[match.end() :]
        if _NAME_WITH_REGION.search(rest):
            forms.append(rest)
    printed_names: dict[str, None] = {}
    for form in forms:
        if len(form) >= _SHORTEST_NAME and form in plain:
            printed_names[form] = None
    return tuple(printed_names)


def _iterate_pages() -> Iterator[Case]:
    """Yield the whole report pages and list pages that were labelled by hand."""
    for item in json.loads((DATA / "pages" / "truth.json").read_text("utf-8")):
        path = DATA / item["file"]
        url = item["url"]
        if item.get("kind") == "list":
            url = url.split()[0]
            expected: Labels = {"is_report": ("false",)}
        else:
            expected = {
                "published_on": (item["published_on"],),
                "agency": _parse_values(item["issuing_agency_acceptable"]),
                "source": _parse_values(item["source_label"]),
                "title": _parse_values(item["title"]),
                "report_year": _parse_values(item["report_year"]),
                "form": (f"g{item['form']}",),
                "is_report": ("true",),
            }
        yield Case("pages", path.stem, path.read_bytes(), url, expected=expected)


def _correct_case(case: Case, corrections: Mapping[str, Any]) -> Case:
    """Return a case with the labels that the text contradicts corrected."""
    group = {BARE: "html", NO_SITE: "texts"}.get(case.group, case.group)
    entries = corrections.get(group) or {}
    entry = entries.get(case.name)
    if entry is None:
        return case
    expected = dict(case.expected)
    for name in entry.get("not_shown", ()):
        expected.pop(name, None)
    corrected = _parse_labels(entry)
    if case.group == NO_SITE:
        corrected = {name: corrected.get(name, expected[name]) for name in expected}
    return replace(case, expected=expected | corrected)


def _parse_day(printed_date: str) -> Values:
    stamp = dates.find_first_date(fold_forms(printed_date))
    if stamp is None:
        return ()
    return (stamp.day.isoformat(),)


def _read_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream, delimiter="\t")


@cache
def _load_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return content or {}
