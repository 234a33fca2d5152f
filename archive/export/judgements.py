"""Export judgements: one file with those that stand, each with what the archive has of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from nianbao.archive.errors import TargetRefused
from nianbao.archive.export.dictionary import TableDescription, describe_table
from nianbao.archive.export.formats import FORMATS, TableFormat
from nianbao.archive.notes.judgement_rows import JudgementRow, iterate_judgement_rows
from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.archive.storage.snapshot import open_snapshot
from nianbao.archive.storage.target import named_write_errors, protect_archive_in_use

if TYPE_CHECKING:
    from nianbao.archive.notes.notebook import Notebook
    from nianbao.archive.read_model.rows import RowValues
    from nianbao.archive.store import Archive

NAME = "judgements"


@cache
def describe_judgements() -> TableDescription:
    """Return what each column holds; the file is read once."""
    path = Path(__file__).with_name("judgements.yaml")
    texts: dict[str, Any] = YAML(typ="safe").load(path)
    return describe_table(NAME, JudgementRow, texts)


def export_judgements(
    archive: Archive,
    notebook: Notebook,
    target: Path,
) -> int:
    """Write the judgements that stand to a file; return how many.

    Its ending says in which format. The same archive and the same judgements give the same
    bytes. Raises TargetRefused, also for a file that is there; ArchiveUnwritable, ParquetMissing.
    """
    table_format = _find_format(target)

    def require_free() -> None:
        protect_archive_in_use(target, archive.path)
        if target.exists():
            raise TargetRefused(f"{target}: it is there already. Name another path.")

    require_free()
    count = 0

    def count_rows(rows: Iterator[JudgementRow]) -> Iterator[RowValues]:
        nonlocal count
        for row in rows:
            count += 1
            yield astuple(row)

    with named_write_errors(target), open_snapshot(archive.db) as db:
        rows = count_rows(iterate_judgement_rows(db, notebook))
        with write_atomically(target, require_free) as part:
            table_format.write(part, describe_judgements(), rows)
    return count


def _find_format(target: Path) -> TableFormat:
    for table_format in FORMATS.values():
        if target.suffix == f".{table_format.ending}":
            return table_format
    endings = ", ".join(f".{one.ending}" for one in FORMATS.values())
    raise TargetRefused(f"{target}: its ending says the format: {endings}.")
