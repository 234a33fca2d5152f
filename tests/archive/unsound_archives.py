"""Files that are no sound archive, and archives that may not be opened: each kind is a function
that makes one at a path, of a sound archive where it needs one.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

Maker = Callable[[Path, Path], None]
PAGE_BYTES = 4096
EARLIER = Path(__file__).parents[1] / "archives" / "d08e21a.db.zst"


def make_pipe(path: Path, _sound: Path) -> None:
    os.mkfifo(path)


def link_device(path: Path, _sound: Path) -> None:
    path.symlink_to("/dev/zero")


def make_folder(path: Path, _sound: Path) -> None:
    path.mkdir()


def link_nowhere(path: Path, _sound: Path) -> None:
    path.symlink_to(path.with_name("nothing.db"))


def link_itself(path: Path, _sound: Path) -> None:
    path.symlink_to(path)


def write_text(path: Path, _sound: Path) -> None:
    path.write_text("no archive\n" * 1000)


def cut_off(path: Path, sound: Path) -> None:
    content = sound.read_bytes()
    path.write_bytes(content[: len(content) // 3])


def damage_pages(path: Path, sound: Path) -> None:
    """Overwrite every page of the file behind those of the schema that is not the root of a
    table or an index.
    """
    with sqlite3.connect(sound) as db:
        rows = db.execute("SELECT rootpage FROM sqlite_schema").fetchall()
    db.close()
    last_root = max(page for (page,) in rows)
    content = bytearray(sound.read_bytes())
    noise = random.Random(2)
    for offset in range(last_root * PAGE_BYTES, len(content), PAGE_BYTES):
        content[offset : offset + PAGE_BYTES] = noise.randbytes(PAGE_BYTES)
    path.write_bytes(content)


def damage_tables(path: Path, sound: Path) -> None:
    """Overwrite the roots of all tables, but leave the schema as it is."""
    with sqlite3.connect(sound) as db:
        query = "SELECT rootpage FROM sqlite_schema WHERE rootpage AND name NOT LIKE '_sqlite%'"
        roots = [page for (page,) in db.execute(query)]
    db.close()
    content = bytearray(sound.read_bytes())
    noise = random.Random(3)
    for page in roots:
        offset = (page - 1) * PAGE_BYTES
        content[offset : offset + PAGE_BYTES] = noise.randbytes(PAGE_BYTES)
    path.write_bytes(content)


def drop_table(path: Path, sound: Path) -> None:
    shutil.copy(sound, path)
    change_file(path, "DROP TABLE findings")


def drop_column(path: Path, sound: Path) -> None:
    shutil.copy(sound, path)
    change_file(path, "ALTER TABLE runs RENAME COLUMN software_version TO version")


def number_schema(path: Path, sound: Path) -> None:
    shutil.copy(sound, path)
    change_file(path, "PRAGMA user_version = 99")


def make_other_tables(path: Path, _sound: Path) -> None:
    change_file(path, "CREATE TABLE notes (text)")


def change_file(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(statement)
    db.close()


def unpack_earlier(path: Path, _sound: Path) -> None:
    """Make an archive of an earlier version, which is migrated when it is written to."""
    path.write_bytes(zstandard.decompress(EARLIER.read_bytes()))


def forbid_file(path: Path, sound: Path) -> None:
    """Make the file another's, who lets nobody read it."""
    shutil.copy(sound, path)
    path.chmod(0o000)


def forbid_writing(path: Path, sound: Path) -> None:
    """Make the file and its folder another's, who lets others read them."""
    shutil.copy(sound, path)
    path.chmod(0o444)
    path.parent.chmod(0o555)


def forbid_folder(path: Path, sound: Path) -> None:
    """Make the folder another's, who lets nobody into it."""
    shutil.copy(sound, path)
    path.parent.chmod(0o000)


NO_ARCHIVES: tuple[Maker, ...] = (
    make_pipe,
    link_device,
    make_folder,
    link_nowhere,
    link_itself,
    write_text,
    cut_off,
    damage_tables,
    drop_table,
    drop_column,
    number_schema,
    make_other_tables,
)
FORBIDDEN: tuple[Maker, ...] = (forbid_file, forbid_writing, forbid_folder)

# --- rights -----------------------------------------------------------------------------

CAPABILITIES_VERSION = 0x20080522
OVERRIDES = (
    0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: the rights of root to any file
)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Capabilities(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


@contextmanager
def no_overrides() -> Iterator[None]:
    """Do without root's right to every file, as everybody else does."""
    if os.geteuid() != 0:
        yield
        return
    system = ctypes.CDLL(None)
    header = _Header(CAPABILITIES_VERSION, 0)
    capabilities = (_Capabilities * 2)()
    assert system.capget(ctypes.byref(header), capabilities) == 0
    effective = capabilities[0].effective
    try:
        capabilities[0].effective = effective & ~OVERRIDES
        assert system.capset(ctypes.byref(header), capabilities) == 0
        yield
    finally:
        capabilities[0].effective = effective
        assert system.capset(ctypes.byref(header), capabilities) == 0
