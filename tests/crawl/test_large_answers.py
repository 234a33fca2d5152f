"""Room for large answers: so many bytes at a time, and every answer is had in the end."""

from __future__ import annotations

import asyncio
import gc
import gzip

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response

from nianbao.crawler.hosts import HostStates
from nianbao.crawler.middlewares.answer_room import MOST_HELD, AnswerRoom
from nianbao.crawler.middlewares.bodies import UnpackMiddleware
from nianbao.crawler.middlewares.large_answers import WAITS, LargeAnswerMiddleware
from tests.crawl.site_crawler import URL, make_crawler, run_alone

EIGHTH = MOST_HELD // 8


def make_requests(count: int) -> list[Request]:
    return [Request(f"http://a.example/{number}") for number in range(count)]


def test_answers_fit_until_the_room_is_full() -> None:
    room = AnswerRoom()
    *held, last = make_requests(9)
    for request in held:
        assert room.admits(request, EIGHTH)
        room.sizes[request] = EIGHTH
    assert not room.admits(last, EIGHTH)
    room.sizes[held[0]] = EIGHTH // 2
    assert room.admits(last, EIGHTH // 2)


def test_one_alone_always_fits() -> None:
    (request,) = make_requests(1)
    assert AnswerRoom().admits(request, 2 * MOST_HELD)


def test_an_answer_takes_no_room_when_its_request_is_gone() -> None:
    room = AnswerRoom()
    (request,) = make_requests(1)
    room.sizes[request] = MOST_HELD
    del request
    gc.collect()
    assert room.held == 0


def test_those_that_wait_come_first_and_one_after_the_other() -> None:
    room = AnswerRoom()
    first, second, third, newcomer = make_requests(4)
    room.sizes[first] = MOST_HELD
    order = []

    async def wait(request: Request) -> None:
        await room.wait(request, MOST_HELD, lambda: True)
        order.append(request)

    async def crawl() -> None:
        tasks = [asyncio.create_task(wait(request)) for request in (second, third)]
        await asyncio.sleep(0)
        del room.sizes[first]
        assert not room.admits(newcomer, EIGHTH)
        await tasks[0]
        assert order == [second]
        del room.sizes[second]
        await tasks[1]

    run_alone(crawl())
    assert order == [second, third]
    assert room.held == MOST_HELD, "its room is kept until it has come"


def test_nothing_is_waited_for_in_a_crawl_that_stops() -> None:
    room = AnswerRoom()
    first, second = make_requests(2)
    room.sizes[first] = MOST_HELD
    run_alone(room.wait(second, MOST_HELD, lambda: False))
    assert room.admits(first, MOST_HELD // 2) is False


PACKED = gzip.compress(bytes(6_000_000))
GZIP = {"Content-Encoding": "gzip"}


def make_busy_crawler() -> tuple[Crawler, Request]:
    """Return a crawler whose process has room for 4 MB, and the request that holds the rest."""
    states = HostStates()
    other = Request("http://other.example/")
    states.answer_room.sizes[other] = MOST_HELD - 4_000_000
    return make_crawler(states), other


@pytest.mark.parametrize(
    "answer",
    [
        Response(URL, status=302, headers={"Location": "/large.pdf"}),
        Response(URL, status=503),
        Response(URL, headers=GZIP, body=gzip.compress(b"<p>short</p>")),
        Response(URL, headers=GZIP, body=PACKED),
    ],
)
def test_the_room_of_a_moment_is_no_limit_of_a_redirect_or_another_try(
    answer: Response,
) -> None:
    """Their requests take over the meta, and Scrapy the limit that stands in it."""
    crawler, other = make_busy_crawler()
    middleware = LargeAnswerMiddleware.from_crawler(crawler)
    request = Request(URL, meta={"role": "report"})
    next_one = middleware.process_response(request, answer)
    assert request.meta == {"role": "report"}
    is_again = isinstance(next_one, Request)
    assert is_again is (answer.body == PACKED)
    assert not is_again or "download_maxsize" not in next_one.meta
    del other


def test_a_body_that_no_header_says_is_packed_waits_for_room() -> None:
    crawler, other = make_busy_crawler()
    middleware = UnpackMiddleware.from_crawler(crawler)
    request = Request(URL, meta={"role": "report"})
    again = middleware.process_response(request, Response(URL, body=PACKED))
    assert isinstance(again, Request)
    assert again.meta[WAITS] >= 6_000_000
    last = again.replace(meta={**again.meta, "retry_times": 2})
    with pytest.raises(DownloadFailedError, match="too many large answers"):
        middleware.process_response(last, Response(URL, body=PACKED))
    del middleware.room.sizes[other]
    unpacked = middleware.process_response(again, Response(URL, body=PACKED))
    assert isinstance(unpacked, Response)
    assert len(unpacked.body) == middleware.room.held == 6_000_000


def test_a_body_that_is_too_long_for_any_crawl_stays_packed() -> None:
    middleware = UnpackMiddleware.from_crawler(make_crawler())
    answer = Response(URL, body=gzip.compress(bytes(40_000_000), 1))
    request = Request(URL, meta={"role": "report"})
    assert middleware.process_response(request, answer) is answer
