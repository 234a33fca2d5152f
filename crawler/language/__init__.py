"""The language of the command line: English, or Chinese where the locale or --lang says so.

The code has every text in English, and every error is an English sentence: so logs, alerts, JSON
and the archive have it. What a person reads in a terminal is translated as it is printed, by the
sentences of `texts/`. Click's own messages are translated by gettext, for which Click marks them.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import click

LANGUAGES = ("en", "zh")
VARIABLE = "NIANBAO_LANG"
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
WITHOUT_LANGUAGE = ("", "C", "POSIX")
CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "messages"  # gettext's own, which Click uses


class TranslatableFinding(Protocol):
    """What is known of a finding where it is printed."""

    @property
    def rule(self) -> str:
        """The id of its rule."""

    @property
    def message(self) -> str:
        """Its sentence in English."""

    @property
    def parameters(self) -> Mapping[str, Any] | None:
        """What its sentence is made of."""


def choose_language() -> str:
    """Return the language of the environment: `en` or `zh`."""
    wish = os.environ.get(VARIABLE)
    if wish in LANGUAGES:
        return wish
    locale = _get_locale()
    if locale.partition(".")[0] in WITHOUT_LANGUAGE:
        return "en"
    preferred = os.environ.get("LANGUAGE") or locale
    return "zh" if preferred.lower().startswith("zh") else "en"


def _get_locale() -> str:
    """Return the locale of messages, as POSIX finds it: the first variable that is set."""
    for variable in LOCALE_VARIABLES:
        value = os.environ.get(variable)
        if value:
            return value
    return ""


def prepare_click() -> None:
    """Have Click's own messages in the language, too."""
    if choose_language() == "en":
        gettext.bindtextdomain(DOMAIN, str(CATALOGUES / "none"))
        return
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    os.environ["LANGUAGE"] = "zh"


def translate(text: str) -> str:
    """Return an English text in the language; as it is, where it is in none of the sentences."""
    if choose_language() == "en":
        return text
    from nianbao.crawler.language.sentences import translate_text

    return translate_text(text)


def translate_parts(text: str) -> str:
    """Return a text in the language: as a whole, or each part that stands between semicolons."""
    chinese = translate(text)
    if chinese != text or choose_language() == "en":
        return chinese
    return "；".join(map(translate, text.split("; ")))


def translate_word(word: str) -> str:
    """Return a heading, a state or the name of a number in the language."""
    if choose_language() == "en":
        return word
    from nianbao.crawler.language.sentences import translate_value

    return translate_value(word)


def translate_finding(finding: TranslatableFinding) -> str:
    """Return the sentence of a finding in the language."""
    language = choose_language()
    if language == "en":
        return finding.message
    from nianbao.archive.finding_texts import translate_message

    return translate_message(
        finding.rule, finding.message, finding.parameters, language
    )


def say(text: str, *, err: bool = False) -> None:
    """Print a text for a person, in the language."""
    click.echo(translate(text), err=err)
