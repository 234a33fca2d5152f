"""`python -m nianbao.sample`: serve the sample province until interrupted."""

from __future__ import annotations

import argparse
import sys
import threading
from contextlib import suppress

from nianbao.sample import DEFAULT_PORT
from nianbao.sample.postings import STATES
from nianbao.sample.province import DEFAULT_SEED
from nianbao.sample.server import SampleServerError, serve


def main() -> int:
    """Serve until Ctrl-C; return 1 when the port is taken."""
    options = _parser().parse_args()
    try:
        with (
            suppress(KeyboardInterrupt),
            serve(options.state, port=options.port, seed=options.seed) as server,
        ):
            entry = f"http://xixia.localhost:{server.port}/zwgk/zfxxgknb/"
            print(f"state {options.state} on {entry} (Ctrl-C stops)", flush=True)
            threading.Event().wait()
    except SampleServerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nianbao.sample",
        description="Serve the sample province's sites on 127.0.0.1 until interrupted.",
        epilog="example: python -m nianbao.sample --state 2 --port 8620",
    )
    parser.add_argument(
        "--state",
        type=int,
        choices=STATES,
        default=1,
        help="1, or 2: the sites some weeks later",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=f"default {DEFAULT_PORT}, 0 takes any free port",
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help=f"default {DEFAULT_SEED}"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
