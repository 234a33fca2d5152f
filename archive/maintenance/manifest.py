"""The manifest: what lets somebody check a copy of an archive years later with sha256sum alone.

Lines that begin with `#` say what the archive holds and how it was checked; `sha256sum -c`
passes over them. Payloads can be written to files named by their digests, with a list of the
same form; the manifest names the digest of that list, so it vouches for each payload too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.archive.clock import utc_now
from nianbao.archive.errors import (
    ArchiveBusy,
    ArchiveError,
    ArchiveUnwritable,
    TargetRefused,
)
from nianbao.archive.raw import seals
from nianbao.archive.storage import connection
from nianbao.archive.storage.atomic_files import (
    open_workspace,
    place_file,
    write_atomically,
)
from nianbao.archive.storage.snapshot import Progress, has_log
from nianbao.archive.storage.target import named_write_errors, protect_archives
from nianbao.archive.store import Archive

if TYPE_CHECKING:
    from sqlite_utils import Database

    from nianbao.archive.verify import VerifyReport

LIST = "SHA256SUMS"  # beside the payloads' files
LIST_LINE = re.compile(r"([0-9a-f]{64})  \1")
CHUNK_BYTES = 1 << 20

HOLDINGS = """
SELECT (SELECT count(*) FROM runs),
       (SELECT count(*) FROM visits),
       (SELECT min(visited_at) FROM visits),
       (SELECT max(visited_at) FROM visits),
       (SELECT count(*) FROM blobs),
       (SELECT coalesce(sum(size_bytes), 0) FROM blobs),
       (SELECT count(*) FROM documents),
       (SELECT count(*) FROM versions),
       (SELECT coalesce(max(id), 0) FROM changes)
"""


class ManifestRefused(ArchiveError):
    """The manifest would not say the truth, or would take the place of another."""


@contextmanager
def lock_out_writers(path: Path) -> Iterator[None]:
    """Keep writers out, with everything in the one file: its log is folded in first.

    Raises ArchiveMissing, ArchiveBusy when another program writes or reads it,
    ArchiveUnwritable when the log cannot be folded in.
    """
    Archive(path).close()
    try:
        lock = connection.lock_writer(path)
    except ArchiveUnwritable:
        if has_log(path):
            raise
        yield  # nobody can write where no lock can be made
        return
    with lock:
        if has_log(path):
            _fold_log(path)
        yield


def _fold_log(path: Path) -> None:
    """Write what the log holds into the file."""
    with (
        connection.translate_errors(path),
        closing(connection.open_connection(path, "rw")) as db,
    ):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if has_log(path):
        raise ArchiveBusy(
            f"{path}: another program reads it, so its log cannot be folded in."
            " Close it and try again."
        )


def write_manifest(
    path: Path,
    target: Path,
    report: VerifyReport,
    software_version: str,
    progress: Progress,
) -> None:
    """Write the manifest of an archive that :func:`lock_out_writers` holds and that is whole.

    Raises ManifestRefused when it is not whole, or when there is a file at `target`, and
    TargetRefused when that is an archive or a file beside one.
    """
    with named_write_errors(target):
        protect_archives(target, path)
    if not report.ok:
        raise ManifestRefused(f"{path}: damaged, so no manifest was written.")
    if target.exists():
        raise ManifestRefused(f"{target}: there is a file already. Name another.")
    lines = [f"# archive: {path.name}, {path.stat().st_size} bytes"]
    with Archive(path) as archive:
        lines += _describe_archive(archive.db, report, software_version)
    lines.append(f"# check a copy beside this file with: sha256sum -c {target.name}")
    lines.append(f"{_digest_file(path, progress)}  {path.name}")
    _write_text(target, "\n".join(lines) + "\n")


def _describe_archive(
    db: Database, report: VerifyReport, software_version: str
) -> Iterator[str]:
    """Yield the lines that say what an archive holds and how it was checked."""
    row = db.execute(HOLDINGS).fetchone()
    runs, visits, first, last, payloads, size_bytes, documents, versions, changes = row
    schema = db.execute("PRAGMA user_version").fetchone()[0]
    notes = "".join(f"; {note}" for note in report.notes)
    list_digest = hashlib.sha256(_list_payloads(db).encode()).hexdigest()
    program = f"nianbao {software_version}, archive schema {schema}"
    yield f"# written at: {utc_now()} by {program}"
    yield f"# checked: no damage was found{notes}"
    yield f"# runs: {runs}; visits: {visits}, from {first} to {last}"
    yield f"# payloads: {payloads}, {size_bytes} bytes unpacked"
    yield f"# payloads' list, SHA-256 of {LIST}: {list_digest}"
    yield f"# last seal: {seals.find_head(db)}"
    yield f"# documents: {documents}; versions: {versions}; last change: {changes}"


def _select_digests(db: Database) -> list[str]:
    rows = db.execute("SELECT sha256 FROM blobs ORDER BY sha256").fetchall()
    return [sha256 for (sha256,) in rows]


def _list_payloads(db: Database) -> str:
    """Return the list of the payloads' files in the form of sha256sum."""
    return "".join(f"{sha256}  {sha256}\n" for sha256 in _select_digests(db))


def _digest_file(path: Path, progress: Progress) -> str:
    digest = hashlib.sha256()
    total = path.stat().st_size
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            position += len(chunk)
            progress("bytes of the file", position, total)
    return digest.hexdigest()


def _write_text(target: Path, text: str) -> None:
    with named_write_errors(target), write_atomically(target) as part:
        part.write_text(text, "utf-8")


def write_payload_files(archive: Archive, folder: Path, progress: Progress) -> None:
    """Write every payload to a file named by its digest, and their list.

    Files that are there already are left as they are; an earlier list is replaced. Raises
    PayloadDamaged, ArchiveUnwritable, and TargetRefused when there is a list of other files.
    """
    _require_own_list(folder / LIST)
    digests = _select_digests(archive.db)
    with named_write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with open_workspace(folder / LIST) as workspace:
            for number, sha256 in enumerate(digests):
                progress("payloads written", number, len(digests))
                file = folder / sha256
                if not file.exists():
                    part = workspace / sha256
                    part.write_bytes(archive.payload(sha256))
                    place_file(part, file)
    _write_text(folder / LIST, _list_payloads(archive.db))


def _require_own_list(path: Path) -> None:
    """Raise TargetRefused when there is a list of other files than payloads."""
    if not path.exists():
        return
    with named_write_errors(path):
        text = path.read_text("utf-8", errors="replace")
    for line in text.splitlines():
        if not LIST_LINE.fullmatch(line):
            raise TargetRefused(
                f"{path}: a list of other files, so it is not replaced. Name another folder."
            )
