"""Read a register's file: a table of governments, a row each, with tabs between its columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

from nianbao.spiders.register.governments import (
    COLUMNS,
    Government,
    GovernmentLevel,
    HomeAccess,
    parse_row,
)

CODE_LENGTHS = (6, 9, 12)  # digits: a county's, a township's, a village's


class RegisterError(ValueError):
    """A register's file cannot be used; the message names file and line, a mistake a line."""


def read_register(path: Path) -> tuple[Government, ...]:
    """Return the governments of a file, in its order.

    Lines that begin with # are not read. Raises RegisterError with all mistakes.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RegisterError(f"{path}:1: is no text in UTF-8") from error
    governments: list[Government] = []
    mistakes: list[str] = []
    lines_by_key: dict[str, int] = {}
    for number, line in _iterate_rows(path, text):
        mistake = find_mistake(line)
        if mistake:
            mistakes.append(f"{path}:{number}: {mistake}")
            continue
        government = parse_row(line)
        first_line = lines_by_key.setdefault(government.key, number)
        if first_line != number:
            message = f"{government.name} stands in line {first_line} already"
            mistakes.append(f"{path}:{number}: {message}")
        governments.append(government)
    if mistakes:
        raise RegisterError("\n".join(mistakes))
    return tuple(governments)


def _iterate_rows(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield each row below the names of the columns with the number of its line."""
    head = None
    expected = " ".join(COLUMNS)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if head is not None:
            yield number, line
            continue
        head = tuple(name.strip() for name in line.split("\t"))
        if head != COLUMNS:
            raise RegisterError(
                f"{path}:{number}: the columns, with tabs between them, should be: {expected}"
            )
    if head is None:
        raise RegisterError(
            f"{path}:1: there is no line with the names of the columns: {expected}"
        )


def find_mistake(row: str) -> str | None:
    """Return what is wrong with a row, and what is expected; None where nothing is."""
    values = row.split("\t")
    if len(values) != len(COLUMNS):
        return (
            f"{len(values)} columns; {len(COLUMNS)} with tabs between them are expected"
        )
    path, level, code, former_codes, home, access, checked_on = values
    if not all(path.split("/")):
        return f"path: {path!r} is no path of names such as 浙江省/杭州市/桐庐县"
    if level not in get_args(GovernmentLevel):
        return f"level: {level!r} is none of {', '.join(get_args(GovernmentLevel))}"
    for one in (code, *former_codes.split()):
        if one and not _is_code(one):
            return f"code: {one!r} is no division code, which has 6 digits"
    if not _is_address(home):
        return f"home: {home!r} is no address such as http://www.example.gov.cn/"
    if access not in get_args(HomeAccess):
        return f"access: {access!r} is none of {', '.join(get_args(HomeAccess))}"
    if checked_on and not _is_day(checked_on):
        return f"checked_on: {checked_on!r} is no day such as 2026-04-26, nor empty"
    return None


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in CODE_LENGTHS


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        has_port = address.port is None or address.port > 0
    except ValueError:
        return False
    has_host = bool(address.hostname) and not any(sign.isspace() for sign in text)
    return address.scheme in ("http", "https") and has_host and has_port


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
