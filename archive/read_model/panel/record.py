"""The record of the wide panel: what places a report, then its measures, then their cells."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from nianbao.archive.read_model.panel.measures import load_measures


@dataclass(frozen=True, slots=True)
class PanelReport:
    """A report with its measures, as the version says them that stands for it.

    Each measure of measures.yaml is an attribute, a number or None; `…_source` names its cells.
    """

    agency: str | None
    region: str | None
    region_code: str | None
    level: str | None
    report_year: int | None
    form: str | None
    state: str
    site: str
    url: str
    version: int
    content_sha256: str
    payload_sha256: str

    if TYPE_CHECKING:

        def __getattr__(self, measure: str) -> Any: ...


@cache
def load_panel_record() -> type[PanelReport]:
    """Return the record with the columns of all measures."""
    numbers: list[tuple[str, Any]] = []
    sources: list[tuple[str, Any]] = []
    for measure in load_measures():
        numbers.append((measure.key, float | None))
        sources.append((measure.source_key, str | None))
    return make_dataclass(
        "PanelRow",
        [*numbers, *sources],
        bases=(PanelReport,),
        namespace={"__module__": __name__, "__doc__": PanelReport.__doc__},
        frozen=True,
        slots=True,
    )
