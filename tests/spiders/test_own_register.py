"""A `governments.tsv` in the folder of site files: what it adds, replaces, and says is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from nianbao.spiders.catalogue import CatalogueError
from nianbao.spiders.register.governments import COLUMNS, FILE_NAME, load_governments
from nianbao.spiders.register.own_register import (
    list_governments,
    load_all_governments,
)
from nianbao.spiders.site_folders import VARIABLE

HEAD = "\t".join(COLUMNS)
MOVED = "浙江省/杭州市/桐庐县\tcounty\t330122\t\thttp://new.tonglu.gov.cn/\tdirect\t2027-01-05"
ADDED = (
    "样例省/北原市/芦岔县\tcounty\t990102\t990101\thttp://lucha.localhost:8620/\tnone\t"
)


def write_rows(folder: Path, *rows: str, head: str = HEAD) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / FILE_NAME).write_text("\n".join([head, *rows, ""]), "utf-8")
    return folder


def test_own_rows_replace_and_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_rows(tmp_path / "own", "# ours", MOVED, "", ADDED)
    monkeypatch.setenv(VARIABLE, str(folder))
    (tonglu,) = list_governments(["桐庐"])
    assert tonglu.home == "http://new.tonglu.gov.cn/"
    (lucha,) = list_governments(["990101"])
    assert (lucha.name, lucha.checked_on) == ("样例省北原市芦岔县", "")
    assert len(load_all_governments()) == len(load_governments()) + 1


@pytest.mark.parametrize(
    "row",
    [
        "北京市/密云区\tcounty\t110228\t",
        "北京市/密云县\tcounty\t110228\t",
        "北京市/密云新区\tcounty\t119999\t110118",
        "北京市/密云区\tcounty\t119999\t",
        "北京市/密云区\tcounty\t\t",
    ],
    ids=["former code", "former name", "new code", "unknown code", "no code"],
)
def test_an_own_row_replaces_its_government_under_each_of_its_codes(
    row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_rows(
        tmp_path / "own", f"{row}\thttp://new.bjmy.gov.cn/\tdirect\t2027-01-05"
    )
    monkeypatch.setenv(VARIABLE, str(folder))
    (miyun,) = list_governments(["密云"])
    assert miyun.home == "http://new.bjmy.gov.cn/"
    assert len(load_all_governments()) == len(load_governments())


@pytest.mark.parametrize(
    "other",
    ["北京市/密云区\tcounty\t110228\t", "北京市/密云新区\tcounty\t119999\t110118"],
)
def test_two_own_rows_of_one_government_are_named(
    other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = "http://new.bjmy.gov.cn/\tdirect\t"
    rows = [f"北京市/密云区\tcounty\t110118\t\t{end}", f"{other}\t{end}"]
    monkeypatch.setenv(VARIABLE, str(write_rows(tmp_path / "own", *rows)))
    with pytest.raises(
        CatalogueError, match=r"密云区 \(110118\) and .* one government"
    ):
        load_all_governments()


def test_of_a_named_folder_only_its_own_rows_count(tmp_path: Path) -> None:
    assert load_all_governments(tmp_path) == load_governments()
    folder = write_rows(tmp_path, ADDED)
    assert [one.code for one in load_all_governments(folder)] == ["990102"]
    assert load_all_governments(write_rows(tmp_path)) == ()


def test_a_file_of_another_program_is_read(tmp_path: Path) -> None:
    """A byte order mark and Windows' ends of lines, as spreadsheets write them."""
    text = f"\ufeff{HEAD}\r\n{MOVED}\r\n"
    (tmp_path / FILE_NAME).write_bytes(text.encode())
    assert [one.code for one in load_all_governments(tmp_path)] == ["330122"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("样例省/北原市/芦岔县", "样例省//芦岔县", "path"),
        ("county", "town", "level: 'town' is none of province, prefecture, county"),
        ("990102", "9901", "code: '9901'"),
        ("990101", "x", "code: 'x'"),
        ("http://lucha", "lucha", "home"),
        ("8620", "862000", "home"),
        ("none", "maybe", "access: 'maybe'"),
        ("none\t", "none\tyesterday", "checked_on: 'yesterday'"),
        ("none\t", "none\t20260426", "checked_on: '20260426'"),
        ("none\t", "none\t2026-W17-7", "checked_on: '2026-W17-7'"),
        ("none\t", "none", "6 columns; 7"),
    ],
)
def test_a_mistake_names_file_and_line(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    folder = write_rows(tmp_path, "# ours", MOVED, ADDED.replace(old, new))
    with pytest.raises(CatalogueError) as raised:
        load_all_governments(folder)
    assert str(raised.value).startswith(f"{folder / FILE_NAME}:4: ")
    assert message in str(raised.value)


def test_all_mistakes_are_named(tmp_path: Path) -> None:
    folder = write_rows(tmp_path, MOVED, ADDED.replace("none", "x"), MOVED)
    with pytest.raises(CatalogueError) as raised:
        load_all_governments(folder)
    first, second = str(raised.value).splitlines()
    assert ":3: access" in first
    assert ":4: 浙江省杭州市桐庐县 stands in line 2 already" in second


def test_other_columns_are_named(tmp_path: Path) -> None:
    folder = write_rows(tmp_path, MOVED, head="name\tcode")
    with pytest.raises(CatalogueError, match=":1: the columns"):
        load_all_governments(folder)


@pytest.mark.parametrize("text", ["", "\n\n", "# ours\n", f"# {HEAD}\n"])
def test_a_file_without_columns_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=":1: there is no line with the names"):
        load_all_governments(tmp_path)


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes("桐庐县".encode("gbk"))
    with pytest.raises(CatalogueError, match="no text in UTF-8"):
        load_all_governments(tmp_path)
