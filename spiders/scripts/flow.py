"""The flow of a script: its statements one after the other, conditions, loops, what is returned."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from nianbao.spiders.scripts.expressions import evaluate
from nianbao.spiders.scripts.reader_state import ReaderState
from nianbao.spiders.scripts.text import match_brackets
from nianbao.spiders.scripts.values import Value

IF = re.compile(r"if\b")
BRANCH_END = re.compile(r"[;}]|\belse\b")
DEEPEST_BRANCH = 20
MOST_STATEMENTS = 300
MOST_ROUNDS = 40  # of a loop


class Flow:
    """Follows the statements of one text, each by the handler of its group in the pattern."""

    pattern: ClassVar[re.Pattern[str]]
    handlers: ClassVar[Mapping[str, Callable[[Any, re.Match[str]], int]]]

    def __init__(self, reader: ReaderState, text: str) -> None:
        self.reader = reader
        self.text = text
        self.closings = match_brackets(text)
        self.has_returned = False
        self.last_condition: Value = None

    def follow(self, position: int, end: int) -> None:
        while position < end and not self.has_returned:
            match = self.pattern.search(self.text, position, end)
            self.reader.statement_count += 1
            if match is None or self.reader.statement_count > MOST_STATEMENTS:
                return
            position = max(self.take(match), match.start() + 1)

    def take(self, match: re.Match[str]) -> int:
        """Follow one statement; return where the next one begins."""
        groups = match.groupdict()
        for name, value in groups.items():
            if value is not None and name in self.handlers:
                return self.handlers[name](self, match)
        return match.end()

    def evaluate(self, position: int) -> tuple[Value, int]:
        value, end = evaluate(self.text, position, self.reader.environment)
        return value, max(end, position)

    # --- conditions

    def take_condition(self, match: re.Match[str]) -> int:
        opening = match.end() - 1
        closing = self.closings.get(opening)
        if closing is None:
            return match.end()
        value, end = self.evaluate(match.end())
        if self.text[end:closing].strip():
            value = None
        self.last_condition = value
        return self.follow_branch(closing + 1, value)

    def take_otherwise(self, match: re.Match[str]) -> int:
        """Follow what stands behind `else`, an `if` as well, unless the branch before was."""
        condition = self.last_condition
        if condition is None:
            return match.end()
        if condition:
            return self.skip_branch(match.end())
        start, _ = self.find_branch(match.end())
        if IF.match(self.text, start):
            return start
        return self.follow_branch(match.end(), True)

    def skip_branch(self, position: int) -> int:
        """Return where a branch ends, with the conditions before it."""
        start, end = self.find_branch(position)
        while IF.match(self.text, start):
            closing = self.closings.get(self.text.find("(", start), end)
            if closing <= start:
                return end
            start, end = self.find_branch(closing + 1)
        return end

    def follow_branch(self, position: int, condition: Value) -> int:
        """Follow a branch unless its condition is false; return where it ends.

        Whether a branch whose condition is not known returns, is not known either.
        """
        start, end = self.find_branch(position)
        if self.reader.branch_count == DEEPEST_BRANCH:
            self.reader.is_known = False
            return end
        self.reader.branch_count += 1
        if condition is None:
            self.reader.is_known = False
            self.reader.doubt_count += 1
            self.follow(start, end)
            self.reader.doubt_count -= 1
            self.has_returned = False
        elif condition:
            self.follow(start, end)
            self.reader.has_omission |= self.has_returned
        else:
            self.reader.has_omission = True
        self.reader.branch_count -= 1
        if condition is not None:
            self.last_condition = condition
        return end

    def find_branch(self, position: int) -> tuple[int, int]:
        while self.text[position : position + 1].isspace():
            position += 1
        closing = self.closings.get(position)
        if self.text[position : position + 1] == "{" and closing is not None:
            return position + 1, closing + 1
        ending = BRANCH_END.search(self.text, position)
        if ending is None:
            return position, len(self.text)
        return position, ending.start()

    def take_return(self, match: re.Match[str]) -> int:
        value, end = self.evaluate(match.end())
        if value is not None and self.reader.returned is None:
            self.reader.returned = value
        call = self.pattern.search(self.text, match.end()) if value is None else None
        if call is not None and not self.text[match.end() : call.start()].strip():
            end = self.take(call)
        self.has_returned = True
        return end

    # --- loops

    def take_loop(self, match: re.Match[str]) -> int:
        """Follow `for (var i = 1; i <= n; i++)`, as often as it runs."""
        opening = match.start("loop")
        closing = self.closings.get(opening)
        if closing is None:
            return match.end()
        parts = self.text[opening + 1 : closing].split(";")
        start, end = self.find_branch(closing + 1)
        if len(parts) != 3 or self.reader.branch_count == DEEPEST_BRANCH:
            return closing + 1
        self.reader.branch_count += 1
        self.reader.follow(parts[0])
        for _ in range(MOST_ROUNDS):
            is_on, _ = evaluate(parts[1], 0, self.reader.environment)
            if not is_on or self.has_returned:
                break
            self.follow(start, end)
            self.reader.follow(parts[2])
        self.reader.branch_count -= 1
        return end
