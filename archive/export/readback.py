"""Reading back: WARC files are read as another program reads them, before they get their names."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from nianbao.archive.errors import ArchiveError
from nianbao.archive.export.series import WarcFile, extend_seal

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_REASON = 200  # characters
UNREADABLE = (ArchiveLoadFailed, ValueError, zlib.error, zipfile.BadZipFile)


class ExportDamaged(ArchiveError):
    """What was read back is not what was written: the disk, or a defect."""


def check_files(
    files: list[WarcFile],
    open_file: Callable[[str], BinaryIO],
    progress: Callable[[int, int], None],
) -> None:
    """Check every digest, and that each file has its records at their places.

    Raises ExportDamaged.
    """
    for number, file in enumerate(files, start=1):
        try:
            with open_file(file.name) as stream:
                _check_file(file, stream)
        except UNREADABLE as error:
            reason = " ".join(str(error).split())[:LONGEST_REASON]
            raise ExportDamaged(
                f"{file.name}: cannot be read back ({reason!a})"
            ) from error
        progress(number, len(files))


def _check_file(file: WarcFile, stream: BinaryIO) -> None:
    seal = ""
    counts: Counter[str] = Counter()
    records = ArchiveIterator(stream, check_digests=True)
    for record in records:
        records.read_to_end()
        record_id = record.rec_headers.get_header("WARC-Record-ID")
        _check_digests(file.name, record_id, record)
        offset = records.get_record_offset()
        seal = extend_seal(seal, record.rec_type, record_id, offset)
        counts[record.rec_type] += 1
    if seal != file.seal or counts != file.counts:
        raise ExportDamaged(
            f"{file.name}: read back {dict(counts)}, {file.counts} were written."
            " Write it again."
        )


def _check_digests(file_name: str, record_id: str, record: Any) -> None:
    checker = record.digest_checker
    if checker.passed is False:
        problems = "; ".join(checker.problems)
        raise ExportDamaged(f"{file_name}: {record_id}: {problems}. Write it again.")
