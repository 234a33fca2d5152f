"""ZIPs of files: the one in them that carries the report."""

from __future__ import annotations

import re
import zipfile
from itertools import filterfalse

from nianbao.pipelines.reader.payload.refusals import (
    UnreadableFileError,
    refuse_file,
)
from nianbao.pipelines.reader.payload.zip_parts import open_zip

MOST_LEVELS = 2  # of a ZIP in a ZIP
_BEGINNING = b"PK\3\4"
# Parts that tell a document that is a ZIP from a ZIP of documents.
_DOCUMENT_PARTS = re.compile(
    r"\[Content_Types\]\.xml|word/document\d*\.xml|xl/workbook\.xml|content\.xml|OFD\.xml",
    re.IGNORECASE,
)
_READ = re.compile(
    r"\.(?:pdf|docx?|wps|wpt|xlsx?|et|ett|rtf|mht|mhtml|xml|odt|ods|ofd|html?|txt|zip)$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:^|/)(?:__MACOSX/|\.|~\$|thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)
_REPORT = re.compile(r"年报|年度.{0,12}报告|工作报告")
_UTF8 = 0x800  # of the flags of a part: its name is no text of an old code page


def is_zip_of_files(payload: bytes) -> bool:
    """Tell a ZIP of files from a document that is a ZIP. Raises UnreadableFileError."""
    if not payload.startswith(_BEGINNING):
        return False
    with open_zip(payload) as archive:
        return not any(map(_DOCUMENT_PARTS.fullmatch, archive.namelist()))


def extract_file(payload: bytes) -> bytes:
    """Return the file of a ZIP that carries the report.

    It is the only one that can be read, or the only one that has the name of a report. Raises
    UnreadableFileError where there is none, or several.
    """
    with open_zip(payload) as archive:
        part = _choose_part(archive)
        try:
            content = archive.read(part)
        except MemoryError as error:
            raise refuse_file(
                "file.too_large", "memory", kind="a ZIP", bytes=len(payload)
            ) from error
        # what a packed file raises that is none, as many as its packing has
        except Exception as error:
            raise _explain_damage(len(payload), type(error).__name__) from error
    if not content:
        raise _explain_damage(len(payload), "an empty file")
    return content


def _choose_part(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Return the part that carries the report. Raises UnreadableFileError."""
    parts = list(filterfalse(_is_aside, archive.infolist()))
    files = [part for part in parts if _READ.search(_read_name(part))]
    reports = [part for part in files if _REPORT.search(_read_name(part))]
    candidates = files if len(files) == 1 else reports
    if not files:
        raise refuse_file("file.unsupported", "no_file", files=len(parts))
    if len(candidates) != 1:
        raise refuse_file(
            "file.unsupported",
            "several_files",
            files=len(parts),
            reports=len(candidates or files),
        )
    return candidates[0]


def _explain_damage(size: int, reason: str) -> UnreadableFileError:
    return refuse_file(
        "file.damaged", "cannot_open", kind="a ZIP", bytes=size, reason=reason
    )


def _is_aside(part: zipfile.ZipInfo) -> bool:
    return part.is_dir() or _ASIDE.search(part.filename) is not None


def _read_name(part: zipfile.ZipInfo) -> str:
    """Return the name of a part; Windows in Chinese writes it as GBK."""
    if part.flag_bits & _UTF8:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("gb18030")
    except ValueError:
        return part.filename
