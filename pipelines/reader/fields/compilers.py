"""Who speaks in a report, and whose report an office has written.

The office of a government, of a bureau or of a township compiles the report of its body. Whether
it is its own that it compiles, only the report can say: 我办 is an office, 我县 a county, 我局 a
bureau. Where it says neither, and the office could have one of its own, it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from nianbao.pipelines.reader.fields.agency_names import is_agency
from nianbao.pipelines.reader.rules import load_rules

_RULES = load_rules("agencies")

AMBIGUOUS: Final = "?"
_OFFICE_ENDS = ("办", "室", "厅", "处", "科", "股")
_TOWNSHIP_KINDS = ("镇", "乡", "街道", "街")
_OFFICE_KINDS = ("办", "室")


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a report says of itself: 我办, 我局 or 我镇 (`body_kind`), 我县 (`place_kind`).

    `sums_up` says that it is made of the reports of others, as a government's is.
    """

    is_office: bool
    body_kind: str
    place_kind: str
    sums_up: bool

    @property
    def is_government(self) -> bool:
        """Whether a county or a higher division speaks, and no bureau."""
        return self.sums_up or bool(self.place_kind and not self.body_kind)

    @property
    def is_township(self) -> bool:
        return self.body_kind in _TOWNSHIP_KINDS

    @staticmethod
    @lru_cache(maxsize=16)
    def listen(prose: str) -> Speaker:
        """Return who speaks in the squeezed beginning of a body."""
        kinds = [match[1] for match in _RULES.speaks_as_body.find_all(prose)]
        bodies = [kind for kind in kinds if kind not in _OFFICE_KINDS]
        place = _RULES.speaks_as_place.find(prose)
        return Speaker(
            is_office=_RULES.speaks_as_office.find(prose) is not None,
            body_kind=bodies[0] if bodies else "",
            place_kind=place[1] if place else "",
            sums_up=_RULES.sums_up.find(prose) is not None,
        )

    def find_own_body(self, names: Iterable[str]) -> str:
        """Return the one body among names that can be the speaker, or ""."""
        own_names = {self._get_own_name(name) for name in names} - {""}
        # 做好柳河县民政局 is 柳河县民政局 behind other words.
        shortest = min(own_names, key=len, default="")
        if all(name.endswith(shortest) for name in own_names):
            return shortest
        return ""

    def _get_own_name(self, name: str) -> str:
        """Return a name if it is of the kind that speaks; a government's is its place."""
        if self.is_office or not is_agency(name):
            return ""
        if self.body_kind:
            return name if name.endswith(self.body_kind) else ""
        if not self.place_kind:
            return ""
        place = _RULES.government_end.remove_from(name)
        return place if place.endswith(self.place_kind) else ""


def choose_body_of_office(name: str, prose: str) -> str:
    """Return the body whose report an office has written; any other name as it is.

    The `prose` of the report says who speaks. AMBIGUOUS where the report may be the office's own.
    """
    if not name.endswith(_OFFICE_ENDS):
        return name
    speaker = Speaker.listen(prose)
    match = _RULES.bureau_office.find(name)
    if match and not speaker.is_office:
        return name[: match.start()]
    match = _RULES.government_office.find(name)
    is_heard = speaker.is_government
    if match is None:
        match = _RULES.town_office.find(name)
        is_heard = speaker.is_township
    if match is None or speaker.is_office:
        return name
    if is_heard:
        return name[: match.start()] + match[1]
    return AMBIGUOUS
