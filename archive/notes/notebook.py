"""The notebook: the file that judgements are kept in, an SQLite file beside the archive."""

from __future__ import annotations

import dataclasses
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nianbao.archive.clock import utc_now, utc_text
from nianbao.archive.errors import ArchiveError
from nianbao.archive.notes.judgement import JudgementSubject, PersonJudgement

ENDING = ".notes.db"  # in the place of the archive's
APPLICATION_ID = 0x6E69616F  # one more than an archive's
APPLICATION_ID_AT = 68  # its place in an SQLite file
FORMAT = 1  # PRAGMA user_version
SECONDS = 10.0  # to wait for another process that writes
_SUBJECT = tuple(JudgementSubject.__dataclass_fields__)
_OWN = tuple(name for name in PersonJudgement.__dataclass_fields__ if name != "subject")
_COLUMNS = (*_SUBJECT, *_OWN)
_SELECTED = ", ".join(f'"{name}"' for name in _COLUMNS)
_MARKS = ", ".join("?" * len(_COLUMNS))
_TABLE = """
CREATE TABLE judgements (
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL,
    "table" TEXT,
    "row" TEXT,
    "column" TEXT,
    field TEXT,
    rule TEXT,
    outcome TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    observed TEXT,
    value TEXT,
    judged_at TEXT NOT NULL,
    uid TEXT NOT NULL PRIMARY KEY
)
"""
_INDEX = "CREATE INDEX judgements_by_page ON judgements(url, payload_sha256)"
_INSERT = f"INSERT INTO judgements ({_SELECTED}) VALUES ({_MARKS})"
_ALL = f"SELECT {_SELECTED} FROM judgements ORDER BY judged_at, uid"
_OF_PAGE = f"""
SELECT {_SELECTED}
FROM judgements
WHERE url = ? AND payload_sha256 = ?
ORDER BY judged_at, uid
"""
_OF_ADDRESS = f"""
SELECT {_SELECTED}
FROM judgements
WHERE url = ?
ORDER BY judged_at, uid
"""
_HAS_UID = "SELECT 1 FROM judgements WHERE uid = ?"


class NotebookUnusable(ArchiveError):
    """A notebook cannot be opened or written to; the message says what to do."""


def has_notebook(path: Path) -> bool:
    """Tell whether there is a file; an empty one was left when its making was cut off."""
    try:
        return path.stat().st_size > 0 and path.is_file()
    except OSError:
        return False


def require_notebook(path: Path) -> None:
    """Raise NotebookUnusable unless there is a notebook that can be read."""
    Notebook.open(path).close()


def name_notebook(archive_path: Path) -> Path:
    """Return where the notebook of an archive is, unless another one is named.

    >>> name_notebook(Path("archive.db"))
    PosixPath('archive.notes.db')
    """
    return archive_path.with_name(archive_path.stem + ENDING)


class Notebook:
    """An open notebook. Use it as a context manager."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Notebook:
        """Open a notebook to read. Raises NotebookUnusable where there is none."""
        if not path.is_file():
            raise NotebookUnusable(f"{path}: no such file. `nianbao decide` makes it.")
        with _translate_errors(path):
            connection = _connect(path, "ro")
            with _close_on_failure(connection):
                if _is_cut_off(connection) and _is_ours(path):
                    _undo_cut_off_write(path)
                _require_notebook(path, connection)
        return cls(path, connection)

    @classmethod
    def create(cls, path: Path) -> Notebook:
        """Open a notebook to write, and make it where there is none. Raises NotebookUnusable."""
        with _translate_errors(path):
            connection = _connect(path, "rwc")
            with _close_on_failure(connection):
                connection.execute("BEGIN IMMEDIATE")
                if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {FORMAT}")
                    connection.execute(_TABLE)
                    connection.execute(_INDEX)
                connection.execute("COMMIT")
                _require_notebook(path, connection)
        return cls(path, connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def store(self, judgement: PersonJudgement) -> PersonJudgement:
        """Store a judgement; return it with its time and uid.

        A new one is dated after every one about the same subject, whatever the clocks say. One
        that has a uid is stored once. Raises ValueError for parts that do not go together.
        """
        judgement.require_valid()
        with _translate_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                new_judgement = self._store(judgement)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
        return new_judgement

    def _store(self, judgement: PersonJudgement) -> PersonJudgement:
        if judgement.uid is None:
            judgement = self._stamp(judgement)
        elif self._connection.execute(_HAS_UID, [judgement.uid]).fetchone():
            return judgement
        fields = judgement.flatten()
        self._connection.execute(_INSERT, [fields[name] for name in _COLUMNS])
        return judgement

    def _stamp(self, judgement: PersonJudgement) -> PersonJudgement:
        judged_at = utc_now()
        subject = judgement.subject
        for earlier in self._select(_OF_PAGE, subject.url, subject.payload_sha256):
            if earlier.subject == subject and earlier.judged_at is not None:
                judged_at = max(judged_at, _next_instant(earlier.judged_at))
        return dataclasses.replace(
            judgement,
            judged_at=judged_at,
            uid=uuid.uuid4().hex,
        )

    def list_all(self, url: str | None = None) -> list[PersonJudgement]:
        """Return every judgement, or those about an address, in their order."""
        with _translate_errors(self.path):
            if url is None:
                return list(self._select(_ALL))
            return list(self._select(_OF_ADDRESS, url))

    def _select(self, query: str, *arguments: str) -> Iterator[PersonJudgement]:
        for row in self._connection.execute(query, arguments).fetchall():
            subject = JudgementSubject(*row[: len(_SUBJECT)])
            values: list[Any] = list(row[len(_SUBJECT) :])
            yield PersonJudgement(subject, *values)


def find_standing(judgements: Iterable[PersonJudgement]) -> list[PersonJudgement]:
    """Return those of some judgements, in their order, that no later one replaces or withdraws."""
    latest: dict[JudgementSubject, PersonJudgement] = {}
    for judgement in judgements:
        latest.pop(judgement.subject, None)
        latest[judgement.subject] = judgement
    return [one for one in latest.values() if one.outcome != "withdrawn"]


def _next_instant(instant: str) -> str:
    return utc_text(datetime.fromisoformat(instant) + timedelta(milliseconds=1))


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file in a mode of SQLite: `ro`, `rw`, or `rwc`, which makes it."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=SECONDS, isolation_level=None)


@contextmanager
def _close_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    """Close a file that turns out not to be usable."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _is_cut_off(connection: sqlite3.Connection) -> bool:
    """Tell whether what was being written when a process was killed stands in the file yet."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK
    return False


def _is_ours(path: Path) -> bool:
    """Tell whether the header of a file is that of a notebook, whatever else is in it."""
    with path.open("rb") as file:
        file.seek(APPLICATION_ID_AT)
        return file.read(4) == APPLICATION_ID.to_bytes(4, "big")


def _undo_cut_off_write(path: Path) -> None:
    """Have SQLite take back what was being written; it does so for whoever may write."""
    connection = _connect(path, "rw")
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    finally:
        connection.close()


@contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    """Raise NotebookUnusable in the place of an error of SQLite or of the system."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise NotebookUnusable(
            f"{path}: the judgements cannot be read or written ({error})."
            " Name another file with --notes."
        ) from error


def _require_notebook(path: Path, connection: sqlite3.Connection) -> None:
    """Raise NotebookUnusable for a file that is no notebook, or one of a later format."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id == APPLICATION_ID and version == FORMAT:
        return
    if application_id == APPLICATION_ID:
        raise NotebookUnusable(
            f"{path}: written by a newer nianbao. Install that version or a later one."
        )
    raise NotebookUnusable(
        f"{path}: no file of judgements. Name another file with --notes."
    )
