"""The process that crawls for a worker; it ends when the worker does."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nianbao.crawler.cluster.crawl_order import CrawlProcessOrder


def main(order_file: Path, errors_file: Path) -> None:
    """Crawl what a file says; write into another what went wrong."""
    threading.Thread(target=_end_with_worker, daemon=True).start()
    order: CrawlProcessOrder = pickle.loads(order_file.read_bytes())
    from nianbao.crawler.runs import crawl_part

    # the folder of the site files is where the command was started
    plan = replace(order.plan, archive=order.archive, sites=None, cluster=None)
    errors = crawl_part(plan, order.targets, order.run_uid, order.readers)
    errors_file.write_bytes(pickle.dumps(errors))


def _end_with_worker() -> None:
    """End this process, whatever it is doing, when the worker has closed its end of the pipe."""
    os.read(sys.stdin.fileno(), 1)  # a buffer would be locked when the process ends
    os._exit(1)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
