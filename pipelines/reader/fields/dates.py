"""Dates: reading them in every notation that reports print, and the statistics period.

Notations met: 2021-01-20, 2021/1/20, 2018.01.25, 2021年1月20日, 二〇二一年一月十日 (with 〇, ○
or 零), mixed 2021年一月十日, 20210120 in addresses, 元月; times 09:14, 09:14:05 and 9时14分.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nianbao.archive.records import Period
from nianbao.pipelines.reader.payload.normal_form import join_words

# The regulation came into force on 2008-05-01; nothing was published under it before.
FIRST_YEAR = 2008

_ZERO = "〇○◯零0OoΟ"
_DIGITS = dict.fromkeys(_ZERO, "0") | {
    digit: str(number) for number, digit in enumerate("一二三四五六七八九", start=1)
}
_HAN_DIGIT = rf"[{_ZERO}一二三四五六七八九\d]"
_YEAR = rf"(?:1\s?9|2\s?0)\s?\d\s?\d|[一二]\s?[{_ZERO}九]\s?{_HAN_DIGIT}\s?{_HAN_DIGIT}"
_SMALL = r"\d\s?\d?|[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九]"
# As machines write it; CST is China's. An hour behind a dash is a zone behind seconds only:
# 10:20-11:30 is the time of an event.
_ZONE = (
    r"(?:\s?(?:(?P<utc>Z|UTC|GMT)(?![a-zA-Z+-])"
    r"|(?:GMT|UTC)?(?P<zone_sign>[+]|(?<=:\d\d:\d\d)-)"
    r"(?P<zone_hours>[01]?\d)(?::?(?P<zone_minutes>[0-5]\d))?(?!\d)"
    r"|CST(?![a-zA-Z])))?"
)
_CHINA_MINUTES = 8 * 60
# A sign that strayed behind the day: 2023/01/20/ 09:57.
_STRAY_SIGN = r"[-/.,，](?=\s*\d\d?\s*:)"
_TIME = (
    rf"(?:(?:\s|T|日|{_STRAY_SIGN})*(?P<hour>[01]?\d|2[0-3])"
    r"(?:\s?时\s?(?P<han_minute>[0-5]?\d)\s?分(?:\s?(?P<han_second>[0-5]?\d)\s?秒)?"
    r"|\s?:\s?(?P<minute>[0-5]\d)"
    rf"(?:\s?:\s?(?P<second>[0-5]\d)(?:\.\d{{1,6}})?)?(?!\d){_ZONE}))?"
)
# What ends the day: no digit, unless a time is glued to it (2023-01-1810:20).
_DAY_END = (
    r"(?:(?!\d)|(?<=[-/.‐–—]\d\d[-/.‐–—]\d\d)(?=[0-2]\d:[0-5]\d))"
    r"(?!\s*[-/.‐–—]\s*\d(?!\d?\s*:))"
)
_DATE = re.compile(
    rf"(?<![\d.])(?P<year>{_YEAR})\s*"
    rf"(?:(?P<separator>[-/.‐–—])\s*"
    # padded month and day can be torn over spans: 2022-01-1 9
    rf"(?:(?P<padded_month>\d\s?\d)\s*(?P=separator)\s*(?P<padded_day>\d\s?\d)(?!\s*:)"
    rf"|(?P<month>\d\d?)\s*(?P=separator)\s*(?P<day>\d\d?)){_DAY_END}"
    rf"|年\s*(?P<han_month>元|{_SMALL})\s*月\s*(?P<han_day>{_SMALL})\s*[日号]?(?!\d))"
    rf"{_TIME}"
)
_SEPARATOR = re.compile("[-/.‐–—年]")  # one stands in every date
# fmt: off
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)
# fmt: on
_MACHINE = re.compile(
    r"(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?:\d{4}|\d{6})?"
)
_NAMED_ZONE = r"(?:UTC|GMT|Z)?(?:[+-]\d\d:?\d\d)?|CST"
# Java writes Tue Jan 17 16:30:00 UTC 2023, mail headers Tue, 17 Jan 2023 16:30:00 +0000.
_NAMED_MONTHS = tuple(
    re.compile(pattern.format(months="|".join(_MONTHS), zone=_NAMED_ZONE))
    for pattern in (
        r"[A-Z][a-z]{{2}} (?P<month>{months}) +(?P<day>\d\d?) (?P<hour>\d\d?):(?P<minute>\d\d)"
        r"(?::\d\d)?(?: (?P<zone>{zone}))? (?P<year>20\d\d)",
        r"(?:[A-Z][a-z]{{2}}, )?(?P<day>\d\d?) (?P<month>{months}) (?P<year>20\d\d)"
        r" (?P<hour>\d\d?):(?P<minute>\d\d)(?::\d\d)?(?: ?(?P<zone>{zone}))?",
    )
)
_OFFSET = re.compile(r"([+-])(\d\d?):?(\d\d)?$")
_URL_DATE = re.compile(
    r"/t(20\d\d)([01]\d)([0-3]\d)_\d"  # TRS WCM: /202101/t20210120_1239406.shtml
    # Hanweb: /art/2021/1/20/art_…, /2021-01/20/content_
    r"|/(20\d\d)[-/](\d\d?)[-/]([0-3]?\d)(?=[/_.])"
    # /20220725/847939.html, and in Hebei /202301/30/1679499a-….html
    r"|/(20\d\d)([01]\d)/?([0-3]\d)(?=/)"
)
_PERIOD = re.compile(
    r"(?P<year>20\d\d)(?:年?1月1日|[./-]0?1[./-]0?1(?!\d))起?(?:至|到|截至|截止|-|—|–|~)+"
    r"(?:20\d{0,2}?(?P<doubled_year>20\d\d)[年./-]?|(?P<end_year>20\d\d)[年./-]?)?"
    r"12[月./-](?P<last_day>3[01])(?:日|(?!\d))"
)
_STATISTICS = re.compile(r"统计|数据|期限|时限|报告")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as printed: its day, its time if there is one, and where it stands in the text."""

    day: date
    time: str | None
    text: str
    start: int
    end: int

    @property
    def instant(self) -> str | None:
        """The instant in China's time zone."""
        if self.time is None:
            return None
        return f"{self.day.isoformat()}T{self.time}+08:00"


def find_dates(text: str) -> Iterator[Stamp]:
    """Yield the dates that stand in a folded text."""
    if _SEPARATOR.search(text) is None:
        return
    for match in _DATE.finditer(text):
        day = _build_day(
            match["year"],
            match["padded_month"] or match["month"] or match["han_month"],
            match["padded_day"] or match["day"] or match["han_day"],
        )
        if day:
            day, time = _convert_to_china(day, match)
            yield Stamp(
                day=day,
                time=time,
                text=match[0].strip(),
                start=match.start(),
                end=match.end(),
            )


def find_first_date(text: str) -> Stamp | None:
    """Return the first date in a text."""
    return next(find_dates(text), None)


def find_leading_date(text: str) -> Stamp | None:
    """Return the date that a text begins with; brackets and bars may stand before it."""
    stamp = find_first_date(text[:60])
    if stamp is None:
        return None
    before = text[: stamp.start]
    if before.strip("([【〔 |"):
        return None
    return stamp


def find_leading_stamp(text: str) -> Stamp | None:
    """Return the day of a stamp, as a program writes it, that a text begins with."""
    for pattern in (_MACHINE, *_NAMED_MONTHS):
        match = pattern.match(text)
        if match and not text[match.end() : match.end() + 1].isdigit():
            return parse_machine_date(match[0])
    return None


def parse_machine_date(text: str) -> Stamp | None:
    """Return the day, in China, of a stamp that a program wrote.

    Seen: 20210120, 20210120091400, Wed Jan 20 09:14:00 CST 2021.
    """
    plain = text.strip()
    match = _MACHINE.fullmatch(plain)
    if match:
        day = _build_day(match["year"], match["month"], match["day"])
    else:
        day = _parse_named_month(plain)
    if day is None:
        return None
    return Stamp(day, None, plain, 0, len(text))


def _parse_named_month(text: str) -> date | None:
    """Return the day in China of a stamp with the English name of its month."""
    for pattern in _NAMED_MONTHS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        month = str(_MONTHS.index(match["month"]) + 1)
        day = _build_day(match["year"], month, match["day"])
        if day is None:
            return None
        minutes = int(match["hour"]) * 60 + int(match["minute"])
        offset = _parse_zone(match["zone"] or "CST")
        return _shift_to_china(day, minutes, offset)[0]
    return None


def _parse_zone(zone: str) -> int:
    """Return the minutes by which a zone is ahead of UTC; CST is China's."""
    if zone == "CST":
        return _CHINA_MINUTES
    match = _OFFSET.search(zone)
    if match is None:
        return 0
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return -minutes if match[1] == "-" else minutes


def _shift_to_china(day: date, minutes: int, offset: int) -> tuple[date, int]:
    """Return a day and the minutes of it in China's zone."""
    minutes += _CHINA_MINUTES - offset
    return day + timedelta(days=minutes // 1440), minutes % 1440


def is_date(text: str) -> bool:
    """Tell whether a text is a date and nothing else but brackets and bullets."""
    stamp = find_first_date(text[:80])
    if stamp is None:
        return False
    before = text[: stamp.start]
    behind = text[stamp.end :]
    rest = before + behind
    return not rest.strip("()[]【】〔〕•·● |\t")


def find_url_date(url: str) -> date | None:
    """Return the day written in an address; a month alone is not enough."""
    for match in _URL_DATE.finditer(url):
        year, month, day = filter(None, match.groups())
        url_date = _build_day(year, month, day)
        if url_date:
            return url_date
    return None


def find_period(text: str) -> Period | None:
    """Return the statistics period that a squeezed text states (统计期限自…起至…止).

    A lost 年 (自20221月1日起至202212月31日止) and a doubled year (至202020年12月31日) were seen.
    """
    match = find_period_words(text)
    if match is None:
        return None
    year = match["year"]
    return Period(f"{year}-01-01", f"{year}-12-{match['last_day']}")


def find_period_words(text: str) -> re.Match[str] | None:
    """Return the words of a squeezed text that state its period: the first on statistics."""
    matches = list(filter(_is_one_year, _PERIOD.finditer(text)))
    if not matches:
        return None
    for match in matches:
        start = match.start()
        before = text[max(0, start - 30) : start]
        if _STATISTICS.search(before):
            return match
    return matches[0]


def _is_one_year(match: re.Match[str]) -> bool:
    end_year = match["doubled_year"] or match["end_year"] or match["year"]
    return end_year == match["year"]


def _convert_to_china(day: date, match: re.Match[str]) -> tuple[date, str | None]:
    """Return day and time in China's zone.

    2022-03-14T17:20:00Z is the morning of the 15th there.
    """
    if match["hour"] is None:
        return day, None
    minute = match["minute"] or match["han_minute"]
    minutes = int(match["hour"]) * 60 + int(minute)
    offset = _CHINA_MINUTES
    if match["utc"]:
        offset = 0
    elif match["zone_sign"]:
        zone_minutes = match["zone_minutes"] or "00"
        zone = f"{match['zone_sign']}{match['zone_hours']}:{zone_minutes}"
        offset = _parse_zone(zone)
    day, minutes = _shift_to_china(day, minutes, offset)
    time = f"{minutes // 60:02d}:{minutes % 60:02d}"
    second = match["second"] or match["han_second"]
    if second:
        time += f":{second:0>2}"
    return day, time


def _build_day(year: str, month: str, day: str) -> date | None:
    try:
        return date(
            _parse_number(year),
            _parse_number(month),
            _parse_number(day),
        )
    except ValueError:
        return None


def _parse_number(text: str) -> int:
    """Read 2021, 二〇二一, 十一, 二十三, 廿一, 元; raise ValueError on anything else."""
    number = join_words(text)
    if number.isascii() and number.isdecimal():
        return int(number)
    number = number.replace("廿", "二十").replace("元", "1")
    if "十" in number:
        tens, ones = number.split("十", 1)
        ten_count = int(_DIGITS.get(tens, "1"))
        one_count = int(_DIGITS.get(ones, "0"))
        return 10 * ten_count + one_count
    digits = [_DIGITS.get(character, character) for character in number]
    return int("".join(digits))
