"""How records are loaded with warcio: bytes as they are, and damage told apart from the end."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ARC2WARCHeadersParser, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParser

from nianbao.crawler.imports.digests import normalize_digest
from nianbao.crawler.imports.warc_records import parse_timestamp
from nianbao.crawler.imports.warc_streams import (
    ARC_MARK,
    BoundedLineReader,
    DamagedFile,
    HeaderTooLong,
    RecordGap,
    WarcStream,
)


class WarcRecords(ArchiveIterator):  # type: ignore[misc]  # warcio has no types
    """The records of a stream; behind one whose length is wrong, the next that can be found.

    `gap` is what stands behind the record that was read last.
    """

    def __init__(self, stream: WarcStream) -> None:
        super().__init__(stream, check_digests=True)
        self.loader = WarcRecordLoader()
        self.lines = BoundedLineReader(stream)
        self.reader = self.lines
        self.gap = RecordGap(is_ended=True, junk=b"")
        self.mixed_arc_warc = True  # for warcio: leave the format alone

    def find_format(self) -> None:
        """Look at the first line, which tells ARC from WARC. Raises DamagedFile."""
        self.lines.find_mark()
        self.known_format = "arc" if self.lines.mark is ARC_MARK else "warc"

    def _consume_blanklines(self) -> tuple[None, int]:
        """Go to the next record; warcio calls this at the end of one."""
        self.gap = self.lines.seek_record()
        return None, 0


class Latin1HeaderParser(StatusAndHeadersParser):  # type: ignore[misc]  # warcio has no types
    """Headers as the archive has them: bytes as Latin-1, whatever they mean."""

    @staticmethod
    def decode_header(line: bytes) -> str:
        """Return a line of a header."""
        return line.decode("latin-1")


class ArcHeaderParser(ARC2WARCHeadersParser):  # type: ignore[misc]
    """The line of an ARC record as the header of a WARC record.

    A time that is none stays as it is written: whoever reads the record says so.
    """

    def _get_protocol_and_headers(
        self, headerline: str, parts: list[str]
    ) -> tuple[str, list[tuple[str, str]]]:
        if headerline.startswith("filedesc:"):
            return "WARC/1.0", [
                ("WARC-Type", "warcinfo"),
                ("Content-Length", parts[-1]),
            ]
        url, ip_address, timestamp, _, length = parts
        with suppress(ValueError):
            timestamp = parse_timestamp(timestamp)
        return "WARC/1.0", [
            ("WARC-Type", "response"),
            ("WARC-Target-URI", url),
            ("WARC-IP-Address", ip_address),
            ("WARC-Date", timestamp),
            ("Content-Type", "application/http; msgtype=response"),
            ("Content-Length", length),
        ]


class WarcRecordLoader(ArcWarcRecordLoader):  # type: ignore[misc]
    """Loads records; a digest that is in no known form is not checked.

    `has_long_head` tells whether the head of the answer in the last record has no end within
    what one may have.
    """

    has_long_head = False

    def __init__(self) -> None:
        super().__init__(verify_http=False, arc2warc=True)
        self.arc_parser = ArcHeaderParser()
        self.http_parser = Latin1HeaderParser([], verify=False)

    def load_http_headers(
        self, rec_type: str, uri: str | None, stream: Any, length: int | None
    ) -> Any:
        """Return the head of an answer; None without an address, where the record ends in it, and
        where it is too long.

        Raises DamagedFile where the file ends in it.
        """
        self.has_long_head = False
        if not uri or rec_type == "request":
            return None
        try:
            return super().load_http_headers(rec_type, uri, stream, length)
        except HeaderTooLong:
            self.has_long_head = True
            return None
        except EOFError as error:
            if getattr(stream, "limit", 1) == 0:
                return None
            raise DamagedFile("the file ends in a record") from error

    def wrap_digest_verifying_stream(
        self, stream: Any, rec_type: str, rec_headers: Any, *rest: Any, **more: Any
    ) -> Any:
        """Wrap a record such that its digests are checked while it is read."""
        for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
            file_digest = rec_headers.get_header(name)
            if file_digest is None:
                continue
            rec_headers.remove_header(name)
            digest = normalize_digest(file_digest)
            if digest is not None:
                rec_headers.add_header(name, digest)
        return super().wrap_digest_verifying_stream(
            stream, rec_type, rec_headers, *rest, **more
        )
