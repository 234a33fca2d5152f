"""The context of a command: its pages of help are written in the language of the command line."""

from __future__ import annotations

import click

from nianbao.crawler.language import choose_language


class LanguageContext(click.Context):
    """A context that writes help in the language."""

    def make_formatter(self) -> click.HelpFormatter:
        """Return what writes a page of help."""
        if choose_language() == "en":
            return super().make_formatter()
        from nianbao.crawler.language.pages import ChinesePages

        return ChinesePages(width=self.terminal_width, max_width=self.max_content_width)
