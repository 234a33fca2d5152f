"""Dates: reading them in every notation that reports print, and the statistics period.

Notations met: 2021-01-20, 2021/1/20, 2018.01.25, 2021年1月20日, 二〇二一年一月十日 (with 〇, ○
or 零), mixed 2021年一月十日, 20210120 in addresses; times 09:14, 09:14:05 and 9时14分.
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
# As machines write it; CST is China's.
_ZONE = (
    r"(?:\s?(?:(?P<utc>Z|UTC|GMT)(?![a-zA-Z+])|(?:GMT|UTC)?[+]0?8(?::?00)?(?!\d)"
    r"|CST(?![a-zA-Z])))?"
)
_TIME = (
    r"(?:(?:\s|T|日)*(?P<hour>[01]?\d|2[0-3])"
    r"(?:\s?时\s?(?P<han_minute>[0-5]?\d)\s?分(?:\s?(?P<han_second>[0-5]?\d)\s?秒)?"
    r"|\s?:\s?(?P<minute>[0-5]\d)"
    rf"(?:\s?:\s?(?P<second>[0-5]\d)(?:\.\d{{1,6}})?)?(?!\d){_ZONE}))?"
)
_DATE = re.compile(
    rf"(?<![\d.])(?P<year>{_YEAR})\s*"
    rf"(?:(?P<separator>[-/.])\s*"
    # padded month and day can be torn over spans: 2022-01-1 9
    rf"(?:(?P<padded_month>\d\s?\d)\s*(?P=separator)\s*(?P<padded_day>\d\s?\d)(?!\s*:)"
    rf"|(?P<month>\d\d?)\s*(?P=separator)\s*(?P<day>\d\d?))(?!\d)(?!\s*[-/.]\s*\d)"
    rf"|年\s*(?P<han_month>{_SMALL})\s*月\s*(?P<han_day>{_SMALL})\s*[日号]?(?!\d))"
    rf"{_TIME}"
)
# fmt: off
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)
# fmt: on
_MACHINE = re.compile(
    r"(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?:\d{4}|\d{6})?"
    rf"|[A-Z][a-z]{{2}} (?P<name>{'|'.join(_MONTHS)}) +(?P<named_day>\d\d?) [\d:]{{8}}"
    r" (?:[A-Z+:\d]+ )?(?P<last_year>20\d\d)"
)
_URL_DATE = re.compile(
    r"/t(20\d\d)([01]\d)([0-3]\d)_\d"  # TRS WCM: /202101/t20210120_1239406.shtml
    # Hanweb: /art/2021/1/20/art_…, /2021-01/20/content_
    r"|/(20\d\d)[-/](\d\d?)[-/]([0-3]?\d)(?=[/_.])"
    # /20220725/847939.html, and in Hebei /202301/30/1679499a-….html
    r"|/(20\d\d)([01]\d)/?([0-3]\d)(?=/)"
)
_PERIOD = re.compile(
    r"(?P<year>20\d\d)年?1月1日起?(?:至|到|截至|截止|-|—|–|~)+"
    r"(?:20\d{0,2}?(?P<doubled_year>20\d\d)年?|(?P<end_year>20\d\d)年?)?"
    r"12月(?P<last_day>3[01])日"
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


def parse_machine_date(text: str) -> Stamp | None:
    """Return the day of a stamp that a program wrote.

    Seen: 20210120, 20210120091400, Wed Jan 20 09:14:00 CST 2021.
    """
    plain = text.strip()
    match = _MACHINE.fullmatch(plain)
    if not match:
        return None
    year = match["year"] or match["last_year"]
    month = match["month"]
    if not month:
        month = str(_MONTHS.index(match["name"]) + 1)
    day_of_month = match["day"] or match["named_day"]
    day = _build_day(year, month, day_of_month)
    if day is None:
        return None
    return Stamp(day, None, plain, 0, len(text))


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
    matches = list(filter(_is_one_year, _PERIOD.finditer(text)))
    if not matches:
        return None
    period = matches[0]
    for match in matches:
        start = match.start()
        before = text[max(0, start - 30) : start]
        if _STATISTICS.search(before):
            period = match
            break
    year = period["year"]
    return Period(f"{year}-01-01", f"{year}-12-{period['last_day']}")


def _is_one_year(match: re.Match[str]) -> bool:
    end_year = match["doubled_year"] or match["end_year"] or match["year"]
    return end_year == match["year"]


def _convert_to_china(day: date, match: re.Match[str]) -> tuple[date, str | None]:
    """Return day and time in China's zone.

    2022-03-14T17:20:00Z is the morning of the 15th there.
    """
    if match["hour"] is None:
        return day, None
    hour = int(match["hour"])
    if match["utc"]:
        hour += 8
    minute = match["minute"] or match["han_minute"]
    time = f"{hour % 24:02d}:{minute:0>2}"
    second = match["second"] or match["han_second"]
    if second:
        time += f":{second:0>2}"
    return day + timedelta(days=hour // 24), time


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
    """Read 2021, 二〇二一, 十一, 二十三, 廿一; raise ValueError on anything else."""
    number = join_words(text).replace("廿", "二十")
    if "十" in number:
        tens, ones = number.split("十", 1)
        ten_count = int(_DIGITS.get(tens, "1"))
        one_count = int(_DIGITS.get(ones, "0"))
        return 10 * ten_count + one_count
    digits = [_DIGITS.get(character, character) for character in number]
    return int("".join(digits))
