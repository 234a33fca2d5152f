"""`python -m bench.fuzz 10000 --first 1`: pages made by seed, read one after the other.

Each must end in a reading within a bounded time; the slowest are named by their seeds, so that they
can be made again. Parts run beside one another: each takes seeds of its own.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from types import FrameType
from typing import NamedTuple

from bench import hostile, pages
from nianbao.pipelines import reader
from nianbao.sample.province import DEFAULT_SEED, Province

MOST_SECONDS = 5.0  # of the processor
HANG_SECONDS = 30
SLOWEST = 5  # pages that are named
PIECES = (
    *hostile.LABELS,
    *("<td>", "<tr>", "<table>", "</table>", "</td>", "<p>", "<br>", "<div>", "</div>"),
    *("<td rowspan=3 colspan=2>", "<td colspan=99999>", "<span>", "</span>", "<!--"),
    *("-->", "<script>", "</script>", "<style>p{", "}</style>", "<a href='/1.pdf'>"),
    *(
        "<td style='display:none'>",
        "<p style='",
        "' class=\"",
        ">",
        "<",
        "&",
        "&#",
        "<b",
    ),
    *(
        "<textarea>",
        "<template>",
        "<select><option>",
        "<input value='",
        "<svg>",
        "<math>",
    ),
    *("0", "12", "1,234", "１２", "十", "\n", "\t", "|", " ", "\u00a0", "\u200b", "\0"),
    *(
        "（",
        "）",
        "(",
        ")",
        "【",
        "】",
        "《",
        "》",
        "、",
        "。",
        "：",
        "—",
        "-",
        "/",
        "\u0301",
    ),
    *(
        "2022年",
        "年度报告",
        "政府信息公开",
        "发布时间：",
        "来源：",
        "2023-01-18",
        "二〇二二",
    ),
    *(
        "柳河镇人民政府",
        "西霞县",
        "市",
        "第二十条第（一）项",
        "一、",
        "（二）",
        "复议后起诉",
    ),
    *(
        "万元",
        "件",
        "区(qū)",
        "⺠",
        "區",
        "var a='",
        "document.write(",
        "{",
        "}",
        "\\u",
    ),
)


class FuzzResult(NamedTuple):
    """How reading the page of a seed went; `failure` is None where it ended in a reading."""

    seed: int
    kind: str
    size: int
    seconds: float
    failure: str | None


class HangError(Exception):
    """A page is read for too long."""


@cache
def _list_reports() -> tuple[str, ...]:
    """Return report pages of the sample province, each as small as it is."""
    province = Province(DEFAULT_SEED)
    documents = province.pages(1)
    urls = [truth.url for truth in pages.read_truths(province)][:60]
    return tuple(documents[url].body.decode("utf-8", "replace") for url in urls)


def mix_pieces(random: Random) -> str:
    """Pieces of reports and of markup in any order."""
    count = random.choice((5, 50, 400))
    mixture = "".join(random.choices(PIECES, k=count))
    return mixture if random.random() < 0.3 else _put_into_page(random, mixture)


def edit_report(random: Random) -> str:
    """A report of which some places are gone, doubled, moved or filled."""
    text = random.choice(_list_reports())
    for _ in range(random.choice((1, 3, 20))):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice((1, 10, 300, 3_000)))
        piece = text[start:end]
        filling = random.choice(("", piece * 2, piece[::-1], random.choice(PIECES)))
        text = text[:start] + filling + text[end:]
    return text


def repeat_piece(random: Random) -> str:
    """A piece, or some of a report, so often that what is not linear is slow."""
    report = random.choice(_list_reports())
    start = random.randrange(len(report))
    some = report[start : start + random.choice((1, 5, 40, 400))]
    unit = random.choice(
        (some, "".join(random.choices(PIECES, k=random.randint(1, 4))))
    )
    size = random.choice((2_000, 20_000, 100_000))
    return _put_into_page(random, unit * (size // max(1, len(unit))))


def write_attributes(random: Random) -> str:
    """Elements whose attributes are long, many, or never closed."""
    unit = "".join(random.choices(PIECES, k=3)).replace(">", "")
    value = unit * random.choice((1, 100, 3_000))
    name = random.choice(("style", "class", "onclick", "id", "href", "content", "x"))
    tag = random.choice(("p", "td", "meta", "table", "a", "img", "body"))
    quote = random.choice(("'", '"', ""))
    return _put_into_page(
        random, f"<{tag} {name}={quote}{value}{quote}>" * random.choice((1, 20))
    )


def write_table(random: Random) -> str:
    """A table of any shape, with spans that overlap or lead out of it."""
    rows = []
    for _ in range(random.choice((1, 10, 60))):
        cells = []
        for _ in range(random.choice((1, 8, 40))):
            spans = (1, 1, 1, 2, 5, 1_000, -1, 10**9)
            height, width = random.choice(spans), random.choice(spans)
            cells.append(
                f"<td rowspan={height} colspan={width}>{random.choice(PIECES)}"
            )
        rows.append(f"<tr>{''.join(cells)}")
    return _put_into_page(random, f"<table>{''.join(rows)}")


def _put_into_page(random: Random, filling: str) -> str:
    report = random.choice(_list_reports())
    place = random.randrange(len(report))
    if random.random() < 0.5:
        place = report.rfind("<", 0, place) % len(report)
    return report[:place] + filling + report[place:]


MAKERS: tuple[Callable[[Random], str], ...] = (
    mix_pieces,
    edit_report,
    repeat_piece,
    write_attributes,
    write_table,
)


def make_page(seed: int) -> tuple[str, bytes]:
    """Return what was done to the page of a seed, and its bytes."""
    make = MAKERS[seed % len(MAKERS)]
    random = Random(seed)
    payload = make(random).encode("utf-8", "replace")
    choice = random.random()
    if choice < 0.05:
        text = payload.decode("utf-8", "replace")
        charset = random.choice(("gb18030", "utf-16", "big5hkscs", "latin-1"))
        payload = text.encode(charset, "replace")
    elif choice < 0.15:
        payload = payload[: random.randrange(len(payload) + 1)]
    elif choice < 0.25:
        damaged = bytearray(payload or b" ")
        for _ in range(random.choice((1, 30))):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        payload = bytes(damaged)
    return make.__name__, payload


def read_pages(count: int, first: int) -> Iterator[FuzzResult]:
    """Read the pages of so many seeds."""
    signal.signal(signal.SIGVTALRM, _raise_hang)
    for seed in range(first, first + count):
        kind, payload = make_page(seed)
        began = time.process_time()
        failure = _read_page(payload)
        seconds = time.process_time() - began
        yield FuzzResult(seed, kind, len(payload), seconds, failure)


def _read_page(payload: bytes) -> str | None:
    """Read a page; return how that failed."""
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)
    try:
        reading = reader.read(
            payload, url="https://www.example.gov.cn/t20230118_1.html"
        )
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    failures = [
        finding.message
        for finding in reading.findings
        if finding.rule == "reader.failed"
    ]
    return failures[0] if failures else None


def _raise_hang(_: int, __: FrameType | None) -> None:
    raise HangError(f"more than {HANG_SECONDS} seconds of the processor")


def main() -> int:
    """Read the pages; print what failed and what was slow. Exit code 1 where any was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=int)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    slowest: list[FuzzResult] = []
    failed = 0
    total = 0.0
    for result in read_pages(options.pages, options.first):
        total += result.seconds
        if result.failure is not None:
            failed += 1
            print(f"seed {result.seed} ({result.kind}): {result.failure}", flush=True)
        slowest.append(result)
        slowest.sort(key=lambda one: -one.seconds)
        del slowest[SLOWEST:]
    print(
        f"{options.pages} pages from {options.first}, {total:.0f} s of CPU, {failed} failed"
    )
    for result in slowest:
        print(
            f"  {result.seconds:.2f} s: seed {result.seed}, {result.kind}, {result.size} bytes"
        )
    is_slow = bool(slowest) and slowest[0].seconds > MOST_SECONDS
    return 1 if failed or is_slow else 0


if __name__ == "__main__":
    sys.exit(main())
