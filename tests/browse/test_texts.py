"""The catalogue of texts: whole in both languages, and every text is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nianbao.archive.browse import languages
from nianbao.archive.browse.languages import Language, choose_language, load_texts

BROWSE = Path(languages.__file__).parent
SOURCES = [
    path.read_text()
    for path in (
        *BROWSE.glob("*.py"),
        *BROWSE.glob("pages/*.html"),
        *BROWSE.glob("*/*.py"),
    )
    if path.is_file()
]
USED = {
    key
    for source in SOURCES
    for key in re.findall(r"""(?:\bt|language)\(\s*["']([\w.]+)["'][,)]""", source)
}
NAMED = {
    key
    for source in SOURCES
    for key in re.findall(r"""["']([a-z_]+\.[\w.]+)["']""", source)
}
# What is put together from two parts: t("facet." ~ name), word("kind", value).
FAMILIES = {
    family
    for source in SOURCES
    for family in re.findall(r"""["']([\w.]+\.)["'] ~""", source)
}
FAMILIES |= {
    f"{family}."
    for source in SOURCES
    for family in re.findall(r"""\bword\(\s*["'](\w+)["']""", source)
}
FAMILIES |= {"error.", "board.step", "rule.", "level.", "form.", "year."}


def values(text: object) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", str(text)))


@pytest.mark.parametrize("key", load_texts())
def test_both_languages_say_the_same(key: str) -> None:
    text = load_texts()[key]
    assert set(text) == {"zh", "en"}
    assert isinstance(text["zh"], str)
    assert values(text["zh"]) == values(text["en"])
    assert not isinstance(text["en"], list) or (
        len(text["en"]) == 2 and "n" in values(text["en"])
    )


def test_every_text_that_is_used_is_there() -> None:
    assert len(USED) > 50
    assert set(load_texts()) >= USED


def test_every_text_is_used() -> None:
    left = {
        key
        for key in load_texts()
        if key not in NAMED and not key.startswith(tuple(FAMILIES))
    }
    assert not left


def test_numbers_and_plurals() -> None:
    assert Language("en")("search.found", n=1) == "1 page, the newest first."
    assert Language("en")("search.found", n=1234) == "1,234 pages, the newest first."
    assert Language("zh")("search.found", n=1234) == "找到 1,234 份，最新发布的在前。"
    assert Language("zh").word("state", "vanished") == "已消失"
    assert Language("zh").word("state", "unheard of") == "unheard of"
    with pytest.raises(KeyError):
        Language("zh")("no.such.text")


@pytest.mark.parametrize(
    ("asked", "cookie", "accepted", "chosen"),
    [
        (None, None, None, "zh"),
        ("en", "zh", "zh-CN", "en"),
        ("fr", "en", "zh", "en"),
        (None, None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, None, "fr, zh-TW;q=0.5, en;q=0.4", "zh"),
        (None, None, "fr;q=x, *", "zh"),
        (None, "<script>", ";;;,q=1", "zh"),
    ],
)
def test_which_language(
    asked: str | None, cookie: str | None, accepted: str | None, chosen: str
) -> None:
    assert choose_language(asked, cookie, accepted).code == chosen
