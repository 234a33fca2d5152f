"""Room for large answers: so many bytes at a time, and every answer is had in the end."""

from __future__ import annotations

import asyncio
import gc

from scrapy.http import Request

from nianbao.crawler.middlewares.answer_room import MOST_HELD, AnswerRoom
from tests.crawl.site_crawler import run_alone

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
