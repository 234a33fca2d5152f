"""WARC in: records as pages, one at a time; what belongs to nobody is passed over unread."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import (
    StatusAndHeadersParser,
    StatusAndHeadersParserException,
)

from nianbao.archive.clock import utc_text
from nianbao.archive.export import told
from nianbao.crawler.imports.items import (
    Again,
    Damaged,
    Headers,
    Item,
    Own,
    Page,
    Refused,
    Told,
)
from nianbao.crawler.imports.streams import DamagedFile, Lines
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE

if TYPE_CHECKING:
    from nianbao.crawler.imports.streams import Packed

FIELDS = "application/warc-fields"
MOST_TOLD = 64 << 20  # bytes of a metadata record: the notes of a run


class TooLarge(ValueError):
    """A record holds more than any page does."""


class Parser(StatusAndHeadersParser):  # type: ignore[misc]  # warcio has no types
    """Headers as the archive has them: bytes as Latin-1, whatever they mean."""

    @staticmethod
    def decode_header(line: bytes) -> str:
        """Return a line of a header."""
        return line.decode("latin-1")


class Loader(ArcWarcRecordLoader):  # type: ignore[misc]
    """Records without an address, or cut short, are told apart from the end; only digests that
    can be are checked.
    """

    def __init__(self) -> None:
        super().__init__(verify_http=False, arc2warc=False)
        self.http_parser = Parser([], verify=False)

    def load_http_headers(
        self, rec_type: str, uri: str | None, stream: Any, length: int | None
    ) -> Any:
        """Return the head of an answer; raise DamagedFile where the file ends in it."""
        try:
            return (
                super().load_http_headers(rec_type, uri, stream, length)
                if uri
                else None
            )
        except EOFError as error:
            raise DamagedFile("the file ends in a record") from error

    def wrap_digest_verifying_stream(
        self, stream: Any, rec_type: str, rec_headers: Any, *rest: Any, **more: Any
    ) -> Any:
        """Wrap a record such that its digests are checked while it is read."""
        for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
            stated = rec_headers.get_header(name)
            if stated is not None:
                rec_headers.remove_header(name)
                digest = normal(stated)
                if digest is not None:
                    rec_headers.add_header(name, digest)
        return super().wrap_digest_verifying_stream(
            stream, rec_type, rec_headers, *rest, **more
        )


def normal(digest: str) -> str | None:
    """Return a digest in the one form to compare it in; None where it is in no known form.

    SHA-1 and SHA-256 are met in base 32, padded or not, and in hex; SHA-256 also as `sha-256`.
    """
    kind, _, value = digest.strip().lower().partition(":")
    kind = kind.replace("sha-", "sha")
    if kind not in ("md5", "sha1", "sha256", "sha512"):
        return None
    size = hashlib.new(kind).digest_size
    value = value.rstrip("=")
    if re.fullmatch(f"[0-9a-f]{{{size * 2}}}", value):
        return f"{kind}:{base64.b32encode(bytes.fromhex(value)).decode()}"
    if re.fullmatch(f"[a-z2-7]{{{-(-size * 8 // 5)}}}", value):
        return f"{kind}:{value.upper()}{'=' * (-len(value) % 8)}"
    return None


class Reader:
    """Reads one stream. `wanted` tells whether an address is anybody's; `passed` counts what
    was not read.
    """

    def __init__(
        self,
        name: str,
        stream: Packed,
        wanted: Callable[[str], bool],
        passed: Counter[str],
    ) -> None:
        self.name, self.stream, self.wanted, self.passed = name, stream, wanted, passed
        self.found: Any = ArchiveIterator(stream, check_digests=True)
        self.found.loader = Loader()
        self.found.reader = self.lines = Lines(stream)
        self.awaited: told.Visit | None = None  # its answer is the next one

    def items(self) -> Iterator[Item]:
        """Yield what the stream holds; a Damaged in the end when it cannot be read to its end."""
        where = self.name
        try:
            for record in self.found:
                where = f"{self.name} {_text(record, 'WARC-Record-ID', 'a record without an id')}"
                yield from self._of(record, where)
                self.found.read_to_end()
                self.lines.headers = 0
                if getattr(record.raw_stream, "limit", 0) or self.found.err_count:
                    raise DamagedFile("the record is not as long as it says")
        except (
            DamagedFile,
            ArchiveLoadFailed,
            StatusAndHeadersParserException,
        ) as error:
            yield Damaged(
                where,
                f"{' '.join(str(error).split())}; the rest of the file was not read",
            )
        except (
            ValueError,
            OSError,
            AttributeError,
        ) as error:  # what warcio raises on records that are none
            yield Damaged(
                where, f"no WARC record ({error}); the rest of the file was not read"
            )
        yield from self._unanswered()

    def _unanswered(self) -> Iterator[Item]:
        if self.awaited is not None:
            yield Damaged(
                self.name,
                f"the answer of the visit to {self.awaited.url} is not behind its metadata record",
            )
            self.awaited = None

    def _of(self, record: Any, where: str) -> Iterator[Item]:
        _check(record)
        url = _text(record, "WARC-Target-URI", "")
        if self.awaited is not None and self.awaited.record == _text(
            record, "WARC-Record-ID", ""
        ):
            visit, self.awaited = self.awaited, None
            yield self._own(record, where, visit)
        elif (
            record.rec_type == "metadata"
            and record.content_type == FIELDS
            and url.startswith(("urn:nianbao:", "http"))
        ):
            yield from self._told(record, where)
        elif record.rec_type not in (
            "response",
            "revisit",
            "resource",
        ) or not url.startswith(("http:", "https:")):
            self.passed[f"{record.rec_type} records"] += 1
        elif record.rec_headers.get_header(told.REBUILT):
            self.passed["rebuilt redirects"] += 1
        elif not self.wanted(url):
            self.passed["of other sites"] += 1
        else:
            yield self._page(record, where, urldefrag(url).url)

    def _told(self, record: Any, where: str) -> Iterator[Item]:
        block = record.raw_stream.read(16)
        if not block.startswith(b"nianbao-"):
            self.passed["metadata records"] += 1
            return
        block += _body(record.raw_stream, MOST_TOLD)
        try:
            what = told.read(block)
        except ValueError as error:
            yield Refused(
                where,
                f"is not what nianbao writes: {' '.join(str(error).split())[:300]}",
            )
            return
        if isinstance(what, told.Visit):
            yield from self._unanswered()
            if what.record is None:
                yield Own(where, what)
            else:
                self.awaited = what
        elif what is not None:
            yield Told(where, what)

    def _own(self, record: Any, where: str, visit: told.Visit) -> Item:
        headers = _headers(record)
        if record.rec_type == "revisit" or visit.payload_sha256 is None:
            return Own(where, visit, headers)
        try:
            body = _body(record.raw_stream, DOWNLOAD_MAXSIZE)
        except TooLarge as error:
            return Refused(where, str(error))
        return _digest_problem(record, where) or Own(where, visit, headers, body)

    def _page(self, record: Any, where: str, url: str) -> Item:
        try:
            visited_at = _instant(_text(record, "WARC-Date", ""))
            status = None if record.rec_type == "resource" else _status(record)
        except ValueError as error:
            return Refused(where, str(error))
        if record.rec_headers.get_header("WARC-Segment-Number"):
            return Refused(where, "the record is one of several segments")
        if record.rec_type == "revisit":
            return _again(record, where, url, visited_at, status)
        if record.rec_headers.get_header("WARC-Truncated"):
            return Refused(where, "the capture was cut short when it was made")
        headers = _headers(record)
        try:
            body, headers = _unchunked(record, headers)
        except TooLarge as error:
            return Refused(where, str(error))
        if record.rec_type == "resource":
            headers = (
                (("Content-Type", record.content_type),) if record.content_type else ()
            )
        digest = _text(record, "WARC-Payload-Digest", "") or None
        return _digest_problem(record, where) or Page(
            where, url, visited_at, status, headers, body, digest
        )


def _check(record: Any) -> None:
    """Raise DamagedFile when the record is none: what follows it cannot be found either."""
    length = record.rec_headers.get_header("Content-Length")
    if record.format != "warc":
        raise DamagedFile("an ARC file; WARC is wanted")
    if record.rec_type is None or not (
        length and length.isascii() and length.isdigit()
    ):
        raise DamagedFile("a record without its type or length")


def _again(
    record: Any, where: str, url: str, visited_at: str, status: int | None
) -> Item:
    kind = _text(record, "WARC-Profile", "").rpartition("/")[2]
    if kind not in (
        "identical-payload-digest",
        "server-not-modified",
        "uri-agnostic-identical-payload-digest",
    ):
        return Refused(
            where, f"a revisit record of an unknown profile: {kind or 'none'}"
        )
    of_time = _text(record, "WARC-Refers-To-Date", "") or None
    of_url = _text(record, "WARC-Refers-To-Target-URI", "") or None
    digest = _text(record, "WARC-Payload-Digest", "") or None
    try:
        of_time = of_time and _instant(of_time)
    except ValueError as error:
        return Refused(where, str(error))
    not_modified = kind == "server-not-modified"
    return Again(
        where,
        url,
        visited_at,
        status,
        _headers(record),
        not_modified,
        digest,
        of_url,
        of_time,
    )


def _unchunked(record: Any, headers: Headers) -> tuple[bytes, Headers]:
    """Return the body as it was sent but for the chunks it was sent in, and the headers without
    that.
    """
    chunked = any(
        name.lower() == "transfer-encoding" and "chunked" in value.lower()
        for name, value in headers
    )
    whole = tuple(pair for pair in headers if pair[0].lower() != "transfer-encoding")
    body = _body(
        ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream,
        DOWNLOAD_MAXSIZE,
    )
    return body, whole


def _body(stream: Any, most: int) -> bytes:
    """Return what is left of a record; raise TooLarge when it is more than that."""
    pieces, size = [], 0
    while data := stream.read(1 << 16):
        pieces.append(data)
        size += len(data)
        if size > most:
            raise TooLarge(f"has more than {most} bytes")
    return b"".join(pieces)


def _digest_problem(record: Any, where: str) -> Damaged | None:
    """Return what is wrong with a record's digests; raise DamagedFile when the file ends before
    it does.
    """
    while record.raw_stream.read(1 << 16):
        pass
    if getattr(record.raw_stream, "limit", 0):
        raise DamagedFile("the record is not as long as it says")
    if record.digest_checker.passed is False:
        return Damaged(where, "; ".join(record.digest_checker.problems))
    return None


def _headers(record: Any) -> Headers:
    return tuple(map(tuple, record.http_headers.headers)) if record.http_headers else ()


def _status(record: Any) -> int | None:
    if record.http_headers is None and record.rec_type == "revisit":
        return None
    code = record.http_headers.get_statuscode() if record.http_headers else ""
    if not (code.isascii() and code.isdigit() and 100 <= int(code[:4]) <= 999):
        raise ValueError(f"no HTTP status: {code[:20]!r}")
    return int(code)


def _instant(text: str) -> str:
    """Return a WARC-Date as the archive writes instants; raise ValueError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or len(text) < len("2021-01-20T01:14:03Z") or at.tzinfo is None:
        raise ValueError(f"no time of capture: {text[:40]!r}")
    return utc_text(at.astimezone(UTC))


def _text(record: Any, name: str, otherwise: str) -> str:
    value = record.rec_headers.get_header(name)
    return str(value).strip() if value else otherwise
