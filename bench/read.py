"""`make bench-read`: reading a report page, as multiples of parsing it, beside a general
extractor, in one run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import lxml.html
import trafilatura

from bench import hostile, pages
from nianbao.pipelines import reader

PAGES = 200


def main() -> None:
    """Print the median time of each step and the ratios."""
    made = list(pages.make(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES))
    steps: dict[str, Callable[[str, bytes], object]] = {
        "lxml.html.fromstring": lambda _, body: lxml.html.fromstring(body),
        "nianbao read": lambda url, body: reader.read(body, url=url),
        "trafilatura.bare_extraction": lambda url, body: trafilatura.bare_extraction(
            body, url=url, with_metadata=True
        ),
    }
    times: dict[str, list[float]] = {name: [] for name in steps}
    for (
        url,
        body,
    ) in (
        made
    ):  # the steps by turns: what slows the machine for a while slows all of them
        for name, step in steps.items():
            times[name].append(_timed(step, url, body))
    parse, read, general = times.values()
    sizes = [len(body) for _, body in made]
    low, middle, high = (
        min(sizes) // 1000,
        round(statistics.median(sizes) / 1000),
        max(sizes) // 1000,
    )
    print(f"{len(made)} pages of {low} to {high} KB, median {middle} KB")
    for name, taken in times.items():
        print(f"{name:<28} median {statistics.median(taken) * 1000:8.2f} ms of CPU")
    over_parse = statistics.median(
        mine / base for mine, base in zip(read, parse, strict=True)
    )
    under_general = statistics.median(
        other / mine for mine, other in zip(read, general, strict=True)
    )
    print(
        f"reading / parsing the same page: {over_parse:.1f}; trafilatura / reading: {under_general:.1f} (medians)"
    )
    slowest, name = max(
        (_timed(steps["nianbao read"], "", hostile.page(name)), name)
        for name in hostile.CASES
    )
    print(
        f"the slowest of {len(hostile.CASES)} hostile pages ({name}): {slowest:.2f} s"
    )


def _timed(step: Callable[[str, bytes], object], url: str, body: bytes) -> float:
    """Return the CPU seconds of the fastest of three runs: the first also warms what is loaded
    lazily.

    By the clock a loaded machine gave anything from 3.5 to 14.6 for the ratio that is 5.4 by
    CPU time.
    """
    taken = []
    for _ in range(3):
        began = time.process_time()
        step(url, body)
        taken.append(time.process_time() - began)
    return min(taken)


if __name__ == "__main__":
    main()
