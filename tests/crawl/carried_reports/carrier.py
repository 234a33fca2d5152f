"""A report and the answers that carry it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from nianbao.archive.records import Reading
from nianbao.pipelines.reader import read
from tests.reader.report_parts import PAGE, load_text, show_inline

HTML = "text/html; charset=utf-8"
NAME = "西霞县自然资源局"
FILES = PAGE.parent


@dataclass
class Answer:
    """What the server sends for an address."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    # how often it is sent before the body: an answer without one
    empty_times: int = 0
    # a cookie without which the client is sent here again
    cookie: str | None = None


@dataclass
class CarriedReport:
    """A report under a listed address; `answers` are by path, the listed one among them.

    `is_unreadable`: nothing that a crawl may do gives its text, and it must be said.
    """

    number: int
    way: str
    random: random.Random
    host: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    is_unreadable: bool = False
    file: str | None = None  # the kind of file that it is in

    @property
    def name(self) -> str:
        """The body that issues it."""
        return NAME if self.file else f"西霞县第{self.number}镇人民政府"

    @property
    def title(self) -> str:
        return f"{self.name}2024年政府信息公开工作年度报告"

    @cached_property
    def has_old_template(self) -> bool:
        """Whether its pages have the template of an older site."""
        return self.random.random() < 0.4

    @property
    def path(self) -> str:
        """The listed path."""
        return f"{self.folder}t20250120_{self.number}.html"

    @property
    def folder(self) -> str:
        return f"/nb/2025{self.number % 3 + 1:02}/"

    @cached_property
    def text(self) -> str:
        """The markup of its text, with figures of its own."""
        text = load_text().replace(NAME, self.name)
        return text.replace("发布信息89条", f"发布信息{self.number + 100}条")

    @cached_property
    def expected(self) -> Reading:
        """What is to be read of it."""
        if self.file:
            return read((FILES / f"report.{self.file}").read_bytes())
        return read(show_inline(self.text).encode())

    def add_page(self, path: str, source: str, charset: str = "utf-8") -> Answer:
        """Add the answer of a page; return it for changes."""
        body = source.replace('charset="utf-8"', f'charset="{charset}"').encode(charset)
        answer = Answer(body)
        self.answers[path] = answer
        return answer


Way = Callable[[CarriedReport], None]
