"""`make bench-read`: reading a report page, as multiples of parsing it, beside an extractor.

All steps are measured in one run, with garbage collected as seldom as in a reading process. With
`--peers PYTHON` other parsers and extractors are timed by turns with them, in that environment.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import lxml.html
import trafilatura

from bench import hostile, pages
from bench.results import Result, add_results_option, write_results
from nianbao.archive.garbage import collect_seldom
from nianbao.pipelines import reader

PAGES = 200
MOST_PARSES = 5.0  # that reading a page may cost
PEERS = Path(__file__).with_name("peers.py")

Step: TypeAlias = Callable[[str, bytes], object]


def _parse_page(url: str, body: bytes) -> object:
    del url
    return lxml.html.fromstring(body)


def _read_page(url: str, body: bytes) -> object:
    return reader.read(body, url=url)


def _extract_page(url: str, body: bytes) -> object:
    return trafilatura.bare_extraction(body, url=url, with_metadata=True)


PARSING = "lxml.html.fromstring"
READING = "nianbao read"
EXTRACTION = "trafilatura.bare_extraction"
STEPS: dict[str, Step] = {
    PARSING: _parse_page,
    READING: _read_page,
    EXTRACTION: _extract_page,
}


def main() -> None:
    """Print the median time of each step and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=int, nargs="?", default=PAGES)
    parser.add_argument(
        "--peers", metavar="PYTHON", help="the Python of requirements-peers.lock"
    )
    add_results_option(parser)
    options = parser.parse_args()
    collect_seldom()
    bodies = list(pages.make_pages(options.pages))
    times: dict[str, list[float]] = {name: [] for name in STEPS}
    # The steps take turns: what slows the machine for a while slows all of them.
    for url, body in bodies:
        for name, step in STEPS.items():
            times[name].append(_measure_cpu(step, url, body))
    if options.peers:
        times |= _measure_peers(options.peers, bodies)
    _print_sizes([len(body) for _, body in bodies])
    for name, seconds in times.items():
        milliseconds = statistics.median(seconds) * 1000
        print(f"{name:<28} median {milliseconds:8.2f} ms of CPU")
    over_parse = _compute_ratio(times[READING], times[PARSING])
    under_extraction = _compute_ratio(times[EXTRACTION], times[READING])
    print(
        f"reading / parsing the same page: {over_parse:.1f}; "
        f"trafilatura / reading: {under_extraction:.1f} (medians)"
    )
    slowest = _print_slowest_hostile_page()
    write_results(options.results, [*_make_results(times), slowest])


def _measure_peers(
    python: str, bodies: Sequence[tuple[str, bytes]]
) -> dict[str, list[float]]:
    """Return the times that each peer takes for some pages."""
    times: dict[str, list[float]] = {}
    with subprocess.Popen(
        [python, "-W", "ignore", str(PEERS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for url, body in bodies:
            page = {"url": url, "body": base64.b64encode(body).decode("ascii")}
            process.stdin.write(json.dumps(page) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                sys.exit(f"{python} {PEERS}: ended before it answered")
            for name, seconds in json.loads(answer).items():
                times.setdefault(name, []).append(seconds)
        process.stdin.close()
    return times


def _make_results(times: Mapping[str, Sequence[float]]) -> list[Result]:
    """Return the time of reading a page beside that of each other step, in milliseconds."""
    reading = 1000 * statistics.median(times[READING])
    results: list[Result] = []
    for name, seconds in times.items():
        if name == READING:
            continue
        wanted = f"≤ {MOST_PARSES:g}" if name == PARSING else None
        peer_ms = 1000 * statistics.median(seconds)
        results.append(
            Result("reading a page", reading, "ms of CPU", name, peer_ms, wanted)
        )
    return results


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


def _print_slowest_hostile_page() -> Result:
    times: dict[str, float] = {}
    for name in hostile.CASES:
        times[name] = _measure_cpu(_read_page, "", hostile.make_page(name))
    slowest = max(times, key=lambda name: times[name])
    print(
        f"the slowest of {len(times)} hostile pages ({slowest}): {times[slowest]:.2f} s"
    )
    return Result("the slowest hostile page", times[slowest], "s of CPU")


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
