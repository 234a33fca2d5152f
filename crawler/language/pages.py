"""The pages of help in Chinese.

Click folds lines at spaces, of which Chinese has none, and counts characters, of which one takes
two columns; so the folding is done here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import click

from nianbao.crawler.language.sentences import translate_text

UNFOLDED = "\b"  # stands before a paragraph whose lines are kept
EXTRA = "  ["  # what Click puts behind the text of an option: its default, its range
NEVER_FIRST = frozenset("，。；：！？、）」』》”’…")
MOST_FIRST_COLUMN = 30
GAP = 2
_WIDE = frozenset("WF")
# a word of Latin letters or digits, a space, or one character
_TOKENS = re.compile(r"[!-~]+|\s+|.")


class ChinesePages(click.HelpFormatter):
    """Writes a page of help in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line with the command's arguments."""
        words = args.replace("[OPTIONS]", "[选项]").replace(
            "COMMAND [ARGS]", "命令 [参数]"
        )
        super().write_usage(prog, words, prefix)

    def write_text(self, text: str) -> None:
        """Write paragraphs; examples as they are."""
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                self.write_paragraph()
            if paragraph.startswith(UNFOLDED):
                lines = list(_translate_unfolded(paragraph.removeprefix(UNFOLDED)))
            else:
                sentence = translate_text(" ".join(paragraph.split()))
                lines = list(fold(sentence, self.width - self.current_indent))
            for line in lines:
                self.write(f"{'':{self.current_indent}}{line}\n")

    def write_dl(
        self,
        rows: Iterable[tuple[str, str]],
        col_max: int = MOST_FIRST_COLUMN,
        col_spacing: int = GAP,
    ) -> None:
        """Write options or commands, what each does beside it."""
        rows = list(rows)
        widest = max(measure_width(term) for term, _ in rows)
        column = min(widest, col_max) + col_spacing
        indent = " " * (self.current_indent + column)
        for term, text in rows:
            lines = list(fold(translate_row(text), self.width - len(indent)))
            begin = f"{'':{self.current_indent}}{term}"
            if measure_width(term) > column - col_spacing:
                self.write(f"{begin}\n")
                begin = indent
            gap = " " * max(len(indent) - measure_width(begin), 0)
            self.write(f"{begin}{gap}{lines[0] if lines else ''}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{indent}{line}\n")


def _translate_unfolded(paragraph: str) -> Iterator[str]:
    """Yield the lines of a list in Chinese, if it has some; of examples, as they are."""
    lines = paragraph.splitlines()[1:]
    text = " ".join(paragraph.split())
    chinese = translate_text(text)
    yield from lines if chinese == text else chinese.splitlines()


def translate_row(text: str) -> str:
    """Return the text of an option in Chinese; what Click adds behind it is so already."""
    sentence, gap, extra = text.partition(EXTRA)
    return f"{translate_text(' '.join(sentence.split()))}{gap}{extra}"


def summarize(text: str) -> str:
    """Return the first sentence of a command's help in Chinese."""
    first_paragraph, _, _ = text.partition("\n\n")
    chinese = translate_text(" ".join(first_paragraph.split()))
    sentence, _, _ = chinese.partition("。")
    return f"{sentence}。"


def fold(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a text; none begins with a mark that belongs to what is before it."""
    line = ""
    room = width - 2  # for a mark that may not begin a line
    for token in _TOKENS.findall(text):
        fits = measure_width(line + token) <= room
        if fits or token in NEVER_FIRST or not line:
            line += token
            continue
        yield line.rstrip()
        line = token.lstrip()
    if line.strip():
        yield line.rstrip()


def measure_width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in _WIDE for character in text)
    return len(text) + wide
