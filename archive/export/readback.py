"""Reading back: what was written is read as another program would, before it gets its name."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from nianbao.archive.errors import ArchiveError
from nianbao.archive.export.series import File, sealed

if TYPE_CHECKING:
    from collections.abc import Callable


class ExportDamaged(ArchiveError):
    """What was read back is not what was written: the disk, or a defect."""


def check(
    files: list[File],
    opened: Callable[[str], BinaryIO],
    progress: Callable[[int, int], None],
) -> None:
    """Check every digest, and that each file has its records at their places. Raises
    ExportDamaged.
    """
    for number, file in enumerate(files):
        try:
            with opened(file.name) as stream:
                _check(file, stream)
        except (ArchiveLoadFailed, ValueError, zlib.error, zipfile.BadZipFile) as error:
            raise ExportDamaged(
                f"{file.name}: cannot be read back ({' '.join(str(error).split())[:200]!a})"
            ) from error
        progress(number + 1, len(files))


def _check(file: File, stream: BinaryIO) -> None:
    seal, counts = "", Counter[str]()
    found = ArchiveIterator(stream, check_digests=True)
    for record in found:
        found.read_to_end()
        record_id = record.rec_headers.get_header("WARC-Record-ID")
        if record.digest_checker.passed is False:
            raise ExportDamaged(
                f"{file.name}: {record_id}: {'; '.join(record.digest_checker.problems)}. Write it again."
            )
        seal = sealed(seal, record.rec_type, record_id, found.get_record_offset())
        counts[record.rec_type] += 1
    if seal != file.seal or counts != file.counts:
        raise ExportDamaged(
            f"{file.name}: read back {dict(counts)}, {file.counts} were written. Write it again."
        )
