"""Large answers: a process holds so many bytes of them at a time, whatever servers send.

One answer has a limit of its own (`DOWNLOAD_MAXSIZE`). Sixteen sites that all send as much as
that would fill the memory. An answer that does not fit is broken off, at its headers where they
say how long it is, and asked for again when there is room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import DownloadFailedError, IgnoreRequest, StopDownload
from scrapy.http import Response

from nianbao.crawler.hosts import hosts_of
from nianbao.crawler.middlewares.answer_room import LARGE, MOST_HELD

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request

# Bytes of the longest page that may only send on: to look whether it does costs its whole text.
LONGEST_SENDER = 1024 * 1024
NO_ROOM = "too many large answers at once: of more than {size} bytes no more was taken"
TOO_LARGE = "the body has more than {size} bytes when it is unpacked"
# In a request's meta: it is sent when there is room for so many bytes.
WAITS = "waits_for_room"
UNKNOWN_SIZE = MOST_HELD // 2  # bytes that may come where no header says how many
# in a request's meta: Scrapy's limit, of a download and of what it is unpacked to
MAXSIZE = "download_maxsize"


class LargeAnswerMiddleware(HttpCompressionMiddleware):
    """Unpack answers as far as there is room; ask again for those that do not fit."""

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self.crawler = crawler
        self.room = hosts_of(crawler).answer_room
        # bytes of answers that are arriving, and those that their headers speak of
        self.received: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        self.announced: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        self.most_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        crawler.signals.connect(self.read_length, signals.headers_received)
        crawler.signals.connect(self.count_bytes, signals.bytes_received)

    def read_length(self, body_length: int | str, request: Request) -> None:
        """Look at how long an answer is to be; raise StopDownload where it does not fit.

        Twisted has a word for an unknown length. One that no crawl takes is left to Scrapy, which
        refuses it: there is never room for it, and it would wait for that in vain.
        """
        if not isinstance(body_length, int):
            return
        if not LARGE < body_length <= self.most_bytes:
            return
        self.announced[request] = body_length
        if not self.room.admits(request, body_length):
            raise StopDownload(fail=True)

    def count_bytes(self, data: bytes, request: Request) -> None:
        """Count what arrives of an answer; raise StopDownload where it does not fit."""
        size = self.received.get(request, 0) + len(data)
        self.received[request] = size
        if size > LARGE and not self.room.fits(request, size):
            raise StopDownload(fail=True)
        kept_size = self.room.sizes.get(request, 0)
        self.room.sizes[request] = max(size, kept_size)

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Say what encodings are taken; an answer that did not fit waits until there is room."""
        super().process_request(request)
        size = request.meta.get(WAITS)
        if size is not None:
            await self.room.wait(request, size, self._is_running)

    def _is_running(self) -> bool:
        return self.crawler.engine is not None and self.crawler.engine.running

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the unpacked answer; a request for another try where it does not fit.

        Raises IgnoreRequest for an answer that no crawl takes.
        """
        self.room.sizes[request] = len(response.body)
        most = min(self.most_bytes, self.room.most_unpacked)
        unpacked = self._unpack(request, response, most)
        if unpacked is not None:
            size = len(unpacked.body)
            self.room.sizes[request] = size
            if size > LONGEST_SENDER and 200 <= unpacked.status < 300:
                request.meta["dont_redirect"] = True
            return unpacked
        if most < self.most_bytes:
            self.announced.pop(request, None)  # it was that of the packed answer
            return self._ask_again(request)
        raise IgnoreRequest(TOO_LARGE.format(size=self.most_bytes))

    def _unpack(
        self, request: Request, response: Response, most: int
    ) -> Response | None:
        """Return an answer as it is unpacked; None where it has more than `most` bytes.

        What was unpacked until then goes with the exception: a traceback would keep it. The
        limit goes too: redirects and further tries have the meta of their request.
        """
        request.meta[MAXSIZE] = most
        try:
            unpacked = super().process_response(request, response)
        except IgnoreRequest:
            return None
        finally:
            del request.meta[MAXSIZE]
        return unpacked if isinstance(unpacked, Response) else None

    def process_exception(
        self, request: Request, exception: Exception
    ) -> Request | None:
        """Return a request for another try where the answer did not fit."""
        self.room.sizes.pop(request, None)
        if not isinstance(exception, StopDownload):
            return None
        # its frames and it refer to one another, and would keep the request for another try
        exception.__traceback__ = None
        return self._ask_again(request)

    def _ask_again(self, request: Request) -> Request:
        size = self.announced.get(request, UNKNOWN_SIZE)
        return ask_again(self.crawler, request, size)


def ask_again(crawler: Crawler, request: Request, size: int = UNKNOWN_SIZE) -> Request:
    """Return the request for another try, when there is room for so many bytes.

    Raises DownloadFailedError after the last one.
    """
    hosts_of(crawler).answer_room.sizes.pop(request, None)
    reason = NO_ROOM.format(size=LARGE)
    retry = None
    if crawler.spider is not None:
        retry = get_retry_request(request, spider=crawler.spider, reason=reason)
    if retry is None:
        raise DownloadFailedError(reason)
    retry.meta[WAITS] = size
    return retry
