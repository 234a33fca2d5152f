"""The interface in Chinese and English. Its texts are in `texts.yaml`, each in both languages.

    language("search.found", n=3)    the text with its values; an unknown key is an error

A text with a plural is a list of two in English; the value `n` decides between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from ruamel.yaml import YAML

from nianbao.archive.finding_texts import (
    Parameters,
    RuleDescription,
    describe_rule,
    translate_message,
)

CODES = {"zh": "zh-CN", "en": "en"}  # language → its tag in HTML
NAMES = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
COOKIE = "nianbao_lang"
_HAN = re.compile(r"[\u4e00-\u9fff]")
# English, then Chinese
_BOTH = re.compile(
    r"(?P<en>[^\u4e00-\u9fff]*[A-Za-z][^\u4e00-\u9fff]*?) (?P<zh>[\u4e00-\u9fff].*)"
)
_ACCEPTED = re.compile(r"\s*([a-zA-Z*]+)(?:-[\w-]+)?\s*(?:;\s*q=([0-9.]+))?\s*")


@cache
def load_texts() -> dict[str, dict[str, Any]]:
    """Return the catalogue: key → language → text."""
    path = Path(__file__).with_name("texts.yaml")
    texts: dict[str, dict[str, Any]] = YAML(typ="safe").load(path)
    return texts


class DescribedFinding(Protocol):
    """What a sentence of a finding is made of."""

    @property
    def rule(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def parameters(self) -> Parameters | None: ...


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface."""

    code: str

    @property
    def tag(self) -> str:
        """The tag of the language in HTML."""
        return CODES[self.code]

    @property
    def others(self) -> dict[str, str]:
        """The other languages: code → name."""
        return {code: name for code, name in NAMES.items() if code != self.code}

    def __call__(self, key: str, **values: Any) -> str:
        """Return a text of the catalogue; raise KeyError when there is none."""
        text = load_texts()[key][self.code]
        if isinstance(text, list):
            singular, plural = text
            text = singular if values.get("n") == 1 else plural
        formatted = {}
        for name, value in values.items():
            # Not isinstance: True is no number.
            formatted[name] = f"{value:,}" if type(value) is int else value
        return str(text).format(**formatted)

    def choose(self, text: str) -> str:
        """Return what a text in both languages says in this one."""
        return choose_words(text, self.code)

    def rule(self, rule: str) -> str:
        """Return what a rule of findings is called, or its id."""
        description = self.describe(rule)
        return description.title if description else self.word("rule", rule)

    def describe(self, rule: str) -> RuleDescription | None:
        """Return what a rule of findings means, and what to do; None where nothing is said."""
        return describe_rule(rule, self.code)

    def finding(self, finding: DescribedFinding) -> str:
        """Return the sentence of a finding; the stored one where it has no parameters."""
        return translate_message(
            finding.rule, finding.message, finding.parameters, self.code
        )

    def tag_of(self, finding: DescribedFinding) -> str:
        """Return the tag of the language that the sentence of a finding is in."""
        return CODES["en"] if finding.parameters is None else self.tag

    def basis(self, basis: str) -> str:
        """Return what a value was read from: `label:发布日期`, `meta:PubDate`, `signature`."""
        family, colon, name = basis.partition(":")
        if colon and f"basis.of_{family}" in load_texts():
            return self(f"basis.of_{family}", name=name)
        return self.word("basis", basis)

    def word(self, family: str, value: Any) -> str:
        """Return the word for a stored value (`state`, `vanished`), or the value itself."""
        key = f"{family}.{value}"
        if key not in load_texts():
            return str(value)
        return self(key)


def choose_words(text: str, code: str) -> str:
    """Return what a text in both languages says in one: `Tables 数据表`, or a line for each.

    What stands in one language only is returned as it is.

    >>> choose_words("Tables 数据表", "en")
    'Tables'
    """
    for separator in ("\n", " · "):
        parts = text.split(separator)
        wanted = [part for part in parts if bool(_HAN.search(part)) == (code == "zh")]
        if len(parts) > 1 and wanted:
            return separator.join(wanted)
    match = _BOTH.fullmatch(text)
    if match is None:
        return text
    return match["zh" if code == "zh" else "en"]


def choose_language(
    argument: str | None, cookie: str | None, accept_header: str | None
) -> Language:
    """Return the language of the query string, else of the cookie, else of the browser.

    Without any of them, Chinese.
    """
    for code in (argument, cookie):
        if code in CODES:
            return Language(code)
    for code in _accepted_codes(accept_header or ""):
        if code in CODES:
            return Language(code)
    return Language(DEFAULT)


def _accepted_codes(accept_header: str) -> list[str]:
    """Return the languages of an Accept-Language header, the most wanted first."""
    weights = []
    for part in accept_header.split(","):
        match = _ACCEPTED.fullmatch(part)
        if match is None or not _is_number(match[2]):
            continue
        code = match[1].lower()
        weight = float(match[2] or 1)
        weights.append((weight, code))
    weights.sort(key=lambda pair: -pair[0])
    return [code for _, code in weights]


def _is_number(text: str | None) -> bool:
    if text is None:
        return True
    try:
        return float(text) >= 0
    except ValueError:
        return False
