"""Parsers and extractors that are no part of nianbao, timed in an environment of their own.

Started by `bench.read --peers PYTHON`. For each line of standard input, a page as JSON (`url`, and
`body` in base64), it prints a line: name → CPU seconds, the fastest of three runs.
"""

from __future__ import annotations

import base64
import gc
import json
import logging
import sys
import time
from collections.abc import Callable, Mapping

import htmldate
import newspaper
from gne import GeneralNewsExtractor
from readability import Document
from selectolax.lexbor import LexborHTMLParser


def _extract_with_newspaper(url: str, body: bytes) -> object:
    return newspaper.article(url, input_html=body.decode("utf-8", "replace")).text


def _extract_with_gne(url: str, body: bytes) -> object:
    del url
    return GeneralNewsExtractor().extract(body.decode("utf-8", "replace"))


PEERS: Mapping[str, Callable[[str, bytes], object]] = {
    "selectolax (lexbor)": lambda _, body: LexborHTMLParser(body),
    "htmldate": lambda url, body: htmldate.find_date(body, url=url),
    "readability-lxml": lambda _, body: Document(body).summary(),
    "GNE": _extract_with_gne,
    "newspaper4k": _extract_with_newspaper,
}


def main() -> None:
    """Answer until there are no more pages."""
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.set_threshold(20_000)  # as seldom as where ours are read
    for line in sys.stdin:
        page = json.loads(line)
        body = base64.b64decode(page["body"])
        times = {
            name: _measure_cpu(peer, page["url"], body) for name, peer in PEERS.items()
        }
        print(json.dumps(times), flush=True)


def _measure_cpu(peer: Callable[[str, bytes], object], url: str, body: bytes) -> float:
    times: list[float] = []
    for _ in range(3):
        start = time.process_time()
        try:
            peer(url, body)
        except Exception as error:  # noqa: BLE001
            # an extractor that gives up has used that time
            logging.debug("%s: %s", url, error)
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
