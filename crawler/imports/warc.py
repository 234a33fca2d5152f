"""WARC in: records as items, one at a time; what belongs to nobody is passed over unread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader
from warcio.statusandheaders import StatusAndHeadersParserException

from nianbao.archive.export import metadata
from nianbao.crawler.imports.items import (
    DamagedItem,
    ImportItem,
    OwnItem,
    OwnRecognitionItem,
    OwnRecordItem,
    OwnVisitItem,
    PageItem,
    RefusedItem,
    RevisitItem,
)
from nianbao.crawler.imports.warc_loader import WarcRecords
from nianbao.crawler.imports.warc_records import (
    RecordTooLarge,
    capture_instant,
    check_digests,
    field_text,
    find_web_archive,
    has_swallowed_others,
    http_headers,
    http_status,
    is_sound,
    parse_instant,
    read_rest,
    read_unchunked_body,
    require_record_end,
)
from nianbao.crawler.imports.warc_streams import DamagedFile, RecordWatch
from nianbao.crawler.settings import DOWNLOAD_MAXSIZE

if TYPE_CHECKING:
    from nianbao.crawler.imports.warc_streams import WarcStream

FIELDS = "application/warc-fields"
MOST_METADATA = 64 << 20  # bytes of a metadata record: the notes of a run
NOT_READ = "the rest of the file was not read"
LONG_HEAD = (
    "the headers of the answer are longer than any; the records behind it were read"
)
NOT_AS_LONG = "the record is not as long as it says"
UNSOUND = "a record without its type or length"
BEHIND = "the records behind it were read"
NOT_READ_WITHIN = "the records that stand within its length were not read"
CAPTURE_TYPES = ("response", "revisit", "resource")
REVISIT_PROFILES = (
    "identical-payload-digest",
    "server-not-modified",
    "uri-agnostic-identical-payload-digest",
)
# what warcio raises on records that are none
NO_RECORD_ERRORS = (ValueError, OSError, AttributeError)


class WarcReader:
    """Reads one stream.

    `has_owner` tells whether an address is anybody's; `skips` counts what is not read, by kind.
    """

    def __init__(
        self,
        name: str,
        stream: WarcStream,
        has_owner: Callable[[str], bool],
        skips: Counter[str],
    ) -> None:
        self.name = name
        self.has_owner = has_owner
        self.skips = skips
        self.records = WarcRecords(stream)
        self.lines = self.records.lines
        # a visit of an archive like this one, whose answer is the next record
        self.visit_without_answer: metadata.VisitRecord | None = None

    def items(self) -> Iterator[ImportItem]:
        """Yield what the stream holds; a DamagedItem at the end when it cannot be read whole."""
        where = self.name
        try:
            self.records.find_format()
            for record in self.records:
                where = f"{self.name} {_name_record(record)}"
                record.raw_stream = RecordWatch(record.raw_stream, self.lines.mark)
                items = list(self._read_record(record, where))
                yield from self._end_record(record, where, items)
        except (
            DamagedFile,
            ArchiveLoadFailed,
            StatusAndHeadersParserException,
        ) as error:
            reason = " ".join(str(error).split())
            yield DamagedItem(where, f"{reason}; {NOT_READ}")
        except NO_RECORD_ERRORS as error:
            yield DamagedItem(where, f"no WARC record ({error}); {NOT_READ}")
        yield from self._report_missing_answer()

    def _end_record(
        self, record: Any, where: str, items: list[ImportItem]
    ) -> Iterator[ImportItem]:
        """Go to the end of a record; yield its items, and what is wrong with its length.

        What it has swallowed of the records behind it is read again. Raises DamagedFile when the
        file ends in it.
        """
        watch: RecordWatch = record.raw_stream
        behind = BEHIND
        try:
            watch.drain()
            has_swallowed = has_swallowed_others(record, self.lines)
            if has_swallowed:
                others = watch.take_others()
                if others is None:
                    behind = NOT_READ_WITHIN
                else:
                    self.lines.unread(others)
            self.records.read_to_end()
        except DamagedFile:
            yield from items
            raise
        self.lines.header_bytes = 0
        is_damaged = any(isinstance(item, DamagedItem) for item in items)
        if has_swallowed or not self.records.gap.is_ended:
            for item in items:
                if isinstance(item, (OwnItem, DamagedItem)):
                    yield item
            if not is_damaged:
                yield DamagedItem(where, f"{NOT_AS_LONG}; {behind}")
            return
        require_record_end(record)
        yield from items
        if self.records.gap.junk and not is_damaged:
            junk = self.records.gap.junk
            yield DamagedItem(where, f"no record behind it: {junk!r}; {BEHIND}")

    def _report_missing_answer(self) -> Iterator[ImportItem]:
        visit = self.visit_without_answer
        if visit is None:
            return
        self.visit_without_answer = None
        yield DamagedItem(
            self.name,
            f"the answer of the visit to {visit.url} is not behind its metadata record",
        )

    def _read_record(self, record: Any, where: str) -> Iterator[ImportItem]:
        if not is_sound(record):
            # it has no end: the next one is looked for
            record.raw_stream = RecordWatch(LimitReader(BytesIO(), 0), self.lines.mark)
            yield DamagedItem(where, UNSOUND)
            return
        url = field_text(record, "WARC-Target-URI")
        visit = self.visit_without_answer
        if visit is not None and visit.record == field_text(record, "WARC-Record-ID"):
            self.visit_without_answer = None
            yield self._read_answer(record, where, visit)
        elif _may_be_own_metadata(record, url):
            yield from self._read_metadata(record, where)
        else:
            skip = self._skip_reason(record, url)
            if skip is not None:
                self.skips[skip] += 1
            else:
                page_url = urldefrag(url).url
                yield self._read_page(record, where, page_url)

    def _read_answer(
        self, record: Any, where: str, visit: metadata.VisitRecord
    ) -> ImportItem:
        """Return a visit of an archive like this one with its answer."""
        if self.records.loader.has_long_head:
            return DamagedItem(where, LONG_HEAD)
        return _own_visit(record, where, visit)

    def _read_page(self, record: Any, where: str, url: str) -> ImportItem:
        """Return the page or the revisit in a record, or why it is refused."""
        if self.records.loader.has_long_head:
            return DamagedItem(where, LONG_HEAD)
        return _read_capture(record, where, url)

    def _skip_reason(self, record: Any, url: str) -> str | None:
        """Return why a record is passed over; None for one that is to be read."""
        is_capture = record.rec_type in CAPTURE_TYPES
        if not is_capture or not url.startswith(("http:", "https:")):
            return f"{record.rec_type} records"
        if record.rec_headers.get_header(metadata.REBUILT):
            return "rebuilt redirects"
        if not self.has_owner(url):
            return "of other sites"
        return None

    def _read_metadata(self, record: Any, where: str) -> Iterator[ImportItem]:
        """Yield a site or run of an archive like this one; a visit waits for its answer."""
        block = record.raw_stream.read(16)
        if not block.startswith(b"nianbao-"):
            self.skips["metadata records"] += 1
            return
        block += read_rest(record.raw_stream, MOST_METADATA)
        try:
            own_record = metadata.parse_block(block)
        except ValueError as error:
            reason = " ".join(str(error).split())[:300]
            yield RefusedItem(where, f"is not what nianbao writes: {reason}")
            return
        if own_record is None:
            return
        if isinstance(own_record, metadata.RecognitionRecord):
            yield OwnRecognitionItem(where, own_record)
            return
        if not isinstance(own_record, metadata.VisitRecord):
            yield OwnRecordItem(where, own_record)
            return
        yield from self._report_missing_answer()
        if own_record.record is None:
            yield OwnVisitItem(where, own_record)
        else:
            self.visit_without_answer = own_record


def _name_record(record: Any) -> str:
    """Return the id of a record; of an ARC file, which has none, the address."""
    record_id = field_text(record, "WARC-Record-ID")
    url = field_text(record, "WARC-Target-URI")
    return record_id or url or "a record without an id"


def _may_be_own_metadata(record: Any, url: str) -> bool:
    if record.rec_type != "metadata" or record.content_type != FIELDS:
        return False
    return url.startswith(("urn:nianbao:", "http"))


def _own_visit(record: Any, where: str, visit: metadata.VisitRecord) -> ImportItem:
    """Return a visit of an archive like this one with its answer."""
    headers = http_headers(record)
    if record.rec_type == "revisit" or visit.payload_sha256 is None:
        return OwnVisitItem(where, visit, headers)
    try:
        body = read_rest(record.raw_stream, DOWNLOAD_MAXSIZE)
    except RecordTooLarge as error:
        return RefusedItem(where, str(error))
    damage = check_digests(record, where, body, headers)
    return damage or OwnVisitItem(where, visit, headers, body)


def _read_capture(record: Any, where: str, url: str) -> ImportItem:
    """Return the page or the revisit in a record, or why it is refused."""
    try:
        visited_at = capture_instant(record)
        status = None if record.rec_type == "resource" else http_status(record)
    except ValueError as error:
        return RefusedItem(where, str(error))
    if record.rec_headers.get_header("WARC-Segment-Number"):
        return RefusedItem(where, "the record is one of several segments")
    if record.rec_type == "revisit":
        return _read_revisit(record, where, url, visited_at, status)
    if record.rec_headers.get_header("WARC-Truncated"):
        return RefusedItem(where, "the capture was cut short when it was made")
    return _read_page(record, where, url, visited_at, status)


def _read_page(
    record: Any,
    where: str,
    url: str,
    visited_at: str,
    status: int | None,
) -> ImportItem:
    try:
        body, headers = read_unchunked_body(record)
    except RecordTooLarge as error:
        return RefusedItem(where, str(error))
    if record.rec_type == "resource":
        headers = ()
        if record.content_type:
            headers = (("Content-Type", record.content_type),)
    digest = field_text(record, "WARC-Payload-Digest") or None
    damage = check_digests(record, where, body, headers)
    return damage or PageItem(
        where,
        url,
        visited_at,
        status,
        headers,
        body,
        digest,
        seen_by=find_web_archive(record),
    )


def _read_revisit(
    record: Any, where: str, url: str, visited_at: str, status: int | None
) -> ImportItem:
    profile = field_text(record, "WARC-Profile").rpartition("/")[2]
    if profile not in REVISIT_PROFILES:
        return RefusedItem(
            where, f"a revisit record of an unknown profile: {profile or 'none'}"
        )
    of_time = field_text(record, "WARC-Refers-To-Date") or None
    if of_time is not None:
        try:
            of_time = parse_instant(of_time)
        except ValueError as error:
            return RefusedItem(where, str(error))
    return RevisitItem(
        where,
        url,
        visited_at,
        status,
        http_headers(record),
        not_modified=profile == "server-not-modified",
        digest=field_text(record, "WARC-Payload-Digest") or None,
        of_url=field_text(record, "WARC-Refers-To-Target-URI") or None,
        of_time=of_time,
        seen_by=find_web_archive(record),
    )
