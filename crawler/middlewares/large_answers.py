"""Large answers: a process holds so many bytes of them at a time, whatever servers send.

One answer has a limit of its own (`DOWNLOAD_MAXSIZE`). Sixteen sites that all send as much as
that would fill the memory. An answer that does not fit is broken off, and asked for again when
there is room.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import DownloadFailedError, IgnoreRequest, StopDownload
from scrapy.http import Response

from nianbao.crawler.hosts import hosts_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request

LARGE = 8 * 1024 * 1024  # bytes of an answer that is taken only where there is room
# Bytes of the longest page that may only send on: to look whether it does costs its whole text.
LONGEST_SENDER = 1024 * 1024
MOST_HELD = 64 * 1024 * 1024  # bytes of all answers of the process, while there is room
NO_ROOM = "too many large answers at once: of more than {size} bytes no more was taken"
TOO_LARGE = "the body has more than {size} bytes when it is unpacked"
WAITS = "waits_for_room"  # in a request's meta: it is sent when there is room
MOST_SECONDS = 60.0  # that it waits
SECONDS_BETWEEN_LOOKS = 0.2


class LargeAnswerMiddleware(HttpCompressionMiddleware):
    """Unpack answers as far as there is room; ask again for those that do not fit."""

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self.crawler = crawler
        self.sizes = hosts_of(crawler).answer_sizes
        self.most_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        crawler.signals.connect(self.count_bytes, signals.bytes_received)

    def count_bytes(self, data: bytes, request: Request) -> None:
        """Count what arrives of an answer; raise StopDownload where it does not fit."""
        size = self.sizes.get(request, 0) + len(data)
        self.sizes[request] = size
        if size > LARGE and sum(self.sizes.values()) > MOST_HELD:
            raise StopDownload(fail=True)

    async def wait_for_room(self) -> None:
        """Wait until large answers fit again, but not for ever."""
        seconds = 0.0
        while sum(self.sizes.values()) > MOST_HELD // 2 and seconds < MOST_SECONDS:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            seconds += SECONDS_BETWEEN_LOOKS

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Say what encodings are taken; an answer that did not fit waits until there is room."""
        super().process_request(request)
        if WAITS in request.meta:
            await self.wait_for_room()

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the unpacked answer; a request for another try where it does not fit.

        Raises IgnoreRequest for an answer that no crawl takes.
        """
        self.sizes[request] = len(response.body)
        most = max(LARGE, MOST_HELD - sum(self.sizes.values()))
        if most < self.most_bytes:
            request.meta["download_maxsize"] = most
        unpacked = self._unpack(request, response)
        if unpacked is not None:
            size = len(unpacked.body)
            self.sizes[request] = size
            if size > LONGEST_SENDER and 200 <= unpacked.status < 300:
                request.meta["dont_redirect"] = True
            return unpacked
        if most < self.most_bytes:
            return self._ask_again(request)
        raise IgnoreRequest(TOO_LARGE.format(size=self.most_bytes))

    def _unpack(self, request: Request, response: Response) -> Response | None:
        """Return an answer as it is unpacked; None where it becomes too large.

        What was unpacked until then goes with the exception: a traceback would keep it.
        """
        try:
            unpacked = super().process_response(request, response)
        except IgnoreRequest:
            return None
        return unpacked if isinstance(unpacked, Response) else None

    def process_exception(
        self, request: Request, exception: Exception
    ) -> Request | None:
        """Return a request for another try where the answer did not fit."""
        self.sizes.pop(request, None)
        if isinstance(exception, StopDownload):
            return self._ask_again(request)
        return None

    def _ask_again(self, request: Request) -> Request:
        """Return the request for another try; raise DownloadFailedError after the last one."""
        reason = NO_ROOM.format(size=LARGE)
        spider = self.crawler.spider
        retry = None
        if spider is not None:
            retry = get_retry_request(request, spider=spider, reason=reason)
        if retry is None:
            raise DownloadFailedError(reason)
        retry.meta[WAITS] = True
        retry.meta.pop("download_maxsize", None)
        return retry
