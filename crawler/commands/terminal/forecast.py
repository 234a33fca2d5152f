"""What a round takes, printed: requests, servers and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

if TYPE_CHECKING:
    from rich.console import Console

    from nianbao.crawler.turns.forecast import Forecast

MINUTE = 60
HOUR = 3600


def print_forecast(out: Console, forecast: Forecast) -> None:
    """Print how many requests a crawl takes, to how many servers, and how long."""
    out.print(
        f"this crawl: {forecast.sites} sites, about {forecast.requests} requests to"
        f" {forecast.servers} servers, {format_duration(forecast.seconds)}"
    )
    if forecast.guessed_sites:
        out.print(
            f"{forecast.guessed_sites} sites were never crawled: each is taken for as large"
            " as half of the others at least; where there are none, as its first lists"
        )
    if forecast.busiest_server is not None:
        line = (
            f"longest: {forecast.busiest_server}, {forecast.busiest_requests} requests,"
            f" {format_duration(forecast.busiest_seconds)}"
        )
        out.print(escape(line), highlight=False)


def format_duration(seconds: int) -> str:
    """Return a time as people say it: `40 s`, `12 min`, `3 h 5 min`."""
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{round(seconds / MINUTE)} min"
    hours, rest = divmod(seconds, HOUR)
    return f"{hours} h {rest // MINUTE} min"
