"""`make bench-read`: reading a report page, as multiples of parsing it, beside an extractor.

All steps are measured in one run, with garbage collected as seldom as in a reading process.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

import lxml.html
import trafilatura

from bench import hostile, pages
from nianbao.archive.garbage import collect_seldom
from nianbao.pipelines import reader

PAGES = 200

Step: TypeAlias = Callable[[str, bytes], object]


def _parse_page(url: str, body: bytes) -> object:
    del url
    return lxml.html.fromstring(body)


def _read_page(url: str, body: bytes) -> object:
    return reader.read(body, url=url)


def _extract_page(url: str, body: bytes) -> object:
    return trafilatura.bare_extraction(body, url=url, with_metadata=True)


STEPS: dict[str, Step] = {
    "lxml.html.fromstring": _parse_page,
    "nianbao read": _read_page,
    "trafilatura.bare_extraction": _extract_page,
}


def main() -> None:
    """Print the median time of each step and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=int, nargs="?", default=PAGES)
    options = parser.parse_args()
    collect_seldom()
    bodies = list(pages.make_pages(options.pages))
    times: dict[str, list[float]] = {name: [] for name in STEPS}
    # The steps take turns: what slows the machine for a while slows all of them.
    for url, body in bodies:
        for name, step in STEPS.items():
            times[name].append(_measure_cpu(step, url, body))
    _print_sizes([len(body) for _, body in bodies])
    for name, seconds in times.items():
        milliseconds = statistics.median(seconds) * 1000
        print(f"{name:<28} median {milliseconds:8.2f} ms of CPU")
    parse_times, read_times, extract_times = times.values()
    over_parse = _compute_ratio(read_times, parse_times)
    under_extraction = _compute_ratio(extract_times, read_times)
    print(
        f"reading / parsing the same page: {over_parse:.1f}; "
        f"trafilatura / reading: {under_extraction:.1f} (medians)"
    )
    _print_slowest_hostile_page()


def _print_sizes(sizes: Sequence[int]) -> None:
    smallest = min(sizes) // 1000
    largest = max(sizes) // 1000
    median = round(statistics.median(sizes) / 1000)
    print(f"{len(sizes)} pages of {smallest} to {largest} KB, median {median} KB")


def _compute_ratio(times: Sequence[float], base_times: Sequence[float]) -> float:
    """Return the median ratio of the times of the same pages."""
    ratios: list[float] = []
    for seconds, base_seconds in zip(times, base_times, strict=True):
        ratios.append(seconds / base_seconds)
    return statistics.median(ratios)


def _print_slowest_hostile_page() -> None:
    times: dict[str, float] = {}
    for name in hostile.CASES:
        times[name] = _measure_cpu(_read_page, "", hostile.make_page(name))
    slowest = max(times, key=lambda name: times[name])
    print(
        f"the slowest of {len(times)} hostile pages ({slowest}): {times[slowest]:.2f} s"
    )


def _measure_cpu(step: Step, url: str, body: bytes) -> float:
    """Return the CPU seconds of the fastest of three runs; the first one warms caches.

    By the clock a loaded machine gave anything from 3.5 to 14.6 for the ratio that is 5.4 by
    CPU time.
    """
    times: list[float] = []
    for _ in range(3):
        start = time.process_time()
        step(url, body)
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
